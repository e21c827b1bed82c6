"""The marks that a hand moves: where they lie, what they set, and what the page says of them."""

import time

import numpy as np
import pytest

from helpers.explorers.controls import Slider
from helpers.explorers.scalar import memory_explorer
from tests.player_page import in_the_browser
from tests.sweeping import drawn, extremes
from tools.chromium import wait_until
from tools.explorers import makers


def held(explorer) -> list[dict]:
    """Return what the page is told of the handles."""
    explorer._player.set_state({"lives": True})
    explorer._latest.wait()
    return explorer._player.handles


def do(explorer, handle: int, **what) -> None:
    """Do what the page's reader does with a handle."""
    told = {"handle": handle} | what
    if "place" in what:
        explorer._player.set_state({"hand": told})
    else:
        explorer._player._handle_custom_msg(told, [])
    explorer._latest.wait()


WANTED = {
    "memory_explorer": {("w",), ("walked",)},
    "regime_explorer": {("w", "b")},
    "wall_explorer": {("b",)},
    "zoo_explorer": {("z",)},
    "stretch_rotate_explorer": {("theta",), ("n",)},
    "contributions_explorer": {("reached", "step"), ("window",)},
    "lyapunov_explorer": {("gain", "size"), ("gain",)},
    "taps_explorer": {("K",)},
    "forget_bias_explorer": {("forget_bias",), ("lag",)},
    "one_cell_explorer": {("w_g",)},
    "survey_explorer": {("length",), ("row",)},
    "by_lag_explorer": {("length",)},
    "valley_explorer": {("memory",)},
    "write_explorer": {("forget_bias", "input_bias")},
    "looking_back_explorer": {("scale",)},
}


def test_what_the_course_is_about_can_be_taken_hold_of(explorer):
    assert {tuple(handle.controls.values()) for handle in explorer._scene.handles} >= WANTED.get(explorer.name, set())


def test_no_handle_is_wanted_of_an_explorer_that_is_gone():
    assert WANTED.keys() <= makers().keys()


def test_a_handle_that_is_put_where_it_lies_changes_nothing_and_moved_it_sets_its_controls(explorer):
    for handle in held(explorer):
        number, (x, y), before = handle["number"], handle["place"], explorer.settings
        do(explorer, number, place=[x, y])
        assert explorer.settings == before
        for across in (-25, 25):
            do(explorer, number, place=[x + across, y - across])
            changed = {name for name, value in explorer.settings.items() if value != before[name]}
            assert changed <= set(explorer._scene.handles[number].controls.values())
            explorer.update(**before)


def test_a_handle_sets_what_its_place_says_and_then_lies_where_that_is(explorer):
    """To a pixel, where the control is not at an end."""
    for handle in held(explorer):
        number, (x, y), before = handle["number"], handle["place"], explorer.settings
        moved = explorer._scene.handles[number]
        target = [x - 20 if 0 in moved.controls else x, y - 20 if 1 in moved.controls else y]
        was, wanted = moved.put([x, y]), moved.put(target)
        do(explorer, number, place=target)
        (now,) = (one["place"] for one in held(explorer) if one["number"] == number)
        for control in moved.controls.values():
            spec, value = explorer.specs[control], explorer.settings[control]
            assert value == spec.near(wanted[control])
            if isinstance(spec, Slider) and value not in extremes(spec):
                a_pixel = abs(wanted[control] - was[control]) / 20
                assert abs(moved.put(now)[control] - value) <= a_pixel, control
        explorer.update(**before)


def test_keys_go_a_step_and_to_the_ends(explorer):
    for handle in held(explorer):
        number, before = handle["number"], explorer.settings
        for way, control in explorer._scene.handles[number].controls.items():
            spec = explorer.specs[control]
            do(explorer, number, way=way, steps=1e9)
            assert explorer.settings[control] == extremes(spec)[-1]
            do(explorer, number, way=way, steps=-1)
            before_last = extremes(spec)[-1] - spec.step if isinstance(spec, Slider) else spec.samples[-2]
            assert explorer.settings[control] == pytest.approx(before_last)
            do(explorer, number, way=way, steps=-1e9)
            assert explorer.settings[control] == extremes(spec)[0]
        explorer.update(**before)


def test_theta_is_turned_on_its_circle_and_keeps_to_its_quarter():
    explorer = makers()["stretch_rotate_explorer"]()
    held(explorer)
    scene = explorer._scene
    turned = drawn(explorer, "turned.1")
    number = next(k for k, handle in enumerate(scene.handles) if handle.mark is turned)
    for degrees, angle in ((15, 15), (72, 72), (120, 90), (-40, 0)):
        away = 2.5 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])  # not on the circle itself
        x, y = turned.axes.transData.transform(away) * 100 / scene.figure.dpi
        do(explorer, number, place=[x, scene.height - y])
        assert explorer.settings["theta"] == pytest.approx(angle, abs=0.02)


def test_a_length_is_chosen_in_the_table():
    explorer = makers()["survey_explorer"]()
    held(explorer)
    for column, axes in zip((0, 3, 2), [explorer._scene.columns[k] for k in (0, 3, 2)], strict=True):
        x, y = axes.transAxes.transform((0.5, 0.5)) * 100 / explorer._scene.figure.dpi
        do(explorer, 0, place=[x, explorer._scene.height - y])
        assert explorer._state.place == column


def test_far_outside_a_handle_stops_at_the_ends_of_its_controls():
    explorer = makers()["regime_explorer"]()
    held(explorer)
    do(explorer, 0, place=[-5000, -5000])
    assert (explorer.settings["w"], explorer.settings["b"]) == (-10, 8)


def test_a_handle_says_its_name_its_value_and_its_range():
    explorer = makers()["regime_explorer"]()
    (handle,) = held(explorer)
    assert handle["label"] == "weight w and bias b"
    assert handle["told"] == "weight w: 8, bias b: -4"
    assert (handle["now"], handle["low"], handle["high"]) == (8, -10, 10)


# In the page

HANDLE = "document.querySelector('[role=slider]')"


@pytest.fixture(scope="module")
def memory():
    memory = memory_explorer("tanh", w=0.9)
    held(memory)
    return memory


@pytest.fixture
def page(chromium, memory):
    chromium.fresh()
    chromium.tell(memory._scene.record(memory._state), handles=memory._player.handles)
    chromium.show()
    chromium.painted()
    yield chromium
    assert chromium.complaints == []


def the_handle(memory):
    return np.array(memory._player.handles[0]["place"])


@in_the_browser
@pytest.mark.browser
def test_a_handle_lies_over_its_mark_and_is_as_large_as_a_fingertip(page, memory):
    np.testing.assert_allclose(page.middle(HANDLE), the_handle(memory), atol=0.5)
    assert page.evaluate(f"{HANDLE}.getBoundingClientRect().width") == 44


@in_the_browser
@pytest.mark.browser
def test_dragged_by_the_mouse_it_says_where_it_was_put_wherever_it_was_taken_hold_of(page, memory):
    x, y = the_handle(memory)
    page.drag((x + 10, y + 5), (x + 70, y + 25), seconds=0.3)
    told = page.hand()
    np.testing.assert_allclose(told[-1]["place"], [x + 60, y + 20], atol=0.5)
    page.mouse("mouseMoved", x, y)
    assert page.hand() == []


@in_the_browser
@pytest.mark.browser
def test_the_keys_of_a_slider_are_told_as_steps(page):
    page.evaluate(f"{HANDLE}.focus()")
    for name, code in (
        ("ArrowRight", 39),
        ("ArrowRight", 39),
        ("ArrowDown", 40),
        ("Home", 36),
        ("PageUp", 33),
        ("a", 65),
    ):
        page.key(name, code)
    told = [(one["way"], one["steps"]) for one in page.hand()]
    assert told == [(0, 1), (0, 1), (1, -1), (0, -1e9), (1, 10)]  # each of them, however fast they come
    assert "solid" in page.evaluate(f"{HANDLE}.style.outline")


@in_the_browser
@pytest.mark.browser
def test_by_ear_it_is_a_slider_with_name_and_value(page):
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    page.send("Accessibility.disable")
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "slider"]
    assert names == ["weight w", "walk to step (50: the end)"]
    assert page.evaluate(f"{HANDLE}.getAttribute('aria-valuetext')") == "weight w: 0.9"


def swipe_up(page, x, y):
    """Move a finger up by 150 CSS pixels."""
    page.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    for up in range(10, 151, 10):
        page.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x, "y": y - up}])
        time.sleep(0.02)
    page.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


@in_the_browser
@pytest.mark.browser
def test_a_finger_on_it_moves_it_and_beside_it_scrolls_the_page(page, memory):
    page.evaluate("document.body.style.height = '3000px'; scrollTo(0, 0); true")
    page.send("Emulation.setTouchEmulationEnabled", enabled=True)
    x, y = the_handle(memory)
    try:
        swipe_up(page, x, y)
        assert page.evaluate("scrollY") == 0
        assert page.hand()[-1]["place"][1] == pytest.approx(y - 150, abs=1)
        swipe_up(page, x - 200, y)
        wait_until(lambda: page.evaluate("scrollY") > 50, 5, "the page to scroll")
        assert page.hand() == []
    finally:
        page.evaluate("scrollTo(0, 0); document.body.style.height = ''; true")
        page.send("Emulation.setTouchEmulationEnabled", enabled=False)


@in_the_browser
@pytest.mark.browser
def test_on_a_narrow_screen_a_handle_lies_on_its_panel(page, memory):
    page.fresh()
    page.tell(memory._scene.record(memory._state), handles=memory._player.handles)
    page.show(358)
    page.painted()
    page.evaluate(f"{HANDLE}.scrollIntoView({{block: 'center'}})")
    x, y = page.middle(HANDLE)
    assert 0 < x < 358
    page.drag((x, y), (x + 40, y), seconds=0.2)
    across = page.hand()[-1]["place"][0] - the_handle(memory)[0]
    assert 40 < across < 60  # the panel is squeezed
    page.evaluate("scrollTo(0, 0)")


@in_the_browser
@pytest.mark.browser
def test_a_handle_that_cannot_act_is_taken_away(page, memory):
    assert page.evaluate("document.querySelectorAll('[role=slider]').length") == 2
    page.tell(memory._scene.record(memory._state), handles=[])
    page.painted()
    assert page.evaluate("document.querySelectorAll('[role=slider]').length") == 0


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize("width", [860, 358])
def test_a_click_on_a_row_of_the_table_marks_it_and_down_is_down(chromium, width):
    explorer = makers()["survey_explorer"](length=20)
    handles = held(explorer)
    chromium.fresh()
    chromium.tell(explorer._scene.record(explorer._state), handles=handles)
    chromium.show(width)
    chromium.painted()
    curves = "document.querySelector('[role=application]').getBoundingClientRect().width"
    assert chromium.evaluate(curves) > 0.75 * width  # nothing stands before them
    marks = [chromium.middle(f"[...document.querySelectorAll('.handle')][{k}]") for k in (0, 1)]
    x, y = marks[1]  # on the first row
    chromium.click(marks[0][0] - 20, y + 31 * 7)
    (told,) = chromium.hand()
    do(explorer, told["handle"], place=told["place"])
    assert (explorer.settings["row"], explorer.settings["length"]) == (8, 20)
    chromium.click(x + 30, 5)  # above the table
    chromium.click(*marks[0])  # a handle alone
    assert chromium.hand() == []
    chromium.evaluate("document.querySelectorAll('.handle')[1].focus()")
    for name, code in (("ArrowDown", 40), ("ArrowUp", 38), ("ArrowRight", 39), ("End", 35)):
        chromium.key(name, code)
    assert [one["steps"] for one in chromium.hand()] == [1, -1, 1, 1e9]
    assert chromium.complaints == []
