"""A reader's hand on the sliders: JupyterLab, served by the test, in a real Chromium."""

import base64
import io
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import anywidget
import nbformat
import numpy as np
import pytest
from matplotlib.image import imread

from helpers.explorers.after import by_lag_explorer
from helpers.explorers.depth import digits_explorer, zoo_explorer
from helpers.explorers.linear import stretch_rotate_explorer
from helpers.explorers.lstm import constant_input_explorer
from helpers.explorers.memory import taps_explorer
from helpers.explorers.mlp import shapes_explorer
from helpers.explorers.rnn import contributions_explorer, ladder_explorer
from helpers.explorers.scalar import first_look, memory_explorer, regime_explorer
from helpers.explorers.training import gap_explorer
from helpers.figures.style import DENSITY
from tests.player_page import in_the_browser
from tests.sweeping import close, defaults
from tests.thorough import all_if_thorough
from tools.chromium import Lab, Page, find_chromium, wait_until
from tools.regenerate import METADATA

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [
    pytest.mark.browser,
    in_the_browser,
]

# The explorer that is looked at, the first of the notebook if no other is named: its cell, and what is in it.
CELL = "(window.cell ?? document.querySelector('.widget-hslider').closest('.jp-Cell'))"
HANDLE = f"{CELL}.querySelector('.noUi-handle')"
BAR = f"{CELL}.querySelector('.noUi-base')"
FIELD = f"{CELL}.querySelector('.widget-text input')"
SENTENCE = f"{CELL}.querySelector('[role=status][aria-live]')"
RESET = f"[...{CELL}.querySelectorAll('button')].find(one => one.textContent === 'Reset')"
DRAWING = f"{CELL}.querySelector('canvas[role=img]')"
PICTURE = f"{CELL}.querySelector('.widget-image')"  # where there can be no drawing
RIGHT, LEFT = ("ArrowRight", 39), ("ArrowLeft", 37)
# By notebook: what makes its first explorer, a key, and what is set after it. What is trained, what counts and what is
# a map of colours come first: the others are thorough.
TOUR = {
    "10_long_lags": (lambda: gap_explorer(model="tanh", updates=0), RIGHT, {"updates": 25}),
    "03_the_chain_rule": (shapes_explorer, RIGHT, {"k": 4}),
    "02_cliffs_and_latches": (regime_explorer, LEFT, {"w": 7.99}),
    "00_start_here": (lambda: first_look(w=0.9), RIGHT, {"w": 0.91}),
    "01_one_neuron_for_ever": (lambda: memory_explorer("tanh", w=0.9), RIGHT, {"w": 0.91}),
    "04_the_activation_squeeze": (zoo_explorer, RIGHT, {"z": 0.05}),
    "05_stretch_rotate_repeat": (lambda: stretch_rotate_explorer(theta=0.0), RIGHT, {"theta": 0.01}),
    "06_through_time": (contributions_explorer, RIGHT, {"gain": 0.95}),
    "07_the_eta_bound": (ladder_explorer, RIGHT, {"gain": 0.95}),
    "08_constant_error_flow": (lambda: taps_explorer(K=1), RIGHT, {"K": 2}),
    "09_the_carousel": (lambda: constant_input_explorer(size=0.0), RIGHT, {"size": 0.1}),
    "11_after_the_carousel": (lambda: by_lag_explorer(length=20, bias=3.0), RIGHT, {"length": 21}),
}


def first_explorer(name: str) -> list[str]:
    """Return what stands in two cells of a notebook: its imports, and its first explorer."""
    code = [cell for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4).cells if cell.cell_type == "code"]
    stored = {cell.id: "".join(one.get("data", {}).get("text/html", "") for one in cell.outputs) for cell in code}
    live = next(cell for cell in code if "<img" in stored[cell.id] and "data-sketch" not in stored[cell.id])
    return [code[0].source, live.source]


def write_notebook(path: Path, cells: Iterable) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells), metadata=METADATA), path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory, thorough):
    assert find_chromium(), "REQUIRE_BROWSER is set, and no Chromium is installed"
    folder = tmp_path_factory.mktemp("course")
    whole = nbformat.read(ROOT / "notebooks" / "01_one_neuron_for_ever.ipynb", 4).cells
    if not thorough:  # the first explorer, what is asked of it, and a question whose answer is a number
        last = next(k for k, cell in enumerate(whole) if cell.source.startswith("## What is lost at each step"))
        whole = whole[:last] + [cell for cell in whole if cell.source == 'question("01.1")']
    made = {name: first_explorer(name) for name in (TOUR if thorough else list(TOUR)[:3])}
    made["digits"] = [f"from {digits_explorer.__module__} import digits_explorer\ndigits_explorer('tanh', 'glorot')"]
    made["again"] = first_explorer("01_one_neuron_for_ever")[1:]
    tour = [nbformat.v4.new_code_cell(source) for sources in made.values() for source in sources]
    write_notebook(folder / "course.ipynb", whole + tour)
    write_notebook(folder / "plain.ipynb", map(nbformat.v4.new_code_cell, first_explorer("01_one_neuron_for_ever")))
    with Lab(folder, ROOT / "tools" / "jupyter") as lab:
        # Where, in the notebook, what was made is shown: each name has its last cell.
        lab.cells = dict(zip(made, np.cumsum([len(whole) - 1, *map(len, made.values())])[1:].tolist(), strict=True))
        yield lab


@pytest.fixture(scope="module")
def opened(lab):
    """Notebook 01, then first explorers of other notebooks, and what trains on the digits; nothing has run."""
    with Page(1366, 1000) as page:
        page.open_notebook(lab, "course.ipynb")
        yield page


@pytest.fixture(scope="module")
def run_page(opened):
    opened.run_all()
    return opened


@pytest.fixture
def tour(lab, run_page):
    """Return the page, and what turns to the cell of an explorer, by its name."""

    def turn(name):
        run_page.evaluate(f"window.cell = document.querySelectorAll('.jp-Cell')[{lab.cells[name]}], true")
        run_page.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
        run_page.wait_for(f"!!{SENTENCE}", "the explorer")
        return run_page

    yield turn
    run_page.evaluate("delete window.cell")
    assert run_page.complaints == []


@pytest.fixture(scope="module")
def at():
    """Return what gives the explorer of the page in this process, at some settings and else at its defaults."""
    explorer = memory_explorer("tanh", w=0.9)

    def at(**settings):
        explorer.update(**(defaults(explorer) | settings))
        return explorer

    yield at
    close(explorer)


@pytest.fixture
def page(run_page, at):
    run_page.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
    run_page.wait_for(f"!!{SENTENCE}", "the explorer")
    run_page.click(*run_page.middle(RESET))
    wait_until(lambda: sentence(run_page) == at().sentence, 10, "the defaults")
    run_page.painted_frames()  # marks move after the sentence
    yield run_page
    assert run_page.complaints == []


def sentence(page) -> str:
    return page.evaluate(f"{SENTENCE}.textContent")


def drawing(page) -> np.ndarray:
    """Return the drawing that the page shows, (height, width, 3) from 0 to 1."""
    data = page.evaluate(f"{DRAWING}.toDataURL()").partition(",")[2]
    return imread(io.BytesIO(base64.b64decode(data)), format="png")[..., :3]


def picture(page) -> np.ndarray:
    """Return the picture that the page shows, (height, width, 3) from 0 to 1."""
    script = f"""fetch({PICTURE}.src).then(answer => answer.arrayBuffer())
        .then(buffer => btoa(Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join('')))"""
    return imread(io.BytesIO(base64.b64decode(page.evaluate(script))), format="png")[..., :3]


def comes_to(page, w: float) -> None:
    """Wait until the page stands still with this number in the field."""
    wait_until(lambda: settled(page) == pytest.approx(w), 10, f"w = {w:g}")


def settled(page) -> float:
    """Return the number in the field once the page has stood still."""
    seen = []

    def still():
        seen.append((number(page), sentence(page)))
        return len(seen) > 4 and len(set(seen[-4:])) == 1

    wait_until(still, 10, "the page to stand still")
    return seen[-1][0]


def number(page) -> float:
    """Return the number in the field."""
    return float(page.evaluate(f"{FIELD}.value"))


def assert_shows(page, explorer) -> None:
    """Sentence and drawing are what the maths, in this process, says, and the drawing is as sharp as the screen."""
    wait_until(lambda: sentence(page) == explorer.sentence, 30, f"the sentence {explorer.sentence!r}")
    page.wait_for(f"!!{DRAWING}", "the drawing")
    fine = explorer.picture[..., :3] / 255
    # The page's pixels are as large as two by two of Agg's; the two painters blend their edges differently.
    height, width, _ = fine.shape
    expected = fine.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))

    def shown():
        seen = drawing(page)
        return seen.shape == expected.shape and np.abs(seen - expected).mean() < 4 / 255

    wait_until(shown, 30, "the drawing, at the screen's density")
    assert page.evaluate(f"{DRAWING}.getAttribute('aria-label')") == explorer.sentence


def test_before_it_has_run_a_reader_sees_stills_and_no_error(opened):
    """The first test: what has run shows no still."""
    stills = "[...document.querySelectorAll('.jp-OutputArea-output img')].filter(one => one.naturalWidth > 500).length"
    # To the first still, or to the last cell that is there yet. A page that is scrolled again before it has laid
    # itself out never gets there.
    there = "document.querySelector('.jp-OutputArea-output img') ?? [...document.querySelectorAll('.jp-Cell')].pop()"
    look = f"(({there})?.scrollIntoView(), {stills} > 0)"
    wait_until(lambda: opened.evaluate(look), 90, "a still", pause=0.3)
    assert "Error displaying widget" not in opened.evaluate("document.body.textContent")
    assert opened.complaints == []


def test_jupyterlab_opens_with_no_question_over_the_page(page):
    """It would ask whether one wants its news; it does so by itself, as `make lab` starts it."""
    assert page.evaluate("document.querySelectorAll('.Toastify__toast, .jp-Dialog').length") == 0


def test_running_all_cells_raises_nothing(page):
    assert page.evaluate("document.querySelectorAll('.jp-Notebook [data-mime-type*=stderr]').length") == 0
    assert page.evaluate("document.querySelectorAll('.jp-Notebook [data-mime-type*=error]').length") == 0


def test_a_fresh_explorer_shows_its_defaults(page, at):
    assert_shows(page, at())


def test_the_picture_gives_way_to_the_drawing(page):
    page.wait_for("document.querySelectorAll('.widget-image').length === 0", "every explorer's drawing")
    assert page.evaluate("document.querySelectorAll('canvas[role=img]').length") > 1


def test_a_question_is_answered_by_mouse_and_by_keyboard_and_says_its_verdict(page):
    def asks(words):
        return f"[...document.querySelectorAll('.jp-CodeCell')].find(one => one.textContent.includes('{words}'))"

    def says(cell, words):
        page.wait_for(f"{cell}.querySelector('[role=alert]').textContent.includes('{words}')", words)

    choices, number = asks("How long does it take at w = 1?"), asks("a memory time of exactly 10 steps")
    wrong, right = (
        f"[...{choices}.querySelectorAll('button')].find(one => one.textContent === '{words}')"
        for words in ("for ever", "about 30 times as long")
    )
    page.evaluate(f"{choices}.scrollIntoView({{block: 'center'}})")
    assert page.evaluate(f"{choices}.querySelector('[role=alert]').textContent") == ""
    page.click(*page.middle(wrong))
    says(choices, "✗ for ever: Not yet.")
    page.evaluate(f"{right}.focus()")
    page.key("Enter", 13, text="\r")
    says(choices, "✓ about 30 times as long: Right.")
    assert page.evaluate(f"document.activeElement === {right}")
    field = f"{number}.querySelector('input')"
    assert page.evaluate(f"{field}.labels[0].textContent") == "Your answer"
    page.evaluate(f"{field}.focus()")
    page.type("0,905")
    says(number, "✓ Right.")


def test_dragging_the_slider_moves_drawing_and_sentence(page, at):
    x, y = page.middle(HANDLE)
    page.drag((x, y), (x + 100, y), seconds=0.3)
    wait_until(lambda: settled(page) > 1.5, 10, "w to follow")
    assert_shows(page, at(w=number(page)))


def test_the_dot_itself_can_be_dragged_and_stepped(page, at):
    dot = f"{DRAWING}.parentElement.querySelector('[role=slider]')"
    page.wait_for(f"!!{DRAWING}", "the drawing")
    page.wait_for(f"!!{dot}", "the handle")
    x, y = page.middle(dot)
    page.drag((x, y), (x + 60, y), seconds=0.3)
    wait_until(lambda: 3.5 < settled(page) < 4.5, 10, "w to follow: 60 of 314 pixels are 3.1 of 16")
    w = number(page)
    assert_shows(page, at(w=w))
    page.evaluate(f"{dot}.focus()")
    page.key("ArrowLeft", 37)
    comes_to(page, w - 0.01)
    page.key("End", 35)
    comes_to(page, 8)


def test_the_cobweb_plays_step_by_step_until_it_is_paused_and_says_its_values(page, at):
    button = f"[...{CELL}.querySelectorAll('button')].find(one => / (Play|Pause)/.test(one.textContent))"
    page.wait_for(f"!!{DRAWING} && {button}?.offsetWidth > 0", "the button")
    page.click(*page.middle(button))
    page.wait_for(f"/At step [3-9] /.test({SENTENCE}.textContent)", "the third step, from the start again")
    page.click(*page.middle(button))
    settled(page)
    explorer = at(walked=int(re.search(r"At step (\d+) ", sentence(page))[1]))
    assert_shows(page, explorer)
    left, top = page.evaluate(f"(box => [box.left, box.top])({DRAWING}.getBoundingClientRect())")
    x, y = explorer._scene.left.get_transform().transform((20, explorer._state.log10_left[20])) / DENSITY
    page.mouse("mouseMoved", left + x, top + explorer._scene.height - y)
    said = f"{DRAWING}.parentElement.querySelector('[role=status]').textContent"
    page.wait_for(f"{said}.startsWith('what is left, step 20: ')", "the value under the pointer")


def test_where_a_short_drag_lets_go_the_handle_stays(page, thorough):
    share = f"(+{HANDLE}.parentElement.style.transform.match(/-?[\\d.]+/)[0] + 1000) / 1000"
    left, width = page.evaluate(f"(box => [box.left, box.width])({BAR}.getBoundingClientRect())")
    for target in (0.8, 0.3, 0.55, 0.9, 0.2, 0.65)[: 6 if thorough else 3]:
        x, y = page.middle(HANDLE)
        page.drag((x, y), (left + target * width, y), seconds=0.3)
        settled(page)
        assert page.evaluate(share) == pytest.approx(target, abs=0.01)


def test_dragging_beyond_both_ends_stops_at_the_ends(page, at):
    for end, w in ((1300, 8.0), (300, -8.0)):
        x, y = page.middle(HANDLE)
        page.drag((x, y), (end, y), seconds=0.3)
        comes_to(page, w)
        assert_shows(page, at(w=w))


def test_the_arrow_keys_move_the_slider_by_a_step(page, at):
    page.evaluate(f"{HANDLE}.focus()")
    page.key("ArrowRight", 39)
    page.key("ArrowRight", 39)
    page.key("ArrowLeft", 37)
    comes_to(page, 0.91)
    assert_shows(page, at(w=0.91))
    page.key("End", 35)
    comes_to(page, 8)


@pytest.mark.parametrize(
    "focused",
    [HANDLE, f"{CELL}.querySelector('select')", RESET, f"{CELL}.querySelector('.handle')"],
    ids=["slider", "list", "button", "handle"],
)
def test_keys_in_an_explorer_leave_the_notebook_alone(page, focused):
    """Arrows would leave or fold a section, and letters make, change and delete cells."""
    page.wait_for(f"!!{CELL}.querySelector('.handle')", "the handle")
    marks = "['jp-CodeCell', 'jp-mod-active', 'jp-mod-selected'].map(name => one.classList.contains(name))"
    cells = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')]"
    cells += f".map(one => [one.offsetParent !== null, ...{marks}].join()).join('; ')"
    page.evaluate(f"{focused}.focus()")
    assert page.evaluate("document.querySelector('.jp-Notebook').classList.contains('jp-mod-commandMode')")
    before = page.evaluate(cells)
    for name, code in (("ArrowLeft", 37), ("ArrowUp", 38), ("ArrowRight", 39), ("ArrowDown", 40), ("End", 35)):
        page.key(name, code)
    for letter in "abmdd":
        page.key(letter, ord(letter.upper()), text=letter)
    time.sleep(0.3)
    assert page.evaluate(cells) == before
    assert page.evaluate(f"document.activeElement === {focused}")


def test_a_number_can_be_typed_into_a_field_that_has_a_name(page, at):
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    names = {(node["role"]["value"], node["name"]["value"]) for node in nodes if "role" in node and "name" in node}
    page.send("Accessibility.disable")
    assert {("textbox", name) for name in ("weight w", "bias b", "first state h0")} <= names
    assert {("combobox", name) for name in ("activation f", "what it reads, x")} <= names
    page.evaluate(f"{FIELD}.focus(), {FIELD}.select()")
    page.type("1.6344716")
    wait_until(lambda: "w = 1.63447" in sentence(page), 10, "the typed number")
    assert_shows(page, at(w=1.6344716))
    settled(page)  # what the slider, which knows no such number, answers may not come into the next test


def typed_into_the_field(page, text):
    page.evaluate(f"{FIELD}.focus(), {FIELD}.select()")
    if text:
        page.type(text)
    else:
        page.key("Backspace", 8)
        page.key("Enter", 13, text="\r")


@pytest.mark.parametrize(("typed", "w"), [("0,5", 0.5), ("1e-1", 0.1), ("-0,25", -0.25)])
def test_a_number_is_taken_as_it_is_typed_with_a_comma_too(page, at, typed, w):
    typed_into_the_field(page, typed)
    assert_shows(page, at(w=w))
    wait_until(lambda: page.evaluate(f"{FIELD}.value") == str(w), 10, "the field to show the number in force")


@pytest.mark.parametrize("typed", ["abc", "", "99", "1.2.3"])
def test_what_is_no_number_in_range_is_refused_aloud_and_changes_nothing(page, at, typed):
    typed_into_the_field(page, typed)
    shown = typed if typed == "99" else repr(typed)
    told = f"w = {shown}: wanted a number from -8 to 8. It stays at 0.9."
    alert = f"{CELL}.querySelector('[role=alert]')?.textContent.replace('99.0', '99')"
    # On a busy machine that of the test before stands for a while.
    page.wait_for(f"{alert} === {json.dumps(told)}", told)
    assert settled(page) == 0.9
    assert_shows(page, at())


def test_another_choice_is_drawn_anew(page, at):
    choose = f"""(list => {{ list.value = [...list.options].find(one => one.text === 'sigmoid').value;
        list.dispatchEvent(new Event('change', {{bubbles: true}})) }})({CELL}.querySelector('select'))"""
    page.evaluate(choose)
    assert_shows(page, at(activation="sigmoid"))


def test_reset_brings_the_defaults_back(page, at):
    page.evaluate(f"{HANDLE}.focus()")
    page.key("Home", 36)
    comes_to(page, -8)
    page.click(*page.middle(RESET))
    assert_shows(page, at())


@pytest.mark.parametrize("name", all_if_thorough(3, TOUR))
def test_the_first_explorer_of_each_notebook_answers(tour, name):
    make, key, setting = TOUR[name]
    page, explorer = tour(name), make()
    page.evaluate(f"{HANDLE}.focus()")
    page.key(*key)
    explorer.update(**setting)
    assert_shows(page, explorer)


def test_a_long_computation_shows_its_sign_and_a_newer_setting_overtakes_it(tour):
    """The explorer of the digits, whose training takes longer than a frame."""
    page = tour("digits")
    choose = f"""(label => {{ const list = [...{CELL}.querySelectorAll('.widget-dropdown')]
            .find(one => one.textContent.includes(label[0])).querySelector('select');
        list.value = [...list.options].find(one => one.text === label[1]).value;
        list.dispatchEvent(new Event('change', {{bubbles: true}})) }})"""
    page.evaluate(f"{choose}(['updates of training', '100'])")
    page.wait_for(f"/computing … \\d+%/.test({CELL}.textContent)", "the sign with its progress")
    page.evaluate(f"{choose}(['updates of training', '20'])")
    explorer = digits_explorer("tanh", "glorot")
    explorer.update(n_updates=20)
    wait_until(lambda: sentence(page) == explorer.sentence, 20, "the newer setting")
    assert "computing" not in page.evaluate(f"{CELL}.textContent")


# So anywidget gives up a page that takes more than two seconds to get ready: it lets no message of the kernel through.
GIVE_UP = """window.limit = AbortSignal.timeout; AbortSignal.timeout = () => {
    const own = new AbortController();
    setTimeout(() => own.abort());
    return own.signal;
}; true"""


def assert_answers_with_pictures(page, at):
    page.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
    page.wait_for(f"!!{PICTURE}", "the picture")
    page.evaluate(f"{HANDLE}.focus()")
    page.key("ArrowRight", 39)
    explorer = at(w=0.91)
    wait_until(lambda: sentence(page) == explorer.sentence, 30, f"the sentence {explorer.sentence!r}")
    expected = explorer.picture[..., :3] / 255
    wait_until(lambda: np.abs(picture(page) - expected).mean() < 5e-4, 10, "the picture")
    natural, shown = page.evaluate(f"[{PICTURE}.naturalWidth, {PICTURE}.getBoundingClientRect().width]")
    assert natural == DENSITY * shown
    assert page.evaluate(f"{CELL}.querySelectorAll('canvas[role=img]').length") == 0
    assert "rror" not in page.evaluate(f"{CELL}.querySelector('.jp-OutputArea').textContent")


def test_where_the_page_takes_too_long_to_show_a_drawing_the_picture_stays_and_answers(tour, at):
    scripts = Path(anywidget.__file__).parent.rglob("*.js")
    if not any("AbortSignal.timeout" in script.read_text("utf-8") for script in scripts):
        pytest.skip("this anywidget waits for as long as it takes")
    page = tour("again")
    page.evaluate(GIVE_UP)
    page.evaluate(f"{SENTENCE}.remove(), {CELL}.querySelector('.cm-content').focus()")
    page.key("Enter", 13, modifiers=8)  # with the shift key: it is run once more
    page.wait_for(f"!!{SENTENCE}", "the explorer")
    assert_answers_with_pictures(page, at)
    page.evaluate("AbortSignal.timeout = limit; true")
    page.complaints.clear()


@pytest.mark.thorough
def test_without_anywidget_the_picture_stays_and_answers(lab, at):
    with Lab(lab.folder, ROOT / "tools" / "jupyter", without="anywidget") as lab, Page(1366, 1000) as page:
        page.open_notebook(lab, "plain.ipynb")
        page.run_all()
        assert_answers_with_pictures(page, at)


def test_without_the_token_the_server_answers_nobody(lab):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{lab.port}/api/contents")
    refused.value.close()
    assert refused.value.code == 403
