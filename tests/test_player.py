"""player.js in a real Chromium: what it paints, against Agg; and that it lets go of what it made."""

import base64
import json
from contextlib import contextmanager
from itertools import combinations

import numpy as np
import pytest
from matplotlib.lines import Line2D

from helpers.explorers.player import Player
from helpers.explorers.scalar import memory_explorer
from helpers.explorers.words import underlined
from helpers.figures import style
from helpers.figures.scene import Scene
from helpers.figures.style import DENSITY
from tests.player_page import in_the_browser
from tests.sweeping import TRAINING, extremes

pytestmark = [
    pytest.mark.browser,
    in_the_browser,
]


@pytest.fixture
def page(page):
    """An empty page of double density, which is that of the pictures."""
    page.fresh(2.0)
    return page


@pytest.fixture(scope="module")
def memory():
    return memory_explorer("tanh", w=0.9)


def drawing(explorer, **settings):
    explorer.update(**settings)
    return explorer._scene.record(explorer._state)


def lonely(one: np.ndarray, other: np.ndarray, apart: np.ndarray) -> float:
    """Return the share of the pixels of ``one`` without a like pixel in ``other``, there (``apart``) or beside it."""
    rows, columns = np.nonzero(apart > 64)
    padded = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    beside = np.array([padded[rows + down, columns + across] for down in range(3) for across in range(3)])
    return (np.abs(beside - one[rows, columns]).max(axis=2) > 64).all(axis=0).sum() / one[..., 0].size


def ends_of(explorer) -> list[dict]:
    """Return two settings: the first two controls both at their least, and both at their greatest."""
    some = list(explorer.specs.values())[:2]
    return [{spec.name: extremes(spec)[end] for spec in some} for end in (0, -1)]


@contextmanager
def undashed(explorer):
    """Draw what moves without dashes: in a line that goes up and down all the time, these move along it by rounding."""
    lines = [line for line in explorer._scene._moving if isinstance(line, Line2D)]
    looks = [Line2D([], []) for _ in lines]
    for line, look in zip(lines, looks, strict=True):
        look.update_from(line)
        line.set_linestyle("None" if line.get_linestyle() == "None" else "-")
    try:
        yield
    finally:
        for line, look in zip(lines, looks, strict=True):
            line.update_from(look)


def assert_alike(page, explorer, **settings):
    """The page shows what Agg paints of these settings."""
    page.tell(drawing(explorer, **settings))
    shown, wanted = page.painted(), explorer.picture[..., :3].astype(np.int16)
    assert shown.shape == wanted.shape
    difference = np.abs(shown - wanted)
    apart = difference.max(axis=2)
    assert lonely(shown, wanted, apart) < 0.01, settings
    assert lonely(wanted, shown, apart) < 0.01, settings
    assert difference.mean() < 4, settings  # of 255


def test_what_the_player_paints_is_what_agg_paints(page, explorer, thorough):
    page.show()
    assert_alike(page, explorer)
    if not thorough and explorer.name != "memory_explorer":
        return
    with undashed(explorer):
        for settings in ends_of(explorer):
            assert_alike(page, explorer, **settings)


@pytest.mark.parametrize("density", [1, 1.25, 1.5, 3])
def test_a_drawing_is_as_sharp_as_the_screen(page, memory, density):
    page.fresh(density)
    page.tell(drawing(memory))
    page.show()
    shown = page.painted()
    assert shown.shape[:2] == (round(460 * density), round(860 * density))
    # The left edge of some axes is whole pixels of its colour, and beside it there is at most a blend.
    edge = density * memory._scene.cobweb.get_window_extent().x0 / DENSITY
    strip = shown[round(60 * density), round(edge) - 4 : round(edge) + 5, 0]
    assert strip.min() < 110  # #4d4d4d, or that over five sixths of two pixels
    assert (strip < 200).sum() <= np.ceil(density)


def test_a_step_paints_what_moves_over_what_stands_still(page, memory):
    page.tell(drawing(memory, w=0.9))
    page.show()
    before = page.painted()
    page.tell(drawing(memory, w=-2.0))
    assert np.abs(page.painted() - before).max() > 100
    page.tell(drawing(memory, w=0.9))
    np.testing.assert_array_equal(page.painted(), before)


def test_many_settings_in_one_frame_are_painted_once(page, memory):
    slow, fast = drawing(memory, w=0.5), drawing(memory, w=0.6)
    page.tell(slow)
    page.show()
    page.painted()
    page.evaluate(
        "window.strokes = 0; window.stroke = CanvasRenderingContext2D.prototype.stroke;"
        "CanvasRenderingContext2D.prototype.stroke = function () { strokes++; return stroke.call(this); }"
    )
    page.tell(fast)
    page.painted()
    once = page.evaluate("strokes")
    lists = [f"bytes('{base64.b64encode(one.moving).decode()}')" for one in (slow, fast)]
    page.evaluate(f"window.lists = [{', '.join(lists)}]; model.tell({{moving: lists[0]}}); true")
    page.painted()
    page.evaluate("strokes = 0; for (let k = 0; k < 50; k++) model.tell({moving: lists[k % 2]}); true")
    page.painted()
    assert page.evaluate("strokes") == once > 0
    page.evaluate("CanvasRenderingContext2D.prototype.stroke = stroke; true")


@pytest.fixture
def beside(page):
    """A page whose views lie side by side, all of them on the screen."""
    page.evaluate("document.body.style.display = 'flex'; document.body.style.alignItems = 'flex-start'; true")
    page.send("Emulation.setDeviceMetricsOverride", width=1000, height=1800, deviceScaleFactor=2.0, mobile=False)
    yield page
    page.evaluate("document.body.style.display = ''; true")


def test_on_a_narrow_screen_only_those_panels_are_painted_in_which_something_has_changed(beside, memory):
    """Whole or in parts, what is seen is the same; the input stays, and with it its panel."""
    beside.tell(drawing(memory, w=0.5))
    beside.show(390)
    beside.painted()
    beside.evaluate(
        "window.laid = 0; window.lay = CanvasRenderingContext2D.prototype.drawImage;"
        "CanvasRenderingContext2D.prototype.drawImage = function (...a) { laid++; return lay.apply(this, a); }; true"
    )
    moving = base64.b64encode(drawing(memory, w=0.501).moving).decode()
    beside.evaluate(f"model.tell({{moving: bytes('{moving}')}})")
    seen = beside.painted()
    laid = beside.evaluate("CanvasRenderingContext2D.prototype.drawImage = lay; laid")
    assert laid == len(memory._scene.figure.axes) - 1
    np.testing.assert_array_equal(beside.painted(beside.show(390)), seen)


def test_a_stage_that_changes_on_a_narrow_screen_leaves_nothing_of_the_one_before(beside, explorer, thorough):
    if type(explorer._scene).stage_key is Scene.stage_key:
        return  # it has one stage
    beside.show(390)
    untrained = {name: spec.samples[0] for name, spec in explorer.specs.items() if name in TRAINING}
    first = next(iter(explorer.specs.values()))
    for value in first.samples[:: max(1, len(first.samples) // (4 if thorough else 2))]:
        beside.tell(drawing(explorer, **untrained, **{first.name: value}))
        seen, fresh = beside.painted(0), beside.show(390)
        np.testing.assert_array_equal(beside.painted(fresh), seen)
        beside.evaluate(f"views[{fresh}].leave(), views[{fresh}].el.remove(); true")


def test_on_a_narrow_screen_a_panel_shows_no_mark_of_its_neighbour(beside, memory):
    """The dots at the end of both upper panels on the left, whose right neighbours then stand below them."""
    scene = memory._scene
    marks = [shown.artist for shown in scene.shown if shown.artist.axes in (scene.time, scene.gradient)]
    seen = []
    for visible in (True, False):
        for mark in marks:
            mark.set_visible(visible)
        beside.tell(drawing(memory, w=0.9))
        seen.append(beside.painted(beside.show(390)))
    for mark in marks:
        mark.set_visible(True)
    rows = np.nonzero((seen[0] != seen[1]).any(axis=(1, 2)))[0]
    assert len(rows) > 0
    assert rows.max() < len(seen[0]) / 2  # these panels are the upper half


def test_what_is_not_on_the_screen_is_painted_when_it_comes(beside, memory):
    beside.tell(drawing(memory, w=0.5))
    beside.evaluate("document.body.style.paddingTop = '3000px'; true")
    beside.show(390)
    beside.painted()
    beside.tell(drawing(memory, w=0.6))
    hidden = beside.painted()
    beside.evaluate("scrollTo(0, 3000); true")
    beside.painted_frames()
    seen = beside.painted()
    beside.evaluate("document.body.style.paddingTop = ''; true")
    np.testing.assert_array_equal(beside.painted(beside.show(390)), seen)
    assert np.abs(seen - hidden).max() > 100


def test_a_drawing_that_left_the_screen_and_came_back_while_the_page_was_busy_is_painted(beside, memory):
    """The page then hears of both in one message."""
    beside.evaluate(
        "window.Observer = IntersectionObserver; window.IntersectionObserver = class extends Observer {"
        "constructor(told, how) { super(told, how); window.hear = told; } }; true"
    )
    beside.tell(drawing(memory, w=0.5))
    beside.show(390)
    before = beside.painted()
    none = "{top: 0, bottom: 0}"
    beside.evaluate(
        f"IntersectionObserver = Observer; const all = {{top: 900, bottom: 1900}}; hear([{{boundingClientRect: all,"
        f"intersectionRect: {none}}}, {{boundingClientRect: all, intersectionRect: all}}]); true"
    )
    beside.tell(drawing(memory, w=0.6))
    seen = beside.painted()
    assert (seen != before).any()
    np.testing.assert_array_equal(beside.painted(beside.show(390)), seen)


def test_the_picture_is_an_image_whose_name_is_the_sentence(page, memory):
    page.tell(drawing(memory), "the state < falls & 'stays'")
    page.show()
    page.painted()
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    page.send("Accessibility.disable")
    names = [(node["role"]["value"], node["name"]["value"]) for node in nodes if "role" in node and "name" in node]
    assert ("image", "the state < falls & 'stays'") in names


def test_two_views_show_the_same_and_one_that_leaves_takes_nothing_from_the_other(page, memory):
    page.tell(drawing(memory))
    first, second = page.show(), page.show()
    np.testing.assert_array_equal(page.painted(first), page.painted(second))
    page.evaluate(f"views[{first}].leave(); true")
    page.tell(drawing(memory, w=-2.0))
    assert page.evaluate(f"views[{first}].el.querySelector('canvas').width") == 0
    assert page.painted(second).std() > 1


def test_a_view_that_leaves_lets_go_of_the_model(page, memory):
    page.tell(drawing(memory))
    view = page.show()
    assert page.evaluate("model.heard.size") == 1
    page.evaluate(f"views[{view}].leave(); true")
    assert page.evaluate("model.heard.size") == 0


def test_a_hidden_view_is_painted_when_it_is_shown(page, memory):
    page.tell(drawing(memory))
    view = page.show(0)
    page.painted_frames()
    page.evaluate(f"views[{view}].el.style.width = '860px'; true")
    page.painted_frames()
    assert page.painted(view).shape == (920, 1720, 3)


def test_it_follows_the_screen_s_density(page, memory):
    page.tell(drawing(memory))
    view = page.show()
    page.painted()
    try:
        page.screen(1100, 1)
        assert page.painted(view).shape == (460, 860, 3)
    finally:
        page.screen(1000, 2)
    assert page.painted(view).shape == (920, 1720, 3)


@pytest.fixture
def theme(page):
    """Give the page a theme as JupyterLab, the site and the reader's system do; in the end it has none."""
    system = "Emulation.setEmulatedMedia"
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {id: 'themes', textContent: `"
        "body[data-jp-theme-light=false], html[data-theme=dark], .dark { color: rgba(255, 255, 255, 0.87) }"
        "@media (prefers-color-scheme: dark) { body { color: #ddd } }`})); true"
    )

    def turn(who: str, dark: bool) -> None:
        if who == "system":
            page.send(system, features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        elif who == "JupyterLab":
            page.evaluate(f"document.body.dataset.jpThemeLight = {str(not dark).lower()}; true")
        else:
            page.evaluate(f"document.documentElement.dataset.theme = '{'dark' if dark else 'light'}'; true")

    yield turn
    page.send(system, features=[])
    page.evaluate(
        "document.getElementById('themes').remove(); delete document.body.dataset.jpThemeLight;"
        "delete document.documentElement.dataset.theme; true"
    )


@pytest.mark.parametrize("who", ["JupyterLab", "the site", "system"])
def test_a_drawing_is_dark_on_a_dark_page_with_light_text_and_goes_back(page, theme, memory, who):
    page.tell(drawing(memory))
    view = page.show()
    light = page.painted(view)
    theme(who, dark=True)
    dark = page.painted(view)
    assert np.abs(dark[light.min(axis=2) == 255] - 18).max() < 3  # white, but for what reaches into a pixel
    assert dark[light.max(axis=2) == 0].min() > 230  # what is black, as its text
    blue, orange = ((light == colour).all(axis=2) for colour in ((0, 114, 178), (213, 94, 0)))
    for curve, most in ((blue, 2), (orange, 0)):
        assert curve.any()
        assert dark[curve].mean(axis=0).argmax() == most  # its hue stays
    theme(who, dark=False)
    np.testing.assert_array_equal(page.painted(view), light)


def test_a_drawing_that_opens_on_a_dark_page_is_dark_from_the_first_frame_and_printed_on_white(page, theme, memory):
    theme("JupyterLab", dark=True)
    page.evaluate(
        "window.laid = []; window.fill = CanvasRenderingContext2D.prototype.fillRect;"
        "CanvasRenderingContext2D.prototype.fillRect = function (...box) { laid.push(this.fillStyle);"
        "return fill.apply(this, box); }; true"
    )
    page.tell(drawing(memory))
    view = page.show()
    assert page.painted(view)[0, 0].tolist() == [18, 18, 18]
    assert set(page.evaluate("laid")) == {"#121212"}
    page.evaluate("CanvasRenderingContext2D.prototype.fillRect = fill; dispatchEvent(new Event('beforeprint')); true")
    printed = page.evaluate(
        f"[...views[{view}].el.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1).data]"
    )
    assert printed[:3] == [255, 255, 255]
    page.evaluate("dispatchEvent(new Event('afterprint')); true")
    assert page.painted(view)[0, 0].tolist() == [18, 18, 18]


def test_what_is_read_under_the_pointer_is_seen_on_a_dark_page(page, theme, memory):
    theme("the site", dark=True)
    page.tell(drawing(memory))
    page.show()
    page.painted()
    page.mouse("mouseMoved", 250, 60)
    tip = "getComputedStyle(document.querySelector('[role=status]'))"
    assert page.evaluate(f"[{tip}.visibility, {tip}.backgroundColor, {tip}.color]") == [
        "visible",
        "rgb(18, 18, 18)",
        "rgb(238, 238, 238)",
    ]


def test_it_is_printed_sharper_than_a_screen_and_goes_back(page, memory):
    page.tell(drawing(memory))
    view = page.show()
    page.painted()
    page.evaluate("dispatchEvent(new Event('beforeprint')); true")
    assert page.evaluate(f"views[{view}].el.querySelector('canvas').width") == 3 * 860
    page.evaluate("dispatchEvent(new Event('afterprint')); true")
    assert page.painted(view).shape == (920, 1720, 3)


def test_on_a_narrow_screen_the_panels_stand_one_below_the_other(page, explorer):
    told = drawing(explorer)
    page.tell(told)
    view = page.show(358)
    shown = page.painted(view)
    assert shown.shape[1] == 716
    panels = [one for one in told.facts["panels"] if one["box"][2] > one["box"][0]]
    assert shown.shape[0] > 2 * sum(0.35 * (one["box"][3] - one["box"][1]) for one in panels)
    # Each panel's strip shows something; small ones stand side by side.
    n_rows = len([one for one in panels if one["inside"]]) or 3
    assert all(part.std() > 3 for part in np.array_split(shown, n_rows))


def test_on_a_tablet_panels_stand_beside_one_another_where_they_do_in_the_figure(page, memory):
    """Two columns: half as high as one, and nothing of one lies in the other."""
    page.tell(drawing(memory))
    heights = [page.painted(page.show(width)).shape[0] for width in (858, 736, 620, 560, 390)]
    assert max(heights[1:3]) < 1.35 * heights[0]
    assert min(heights[3:]) > 1.5 * heights[0]


LAYOUT = (
    "(() => {%s const {panels, words} = layoutOf(%s, %d), inner = (view, {box, inside}) => inside"
    "  && box[1] === view.box[1] && box[3] === view.box[3] && inside[0] > view.box[0] && inside[2] < view.box[2];"
    "return [panels.map(view => [seen(view, view.box), ...%s.filter(panel => inner(view, panel))"
    "  .map(({inside}) => [inside, seen(view, inside)])]), words.map(view => seen(view, view.box))]})()"
)


def apart(one, other) -> bool:
    """Return whether two boxes (left, top, right, bottom) lie beside one another, up to a pixel."""
    return min(one[2], other[2]) - max(one[0], other[0]) < 1 or min(one[3], other[3]) - max(one[1], other[1]) < 1


def test_on_a_narrow_page_nothing_lies_on_another_and_axes_that_were_aligned_are_and_fill_it(page, explorer):
    facts = drawing(explorer).facts
    for width in (344, 600, 736):
        panels, words = page.evaluate(
            LAYOUT
            % (Player._esm.rpartition("export default")[0], json.dumps(facts), width, json.dumps(facts["panels"]))
        )
        boxes = [box for box, *_ in panels if box[2] - box[0] > 1]
        wide = [box for box in boxes + words if box[2] > width + 1]
        assert all(box[2] - box[0] > 300 for box in wide), wide  # what cannot lose width
        for one, other in combinations([box for box in boxes + words if box not in wide], 2):
            assert apart(one, other), (width, one, other)
        axes = [found[0] for _, *found in panels if found]
        for (one, seen), (other, also) in combinations(axes, 2):
            if [one[0], one[2]] == [other[0], other[2]]:
                np.testing.assert_allclose([seen[0], seen[2]], [also[0], also[2]], atol=0.1)
        for one, seen in axes:  # as wide as the page, or nearly twice what they were
            assert width > 344 or seen[2] > width - 30 or seen[2] - seen[0] > 1.7 * (one[2] - one[0]), (one, seen)


def test_the_line_under_a_name_has_the_colour_of_the_curve_also_on_a_dark_page(page, memory):
    """Which is read off the canvas."""
    page.tell(drawing(memory))
    names = [{"name": "left", "colour": style.GRADIENT}, {"name": "state", "colour": style.STATE}]
    words = json.dumps(underlined("the state and what is left", names))
    page.evaluate(
        f"document.body.className = 'widget-vbox'; show(model, 860); window.said = document.createElement('p');"
        f"said.innerHTML = {words}; document.body.append(said); true"
    )
    line = "[...said.children].map(one => getComputedStyle(one).borderBottomColor.match(/\\d+/g).map(Number))"
    try:
        for text, plain in (("#000000", True), ("#dddddd", False)):
            page.evaluate(f"document.body.style.color = '{text}'; true")
            shown = page.painted().reshape(-1, 3)
            lines = page.evaluate(line)
            assert (lines == [[0, 114, 178], [213, 94, 0]]) == plain
            for colour in lines:
                assert (np.abs(shown - colour).max(axis=1) == 0).sum() > 100
    finally:
        page.evaluate("document.body.className = document.body.style.color = ''; said.remove(); true")


def test_thousands_of_updates_leave_the_page_s_memory_flat(page, memory, thorough):
    lists = [drawing(memory, w=w) for w in (0.9, -2.0)]
    page.show()
    for one in lists:
        page.tell(one)
        page.painted()
        page.evaluate("(window.kept ||= []).push({...model.held}); true")
    page.send("HeapProfiler.enable")

    def heap():
        page.send("HeapProfiler.collectGarbage")
        told = page.send("Runtime.getHeapUsage")
        return told["usedSize"] + told.get("backingStorageSize", 0)  # what the lists hold lies beside the heap

    run = """(async n => { for (let k = 0; k < n; k++) {
        const {moving} = kept[k % 2]; model.tell({moving: new DataView(moving.buffer.slice(0))});
        if (k % 50 === 0) await new Promise(requestAnimationFrame); } return true })"""
    page.evaluate(f"{run}(500)")
    before = heap()
    page.evaluate(f"{run}({9500 if thorough else 2500})")
    assert heap() - before < 220_000  # bytes; 2,500 lists are 8 MB, and 260 kB without what they hold
    assert page.evaluate("document.querySelectorAll('canvas').length") == 1
