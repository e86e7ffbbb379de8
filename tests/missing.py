"""Say plainly which tests are left out on this machine for want of a system package."""

import shutil
import sys

if not shutil.which("chromium"):
    sys.stdout.write("Left out: the browser tests. They need chromium (apt-get install chromium).\n")
