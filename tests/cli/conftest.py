"""What the command tests share."""

from __future__ import annotations

import sys

import pytest

from lottery.cli.app import main


@pytest.fixture
def lottery(monkeypatch, capsys):
    """Type a command; returns the exit code and what was printed."""

    def type_command(*words):
        monkeypatch.setattr(sys, "argv", ["lottery", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return stop.value.code or 0, printed.out, printed.err

    return type_command
