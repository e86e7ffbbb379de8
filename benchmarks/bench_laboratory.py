"""The laboratory on the sample district: all measures, two threads against one, and memory that knows no draws."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.ledger import Ledger
from benchmarks.measure import spread, timed
from benchmarks.memory import peak_gigabytes
from simulations import run_study

SUBJECT = "The laboratory: two policies on the sample district, all measures"
DRAWS, FEWER_DRAWS, ROUNDS = 10_000, 1_000, 5
SECONDS, SPEED_UP, GROWTH = 30, 1.7, 1.05
