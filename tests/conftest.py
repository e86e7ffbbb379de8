"""Settings of Hypothesis, and the way to the generators that several rooms of tests share."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.append(str(Path(__file__).with_name("generators")))

settings.register_profile("lottery", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("lottery")
