"""A layer imports only from those below it, and the map in CONTRIBUTING shows what stands on what."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parents[1] / "helpers"
LAYERS = ["data", "maths", "exercises", "experiments", "figures", "explorers"]  # from the lowest up
MAY_USE = {
    "data": {"numpy"},
    "maths": {"numpy"},
    "figures": {"numpy", "matplotlib", "PIL"},
    "explorers": {"numpy", "anywidget", "ipywidgets", "traitlets"},
    "exercises": {"numpy"},
    "experiments": {"numpy", "tqdm", "distributed"},
}
BELOW = {
    "data": {"data"},
    "maths": {"maths"},
    "figures": {"figures"},
    "explorers": {"data", "maths", "exercises", "figures", "explorers", "experiments.cells", "experiments.table"},
    "exercises": {"data", "maths", "exercises"},
    "experiments": {"data", "maths", "experiments"},
}


def imported(path: Path) -> set[str]:
    """Return the full names of the modules that the file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its layer"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def faults(path: Path, layer: str) -> list[str]:
    """Return the imports of ``path`` that its layer may not make."""

    def allowed(name):
        first, *rest = name.split(".")
        if first == "helpers":
            return rest[0] in BELOW[layer] or ".".join(rest[:2]) in BELOW[layer]
        known = first in sys.stdlib_module_names or first in MAY_USE[layer]
        return known and "pyplot" not in rest and "interact" not in rest

    return [name for name in imported(path) if not allowed(name)]


def modules() -> list[tuple[Path, str]]:
    """Return every file of the package with its layer."""
    return [(path, layer) for layer in LAYERS for path in sorted((HELPERS / layer).glob("*.py"))]


def test_a_module_imports_only_from_the_layers_below():
    assert {path: found for path, layer in modules() if (found := faults(path, layer))} == {}


def test_every_file_of_the_package_belongs_to_a_layer():
    known = {path for path, _ in modules()} | {HELPERS / "__init__.py"}
    assert set(HELPERS.rglob("*.py")) == known


@pytest.mark.parametrize(
    ("line", "layer"),
    [
        ("import matplotlib", "maths"),
        ("from ipywidgets import Image", "figures"),
        ("from helpers.explorers.live import Explorer", "figures"),
        ("from helpers.figures import style", "maths"),
        ("import matplotlib.pyplot as plt", "figures"),
        ("import scipy", "maths"),
        ("from ipywidgets import interact", "explorers"),
        ("from helpers.experiments.run import run", "explorers"),
        ("from helpers.experiments import table", "figures"),
        ("from helpers.figures import style", "experiments"),
    ],
)
def test_an_import_upwards_or_out_is_seen(tmp_path, line, layer):
    (tmp_path / "module.py").write_text(line, "utf-8")
    assert len(faults(tmp_path / "module.py", layer)) == 1


def test_the_maths_loads_without_matplotlib_and_ipywidgets():
    modules = [f"helpers.maths.{path.stem}" for path in (HELPERS / "maths").glob("*.py") if path.stem != "__init__"]
    script = f"import sys, {', '.join(modules)}; print('matplotlib' in sys.modules, 'ipywidgets' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("module", "absent"), [("table", {"tqdm", "distributed", "matplotlib"}), ("run", {"distributed", "matplotlib"})]
)
def test_who_reads_the_table_loads_no_runner_and_who_runs_it_no_cluster(module, absent):
    script = f"import sys, helpers.experiments.{module}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert absent & set(answer.stdout.split()) == set()


# The map


def on_the_map() -> dict[str, set[str]]:
    """Return each module of the map in CONTRIBUTING with those that it stands on."""
    rows = re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", (HELPERS.parent / "CONTRIBUTING.md").read_text("utf-8"), re.M)
    return {module: set(re.findall(r"`(\w+)`", below)) for module, below in rows}


def test_the_map_of_the_maths_is_that_of_its_imports():
    wanted = {}
    for path in (HELPERS / "maths").glob("[a-z]*.py"):
        names = (name.split(".") for name in imported(path) if name.startswith("helpers.maths."))
        wanted[path.stem] = {part[2] for part in names} - {"_check"}
    gone = on_the_map().keys() - wanted.keys()
    assert not gone, f"take the rows of {gone} out of the map in CONTRIBUTING: helpers/maths has no such module"
    for module, below in wanted.items():
        row = f"| `{module}` | what it holds | {', '.join(f'`{one}`' for one in sorted(below))} |"
        assert on_the_map().get(module) == below, f"the map in CONTRIBUTING must have the row {row}"


# The words

OLD = r"\brooms?\b|\bfloors\b|\bclaims\.md|\bdrive=|\bleaves? the floats|\bleft the floats|\bfactor a step\b"


def test_no_module_and_no_notebook_speaks_the_old_dialect():
    """Modules and layers, inputs, "overflows", "per step"; a source is a claim's number or a paper."""
    texts = {path: path.read_text("utf-8") for path in HELPERS.rglob("*.py")}
    for path in (HELPERS.parent / "notebooks").glob("*.ipynb"):
        texts[path] = "".join(line for cell in json.loads(path.read_text("utf-8"))["cells"] for line in cell["source"])
    found = {f"{path.name}: {one[0]}" for path, text in texts.items() for one in re.finditer(OLD, text)}
    assert not found
