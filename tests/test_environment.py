"""The files that say what gets installed, and how it is started, agree with each other."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# What is installed for one purpose: the group of pyproject.toml, and its lock.
OTHERS = {name: (ROOT / f"requirements-{name}.lock").read_text("utf-8") for name in ("site", "lite")}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

# conda-forge's matplotlib brings the Qt toolkit along, its matplotlib-base does not.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def by_name(lines):
    """Return name to range for requirements as pyproject.toml writes them."""
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


RUNTIME = by_name(PYPROJECT["project"]["dependencies"])
TEST = by_name(PYPROJECT["dependency-groups"]["test"])
EXTRAS = {name: by_name(lines) for name, lines in PYPROJECT["project"]["optional-dependencies"].items()}
GROUPS = {name: by_name(PYPROJECT["dependency-groups"][name]) for name in OTHERS}
BUILD = by_name(PYPROJECT["build-system"]["requires"])


def together(*parts):
    """Return name to range where each of the ranges must hold."""
    found = {}
    for name, wanted in (item for part in parts for item in part.items()):
        found[name] = found.get(name, SpecifierSet()) & wanted
    return found


DIRECT = together(RUNTIME, *EXTRAS.values(), TEST)


@cache
def locked(lock=LOCK):
    """Return one (requirement, hashes) for each entry of a lock."""
    entries = lock.replace("\\\n", " ").strip().splitlines()
    return [(Requirement(e.split(" --hash=")[0]), re.findall(r" --hash=(\S+)", e)) for e in entries]


def locked_versions(name):
    """Return the versions at which the lock pins a package: one, or one for each range of Pythons."""
    return [Version(s.version) for r, _ in locked() if canonicalize_name(r.name) == name for s in r.specifier]


def conda_dependencies():
    """Return the plain lines of environment.yml, without the list for pip."""
    return [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]


# pyproject.toml and environment.yml


def test_conda_and_pip_install_the_same_packages_from_the_same_floors():
    """What runs the explorers, and JupyterLab, in which they are read."""
    lines = [line for line in conda_dependencies() if not line.startswith("python=") and line != "pip"]
    assert by_name(lines) == {CONDA_NAMES.get(name, name): floor for name, floor in (RUNTIME | EXTRAS["lab"]).items()}


def test_conda_names_one_exact_minor_version_of_python_that_the_package_supports():
    (python,) = (line for line in conda_dependencies() if line.startswith("python"))
    exact = re.fullmatch(r"python=(3\.\d+)", python)
    assert exact, f"Binder reads 'python=3.N' and nothing else; environment.yml has {python!r}"
    assert Version(exact[1] + ".0") in SpecifierSet(PYPROJECT["project"]["requires-python"])


def test_conda_installs_this_package_from_the_checkout():
    assert "pip" in conda_dependencies()
    assert [line for line in ENVIRONMENT["dependencies"] if not isinstance(line, str)] == [{"pip": ["-e ."]}]


def test_conda_uses_the_free_channel_alone():
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]


# What runs the explorers


COLAB = re.search(r"^COLAB = (.+)$", MAKEFILE, re.MULTILINE)[1].split()


def test_what_colab_has_is_enough_to_run_the_explorers():
    """`make colab` runs the notebooks with these, which are the versions that Colab gives."""
    assert {"ipywidgets", "matplotlib", "numpy"} == {Requirement(line).name for line in COLAB}
    for wanted in map(Requirement, COLAB):
        (exact,) = wanted.specifier
        assert Version(exact.version) in RUNTIME[wanted.name], f"{wanted.name} {RUNTIME[wanted.name]}"


def test_an_explorer_needs_no_jupyterlab_and_the_extras_bring_it():
    assert set(RUNTIME) == {"anywidget", "ipywidgets", "matplotlib", "numpy", "pillow", "traitlets"}
    assert "jupyterlab" in EXTRAS["lab"]
    assert set(EXTRAS) == {"lab", "experiments"}


def test_the_package_and_its_explorers_are_imported_without_what_the_extras_bring():
    """As in an environment that has no JupyterLab, no Dask and no bar."""
    without = sorted({name for extra in EXTRAS.values() for name in extra} - set(RUNTIME))
    script = (
        "import sys, pkgutil, importlib\n"
        f"sys.modules |= dict.fromkeys({without!r})\n"
        "import helpers\n"
        "for found in pkgutil.walk_packages(helpers.__path__, 'helpers.'):\n"
        "    if found.name != 'helpers.experiments.__main__': importlib.import_module(found.name)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_wheel_brings_all_files_of_the_package_and_asks_for_no_jupyterlab(tmp_path):
    """`make wheel` installs it into an empty environment and makes every explorer there."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        tmp_path,
        ".",
    ]
    shutil.copytree(ROOT, source := tmp_path / "source", ignore=shutil.ignore_patterns(".*", "build", "*.egg-info"))
    subprocess.run([*command, "--wheel-dir", tmp_path, "."], cwd=source, check=True)
    (path,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        (told,) = [wheel.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
    files = {str(one.relative_to(ROOT)) for one in (ROOT / "helpers").rglob("*") if one.is_file()}
    assert {one for one in files if "__pycache__" not in one} <= names
    asked = re.findall(r"^Requires-Dist: ([^;\n]+)$", told, flags=re.MULTILINE)
    assert by_name(asked) == RUNTIME


# pyproject.toml and requirements.lock


@pytest.mark.parametrize("name", sorted(DIRECT | BUILD))
def test_the_lock_pins_each_dependency_inside_its_range(name):
    pinned = locked_versions(name)
    assert pinned, f"{name} is not in requirements.lock: make lock"
    for wanted in (DIRECT.get(name, SpecifierSet()), BUILD.get(name, SpecifierSet())):
        assert all(version in wanted for version in pinned), f"{name} {wanted}, locked {pinned}: make lock"


EVERY = together(DIRECT, *GROUPS.values())


@pytest.mark.parametrize("name", sorted(EVERY))
def test_each_dependency_has_a_floor_and_no_ceiling_without_a_reason(name):
    operators = {s.operator for s in EVERY[name]}
    assert ">=" in operators
    assert operators == {">="} or name == "pytest"  # nbval, which reads pytest's insides, has broken with its majors


@pytest.mark.parametrize("group", OTHERS)
def test_the_lock_of_a_group_pins_what_it_asks_for_and_contradicts_nothing(group):
    """What stands in the main lock, too, is the same: the site's is installed over it, and so are films and kernel."""
    pinned = {}
    for requirement, hashes in locked(OTHERS[group]):
        assert hashes, f"{requirement} has no hash"
        name = canonicalize_name(requirement.name)
        pinned.setdefault(name, set()).update(Version(one.version) for one in requirement.specifier)
    for name, versions in pinned.items():
        other = locked_versions(name)
        assert not other or versions <= set(other), f"{name} {versions}, in requirements.lock {other}: make lock"
    for name, wanted in GROUPS[group].items():
        assert all(version in wanted for version in pinned[name]), f"{name} {wanted}, locked {pinned[name]}: make lock"


@pytest.mark.parametrize("lock", [LOCK, *OTHERS.values()], ids=["all", *OTHERS])
def test_the_lock_names_no_place(lock):
    """No address, host or path, and no option that could bring one in: only names, versions, markers and hashes."""
    line = re.compile(r"[A-Za-z0-9_.-]+==[^/@\\]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for text in lock.splitlines() if not line.fullmatch(text)] == []


def test_the_lock_pins_exact_versions_with_hashes():
    for requirement, hashes in locked():
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert hashes, f"{requirement} has no hash"


def test_the_lock_holds_what_the_dependencies_need_and_nothing_else():
    """Walk from the dependencies through what is installed, for every system and Python at once."""
    for name in DIRECT:
        if Version(metadata.version(name)) not in locked_versions(name):
            pytest.skip("this is not the locked environment")
    needed, todo = set(), [(name, frozenset()) for name in DIRECT]
    while todo:
        name, extras = todo.pop()
        if (name, extras) in needed:
            continue
        needed.add((name, extras))
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another system or Python
            continue
        for requirement in map(Requirement, lines):
            wants = re.findall(r"extra\s*==\s*[\"']([^\"']+)[\"']", str(requirement.marker))
            if not wants or set(wants) & extras:
                todo.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    assert {canonicalize_name(r.name) for r, _ in locked()} - {name for name, _ in needed} == set()


# What the code imports


def imported(path):
    """Return the top-level names of what a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


owners_of_modules = cache(metadata.packages_distributions)


@pytest.mark.parametrize(
    ("folder", "declared"), [("helpers", RUNTIME | EXTRAS["experiments"]), ("tests", DIRECT), ("tools", DIRECT)]
)
def test_what_is_imported_is_declared(folder, declared):
    distributions = owners_of_modules()
    ours = {"helpers", "tests", "tools"} | {path.stem for path in (ROOT / "tools").glob("*.py")}
    for path in sorted((ROOT / folder).rglob("*.py")):
        # What a server or Sphinx reads has its own modules; what measures PyTorch runs in an environment of its own.
        if path.parent.name == "jupyter" or path.name in ("bench_torch.py", "conf.py"):
            continue
        for name in set(imported(path)) - ours - set(sys.stdlib_module_names):
            owners = {canonicalize_name(owner) for owner in distributions.get(name, [name])}
            assert owners & set(declared), f"{path.relative_to(ROOT)} imports {name}; pyproject.toml does not list it"


# How it is started


def recipe(target):
    """Return what the Makefile does for a target, comments and continued lines included."""
    return re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]


def test_jupyterlab_listens_on_this_machine_alone():
    assert re.findall(r"\bip[= ](\S+)", recipe("lab")) == ["127.0.0.1"]


@pytest.mark.parametrize("path", ["Makefile", *(str(p.relative_to(ROOT)) for p in ROOT.glob("tools/jupyter/*"))])
def test_nothing_weakens_the_server(path):
    """No token or password of ours (an empty one switches it off), no other origin, no remote access."""
    text = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
    weak = r"token\s*=|password\s*=|allow_(origin|remote_access|unauthenticated)|disable_check_xsrf|0\.0\.0\.0"
    assert not re.search(weak, text)


def test_root_is_allowed_only_where_that_is_who_you_are():
    assert 'if [ "$$(id -u)" = 0 ]; then root=--allow-root; else root=; fi' in recipe("lab")
    assert MAKEFILE.count("--allow-root") == 1


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml", ".ci/run"])
def test_each_command_that_is_named_exists(path):
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    text = (ROOT / path).read_text("utf-8")
    named = set(re.findall(r"(?:^|`|run: )make ([a-z]+)", text, re.MULTILINE)) | set(re.findall(r"target: (\w+)", text))
    assert named <= targets


def test_the_readme_shows_its_two_commands_before_anything_else():
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert [line.split("#")[0].strip() for line in blocks[0].strip().splitlines()] == ["make lab", "make test"]


@pytest.mark.parametrize("name", sorted(EVERY))
def test_contributing_says_why_each_dependency_is_there(name):
    lines = (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith(f"- `{name}`: ")], f"CONTRIBUTING.md has no line for {name}"
