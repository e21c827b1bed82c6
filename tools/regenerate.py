"""Run the notebooks and store what a reader without a kernel sees: numbers, sentences and still pictures.

    python -m tools.regenerate [notebooks/01_one_neuron_for_ever.ipynb ...]

The live widget and its state are left out (a page that cannot run them would show an error in their place), and so is
all that differs from run to run, so that a second call changes nothing.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return ``notebook`` without widget views, widget state, times and versions."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def regenerate(path: Path) -> None:
    """Run the notebook at ``path`` from a cold kernel and store it."""
    notebook = clean(nbformat.read(path, as_version=4))
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=120, record_timing=False, coalesce_streams=True, resources=resources).execute()
    nbformat.write(clean(notebook), path)


if __name__ == "__main__":
    for chosen in [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb")):
        print(f"running {chosen.name} ...", flush=True)
        regenerate(chosen)
