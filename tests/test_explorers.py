"""Every explorer, driven through all that its controls can do, with warnings as errors."""

import re
import sys
import textwrap
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from helpers.explorers.controls import LABEL_WIDTH, Slider
from helpers.explorers.scalar import first_look, memory_explorer, regime_explorer, three_activations, wall_explorer
from helpers.figures import style
from helpers.figures.scalar import leaving
from helpers.figures.scene import Scene
from helpers.figures.shown import power
from helpers.figures.style import n_lines
from helpers.maths.fixed_points import attractor
from helpers.maths.scalar import log10_transition, orbit, orbit_gradients, steps_remembered
from tests.sentence_rules import RULES
from tests.sweeping import TRAINING, defaults, drawing, extremes, from_the_page, not_compressed, said, stops, sweep
from tools.explorers import builders, makers, missed


class Seen(NamedTuple):
    """What there was at a stop: the settings, the sentence, the drawing in short, and what is wrong with them."""

    settings: dict
    sentence: str
    drawing: int
    wrong: list[str]


@pytest.fixture(scope="module")
def swept(shared, thorough):
    """Return what was Seen wherever the controls of the shared explorer went."""
    shared.update(**defaults(shared))
    found = sweep(shared) if thorough else sweep(shared, n_corners=6, n_choices=6)
    return [Seen(stop.settings, stop.sentence, hash(stop.drawing), wrong_with(shared, stop)) for stop in found]


@pytest.fixture(scope="module")
def told(shared, swept, thorough):
    """Return the sentence of each stop of a sweep and of more corners: [(settings, sentence), ...]."""
    found = [(one.settings, one.sentence) for one in swept]
    for stop in stops(shared, pairs=thorough, n_corners=40 if thorough else 24):
        settings = {name: spec.read(stop[name]) for name, spec in shared.specs.items()}
        if not any(settings == one.settings for one in swept):
            found.append((settings, said(shared, **settings)))
    return found


def wrong_with(explorer, stop) -> list[str]:
    """Return what is wrong with what is seen at ``stop``, at which ``explorer`` is."""
    scene, frame = explorer._scene, explorer._scene.figure.bbox
    boxes, renderer = boxes_of_words(scene), scene._recorder  # which knows the extents of a text that it had before
    legends = [one.get_window_extent(renderer) for one in scene.figure.legends]
    numbers = [
        (tick.label1.get_text(), tick.label1.get_window_extent(renderer))
        for axes in scene.figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (axis.get_major_ticks() if legends else ())
        if min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]
    return [
        *(["something touches the edge"] if stop.picture is not None and ink_at_the_edge(stop.picture) else []),
        *(f"a panel leaves the figure: {box}" for box in panels_outside(scene, explorer._player.facts)),
        *(f"{one!r} lies on {other!r}" for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)),
        *(f"{words!r} leaves the figure" for words, box in boxes if not inside(frame, box)),
        *(f"nothing moves in {title!r}" for title in axes_without_a_moving_line(scene)),
        *(f"the legend lies on {words!r}" for one in legends for words, box in boxes + numbers if one.overlaps(box)),
        *(f"a legend lies on {words!r}" for words in lines_below_legends(scene)),
    ]


def ink_at_the_edge(picture: np.ndarray) -> bool:
    """Return whether anything touches the border of the picture, as a label that is cut off does."""
    edges = (picture[:2], picture[-2:], picture[:, :2], picture[:, -2:])
    return any((edge[..., :3] < 250).any() for edge in edges)


def panels_outside(scene, facts) -> list[list[float]]:
    """Return the boxes of the panels, with the numbers at their axes, that leave the figure."""
    boxes = [panel["box"] for panel in facts["panels"]]  # half a number at the end of an axis may stand out
    return [b for b in boxes if min(b) < -2 or b[2] > scene.width + 6 or b[3] > scene.height + 2]


def boxes_of_words(scene) -> list[tuple[str, Bbox]]:
    """Return the titles, axis labels and notes, and "legend" for each legend, with where they lie."""
    renderer, found = scene._recorder, []
    for axes in scene.figure.axes:
        words = [axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        found += [(text.get_text(), text.get_window_extent(renderer)) for text in words if text.get_text()]
        if axes.get_legend():
            found.append(("legend", axes.get_legend().get_window_extent(renderer)))
    return found


def lines_below_legends(scene) -> list[str]:
    """Return the names of lines that run, or have a mark, where the legend of their axes lies; a limit is no line."""
    found = []
    for axes in scene.figure.axes:
        legend = axes.get_legend()
        box = legend and Bbox.intersection(legend.get_window_extent(scene._recorder), axes.bbox)
        for line in axes.lines if box else ():
            path = line.get_transform().transform_path(line.get_path()).cleaned(remove_nans=True)
            runs = line.get_linestyle() != "None" and path.intersects_bbox(box, filled=False)
            marked = line.get_marker() != "None" and any(box.contains(*place) for place in path.vertices)
            if line.get_color() != style.EDGE and len(line.get_xdata()) and (runs or marked):
                found.append(line.get_label())
    return found


def inside(frame: Bbox, box: Bbox) -> bool:
    """Return whether ``box`` does not leave ``frame`` to the sides or upwards."""
    return frame.x0 <= box.x0 and box.x1 <= frame.x1 and box.y1 <= frame.y1


def axes_without_a_moving_line(scene) -> list[str]:
    """Return the axes whose moving lines have no point inside the limits, if any is cut there."""
    empty = []
    for axes in scene.figure.axes:
        lines = [artist for artist in scene._moving if isinstance(artist, Line2D) and artist.axes is axes]
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        seen = False
        for line in lines:
            x, y = (np.asarray(values, float) for values in line.get_data())
            if line.get_transform() is not axes.transData:  # a line at one x, from bottom to top
                y = np.full_like(y, low)
            seen = seen or bool(((left <= x) & (x <= right) & (low <= y) & (y <= high)).any())
        if any(line.get_clip_on() for line in lines) and not seen:
            empty.append(axes.get_title(loc="left"))
    return empty


def test_no_function_that_makes_an_explorer_is_missed_by_these_tests():
    assert not missed(), "\n".join(missed())


@pytest.mark.parametrize(
    "source",
    [
        "def one_explorer():\n    return Explorer([])",
        "def one_explorer():\n    explorer = live.Explorer([])\n    return explorer",
        "def _made():\n    return Explorer([])\n\ndef one_explorer():\n    return _made()",
        "def one_explorer():\n    return _made()\n\ndef _made():\n    return Explorer([])",
        "one_explorer = lambda: Explorer([])",
    ],
)
def test_who_makes_an_explorer_is_seen_without_an_annotation(source):
    assert builders(source) == ["one_explorer"]


def test_who_only_takes_an_explorer_does_not_make_one():
    assert builders("def close(explorer: Explorer):\n    explorer.close()") == []


def test_wherever_its_controls_go_an_explorer_has_a_picture(swept):
    assert [(stop.settings, stop.wrong) for stop in swept if stop.wrong] == []


def test_wherever_its_controls_go_an_explorer_has_a_sentence(explorer, told):
    width = style.characters(explorer._scene.width)
    for settings, sentence in told:
        assert not re.search(r"\b(nan|inf|None)\b|(?<![.\d])1 steps|\d\.?\de[+-]\d", sentence), (settings, sentence)
        assert len(textwrap.wrap(sentence, width)) <= n_lines(sentence, width), (settings, sentence)
    assert len({sentence for _, sentence in told}) >= 4


def test_a_sentence_agrees_with_itself_and_with_its_settings_wherever_the_controls_go(explorer, told):
    for settings, sentence in told:
        if explorer.name in RULES and not any(settings.get(name) for name in TRAINING):
            RULES[explorer.name](settings, sentence)


def test_no_rule_is_left_over_from_an_explorer_that_is_gone():
    assert RULES.keys() <= makers().keys()


# What begins elsewhere, and why: contributions to a gradient, set beside the largest or the sum of all.
SHARES = {
    "the contributions of one step, beside the largest of all",
    "the gradient by lag, beside the whole",
    "what it holds",  # no gradient
}
BY_LAG = re.compile(r"^(lag|steps? [tn]$|depth|layers( between|$)|factors|power|steps n)")


def test_what_is_left_of_a_gradient_is_1_at_lag_0(explorer):
    """One norm in the course: the spectral one, which is 1 for the identity."""
    for axes in explorer._scene.figure.axes:
        title = axes.get_title(loc="left")
        logs = getattr(axes.yaxis.get_major_formatter(), "func", None) is power
        if title in SHARES or not (logs and BY_LAG.match(axes.get_xlabel()) and axes.get_xlim()[0] == 0):
            continue
        for line in (artist for artist in explorer._scene._moving if isinstance(artist, Line2D)):
            x = np.asarray(line.get_xdata(), float)
            if line.axes is axes and len(x) > 2 and x[0] == 0 and x[-1] > x[0]:
                assert line.get_ydata()[0] == pytest.approx(0.0, abs=1e-9), (title, line.get_label())


def test_a_drawing_does_not_depend_on_what_was_shown_or_computed_before(explorer, thorough):
    """What a cache or a background forgets shows where settings come again, in another order and with empty caches."""
    scene, least = explorer._scene, {name: spec.samples[0] for name, spec in explorer.specs.items() if name in TRAINING}
    untrained = [stop for stop in stops(explorer) if stop == stop | least]
    some = [defaults(explorer) | least]
    for _ in range(3 if thorough else 1):  # each as unlike those before it as can be

        def unlike(stop):
            return min(sum(stop[name] != one[name] for name in one) for one in some)

        some.append(max(untrained, key=unlike))
    if type(scene).stage_key is not Scene.stage_key:  # and for a stage each list alone
        lists = [spec for name, spec in explorer.specs.items() if hasattr(spec, "options") and name not in TRAINING]
        some += [some[0] | {spec.name: spec.samples[-1]} for spec in lists]
    seen = []
    for stop in (*some, some[0]):
        explorer.update(**stop)
        seen.append((explorer.sentence, drawing(explorer)))
    assert seen.pop() == seen[0]
    empty_caches()
    scene._parts.clear()
    for stop, there in zip(reversed(some), reversed(seen), strict=True):
        scene._kept["drawing"], scene._staged = {}, None
        explorer.update(**stop)
        assert (explorer.sentence, drawing(explorer)) == there, stop


def empty_caches() -> None:
    """Empty every cache of what is computed; those of figures hold letters alone, which take long to make again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("helpers.") and not name.startswith("helpers.figures."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def test_control_after_control_as_a_reader_moves_them_leads_to_what_one_update_shows():
    explorer = regime_explorer()
    for stop in stops(explorer)[::9]:
        explorer.update(**stop)
        sentence, picture = explorer.sentence, explorer.picture
        explorer.update(**defaults(explorer))
        for name, value in stop.items():
            explorer.controls[name].value = value
        assert explorer.sentence == sentence
        np.testing.assert_array_equal(explorer.picture, picture)


def test_a_kernel_that_can_start_no_thread_computes_at_once(explorer, without_threads):
    before, spec = explorer.sentence, next(iter(explorer.specs.values()))
    from_the_page(explorer.controls[spec.name], next(one for one in spec.samples if one != spec.default))
    assert explorer._sentence != before
    assert not explorer._latest._at_work


def test_a_control_that_is_off_changes_nothing_where_it_is_off(explorer):
    turned_off = []
    for stop in stops(explorer):
        for name in explorer._off(stop).keys() - {one for one, _ in turned_off}:
            turned_off.append((name, stop))
    for name, stop in turned_off:
        seen = set()
        for value in extremes(explorer.specs[name]):
            explorer.update(**stop | {name: value})
            seen.add((explorer.sentence, drawing(explorer)))
        assert len(seen) == 1, name


def test_every_control_changes_picture_and_sentence(shared, swept):
    for name in shared.specs:
        others = {one: value for one, value in defaults(shared).items() if one != name}
        seen = [stop for stop in swept if stop.settings == stop.settings | others]
        assert len({stop.sentence for stop in seen}) > 1, name
        assert len({stop.drawing for stop in seen}) > 1, name


def test_nothing_is_cut_off_in_the_still(explorer):
    with not_compressed() as stored:
        explorer._repr_mimebundle_()
    still, _ = stored
    assert len(still) > len(explorer.picture)  # the sentence stands below
    assert not ink_at_the_edge(still)


def test_a_slider_has_whole_steps_from_its_low_end_to_its_default_and_to_its_high_end(explorer):
    for slider in (spec for spec in explorer.specs.values() if isinstance(spec, Slider)):
        low, *ends = map(slider.place, (slider.low, slider.default, slider.high))
        steps = (np.array(ends) - low) / slider.step
        if slider.log10:  # its ends are round numbers
            assert [slider.near(10**place) for place in ends] == [slider.default, slider.high], slider.name
        else:
            np.testing.assert_allclose(steps, steps.round(), atol=1e-9, err_msg=slider.name)
        assert steps[1] >= 4, slider.name


def test_a_control_counts_in_the_number_itself_and_not_in_its_logarithm(explorer):
    """And where its slider goes by powers of ten it reaches each stop, up and down, by single steps."""
    for spec in explorer.specs.values():
        assert not re.search(r"\blog(10|arithm)?\b", spec.label), spec.label
        if getattr(spec, "log10", False):
            assert "learning rate" in spec.label or "variance" in spec.label
            up = [spec.low]
            while up[-1] < spec.high:
                up.append(spec.moved(up[-1], 1))
            down = [spec.high]
            while down[-1] > spec.low:
                down.append(spec.moved(down[-1], -1))
            assert up == down[::-1]
            assert spec.default in up
            assert all(float(f"{value:.2g}") == value for value in up)
            field = explorer.controls[spec.name]
            field.value = up[3]
            assert explorer.settings[spec.name] == up[3]


def test_no_label_is_cut_off_beside_its_control(explorer):
    """In DejaVu Sans, than which no usual font of a page is wider, at the 13 pixels of ipywidgets."""
    for spec in explorer.specs.values():
        assert TextPath((0, 0), spec.label, size=13).get_extents().width < LABEL_WIDTH, spec.label


def test_a_grey_print_tells_the_moving_lines_apart(explorer):
    """Lines of one panel differ in their dashes, their markers or, without colour, in their lightness."""
    for axes in explorer._scene.figure.axes:
        looks = []
        for line in axes.get_lines():
            if line.get_animated() and line.get_linestyle() != "None":
                grey = np.dot(to_rgb(line.get_color()), [0.299, 0.587, 0.114])
                looks.append((line.get_linestyle(), line.get_marker(), line.get_linewidth(), grey))
        for one, other in combinations(looks, 2):
            assert one[:3] != other[:3] or abs(one[3] - other[3]) > 0.12, axes.get_title(loc="left")


# The sentences say what the maths says


def test_the_memory_explorer_says_the_gradient_and_the_rest_of_the_present_setting():
    explorer = memory_explorer("sigmoid", w=2.0)
    run = orbit_gradients("sigmoid", 2.0, h0=0.1, n_steps=50)
    rest = attractor("sigmoid", 2.0, h0=0.1)
    assert f"settles at {rest.low:.3g} (multiplier {rest.multiplier:.3g} per step)" in explorer.sentence
    assert f"10^{run.log10_dh0[-1]:.1f} is left after 50 steps" in explorer.sentence


def test_the_memory_explorer_follows_the_event_of_its_drive():
    explorer = memory_explorer("tanh", w=1.0, inputs="impulse")
    x = np.zeros(50)
    x[10] = 1.0
    left = log10_transition(orbit_gradients("tanh", 1.0, h0=0.1, n_steps=50, x=x).J, since=11)
    assert f"{10 ** left[-1]:.3g} is left after 39 steps" in explorer.sentence
    assert f"less than 5 % of it from {steps_remembered(left)} steps on" in explorer.sentence


def test_the_memory_explorer_tells_a_dead_relu():
    explorer = memory_explorer("relu", w=-1.0)
    assert "exactly 0 is left after 50 steps: less than 5 % of it from 1 step on" in explorer.sentence


def test_the_first_look_says_how_far_apart_the_runs_end():
    ends = orbit("tanh", 1.5, h0=[0.9, 0.3, -0.6], n_steps=40)[-1]
    assert f"those from 0.3 and -0.6 begin 0.9 apart and end {ends[1] - ends[2]:.3g} apart" in first_look(1.5).sentence


def test_the_regime_explorer_tells_two_resting_states_from_one():
    explorer = regime_explorer(w=8.0, b=-4.0)
    assert "two stable fixed points exist here" in explorer.sentence
    assert "from 0.49 settles at 0.0212" in explorer.sentence
    assert "from 0.51 settles at 0.979" in explorer.sentence
    explorer.update(b=0)
    assert "one stable fixed point exists here" in explorer.sentence
    assert explorer.sentence.count("settles at 1 ") == 2
    explorer.update(w=-8)
    assert "a cycle of two exists here" in explorer.sentence
    assert explorer.sentence.count("cycle of two, 0.0277 and 0.445") == 2


def test_the_regime_explorer_names_one_gradient_where_the_runs_are_mirror_images():
    explorer = regime_explorer(w=8.0, b=-4.0)
    assert "in size along both" in explorer.sentence
    explorer.update(h0=0.6)
    left = orbit_gradients("sigmoid", 8.0, -4.0, np.array([0.59, 0.61]), 50).log10_dh0[-1]
    assert f"dh_50/dh_0 is 10^{left[0]:.1f} and 10^{left[1]:.1f} in size" in explorer.sentence


def test_a_start_outside_the_axes_is_told_in_the_picture():
    explorer = regime_explorer()
    assert explorer._scene.time_note.get_text() == ""
    explorer.update(h0=-1)
    assert explorer._scene.time_note.get_text() == "outside at step 0"


@pytest.mark.parametrize(
    ("h", "told"),
    [
        ([0, 1, 2], ""),
        ([0, 1, 5], "outside at step 2"),
        ([0, 5, 6], "outside from step 1 on"),
        ([0, 5, 6, 1], "outside from step 1 to 2"),
        ([5, 1, -5, 1], "outside, on and off, from step 0 to 2"),
        ([5, 1, -5, 5], "outside, on and off, from step 0 on"),
    ],
)
def test_a_run_that_leaves_the_picture_is_told_until_when(h, told):
    assert leaving(np.array(h), (-1, 2)) == told


def test_the_first_look_tells_rounding_from_a_difference_and_names_the_swing():
    assert "are less than 10^-12 apart after 40 steps" in first_look(2.0).sentence
    assert "swing" not in first_look(2.0).sentence
    cycle = attractor("tanh", -1.5)
    assert f"All three swing between {cycle.low:.3g} and {cycle.high:.3g}" in first_look(-1.5).sentence


def test_one_weight_and_bias_make_sigmoid_slow_let_tanh_keep_the_sign_and_relu_leave():
    explorer = three_activations()
    explorer.update(w=4, b=-2)
    first, last = explorer.sentence.split(". From -0.5, ")
    assert "sigmoid settles at 0.5 (multiplier 1 per step)" in first
    assert "ReLU grows without end" in first
    assert "tanh settles at 0.944" in first
    assert "tanh settles at -1 " in last
    explorer.update(w=0.5, b=1)
    assert explorer.sentence.endswith("From -0.5, all three end as they do from 1.")
    explorer.update(w=1.1, b=0)
    assert explorer.sentence.endswith("ReLU settles at 0 (multiplier 0 per step), sigmoid ends as it does from 1.")


def test_the_wall_explorer_says_it_once_where_no_step_is_clipped():
    explorer = wall_explorer()
    assert "descent clipped at 1 ends at" in explorer.sentence
    assert "leaves the map at update" in explorer.sentence
    explorer.update(b=-1)
    assert "no step of it is clipped at 1, so clipping changes nothing" in explorer.sentence
    assert "leaves" not in explorer.sentence


def test_the_fills_of_the_map_can_be_told_apart_in_grey():
    greys = [np.dot(to_rgb(fill), [0.299, 0.587, 0.114]) for fill in style.FILLS.values()]
    assert min(abs(a - b) for a, b in combinations(greys, 2)) > 0.05


def test_the_wall_explorer_meets_the_gradient_of_the_closed_form_on_the_line():
    explorer = wall_explorer()
    explorer.update(b=-3, n_steps=50)
    largest = np.hypot(0.4 * 0.125 * (1.5**50 - 1) / 0.5, 0.4 * 0.25 * (1.5**50 - 1) / 0.5)
    assert f"the norm 10^{np.log10(largest):.1f}" in explorer.sentence


def test_the_memory_explorer_says_where_the_run_itself_would_settle_after_its_drive():
    explorer = memory_explorer("tanh", w=2.0, inputs="Nile")
    assert f"settles at {attractor('tanh', 2.0, h0=-0.9).low:.3g}" in explorer.sentence
    explorer.update(inputs="nothing", h0=0)
    assert "stays at 0, which repels (multiplier 2 per step)" in explorer.sentence
