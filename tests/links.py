"""Links of a text to files of the repository and to headings in them."""

import re
from pathlib import Path

import nbformat

LINK = re.compile(r"""\]\(<?([^)\s>]+)>?[^)]*\)|(?:href|src)=["']([^"']+)["']|^\[[^\]]+\]:\s*(\S+)""", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def dead_links(text: str, path: Path) -> list[str]:
    """Return the links of ``text``, which stands in the file ``path``, that lead to no file or to no heading of it."""
    dead = []
    for link in ("".join(found) for found in LINK.findall(FENCE.sub("", text))):
        if re.match(r"[a-z]+:", link) and not link.startswith("file:"):
            continue  # another site, which no test without a network can see
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (heading and heading.casefold() not in anchors(text if target == path else target)):
            dead.append(link)
    return dead


def anchors(where: str | Path) -> set[str]:
    """Return what may follow # in a link to a text or file: its headings, as GitHub and as Jupyter write them."""
    text = where if isinstance(where, str) else text_of(where)
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", text), re.MULTILINE)
    names = set(re.findall(r"""(?:id|name)=["']([^"']+)["']""", text))
    for heading in headings:
        names |= {heading.replace(" ", "-"), re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")}
    return {name.casefold() for name in names}


def text_of(path: Path) -> str:
    """Return the text of a file; of a notebook, its cells of text."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return path.read_text(encoding="utf-8") if path.suffix == ".md" else ""
