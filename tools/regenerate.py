"""Run the notebooks and store what a reader without a kernel sees: numbers, sentences and still pictures.

    python -m tools.regenerate [notebooks/01_one_neuron_for_ever.ipynb ...]

The live widget and its state are left out (a page that cannot run them would show an error in their place), and so is
all that differs from run to run, so that a second call changes nothing. A kernel makes its pictures fast; here they
are packed.
"""

import base64
import io
import re
import sys
from itertools import count
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}  # imports: in JupyterLab, and on the site


def chosen(names: list[str]) -> list[Path]:
    """Return the notebooks of these names, or where none is named all of the course."""
    return [Path(name) for name in names] or sorted(NOTEBOOKS.glob("*.ipynb"))


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return ``notebook`` without widget views, widget state, times and versions, its first cell of code folded."""
    notebook.metadata = nbformat.from_dict(METADATA)
    name_cells(notebook)
    first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(FOLDED if cell is first else {})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def name_cells(notebook: nbformat.NotebookNode) -> None:
    """Give a name of our own to each cell that has none, or another cell's: the others keep theirs.

    So a cell that is put in changes one line of a diff, and not the name of every cell below it.
    """
    taken = {cell.get("id") for cell in notebook.cells}
    free = (name for name in map("cell-{:02d}".format, count()) if name not in taken)
    seen = set()
    for cell in notebook.cells:
        if not str(cell.get("id", "")).startswith("cell-") or cell.id in seen:
            cell.id = next(free)
        seen.add(cell.id)


def packed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return ``notebook`` with its pictures in few bytes: without loss, but in HTML, where each stands again."""
    for data in (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])):
        if "image/png" in data:
            data["image/png"] = small(data["image/png"])
        if "text/html" in data:
            data["text/html"] = re.sub('(?<=png;base64,)[^"]+', lambda png: small(png[0], 256), data["text/html"])
    return notebook


def small(png: str, n_colours: int = 0) -> str:
    """Return a PNG (base64) in as few bytes as it takes without loss, or in a third of them with so many colours."""
    picture, file = Image.open(io.BytesIO(base64.b64decode(png))), io.BytesIO()
    if n_colours:
        picture = picture.quantize(n_colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(file, "PNG", compress_level=9)
    return base64.b64encode(file.getvalue()).decode()


def regenerate(path: Path) -> None:
    """Run the notebook at ``path`` from a cold kernel and store it."""
    notebook = clean(nbformat.read(path, as_version=4))
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=120, record_timing=False, coalesce_streams=True, resources=resources).execute()
    nbformat.write(packed(clean(notebook)), path)


if __name__ == "__main__":
    for path in chosen(sys.argv[1:]):
        print(f"running {path.name} ...", flush=True)
        regenerate(path)
