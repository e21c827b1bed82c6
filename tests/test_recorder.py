"""What the recorder notes, read back word by word; expected places come from matplotlib's own transforms."""

from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Circle
from matplotlib.transforms import Affine2D

from helpers.figures import style
from helpers.figures.form import CLIP, CODES, FILL, FINE, IMAGE, MARKS, PATH, SNAP, STROKE, TEXT, UNIT, VALUES
from helpers.figures.recorder import Recorder

PROPERTY = settings(deadline=None, max_examples=25, derandomize=True)


class Operation(NamedTuple):
    kind: int
    flags: int
    box: np.ndarray | None
    fill: tuple | None
    stroke: tuple | None  # colour, width, cap, join, offset and dashes
    rest: np.ndarray


def read(words: bytes) -> list[Operation]:
    """Return the operations of a list, as form.py describes it."""
    words, found, at = np.frombuffer(words, "<u2"), [], 0
    while at < len(words):
        kind, flags, n = int(words[at] & 7), int(words[at] >> 8), int(words[at + 1]) + 65536 * int(words[at + 2])
        next_, box, fill, stroke = at + 3, None, None, None
        if flags & CLIP:
            box, next_ = signed(words[next_ : next_ + 4]) / UNIT, next_ + 4
        if flags & FILL:
            fill, next_ = colour(words[next_ : next_ + 2]), next_ + 2
        if flags & STROKE:
            n_dashes = int(words[next_ + 3] >> 8)
            ends = int(words[next_ + 3])
            dashes = words[next_ + 4 : next_ + 4 + n_dashes] / UNIT / FINE
            stroke = colour(words[next_ : next_ + 2]), words[next_ + 2] / UNIT, ends & 15, ends >> 4 & 15, dashes
            next_ += 4 + n_dashes
        found.append(Operation(kind, flags, box, fill, stroke, words[next_ : at + n]))
        at += n
    return found


def signed(words):
    return words.astype("<u2").view("<i2").astype(float)


def colour(words):
    return tuple(words.astype("<u2").tobytes())


def shape(words, coded):
    """Return points (n, 2), codes and the words behind them."""
    n = int(words[0])
    start = 1 + (n + 1) // 2 * bool(coded)
    codes = np.frombuffer(words[1:start].tobytes(), np.uint8)[:n] if coded else np.array([1] + [2] * (n - 1))
    return signed(words[start : start + 2 * n]).reshape(2, n).T / UNIT, codes, words[start + 2 * n :]


@pytest.fixture
def axes():
    """Axes of 100 by 100 CSS pixels that begin at (50, 25), in a figure of 200 by 150."""
    with style.styled():
        figure = style.new_figure(200, 150)
        axes = figure.add_axes([50 / 200, 25 / 150, 100 / 200, 100 / 150])
        axes.set(xlim=(0, 1), ylim=(0, 1))
    return axes


def recorded(*artists) -> list[Operation]:
    recorder = Recorder(artists[0].get_figure())
    for artist in artists:
        artist.draw(recorder)
    return read(recorder.taken())


def test_a_line_lies_where_the_axes_put_it(axes):
    (line,) = axes.plot([0, 0.5, 1], [0, 1, 0.25], color="#0072b2", linewidth=1.44, solid_capstyle="butt")
    (found,) = recorded(line)
    assert (found.kind, found.flags) == (PATH, CLIP | STROKE)
    np.testing.assert_allclose(shape(found.rest, False)[0], [[50, 125], [100, 25], [150, 100]], atol=1 / UNIT)
    np.testing.assert_allclose(found.box, [50, 25, 150, 125])
    assert found.stroke[:4] == ((0x00, 0x72, 0xB2, 0xFF), 2.0, 0, 1)


@PROPERTY
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=2, max_size=40, unique=True))
def test_of_any_line_no_point_inside_the_figure_is_lost(points):
    figure = style.new_figure(200, 150)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    points = np.array(points)
    (line,) = axes.plot(*points.T)
    operations = recorded(line)
    wanted = [(200 * x, 150 - 150 * y) for x, y in points if 0 <= x <= 1 and 0 <= y <= 1]
    seen = np.concatenate([shape(one.rest, one.flags & CODES)[0] for one in operations]) if operations else []
    for place in wanted:
        assert np.abs(seen - place).max(axis=1).min() <= 1 / UNIT
    assert all(np.abs(shape(one.rest, one.flags & CODES)[0]).max() < 1023 for one in operations)


def test_a_gap_in_the_data_is_a_gap_in_the_line(axes):
    (line,) = axes.plot([0, 0.1, np.nan, 0.5, 0.6], [0, 1, 0, 1, 0])
    (found,) = recorded(line)
    points, codes, _ = shape(found.rest, found.flags & CODES)
    assert codes.tolist() == [1, 2, 1, 2]
    np.testing.assert_allclose(points[2], [100, 25], atol=1 / UNIT)


def test_dashes_are_those_of_the_line_in_pixels(axes):
    (line,) = axes.plot([0, 1], [0, 1], dashes=[4, 2], linewidth=0.72)
    (found,) = recorded(line)
    np.testing.assert_allclose(found.stroke[4], [0, 4, 2], atol=1 / UNIT)  # in widths of the line, which is a pixel


def test_markers_are_one_outline_and_their_places(axes):
    (dots,) = axes.plot([0, 0.5, np.nan, 1], [0, 1, 0.5, 0.25], "o", color="#d55e00", markersize=7.2)
    (found,) = recorded(dots)
    assert found.kind == MARKS
    outline, _, rest = shape(found.rest, found.flags & CODES)
    assert np.abs(outline).max() == pytest.approx(5, abs=0.1)  # the radius: 7.2 points are 10 pixels
    assert rest[0] == 3
    np.testing.assert_allclose(
        signed(rest[1:]).reshape(2, 3).T / UNIT, [[50, 125], [100, 25], [150, 100]], atol=1 / UNIT
    )


def test_lines_along_the_axes_are_put_on_pixels_and_others_are_not(axes):
    lines = [axes.axhline(0.5), axes.axvline(0.5), *axes.plot([0, 1], [0, 0.9])]
    assert [bool(found.flags & SNAP) for found in recorded(*lines)] == [True, True, False]


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("text", ["what the neuron holds", r"log$_{10}$ of ‖dh$_t$/dh$_0$‖"])
def test_a_text_is_as_wide_as_agg_sets_it_and_anchored_where_it_was_put(axes, text, align):
    one = axes.text(0.5, 0.5, text, ha=align, fontsize=9.5)
    (found,) = recorded(one)
    outline, _, anchor = shape(found.rest[1:], CODES)
    assert found.rest[0] / UNIT == pytest.approx(9.5 * 100 / 72, abs=1 / UNIT)
    assert signed(anchor)[0] / UNIT == pytest.approx(100, abs=0.6)
    extent = one.get_window_extent(axes.figure.canvas.get_renderer())
    wide = extent.width / style.DENSITY
    assert np.ptp(outline[:, 0]) == pytest.approx(wide, abs=2.5)  # the letters' own margins
    middle = {"left": wide / 2, "center": 0, "right": -wide / 2}[align]
    assert (outline[:, 0].min() + outline[:, 0].max()) / 2 == pytest.approx(middle, abs=1.5)


def test_a_turned_text_runs_upwards(axes):
    (found,) = recorded(axes.text(0.5, 0.5, "state", rotation=90))
    outline, *_ = shape(found.rest[1:], CODES)
    assert np.ptp(outline[:, 1]) > 2 * np.ptp(outline[:, 0])


@pytest.mark.parametrize("origin", ["upper", "lower"])
def test_an_image_keeps_its_pixels_its_colours_and_its_place(axes, origin):
    values = np.arange(6).reshape(2, 3)
    image = axes.imshow(values, cmap="gray", origin=origin, aspect="auto", extent=(0, 1, 0, 1), interpolation="none")
    (found,) = recorded(image)
    assert found.kind == IMAGE
    np.testing.assert_allclose(signed(found.rest[:4]) / UNIT, [50, 25, 150, 125])
    seen = decoded(found.rest[4:])
    wanted = np.rint(255 * (values if origin == "upper" else values[::-1]) / 5)
    np.testing.assert_allclose(seen[..., 0], wanted, atol=1)


def decoded(words) -> np.ndarray:
    columns, rows, n = words[:3].astype(int)
    palette = np.frombuffer(words[3 : 3 + 2 * n].tobytes(), np.uint8).reshape(-1, 4)
    runs = np.frombuffer(words[3 + 2 * n :].tobytes(), np.uint8).reshape(-1, 2)
    return palette[np.repeat(runs[:, 0], runs[:, 1])].reshape(rows, columns, 4)


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 600), st.integers(1, 256))
def test_any_image_of_few_colours_is_read_back_unchanged(seed, rows, columns, n_colours):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (n_colours, 4), np.uint8)[rng.integers(0, n_colours, (rows, columns)) // 7]
    recorder = Recorder(style.new_figure(200, 150))
    recorder.draw_image(recorder.new_gc(), 0, 0, image)
    (found,) = read(recorder.taken())
    np.testing.assert_array_equal(decoded(found.rest[4:]), image[::-1])


NUMBER = st.floats(1e-19, 1e19) | st.floats(-1e19, -1e-19) | st.just(0.0)


@PROPERTY
@given(st.lists(NUMBER, min_size=6, max_size=6))
def test_what_cells_hold_is_read_back_to_a_part_in_six_hundred_with_its_place_and_whose_it_is(numbers):
    cells = np.reshape(numbers, (2, 3))
    recorder = Recorder(style.new_figure(200, 150))
    recorder.note_values("5", cells, box=(20, 40, 80, 80))  # pixels, of which two are a CSS pixel
    words = np.frombuffer(recorder.taken(), "<u2")
    assert (words[0] & 7, words[0] >> 3 & 31) == (VALUES, 5)
    np.testing.assert_allclose(signed(words[3:7]) / UNIT, [10, 110, 40, 130])
    assert words[7:9].tolist() == [3, 2]
    held = words[9:].astype(int)
    found = np.where(held, 10.0 ** ((held & 0x7FFF) / 800 - 20) * np.where(held & 0x8000, -1, 1), 0)
    np.testing.assert_allclose(found.reshape(2, 3), cells, rtol=1 / 600)


def test_logarithms_are_noted_as_they_are_and_nothing_as_0():
    recorder = Recorder(style.new_figure(200, 150))
    recorder.note_values("1", np.array([[-3.5, -np.inf, -99.0]]), is_log10=True)
    words = np.frombuffer(recorder.taken(), "<u2").astype(int)
    assert words[9:].tolist() == [round(800 * 16.5), 0, 1]  # 1: too small to be told


# What cannot be noted


def test_hatches_clip_paths_and_gouraud_shading_raise(axes):
    with pytest.raises(NotImplementedError, match="hatches"):
        recorded(axes.add_patch(Circle((0.5, 0.5), 0.1, hatch="/")))
    (line,) = axes.plot([0, 1], [0, 1])
    line.set_clip_path(Circle((0.5, 0.5), 0.1, transform=axes.transData))
    with pytest.raises(NotImplementedError, match="clip paths"):
        recorded(line)
    mesh = axes.pcolormesh(np.eye(3), shading="gouraud")
    with pytest.raises(NotImplementedError):
        recorded(mesh)


def test_an_image_of_many_colours_and_a_slanted_one_raise():
    recorder = Recorder(style.new_figure(200, 150))
    many = np.zeros((20, 20, 4), np.uint8)
    many[..., 0], many[..., 1] = np.arange(20), np.arange(20)[:, None]
    with pytest.raises(NotImplementedError, match="400 colours cannot be recorded"):
        recorder.draw_image(recorder.new_gc(), 0, 0, many)
    turned = Affine2D().scale(30).rotate_deg(30)
    with pytest.raises(NotImplementedError, match="turned or slanted"):
        recorder.draw_image(recorder.new_gc(), 0, 0, np.zeros((2, 2, 4), np.uint8), turned)


# The scenes of the course


def test_every_scene_can_be_recorded_in_few_bytes(explorer):
    drawing = explorer._scene.record(explorer._state)
    assert {one.kind for one in read(drawing.still)} >= {PATH, TEXT}
    assert read(drawing.moving)
    assert len(drawing.moving) < 8_000
    assert len(drawing.still) < 150_000  # the survey's, whose rows of dots are many; it changes with the task


def test_a_drawing_recorded_twice_is_the_same(explorer):
    assert explorer._scene.record(explorer._state) == explorer._scene.record(explorer._state)


def test_panels_hold_every_axes_and_do_not_lie_over_each_other(explorer):
    scene = explorer._scene
    found = scene.record(explorer._state).facts["panels"]
    boxes = [panel["box"] for panel in found if panel["box"][2] > panel["box"][0]]
    assert len(boxes) == sum(axes.get_visible() for axes in scene.figure.axes)
    for axes, box in zip((one for one in scene.figure.axes if one.get_visible()), boxes, strict=True):
        marks = [line.get_markersize() / 2 for line in axes.get_lines() if not line.get_clip_on()]
        # A dot at the end of an axis is whole.
        right, unit = axes.bbox.x1 / scene.figure.dpi * style.CSS_DPI, style.CSS_DPI / 72
        assert not axes.axison or box[2] >= right + unit * max(marks, default=0), axes.get_title(loc="left")
    for number, one in enumerate(boxes):
        assert -2 <= one[0] < one[2] <= scene.width + 6
        assert -2 <= one[1] < one[3] <= scene.height + 2
        for other in boxes[:number]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert min(across, down) <= 6, (one, other)  # CSS pixels: half a number at the end of an axis
    for panel in found:  # nor one word or entry of a legend a piece of another: each has a pixel of air on both sides
        for one, other in (pair for line in panel["lines"] for pair in combinations(line, 2)):
            across, down = (min(one[k + 2], other[k + 2]) - max(one[k], other[k]) for k in (0, 1))
            assert min(across, down) <= 1.05, (one, other)
    for panel, box in product(found, boxes):  # nor shows one a strip of what is drawn in another
        left, top, right, bottom = panel["inside"] or panel["box"]
        across, down = min(right, box[2]) - max(left, box[0]), min(bottom, box[3]) - max(top, box[1])
        assert box == panel["box"] or min(across, down) <= 0, (panel, box)
