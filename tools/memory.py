"""How much memory does a reader's kernel hold?

    python -m tools.memory [notebooks/10_long_lags.ipynb ...]

Runs each notebook in a kernel of its own, and prints the most that the kernel held, its children aside. It asks `ps`,
which macOS and Linux have; its numbers are of the machine on which it runs.
"""

import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.regenerate import chosen


def held(path: Path) -> float:
    """Return the most megabytes that the kernel of the notebook at ``path`` held after any of its cells."""
    most = 0

    def look(**_):
        nonlocal most
        kernel = str(client.km.provisioner.pid)
        most = max(most, int(subprocess.check_output(["ps", "-o", "rss=", "-p", kernel])))  # in kibibytes

    client = NotebookClient(
        nbformat.read(path, as_version=4),
        timeout=300,
        resources={"metadata": {"path": path.parent}},
        on_cell_executed=look,
    )
    client.execute()
    return most * 1024 / 1e6


if __name__ == "__main__":
    for path in chosen(sys.argv[1:]):
        print(f"{path.stem:28} {held(path):4.0f} MB", flush=True)
