"""What a drawing says of its lines and matrices, under the pointer and by keys; and what goes on by itself."""

import re
import time

import numpy as np
import pytest
from matplotlib.lines import Line2D

from helpers.explorers.depth import jacobian_explorer
from helpers.explorers.linear import stretch_rotate_explorer
from helpers.explorers.memory import three_memories_explorer
from helpers.explorers.scalar import memory_explorer
from helpers.figures import style
from helpers.figures.parts import panel
from helpers.figures.shown import Shown, field, reading
from tests.player_page import in_the_browser
from tests.sweeping import drawn
from tools.chromium import wait_until

TIP = "views[0].el.querySelector('[role=status]')"
SAID = f"({TIP}.style.visibility === 'visible' ? {TIP}.textContent : '')"
TARGETS = "[...views[0].el.querySelectorAll('[role=application]')]"


@pytest.fixture
def page(page):
    """An empty page, in a corner of which the mouse lies."""
    page.mouse("mouseMoved", 990, 990)
    return page


def shown_in(page, explorer, width=860):
    """Show ``explorer`` as it is, and let the page answer for it."""
    explorer._player.set_state({"lives": True})
    drawing = explorer._scene.record(explorer._state)
    page.tell(drawing, explorer.sentence, handles=explorer._player.handles, plays=explorer._player.plays)
    page.show(width)
    page.painted_frames()
    return drawing.facts


def place_of(explorer, artist: Line2D, x, y) -> np.ndarray:
    """Return where in the page, in CSS pixels, data of an artist lie: by matplotlib's own transform."""
    figure = explorer._scene.figure
    left, up = artist.get_transform().transform((x, y)) * 100 / figure.dpi
    return np.array([left, explorer._scene.height - up])


def number_in(said: str) -> float:
    """Return the number that a plain form stands for."""
    said = said.replace(",", "")
    if said.startswith("1 in "):
        return 1 / float(said[5:])
    return 10 ** float(said[3:]) if said.startswith("10^") else float(said)


@pytest.fixture(scope="module")
def memory():
    return memory_explorer("tanh", w=0.9)


# How a page reads what a figure shows


def reading_of(x_label="", y_label="", title="", label=None, powers="", **more) -> dict:
    """Return how a line in such axes is read."""
    with style.styled():
        axes = style.new_figure(200, 150).add_axes([0.25, 0.2, 0.5, 0.6])
        panel(axes, title, (x_label, 0, 2), (y_label, -4, 1), powers=powers)
        (line,) = axes.plot([], [], color=style.GRADIENT, **({"label": label} if label else {}))
    return reading(Shown(line, **({"y": "log10_left"} | more)))


@pytest.mark.parametrize(
    ("label", "prefix", "whole"),
    [
        ("step t", "step ", True),
        ("lag in steps", "lag ", True),
        ("layers", "layer ", True),
        ("weight w", "weight w = ", False),
        ("gain g of W", "gain g = ", False),
    ],
)
def test_what_is_said_before_a_number_is_the_word_of_its_axis(label, prefix, whole):
    x = reading_of(label, x="places")["x"]
    assert (x["prefix"], x["whole"], x["low"], x["high"]) == (prefix, whole, 0, 2)


def test_a_line_is_called_by_its_legend_or_its_axis_or_its_title_without_mathtext():
    assert reading_of(y_label="‖M$^n$‖", title="n steps", label="W$^n$")["name"] == "W^n"
    assert reading_of(y_label="‖M$^n$‖", title="n steps")["name"] == "‖M^n‖"
    assert reading_of(title="the norm (dotted: 1)")["name"] == "the norm"


def test_axes_of_logarithms_are_known_by_their_powers_or_their_field():
    assert (reading_of("lag", x="x", powers="x")["x"]["log10"], reading_of("lag", x="x")["x"]["log10"]) == (True, False)
    assert reading_of("lag", x="x", powers="x")["x"]["whole"] is False
    assert reading_of(y="log10_left")["y"]["log10"] is True
    assert reading_of(y="left")["y"]["log10"] is False


def test_the_frame_is_that_of_the_axes_in_css_pixels_from_the_top():
    assert reading_of()["frame"] == [50, 30, 150, 120]


# Under the pointer


@in_the_browser
@pytest.mark.parametrize("step", [3, 31, 49])
def test_a_line_on_an_axis_of_logarithms_says_its_step_and_its_value_in_plain_form(page, memory, step):
    shown_in(page, memory)
    left = memory._state.log10_left[step]
    x, y = place_of(memory, memory._scene.left, step, left)
    page.mouse("mouseMoved", x + 1, y - 3)
    name, said = page.evaluate(SAID).split(", ", 1)
    assert name == "what is left"
    words, number = said.split(": ")
    assert words == f"step {step}"
    assert number_in(number) == pytest.approx(10**left, rel=0.03)  # half of its last digit, and a pixel's 32nd


@in_the_browser
def test_a_value_on_a_plain_axis_is_said_to_a_part_of_a_pixel(page, memory):
    shown_in(page, memory)
    h = memory._state.H[7]
    page.mouse("mouseMoved", *place_of(memory, memory._scene.states, 7, h))
    assert page.evaluate(SAID).startswith("state h_t, step 7: ")
    assert number_in(page.evaluate(SAID).split(": ")[1]) == pytest.approx(h, abs=0.001)


@in_the_browser
def test_a_cell_of_a_matrix_says_row_column_and_value(page):
    """The Jacobian of softmax is diag(s) - s s^T."""
    explorer = jacobian_explorer("softmax")
    shown_in(page, explorer)
    s = np.exp(np.linspace(1.0, -1.0, 4))
    s /= s.sum()
    J = np.diag(s) - np.outer(s, s)
    middle = np.array([28 + 137, explorer._scene.height - 8 - 138])
    for row, column in ((0, 0), (0, 3), (2, 1)):
        page.mouse("mouseMoved", *(middle + 32 * np.array([column - 1.5, row - 1.5]) + 5))
        name, said = page.evaluate(SAID).split(", ", 1)
        assert name == "∂h/∂z"
        words, number = said.split(": ")
        assert words == f"row {row + 1}, column {column + 1}"
        assert number_in(number) == pytest.approx(J[row, column], rel=0.01)


@in_the_browser
def test_what_has_left_the_picture_is_less_or_more_than_its_edge(page):
    explorer = three_memories_explorer()
    explorer.update(leak=0.5)
    shown_in(page, explorer)
    low, _ = explorer._scene.log_limits
    assert explorer._state.log10_left[1][60] < low
    page.mouse("mouseMoved", *place_of(explorer, drawn(explorer, "log10_left.1"), 60, low))
    assert re.search(", step 60: less than ", page.evaluate(SAID))
    assert number_in(page.evaluate(SAID).split("than ")[1]) == pytest.approx(10**low)


@in_the_browser
def test_far_from_every_line_in_a_drag_and_out_of_the_drawing_nothing_is_said(page, memory):
    shown_in(page, memory)
    x, y = place_of(memory, memory._scene.left, 31, memory._state.log10_left[31])
    page.mouse("mouseMoved", x, y)
    assert page.evaluate(SAID)
    page.mouse("mouseMoved", x, y + 60)
    assert not page.evaluate(SAID)
    page.mouse("mouseMoved", x, y, button="left", buttons=1)
    assert not page.evaluate(SAID)
    page.mouse("mouseMoved", x, y)
    assert page.evaluate(SAID)
    page.mouse("mouseMoved", 950, y)
    assert not page.evaluate(SAID)


@in_the_browser
def test_a_finger_that_taps_hears_the_value_and_the_page_still_scrolls_under_it(page, memory):
    shown_in(page, memory)
    page.send("Emulation.setTouchEmulationEnabled", enabled=True)
    page.evaluate("document.body.style.height = '3000px'; scrollTo(0, 0); true")
    try:
        x, y = place_of(memory, memory._scene.left, 12, memory._state.log10_left[12])
        page.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        page.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        assert page.evaluate(SAID).startswith("what is left, step 12: ")
        page.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        for up in range(10, 151, 10):
            page.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x, "y": y - up}])
            time.sleep(0.02)
        page.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        wait_until(lambda: page.evaluate("scrollY") > 50, 5, "the page to scroll")
    finally:
        page.evaluate("scrollTo(0, 0); document.body.style.height = ''; true")
        page.send("Emulation.setTouchEmulationEnabled", enabled=False)


@in_the_browser
def test_what_is_said_follows_the_drawing(page, memory):
    shown_in(page, memory)
    page.mouse("mouseMoved", *place_of(memory, memory._scene.left, 20, memory._state.log10_left[20]))
    before = page.evaluate(SAID)
    memory.update(w=0.8)
    try:
        page.tell(memory._scene.record(memory._state))
        page.painted_frames()
        now = page.evaluate(SAID)
        assert now != before
        assert now.startswith("what is left, step 20: ")
        assert number_in(now.split(": ")[1]) == pytest.approx(10 ** memory._state.log10_left[20], rel=0.03)
    finally:
        memory.update(w=0.9)


# By keys


def press(page, *names):
    """Press keys, and return what is said after each."""
    codes = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "PageDown": 34}
    said = []
    for name in names:
        page.key(name, codes[name])
        said.append(page.evaluate(SAID))
    return said


@in_the_browser
def test_by_keys_a_panel_is_read_step_by_step_and_line_by_line(page, memory):
    shown_in(page, memory)
    page.evaluate("document.body.style.height = '3000px'; true")
    page.evaluate(f"{TARGETS}.find(one => one.ariaLabel.includes('what is left')).focus()")
    press(page, "PageDown")  # from the event to the curve
    press(page, "End")
    steps = [said.split(": ")[0] for said in press(page, "Home", "ArrowRight", "ArrowRight", "ArrowLeft")]
    assert [said.split(", ")[1] for said in steps] == ["step 0", "step 1", "step 2", "step 1"]
    assert press(page, "End", "ArrowRight")[1].split(": ")[0].endswith("step 50")  # and stays there
    names = {said.split(", ")[0] for said in press(page, "ArrowDown", "ArrowDown", "ArrowDown")}
    assert names == {"what is left", "the event"}
    assert page.evaluate("scrollY") == 0
    page.evaluate("document.body.style.height = ''; document.activeElement.blur(); true")
    assert page.evaluate(SAID) == ""


@in_the_browser
def test_by_keys_a_matrix_is_read_in_rows_and_columns(page):
    shown_in(page, jacobian_explorer("softmax"))
    page.evaluate(f"{TARGETS}[0].focus()")
    said = press(page, "Home", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp")
    places = [re.search(r"row (\d), column (\d)", one).groups() for one in said]
    assert places == [("1", "1"), ("1", "2"), ("2", "2"), ("3", "2"), ("2", "2"), ("1", "2"), ("1", "2")]


@in_the_browser
def test_by_ear_a_panel_says_what_can_be_read_there_and_each_value_as_it_is_read(page, memory):
    shown_in(page, memory)
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    page.send("Accessibility.disable")
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "application"]
    assert len(names) == 5  # one for each axes
    assert "values of state h_t, the event: arrow keys" in names


READ_ALL = f"""(() => {{ const found = [];
    for (const target of {TARGETS}) {{
        target.focus();
        const key = name => target.dispatchEvent(new KeyboardEvent("keydown", {{key: name, bubbles: true}}));
        for (let here = new Set(), again = 0; again < 2;) {{  // its lines and matrices, until two come again in a row
            key("Home");
            const said = [0, 1].map(() => (key("ArrowRight"), {SAID}));
            again = here.has(said.join()) ? again + 1 : 0;
            here.add(said.join());
            found.push(...said);
            key("PageDown");
        }}
        target.blur();
    }}
    return found }})()"""


@in_the_browser
def test_every_line_and_matrix_of_every_explorer_has_a_name_says_its_value_and_fits_a_telephone(page, explorer):
    assert explorer._plays == PLAYED.get(explorer.name, "")
    facts = shown_in(page, explorer)
    said = set(page.evaluate(READ_ALL))
    assert said or not any(facts["shown"])
    for part in facts["panels"]:  # of what may lose no width, a page of 358 pixels shows two thirds
        assert part["inside"] or part["box"][2] - part["box"][0] < 358 / 0.65
    assert not any(re.match("^, |.*(NaN|undefined|null|Infinity)", one) for one in said), said
    for one, shown in zip(facts["shown"], explorer._scene.shown, strict=True):
        if one is None or shown.by or not shown.is_log10 or not one["x"]["whole"] or one["names"]:
            continue
        y, x = (field(explorer._state, what) if isinstance(what, str) else what for what in (shown.y, shown.x))
        if y is None:
            continue
        y = np.atleast_1d(y)
        y, x = np.broadcast_arrays(y, np.arange(len(y)) if x is None else x)
        low, high = shown.artist.axes.get_ylim()
        values = {f"{one['name']}, {one['x']['prefix']}{place}": log10 for place, log10 in zip(x, y, strict=True)}
        heard = [line.rpartition(": ") for line in said]
        alike = [other for other in facts["shown"] if other and other["name"] == one["name"]]
        for words, _, number in heard:
            # Half of the second of two digits is 5 % at the most, and a line is noted to a 32nd of a pixel.
            if words in values and len(alike) == 1 and low < values[words] < high:
                assert np.log10(number_in(number)) == pytest.approx(values[words], abs=0.022 + (high - low) / 1000), (
                    words
                )


# On a narrow screen


@in_the_browser
def test_on_a_narrow_screen_values_stand_inside_the_page_and_beside_their_line(page, explorer):
    if explorer.name not in ("memory_explorer", "contributions_explorer"):
        return
    shown_in(page, explorer, 358)
    box = f"(({TIP}).getBoundingClientRect())"
    for number in range(page.evaluate(f"{TARGETS}.length")):
        page.evaluate(f"{TARGETS}[{number}].focus()")
        for said in press(page, "Home", "End"):
            assert said
            left, right = page.evaluate(f"(box => [box.left, box.right])({box})")
            assert left >= 0
            assert right <= 358
    page.evaluate("scrollTo(0, 0), document.activeElement.blur()")


# What goes on by itself

PLAYED = {
    "memory_explorer": "walked",  # the cobweb, with the product of its slopes
    "stretch_rotate_explorer": "n",  # powers of M
    "wall_explorer": "updates",  # a descent
    "gap_explorer": "updates",  # a training
    "dissector_explorer": "lag",  # the lag of a product
    "squeeze_explorer": "depth",  # layers of slopes
    "cell_explorer": "step",  # what flows, step by step
    "contributions_explorer": "step",  # the losses, one after the other
}
BUTTON = "[...views[0].el.querySelectorAll('button')]"
PLAY, STEP = f"{BUTTON}[0]", f"{BUTTON}[1]"
STEPS = "model.sent.splice(0).map(told => told.steps)"


def test_what_plays_goes_on_by_steps_and_back_to_its_start(explorer):
    if explorer.name not in PLAYED:
        return
    control = PLAYED[explorer.name]
    spec = explorer.specs[control]
    for steps, value in ((-1e9, spec.low), (1, spec.low + spec.step), (1, spec.low + 2 * spec.step)):
        explorer._player._handle_custom_msg({"control": control, "steps": steps}, [])
        explorer._latest.wait()
        assert explorer.settings[control] == value
        plays = explorer._player.plays
        assert (plays["control"], plays["now"], plays["low"], plays["high"]) == (control, value, spec.low, spec.high)
        assert plays["told"] == f"{spec.label}: {value:g}"
        assert plays["draft"] is False


@pytest.fixture(scope="module")
def powers():
    explorer = stretch_rotate_explorer()
    explorer.update(n=28)
    return explorer


@pytest.fixture
def film(page, powers):
    """A page whose kernel answers when the test lets it: ``answer(now)``."""
    explorer = powers
    shown_in(page, explorer)
    page.evaluate(f"views[0].el.querySelector('select').value = 30; {STEPS}; true")

    def answer(now, **more):
        plays = explorer._player.plays | {"now": now} | more
        page.evaluate(f"model.tell({{plays: {str(plays).replace('False', 'false').replace('True', 'true')}}}); true")

    page.answer = answer
    return page


def asked_for(page, seconds=5.0):
    """Return the steps that the page asks for next."""
    return wait_until(lambda: page.evaluate(STEPS), seconds, "a step", pause=0.01)


@in_the_browser
def test_the_next_step_is_asked_for_when_the_last_has_come_and_the_end_is_the_end(film):
    film.click(*film.middle(PLAY))
    assert asked_for(film) == [1]
    assert film.evaluate(f"{PLAY}.textContent").endswith("Pause")
    time.sleep(0.2)  # six times a step's
    assert film.evaluate(STEPS) == []
    film.answer(29)
    assert asked_for(film) == [1]
    film.answer(30)
    wait_until(lambda: film.evaluate(f"{PLAY}.textContent").endswith("Play"), 5, "the end")
    time.sleep(0.2)
    assert film.evaluate(STEPS) == []


@in_the_browser
def test_from_the_end_it_begins_anew(film):
    film.answer(30)
    film.click(*film.middle(PLAY))
    assert asked_for(film) == [-1e9]
    film.answer(1)
    assert asked_for(film) == [1]


@in_the_browser
def test_a_draft_is_waited_for(film):
    film.click(*film.middle(PLAY))
    assert asked_for(film) == [1]
    film.answer(29, draft=True)
    time.sleep(0.2)
    assert film.evaluate(STEPS) == []
    film.answer(29)
    assert asked_for(film) == [1]


@in_the_browser
def test_it_pauses_goes_by_single_steps_and_keeps_its_pace(film):
    film.click(*film.middle(PLAY))
    asked_for(film)
    film.click(*film.middle(PLAY))
    film.answer(29)
    time.sleep(0.2)
    assert film.evaluate(STEPS) == []
    film.click(*film.middle(STEP))
    assert asked_for(film) == [1]
    film.evaluate("views[0].el.querySelector('select').value = 2")
    film.answer(20)
    film.click(*film.middle(PLAY))
    asked_for(film)
    film.answer(21)
    began = time.monotonic()
    asked_for(film)
    assert time.monotonic() - began > 0.3  # half a second a step, less what the page was ahead


@in_the_browser
def test_where_less_motion_is_wished_nothing_plays_and_a_step_is_a_step(film):
    film.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    try:
        film.answer(5)
        film.painted_frames()
        assert film.evaluate(f"{PLAY}.offsetWidth") == 0
        film.click(*film.middle(STEP))
        assert asked_for(film) == [1]
    finally:
        film.send("Emulation.setEmulatedMedia", features=[])


@in_the_browser
def test_a_view_that_leaves_plays_no_more(film):
    film.click(*film.middle(PLAY))
    asked_for(film)
    film.answer(29)
    film.painted_frames()
    film.evaluate("views[0].leave(); model.sent.splice(0); true")
    time.sleep(0.2)
    assert film.evaluate(STEPS) == []


@in_the_browser
def test_a_drawing_that_plays_nothing_has_no_buttons(page):
    shown_in(page, jacobian_explorer("softmax"))
    assert page.evaluate(f"{BUTTON}.every(one => one.offsetWidth === 0)")
