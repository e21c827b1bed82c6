"""A reader's hand on the sliders: JupyterLab, served by the test, in a real Chromium."""

import base64
import io
import json
import re
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
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
# A notebook, what makes its first explorer, a key, and what is set after it.
TOUR = [
    ("00_start_here", lambda: first_look(w=0.9), RIGHT, {"w": 0.91}),
    ("01_one_neuron_for_ever", lambda: memory_explorer("tanh", w=0.9), RIGHT, {"w": 0.91}),
    ("02_cliffs_and_latches", regime_explorer, LEFT, {"w": 7.99}),
    ("03_the_chain_rule", shapes_explorer, RIGHT, {"k": 4}),
    ("04_the_activation_squeeze", zoo_explorer, RIGHT, {"z": 0.05}),
    ("05_stretch_rotate_repeat", lambda: stretch_rotate_explorer(theta=0.0), RIGHT, {"theta": 0.01}),
    ("06_through_time", contributions_explorer, RIGHT, {"gain": 0.95}),
    ("07_the_eta_bound", ladder_explorer, RIGHT, {"gain": 0.95}),
    ("08_constant_error_flow", lambda: taps_explorer(K=1), RIGHT, {"K": 2}),
    ("09_the_carousel", lambda: constant_input_explorer(size=0.0), RIGHT, {"size": 0.1}),
    ("10_long_lags", lambda: gap_explorer(model="tanh", updates=0), RIGHT, {"updates": 25}),
    ("11_after_the_carousel", lambda: by_lag_explorer(length=20, bias=3.0), RIGHT, {"length": 21}),
]


def first_explorer(name: str) -> list:
    """Return two cells of a notebook: its imports, and its first explorer."""
    code = [cell for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4).cells if cell.cell_type == "code"]
    stored = {cell.id: "".join(one.get("data", {}).get("text/html", "") for one in cell.outputs) for cell in code}
    live = next(cell for cell in code if "<img" in stored[cell.id] and "data-sketch" not in stored[cell.id])
    return [nbformat.v4.new_code_cell(cell.source) for cell in (code[0], live)]


def write_notebook(path: Path, cells: list) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    assert find_chromium(), "REQUIRE_BROWSER is set, and no Chromium is installed"
    folder = tmp_path_factory.mktemp("course")
    whole = nbformat.read(ROOT / "notebooks" / "01_one_neuron_for_ever.ipynb", 4).cells
    digits = f"from {digits_explorer.__module__} import digits_explorer\ndigits_explorer('tanh', 'glorot')"
    tour = [cell for name, *_ in TOUR for cell in first_explorer(name)] + [nbformat.v4.new_code_cell(digits)]
    write_notebook(folder / "course.ipynb", whole + tour)
    write_notebook(folder / "plain.ipynb", first_explorer("01_one_neuron_for_ever"))
    with Lab(folder, ROOT / "tools" / "jupyter") as lab:
        yield lab


@pytest.fixture(scope="module")
def opened(lab):
    """Notebook 01 and, after it, the first explorer of each notebook and what trains on the digits; nothing has run."""
    with Page(1366, 1000) as page:
        page.open_notebook(lab, "course.ipynb")
        yield page


@pytest.fixture(scope="module")
def run_page(opened):
    opened.run_all()
    return opened


@pytest.fixture
def tour(run_page):
    yield run_page
    run_page.evaluate("delete window.cell")
    assert run_page.complaints == []


@pytest.fixture
def page(run_page):
    run_page.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
    run_page.wait_for(f"!!{SENTENCE}", "the explorer")
    run_page.click(*run_page.middle(RESET))
    default = memory_explorer("tanh", w=0.9).sentence
    wait_until(lambda: sentence(run_page) == default, 10, "the defaults")
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


def settled(page) -> float:
    """Return the number in the field once the page has stood still."""
    seen = []

    def still():
        seen.append((page.evaluate(f"{FIELD}.value"), sentence(page)))
        return len(seen) > 4 and len(set(seen[-4:])) == 1

    wait_until(still, 10, "the page to stand still", pause=0.1)
    return float(seen[-1][0])


def assert_shows(page, explorer) -> None:
    """Sentence and drawing are what the maths, in this process, says, and the drawing is as sharp as the screen."""
    wait_until(lambda: sentence(page) == explorer.sentence, 30, f"the sentence {explorer.sentence!r}")
    page.wait_for(f"!!{DRAWING}", "the drawing")
    fine = explorer.picture[..., :3] / 255
    # The page's pixels are as large as two by two of Agg's; the two painters blend their edges differently.
    height, width, _ = fine.shape
    expected = fine.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    wait_until(lambda: drawing(page).shape == expected.shape, 30, "a drawing of the screen's density")
    wait_until(lambda: np.abs(drawing(page) - expected).mean() < 4 / 255, 30, "the drawing")
    assert page.evaluate(f"{DRAWING}.getAttribute('aria-label')") == explorer.sentence


def test_before_it_has_run_a_reader_sees_stills_and_no_error(opened):
    """The first test: what has run shows no still."""
    stills = "[...document.querySelectorAll('.jp-OutputArea-output img')].filter(one => one.naturalWidth > 500).length"
    # To the first still, or to the last cell that is there yet. A page that is scrolled again before it has laid
    # itself out never gets there.
    there = "document.querySelector('.jp-OutputArea-output img') ?? [...document.querySelectorAll('.jp-Cell')].pop()"
    look = f"(({there})?.scrollIntoView(), {stills} > 0)"
    wait_until(lambda: opened.evaluate(look), 90, "a still", pause=1)
    assert "Error displaying widget" not in opened.evaluate("document.body.textContent")
    assert opened.complaints == []


def test_jupyterlab_opens_with_no_question_over_the_page(page):
    """It would ask whether one wants its news; it does so by itself, as `make lab` starts it."""
    assert page.evaluate("document.querySelectorAll('.Toastify__toast, .jp-Dialog').length") == 0


def test_running_all_cells_raises_nothing(page):
    assert page.evaluate("document.querySelectorAll('.jp-Notebook [data-mime-type*=stderr]').length") == 0
    assert page.evaluate("document.querySelectorAll('.jp-Notebook [data-mime-type*=error]').length") == 0


def test_a_fresh_explorer_shows_its_defaults(page):
    assert_shows(page, memory_explorer("tanh", w=0.9))


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


def test_dragging_the_slider_moves_drawing_and_sentence(page):
    x, y = page.middle(HANDLE)
    page.drag((x, y), (x + 100, y), seconds=0.5)
    w = settled(page)
    assert w > 1.5
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(w=w)
    assert_shows(page, explorer)


def test_the_dot_itself_can_be_dragged_and_stepped(page):
    dot = f"{DRAWING}.parentElement.querySelector('[role=slider]')"
    page.wait_for(f"!!{DRAWING}", "the drawing")
    page.wait_for(f"!!{dot}", "the handle")
    x, y = page.middle(dot)
    page.drag((x, y), (x + 60, y), seconds=0.5)
    wait_until(lambda: 3.5 < settled(page) < 4.5, 10, "w to follow: 60 of 314 pixels are 3.1 of 16")
    w = settled(page)
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(w=w)
    assert_shows(page, explorer)
    page.evaluate(f"{dot}.focus()")
    page.key("ArrowLeft", 37)
    wait_until(lambda: settled(page) == pytest.approx(w - 0.01), 10, "a step")
    page.key("End", 35)
    wait_until(lambda: settled(page) == 8.0, 10, "the end")


def test_the_cobweb_plays_step_by_step_until_it_is_paused_and_says_its_values(page):
    button = f"[...{CELL}.querySelectorAll('button')].find(one => / (Play|Pause)/.test(one.textContent))"
    page.wait_for(f"!!{DRAWING} && {button}?.offsetWidth > 0", "the button")
    page.click(*page.middle(button))
    page.wait_for(f"/At step [3-9] /.test({SENTENCE}.textContent)", "the third step, from the start again")
    page.click(*page.middle(button))
    settled(page)
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(walked=int(re.search(r"At step (\d+) ", sentence(page))[1]))
    assert_shows(page, explorer)
    box = page.evaluate(f"(box => [box.left, box.top])({DRAWING}.getBoundingClientRect())")
    at = explorer._scene.left.get_transform().transform((20, explorer._state.log10_left[20])) / DENSITY
    page.mouse("mouseMoved", box[0] + at[0], box[1] + explorer._scene.height - at[1])
    said = f"{DRAWING}.parentElement.querySelector('[role=status]').textContent"
    page.wait_for(f"{said}.startsWith('what is left, step 20: ')", "the value under the pointer")


def test_where_a_short_drag_lets_go_the_handle_stays(page):
    share = f"(+{HANDLE}.parentElement.style.transform.match(/-?[\\d.]+/)[0] + 1000) / 1000"
    left, width = page.evaluate(f"(box => [box.left, box.width])({BAR}.getBoundingClientRect())")
    for target in (0.8, 0.3, 0.55, 0.9, 0.2, 0.65):
        x, y = page.middle(HANDLE)
        page.drag((x, y), (left + target * width, y), seconds=0.3)
        settled(page)
        assert page.evaluate(share) == pytest.approx(target, abs=0.01)


def test_dragging_beyond_both_ends_stops_at_the_ends(page):
    for end, w in ((1300, 8.0), (300, -8.0)):
        x, y = page.middle(HANDLE)
        page.drag((x, y), (end, y), seconds=0.5)
        assert settled(page) == w
        explorer = memory_explorer("tanh", w=0.9)
        explorer.update(w=w)
        assert_shows(page, explorer)


def test_the_arrow_keys_move_the_slider_by_a_step(page):
    page.evaluate(f"{HANDLE}.focus()")
    page.key("ArrowRight", 39)
    page.key("ArrowRight", 39)
    page.key("ArrowLeft", 37)
    assert settled(page) == 0.91
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(w=0.91)
    assert_shows(page, explorer)
    page.key("End", 35)
    assert settled(page) == 8.0


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


def test_a_number_can_be_typed_into_a_field_that_has_a_name(page):
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    names = {(node["role"]["value"], node["name"]["value"]) for node in nodes if "role" in node and "name" in node}
    page.send("Accessibility.disable")
    assert {("textbox", name) for name in ("weight w", "bias b", "first state h0")} <= names
    assert {("combobox", name) for name in ("activation f", "what it reads, x")} <= names
    page.evaluate(f"{FIELD}.focus(), {FIELD}.select()")
    page.type("1.6344716")
    wait_until(lambda: "w = 1.63447" in sentence(page), 10, "the typed number")
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(w=1.6344716)
    assert_shows(page, explorer)
    settled(page)  # what the slider, which knows no such number, answers may not come into the next test


def typed_into_the_field(page, text):
    page.evaluate(f"{FIELD}.focus(), {FIELD}.select()")
    if text:
        page.type(text)
    else:
        page.key("Backspace", 8)
        page.key("Enter", 13, text="\r")


@pytest.mark.parametrize(("typed", "w"), [("0,5", 0.5), ("1e-1", 0.1), ("-0,25", -0.25)])
def test_a_number_is_taken_as_it_is_typed_with_a_comma_too(page, typed, w):
    typed_into_the_field(page, typed)
    explorer = memory_explorer("tanh", w=w)
    assert_shows(page, explorer)
    wait_until(lambda: page.evaluate(f"{FIELD}.value") == str(w), 10, "the field to show the number in force")


@pytest.mark.parametrize("typed", ["abc", "", "99", "1.2.3"])
def test_what_is_no_number_in_range_is_refused_aloud_and_changes_nothing(page, typed):
    typed_into_the_field(page, typed)
    shown = typed if typed == "99" else repr(typed)
    told = f"w = {shown}: wanted a number from -8 to 8. It stays at 0.9."
    alert = f"{CELL}.querySelector('[role=alert]')?.textContent.replace('99.0', '99')"
    # On a busy machine that of the test before stands for a while.
    page.wait_for(f"{alert} === {json.dumps(told)}", told)
    assert settled(page) == 0.9
    assert_shows(page, memory_explorer("tanh", w=0.9))


def test_another_choice_is_drawn_anew(page):
    choose = f"""(list => {{ list.value = [...list.options].find(one => one.text === 'sigmoid').value;
        list.dispatchEvent(new Event('change', {{bubbles: true}})) }})({CELL}.querySelector('select'))"""
    page.evaluate(choose)
    explorer = memory_explorer("tanh", w=0.9)
    explorer.update(activation="sigmoid")
    assert_shows(page, explorer)


def test_reset_brings_the_defaults_back(page):
    page.evaluate(f"{HANDLE}.focus()")
    page.key("Home", 36)
    assert settled(page) == -8.0
    page.click(*page.middle(RESET))
    assert_shows(page, memory_explorer("tanh", w=0.9))


@pytest.mark.parametrize(("name", "make", "key", "setting"), TOUR, ids=[name for name, *_ in TOUR])
def test_the_first_explorer_of_each_notebook_answers(tour, name, make, key, setting):
    cells = "[...document.querySelectorAll('.jp-CodeCell')].filter(one => one.querySelector('.widget-hslider'))"
    tour.evaluate(f"(window.cell = {cells}.at({[one for one, *_ in TOUR].index(name) - len(TOUR) - 1}), true)")
    tour.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
    tour.wait_for(f"!!{SENTENCE}", "the explorer")
    tour.evaluate(f"{HANDLE}.focus()")
    tour.key(*key)
    explorer = make()
    explorer.update(**setting)
    assert_shows(tour, explorer)


def test_a_long_computation_shows_its_sign_and_a_newer_setting_overtakes_it(tour):
    """The explorer of the digits, whose training takes longer than a frame."""
    tour.evaluate("(window.cell = [...document.querySelectorAll('.jp-CodeCell')].at(-1), true)")
    choose = f"""(label => {{ const list = [...{CELL}.querySelectorAll('.widget-dropdown')]
            .find(one => one.textContent.includes(label[0])).querySelector('select');
        list.value = [...list.options].find(one => one.text === label[1]).value;
        list.dispatchEvent(new Event('change', {{bubbles: true}})) }})"""
    tour.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
    tour.wait_for(f"!!{SENTENCE}", "the explorer")
    tour.evaluate(f"{choose}(['updates of training', '100'])")
    tour.wait_for(f"/computing … \\d+%/.test({CELL}.textContent)", "the sign with its progress")
    tour.evaluate(f"{choose}(['updates of training', '20'])")
    explorer = digits_explorer("tanh", "glorot")
    explorer.update(n_updates=20)
    wait_until(lambda: sentence(tour) == explorer.sentence, 20, "the newer setting")
    assert "computing" not in tour.evaluate(f"{CELL}.textContent")


# So anywidget gives up a page that takes more than two seconds to get ready: it lets no message of the kernel through.
GIVE_UP = """AbortSignal.timeout = () => {
    const own = new AbortController();
    setTimeout(() => own.abort());
    return own.signal;
}"""


@pytest.mark.parametrize(
    "slow", all_if_thorough(1, [True, False]), ids=["a page that takes too long", "without anywidget"]
)
def test_where_no_drawing_can_be_shown_the_picture_stays_and_answers(lab, slow):
    scripts = Path(anywidget.__file__).parent.rglob("*.js")
    if slow and not any("AbortSignal.timeout" in script.read_text("utf-8") for script in scripts):
        pytest.skip("this anywidget waits for as long as it takes")
    with ExitStack() as stack:
        if not slow:
            lab = stack.enter_context(Lab(lab.folder, ROOT / "tools" / "jupyter", without="anywidget"))
        page = stack.enter_context(Page(1366, 1000))
        page.send("Page.addScriptToEvaluateOnNewDocument", source=GIVE_UP if slow else "")
        page.open_notebook(lab, "plain.ipynb")
        page.run_all()
        page.evaluate(f"{CELL}.scrollIntoView({{block: 'start'}})")
        page.wait_for(f"!!{PICTURE}", "the picture")
        page.evaluate(f"{HANDLE}.focus()")
        page.key("ArrowRight", 39)
        explorer = memory_explorer("tanh", w=0.9)
        explorer.update(w=0.91)
        wait_until(lambda: sentence(page) == explorer.sentence, 30, f"the sentence {explorer.sentence!r}")
        expected = explorer.picture[..., :3] / 255
        wait_until(lambda: np.abs(picture(page) - expected).mean() < 5e-4, 10, "the picture")
        natural, shown = page.evaluate(f"[{PICTURE}.naturalWidth, {PICTURE}.getBoundingClientRect().width]")
        assert natural == DENSITY * shown
        assert page.evaluate("document.querySelectorAll('canvas[role=img]').length") == 0
        assert "rror" not in page.evaluate(f"{CELL}.querySelector('.jp-OutputArea').textContent")


def test_without_the_token_the_server_answers_nobody(lab):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{lab.port}/api/contents")
    refused.value.close()
    assert refused.value.code == 403
