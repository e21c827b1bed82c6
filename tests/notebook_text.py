"""What a reader finds in a stored notebook."""

import html
from functools import cache
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


@cache
def text_of(number: str, code: bool = True) -> str:
    """Return the prose of notebook ``number``, its code if wanted, and all that it stores as text."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    data = [output.get("data", {}) for output in outputs]
    stored = [output.get("text", "") for output in outputs] + [one.get("text/plain", "") for one in data]
    stored += [html.unescape(one.get("text/markdown", "")) for one in data]  # of a question, what it found
    return "\n".join([*(cell.source for cell in cells if code or cell.cell_type == "markdown"), *stored])
