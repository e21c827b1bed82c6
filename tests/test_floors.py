"""A floor imports only what lies below it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parents[1] / "helpers"
FLOORS = ["data", "maths", "exercises", "experiments", "figures", "explorers"]  # from the ground up
MAY_USE = {
    "data": {"numpy"},
    "maths": {"numpy"},
    "figures": {"numpy", "matplotlib"},
    "explorers": {"numpy", "anywidget", "ipywidgets", "traitlets"},
    "exercises": {"numpy"},
    "experiments": {"numpy", "tqdm", "distributed"},
}
BELOW = {
    "data": {"data"},
    "maths": {"maths"},
    "figures": {"figures"},
    "explorers": {"data", "maths", "exercises", "figures", "explorers", "experiments.cells", "experiments.choice"},
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
            assert node.level == 0, f"{path}: a relative import hides its floor"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def faults(path: Path, floor: str) -> list[str]:
    """Return the imports of ``path`` that its floor may not make."""

    def allowed(name):
        first, *rest = name.split(".")
        if first == "helpers":
            return rest[0] in BELOW[floor] or ".".join(rest[:2]) in BELOW[floor]
        known = first in sys.stdlib_module_names or first in MAY_USE[floor]
        return known and "pyplot" not in rest and "interact" not in rest

    return [name for name in imported(path) if not allowed(name)]


def rooms() -> list[tuple[Path, str]]:
    """Return every file of the package with its floor."""
    return [(path, floor) for floor in FLOORS for path in sorted((HELPERS / floor).glob("*.py"))]


@pytest.mark.parametrize(("path", "floor"), rooms(), ids=lambda value: getattr(value, "name", value))
def test_a_room_imports_only_what_lies_below_it(path, floor):
    assert faults(path, floor) == []


def test_every_file_of_the_package_belongs_to_a_floor():
    known = {path for path, _ in rooms()} | {HELPERS / "__init__.py"}
    assert set(HELPERS.rglob("*.py")) == known


@pytest.mark.parametrize(
    ("line", "floor"),
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
def test_an_import_upwards_or_out_is_seen(tmp_path, line, floor):
    (tmp_path / "room.py").write_text(line, "utf-8")
    assert len(faults(tmp_path / "room.py", floor)) == 1


def test_the_maths_loads_without_matplotlib_and_ipywidgets():
    rooms = [f"helpers.maths.{path.stem}" for path in (HELPERS / "maths").glob("*.py") if path.stem != "__init__"]
    script = f"import sys, {', '.join(rooms)}; print('matplotlib' in sys.modules, 'ipywidgets' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("room", "absent"), [("table", {"tqdm", "distributed", "matplotlib"}), ("run", {"distributed", "matplotlib"})]
)
def test_who_reads_the_table_loads_no_runner_and_who_runs_it_no_cluster(room, absent):
    script = f"import sys, helpers.experiments.{room}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert absent & set(answer.stdout.split()) == set()
