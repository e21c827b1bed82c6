"""Where the course is published: links and copies that need an address take it from ``[project.urls]`` alone."""

import re
import tomllib
from urllib.parse import quote

import nbformat

from tools.site.films import ROOT

NAMES = ("Repository", "Site")


def urls(pyproject: str | None = None, publish: bool = False) -> dict[str, str]:
    """Return the addresses that pyproject.toml configures, of NAMES.

    Raises ValueError where one is no address, or, to ``publish``, where one is missing.

    >>> urls('[project]\\nname = "course"')
    {}
    """
    text = (ROOT / "pyproject.toml").read_text("utf-8") if pyproject is None else pyproject
    given = tomllib.loads(text)["project"].get("urls", {})
    found = {name: given[name].rstrip("/") for name in NAMES if name in given}
    for name, url in found.items():
        if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+)*", url):
            raise ValueError(
                f"[project.urls] {name} = {url!r}: wanted an address such as https://github.com/owner/name"
            )
    missing = [name for name in NAMES if name not in found]
    if publish and missing:
        raise ValueError(
            f"pyproject.toml has no {' and no '.join(missing)}, and what is published links to it. Write, under "
            '[project.urls]: Repository = "https://github.com/owner/name" and Site = "https://owner.github.io/name"'
        )
    return found


def ways(found: dict[str, str], notebook: str) -> str:
    """Return the line of links to where ``notebook`` runs, of the addresses that are known.

    >>> ways({"Repository": "https://github.com/o/n"}, "01.ipynb")
    '[Run it in Binder](https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/notebooks/01.ipynb)'
    """
    links = []
    if found.get("Repository", "").startswith("https://github.com/"):
        name = found["Repository"].removeprefix("https://github.com/")
        links.append(
            f"[Run it in Binder](https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/notebooks/{notebook})"
        )
    if len(found) == len(NAMES):
        copied = quote(f"{found['Site']}/colab/{notebook}", safe="")
        links.append(f"[Run it in Colab](https://colab.research.google.com/#fileId={copied})")
    return " · ".join(links)


def copy(notebook: nbformat.NotebookNode, repository: str) -> nbformat.NotebookNode:
    """Return ``notebook`` with a cell before all code that installs the course where it is missing, as on Colab."""
    source = (
        "# Nothing happens here where the course is installed.\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("helpers") is None:\n'
        f"    %pip install --quiet git+{repository}"
    )
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    made = nbformat.from_dict(notebook)
    made.cells = [*made.cells[:first], nbformat.v4.new_code_cell(source, id="install"), *made.cells[first:]]
    return made
