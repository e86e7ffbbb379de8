"""The verifier is one file that needs nothing but Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lottery.auditor import verify

FILE = Path(verify.__file__)


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python without site-packages that ignores environment and working folder."""
    return subprocess.run(
        [sys.executable, "-S", "-I", "-B", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_importing_it_loads_the_standard_library_and_nothing_else(tmp_path):
    (tmp_path / "verify.py").write_bytes(FILE.read_bytes())
    code = (
        "import sys; before = set(sys.modules); sys.path.insert(0, '.'); import verify;"
        "names = {m.partition('.')[0] for m in set(sys.modules) - before} - {'verify'};"
        "print(sorted(names - set(sys.stdlib_module_names)), 'csv' in names)"
    )
    run = python("-c", code, cwd=tmp_path)
    assert run.stderr == ""
    assert run.stdout.split() == ["[]", "True"]


def test_a_copy_in_the_bundle_verifies_the_bundle_it_lies_in(bundle):
    """F34, F39: whoever has the bundle can recount it."""
    (bundle.folder / "verify.py").write_bytes(FILE.read_bytes())
    bundle.seal()
    run = python("verify.py", ".", cwd=bundle.folder)
    assert (run.returncode, run.stderr) == (0, "")
    bundle.replace("offers.csv", "oak,1,open", "oak,1,shut")
    assert python("verify.py", ".", cwd=bundle.folder).returncode == 1
    (bundle.folder / "record.json").unlink()
    assert python("verify.py", ".", cwd=bundle.folder).returncode == 2


def test_a_copy_in_the_bundle_leaves_no_file_there(bundle):
    """A file of its own would be one that the record does not list, and the second run would object to it."""
    (bundle.folder / "verify.py").write_bytes(FILE.read_bytes())
    bundle.seal()
    before = sorted(bundle.folder.rglob("*"))
    for _ in range(2):
        run = subprocess.run([sys.executable, "verify.py", "."], cwd=bundle.folder, capture_output=True, check=False)
        assert run.returncode == 0
    assert sorted(bundle.folder.rglob("*")) == before


def test_the_answer_is_the_same_under_every_hash_seed(bundle):
    bundle.replace("offers.csv", "dee,KG,oak,1,open,sibling,", "dee,KG,,,,,")
    answers = {
        subprocess.run(
            [sys.executable, str(FILE), str(bundle.folder), "--json"],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(answers) == 1
    assert '"passed": false' in answers.pop()
