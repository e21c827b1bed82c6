"""What nbval does not see: the form of the notebooks, and that what is stored can be read without a kernel."""

import ast
import base64
import copy
import html
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest

from tests.player_page import decoded
from tests.sweeping import defaults
from tools.explorers import makers
from tools.regenerate import name_cells
from tools.site.films import Call

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPLORERS = makers()
EXPLORER = re.compile(rf"^({'|'.join(EXPLORERS)})\(.*\)$", flags=re.MULTILINE)
LONGEST = 25  # lines of a cell


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def never_run(notebook):
    return [cell.source for cell in code(notebook) if cell.execution_count is None]


def not_in_order(notebook):
    counts = [cell.execution_count for cell in code(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else counts


def stored_errors(notebook):
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    return [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"]


def widget_leftovers(notebook):
    found = ["metadata.widgets"] if "widgets" in notebook.metadata else []
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    return found + [mime for output in outputs for mime in output.get("data", {}) if "widget" in mime]


def explorers_without_still(notebook):
    """Return the explorer cells that store anything but one picture with one sentence, and the HTML of both."""
    faults = []
    for cell in code(notebook):
        if EXPLORER.search(cell.source.splitlines()[-1]):
            data = [output.get("data", {}) for output in cell.outputs]
            if len(data) != 1 or set(data[0]) != {"image/png", "text/html", "text/plain"}:
                faults.append(cell.source)
            else:
                words, described = html.escape(data[0]["text/plain"]), cell.outputs[0].metadata["image/png"]["alt"]
                shown = re.fullmatch(r'<img alt="(.*?)" .*><p>(.*)</p>', data[0]["text/html"])
                if not shown or set(shown.groups()) != {words} or html.escape(described) != words:
                    faults.append(cell.source)
    return faults


def repeated_or_late_imports(notebook):
    """Return the cells with imports other than the first, and the one that checks the helpers at the end."""
    cells = notebook.cells
    checks = [here for before, here in itertools.pairwise(cells) if "## The helpers, checked" in before.source]
    with_imports = [
        number
        for number, cell in enumerate(code(notebook))
        if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(ast.parse(cell.source)))
        and cell not in checks
    ]
    return [] if with_imports == [0] else with_imports


def forbidden(notebook):
    pattern = re.compile(r"import \*|sys\.path|^\s*[%!]|pip install|pyplot|\binteract\b|rcParams|figsize", flags=re.M)
    return [cell.source for cell in code(notebook) if pattern.search(cell.source)]


def too_long(notebook):
    return [cell.source for cell in code(notebook) if len(cell.source.splitlines()) > LONGEST]


def headings_out_of_order(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    right = levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in itertools.pairwise(levels))
    return [] if right else levels


def odd_metadata(notebook):
    expected = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    first = code(notebook)[0]
    cells = [cell.metadata for cell in notebook.cells if cell.metadata and cell is not first]
    folded = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}  # the imports
    return [
        *([notebook.metadata] if notebook.metadata != expected else []),
        *cells,
        *[first.id] * (first.metadata != folded),
    ]


LINT = [
    never_run,
    not_in_order,
    stored_errors,
    widget_leftovers,
    explorers_without_still,
    repeated_or_late_imports,
    forbidden,
    too_long,
    headings_out_of_order,
    odd_metadata,
]


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_a_notebook_keeps_each_rule(notebook):
    assert {rule.__name__: found for rule in LINT if (found := rule(notebook))} == {}


def test_a_notebook_is_valid(notebook):
    nbformat.validate(notebook)


def test_the_three_notebooks_are_there_and_numbered():
    assert [path.name[:2] for path in PATHS] == [f"{number:02d}" for number in range(len(PATHS))]
    assert len(PATHS) >= 3


def test_every_explorer_of_the_package_is_used_and_known_to_the_lint():
    used = {
        name
        for path in PATHS
        for cell in code(nbformat.read(path, as_version=4))
        for name in EXPLORER.findall(cell.source)
    }
    assert used == set(EXPLORERS)


@pytest.fixture(scope="module")
def stored():
    """Return the cells of the notebooks that show an explorer, by its name."""
    found = {name: [] for name in EXPLORERS}
    for path in PATHS:
        for cell in code(nbformat.read(path, as_version=4)):
            if call := EXPLORER.fullmatch(cell.source):
                found[call[1]].append(cell)
    return found


def called(explorer, source):
    """Return the explorer that a cell calls for: this one, where the arguments are settings."""
    call = Call(source.partition(".settles(")[0])
    if call.baked(explorer):
        return call.explorer()
    explorer.update(**defaults(explorer) | call.arguments())
    return explorer


def test_a_stored_still_is_the_picture_of_its_explorer(explorer, stored, thorough):
    """Pixels are compared under the locked matplotlib alone: another version sets type a little differently."""
    locked = re.search(
        r"^matplotlib==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), flags=re.MULTILINE
    ).group(1)
    for cell in stored[explorer.name][: None if thorough else 1]:
        data, here = cell.outputs[0].data, called(explorer, cell.source)
        picture, on_a_page = here.picture[..., :3], re.search('base64,([^"]+)', data["text/html"])[1]
        still, small = (decoded(base64.b64decode(png)) for png in (data["image/png"], on_a_page))
        height, width, _ = picture.shape
        assert still.shape[1] == width
        assert (still[height:] < 128).any()  # the sentence below
        for shown in (still[:height], small):
            assert matplotlib.__version__ != locked or np.abs(shown - picture).mean() < 0.1, cell.source
        assert data["text/plain"] == here.sentence


# Pages of it


class Shown(HTMLParser):
    """What a page shows with no network and no script: its text, and the pictures that it holds, with their names."""

    def __init__(self, page):
        super().__init__()
        self.text, self.pictures, self._in = "", [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "style"):
            self._in.append(tag)
        elif tag == "img":
            self.pictures.append(dict(attributes))

    def handle_endtag(self, tag):
        if self._in and tag == self._in[-1]:
            self._in.pop()

    def handle_data(self, data):
        self.text += "" if self._in else data


FRONT_ENDS = (ROOT / "docs" / "front-ends.md").read_text("utf-8")
EXPORTS = re.findall(r"^\.venv/bin/python -m nbconvert (.*) \S+$", FRONT_ENDS, flags=re.M)


@pytest.mark.parametrize("command", EXPORTS, ids=lambda command: "run" if "--execute" in command else "as stored")
def test_an_exported_page_shows_each_picture_and_says_it_without_a_network(command, tmp_path):
    """By nbconvert's own commands, in its default template: of the first notebook the imports and the explorers."""
    from nbconvert.nbconvertapp import NbConvertApp  # which loads every exporter there is

    notebook = nbformat.read(PATHS[0], as_version=4)
    first = code(notebook)[0]
    notebook.cells = [cell for cell in code(notebook) if cell is first or EXPLORER.search(cell.source)]
    told = [
        output.data["text/plain"]
        for cell in code(notebook)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    path = tmp_path / "page.ipynb"
    nbformat.write(notebook, path)
    convert = NbConvertApp()
    convert.initialize([*command.split(), "--log-level=ERROR", str(path)])
    convert.start()
    page = Shown(path.with_suffix(".html").read_text(encoding="utf-8"))
    assert [picture["alt"] for picture in page.pictures] == told != []
    for picture, sentence in zip(page.pictures, told, strict=True):
        head, data = picture["src"].split(",")
        assert head == "data:image/png;base64"
        assert decoded(base64.b64decode(data)).shape[1] == 2 * int(picture["width"])
        assert sentence in page.text


def test_it_is_said_how_nbconvert_exports_stored_and_run_anew():
    assert sorted("--execute" in command for command in EXPORTS) == [False, True]


# A lint that cannot fail is none: each rule against a notebook with the fault


def break_it(notebook, rule):
    cells = code(notebook)
    explorer = next(cell for cell in cells if EXPLORER.search(cell.source))
    if rule is never_run:
        cells[1].execution_count = None
    elif rule is not_in_order:
        cells[1].execution_count, cells[2].execution_count = cells[2].execution_count, cells[1].execution_count
    elif rule is stored_errors:
        cells[1].outputs = [nbformat.v4.new_output("stream", name="stderr", text="a warning")]
    elif rule is widget_leftovers:
        explorer.outputs[0].data["application/vnd.jupyter.widget-view+json"] = {}
    elif rule is explorers_without_still:
        explorer.outputs[0].data["text/html"] = explorer.outputs[0].data["text/html"].replace('alt="', 'alt="no ')
    elif rule is repeated_or_late_imports:
        cells[1].source = "import math\n" + cells[1].source
    elif rule is forbidden:
        cells[1].source = "%pip install numpy"
    elif rule is too_long:
        cells[1].source = "x = 1\n" * (LONGEST + 1)
    elif rule is headings_out_of_order:
        notebook.cells[-1].source = "##### Next"
    elif rule is odd_metadata:
        notebook.metadata.kernelspec.name = "my-env"


@pytest.mark.parametrize("rule", LINT)
def test_the_rule_sees_its_fault(rule):
    broken = copy.deepcopy(nbformat.read(PATHS[1], as_version=4))
    break_it(broken, rule)
    assert rule(broken) != []


def test_a_cell_that_is_put_in_leaves_the_names_of_the_others_alone():
    notebook = nbformat.read(PATHS[0], as_version=4)
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)
    notebook.cells.insert(2, nbformat.v4.new_markdown_cell("new"))
    notebook.cells.append(copy.deepcopy(notebook.cells[0]))
    name_cells(notebook)
    now = [cell.id for cell in notebook.cells]
    assert now[:2] + now[3:-1] == names
    assert len(set(now)) == len(now)
    assert all(re.fullmatch(r"cell-\d+", name) for name in now)
