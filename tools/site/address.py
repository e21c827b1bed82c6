"""Where the course is published: links and copies that need an address take it from ``[project.urls]`` alone.

python -m tools.site.address        writes the README's line of links anew, after a change of [project.urls]
"""

import re
import tomllib
from urllib.parse import quote

import nbformat

from tools.site.films import ROOT

NAMES = ("Repository", "Site")
LITE = "lite/lab/index.html"  # JupyterLite, in the site
BEGIN, END = "<!-- links: python -m tools.site.address -->", "<!-- end of links -->"


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


def places(found: dict[str, str], notebook: str) -> dict[str, str]:
    """Return, of the addresses that are known, where ``notebook`` is read and where it runs.

    >>> places({"Repository": "https://github.com/o/n"}, "01.ipynb")
    {'Run it in Binder': 'https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/notebooks/01.ipynb'}
    """
    repository, site = (found.get(name, "") for name in NAMES)
    there = {}
    if site:
        there["Read it, and move it"] = f"{site}/{notebook.replace('.ipynb', '.html')}"
    if repository.startswith("https://github.com/"):
        name = repository.removeprefix("https://github.com/")
        there["Run it in Binder"] = f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/notebooks/{notebook}"
    if site and repository:
        copied = quote(f"{site}/colab/{notebook}", safe="")
        there["Run it in Colab"] = f"https://colab.research.google.com/#fileId={copied}"
    if site:
        there["Run it in the browser"] = f"{site}/{LITE}?path={notebook}"
    return there


def ways(found: dict[str, str], notebook: str, lite: bool = False) -> str:
    """Return the line of links from a page of the site to where its ``notebook`` runs.

    lite : whether the site has a JupyterLite of its own; the link to it hangs on no address.
    """
    there = places(found, notebook)
    links = [f"[{name}]({there[name]})" for name in ("Run it in Binder", "Run it in Colab") if name in there]
    if lite:
        links.append(f'<a href="{LITE}?path={notebook}">Run it in the browser</a>')
    return " · ".join(links)


def with_ways(readme: str, found: dict[str, str]) -> str:
    """Return the text of the README with its line of links as the addresses ``found`` have it: none, no line."""
    line = " ·\n".join(f"[{name}]({url})" for name, url in places(found, "00_start_here.ipynb").items())
    wanted = f"{BEGIN}\n{line}\n{END}" if line else f"{BEGIN}\n{END}"
    made, n = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: wanted, readme, flags=re.DOTALL)
    if n != 1:
        raise ValueError(f"README.md: wanted one place between {BEGIN!r} and {END!r}, got {n}")
    return made


def copy(notebook: nbformat.NotebookNode, package: str) -> nbformat.NotebookNode:
    """Return ``notebook`` with a cell before all code that lets pip install ``package`` where the course is missing."""
    source = (
        "# Nothing happens here where the course is installed.\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("helpers") is None:\n'
        f"    %pip install --quiet {package}"
    )
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    made = nbformat.from_dict(notebook)
    made.cells = [*made.cells[:first], nbformat.v4.new_code_cell(source, id="install"), *made.cells[first:]]
    return made


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_ways(path.read_text("utf-8"), urls()), "utf-8")
