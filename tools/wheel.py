"""Make every explorer where nothing but the course's wheel was installed, and say what was missing (`make wheel`)."""

import sys
from importlib.util import find_spec
from pathlib import Path

from explorers import makers

import helpers


def main() -> None:
    """Make and move them; what goes wrong is raised."""
    found = Path(helpers.__file__).resolve()
    if not found.is_relative_to(Path(sys.prefix).resolve()):
        sys.exit(f"helpers was taken from {found} and not from what was installed")
    if find_spec("jupyterlab"):
        sys.exit("the wheel has brought JupyterLab along")
    explorers = makers()
    for name, make in explorers.items():
        explorer = make()
        data, _ = explorer._repr_mimebundle_()
        print(f"{name}: {data['text/plain'][:80]}")
    print(f"{len(explorers)} explorers, of what the wheel alone has brought")


if __name__ == "__main__":
    main()
