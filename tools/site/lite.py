"""JupyterLite for the site: the notebooks in a kernel that runs in the reader's own browser.

Its pages, the course's wheel and those that it needs lie in the site. The kernel itself (Pyodide), with numpy and
matplotlib, comes from the address that jupyterlite-pyodide-kernel names: see docs/front-ends.md.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.site import address
from tools.site.films import ROOT

# What the course stands on and Pyodide does not bring.
WHEELS = ("anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal", "widgetsnbextension")
# No question about news over the first page, as `make lab` has it.
OVERRIDES = ROOT / "tools" / "jupyter" / "labconfig" / "default_setting_overrides.json"


def locked(names, lock: str) -> str:
    """Return the entries of ``lock``, the text of a lock, for ``names``; raise ValueError where one has none."""
    entries = {re.match(r"[\w.-]+", entry)[0]: entry for entry in re.split(r"\n(?=\w)", lock.strip())}
    missing = [name for name in names if name not in entries]
    if missing:
        raise ValueError(f"requirements.lock does not pin {', '.join(missing)}, which the browser's kernel needs")
    return "\n".join(entries[name] for name in names) + "\n"


def fill(folder: Path, paths) -> None:
    """Put into ``folder`` what JupyterLite is made of: copies of the notebooks at ``paths``, wheels, settings."""
    shutil.rmtree(folder, ignore_errors=True)
    files, wheels = folder / "files", folder / "pypi"
    files.mkdir(parents=True)
    wheels.mkdir()
    for path in paths:
        copied = address.copy(nbformat.read(path, as_version=4), "gradient-carousel")
        nbformat.write(copied, files / path.name)
    shutil.copy(OVERRIDES, folder / "overrides.json")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    needed = folder / "wheels.txt"
    needed.write_text(locked(WHEELS, (ROOT / "requirements.lock").read_text("utf-8")), "utf-8")
    everywhere = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    subprocess.run(
        [*pip, "download", "--no-deps", "--require-hashes", *everywhere, "-r", needed, "-d", wheels], check=True
    )
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, ROOT], check=True)


def build(python: str, folder: Path, site: Path, paths) -> None:
    """Make ``site``/lite by the JupyterLite of the environment of ``python``; ``folder`` is for what it is made of."""
    fill(folder, paths)
    shutil.rmtree(site / "lite", ignore_errors=True)
    jupyter = Path(python).absolute().with_name("jupyter")
    command = [jupyter, "lite", "build", "--apps=lab", "--no-unused-shared-packages"]
    command += ["--no-sourcemaps", f"--lite-dir={folder}", f"--contents={folder / 'files'}"]
    subprocess.run([*command, f"--output-dir={site / 'lite'}"], check=True, cwd=folder)
