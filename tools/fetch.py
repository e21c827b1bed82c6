"""Let pip install what a lock names, and say how far it is: run by an environment that holds nothing but pip.

.venv/bin/python tools/fetch.py requirements.lock
"""

import subprocess
import sys
from pathlib import Path


def main(lock: str) -> int:
    """Install, and return pip's exit code; what pip says is shown where it fails."""
    n_packages = Path(lock).read_text("utf-8").count("==")  # some are for other systems
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar=off"]
    said, fetched = [], 0
    end = "\r" if sys.stdout.isatty() else "\n"
    with subprocess.Popen(
        [*command, "--require-hashes", "-r", lock], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout:
            said.append(line)
            if line.startswith("Collecting "):
                fetched += 1
                if end == "\r" or fetched % 20 == 0:
                    print(f"  fetched {fetched} of about {n_packages} packages ...", end=end, flush=True)
            elif line.startswith("Installing collected packages"):
                print(f"  fetched {fetched} packages; installing them (half a minute) ...", flush=True)
    if pip.returncode:
        print("".join(said[-40:]), file=sys.stderr)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
