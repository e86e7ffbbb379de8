"""The laboratory: populations × policies × draws.  Nothing here seats anybody."""

from simulations.laboratory import run_study

__all__ = ["run_study"]
