"""Copies of the notebooks for students, without solutions; and the solutions apart.

    python -m tools.handout [notebooks/05_stretch_rotate_repeat.ipynb ...]

Writes build/handout: each notebook without the folds that hold solutions, and without what its questions have found,
or its curves truly are;
and solutions.md.
"""

import re
import sys
from pathlib import Path

import nbformat

from tools.regenerate import NOTEBOOKS, chosen

SOLUTION = re.compile(r"<details><summary>(Solution[^<]*)</summary>\n(.*?)</details>\n*", flags=re.DOTALL)
FOUND = re.compile(r"<details><summary>What was found</summary>.*?</details>", flags=re.DOTALL)


def handout(notebook: nbformat.NotebookNode) -> list[str]:
    """Take the solutions out of ``notebook`` and return them, as Markdown."""
    solutions = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            solutions += [f"### {name}\n\n{text.strip()}" for name, text in SOLUTION.findall(cell.source)]
            cell.source = SOLUTION.sub("", cell.source)
        for output in cell.get("outputs", []):
            for kind in ("text/html", "text/markdown"):
                if kind in output.get("data", {}):
                    output.data[kind] = FOUND.sub("", output.data[kind])
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    return solutions


def main(paths: list[Path], folder: Path = NOTEBOOKS.parent / "build" / "handout") -> None:
    """Write the copies of the notebooks at ``paths``, and their solutions."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = ["# Solutions"]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        pages += [f"## {path.stem}", *handout(notebook)]
        nbformat.write(notebook, folder / path.name)
    (folder / "solutions.md").write_text("\n\n".join(pages) + "\n", encoding="utf-8")
    print(f"{folder}: {len(paths)} notebooks without solutions, and solutions.md")


if __name__ == "__main__":
    main(chosen(sys.argv[1:]))
