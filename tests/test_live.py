"""The engine, driven with no kernel; a scene of one dot stands for any figure."""

import gc
import io
import signal
import sys
import threading
import time
import tracemalloc
import weakref
from itertools import combinations, product

import numpy as np
import pytest
from ipywidgets import Widget
from matplotlib.image import imread
from traitlets import TraitError

from helpers.explorers.controls import Choice, Slider, State
from helpers.explorers.latest import Draft
from helpers.explorers.live import Explorer
from helpers.explorers.scalar import memory_explorer
from helpers.figures import stills
from helpers.figures.scene import Scene
from tests.sweeping import close, corners, from_the_page, stops, sweep
from tests.thorough import all_if_thorough


class Dot(Scene):
    """A dot at (x, 0.5); its title is the colour's name."""

    width, height = 120, 80

    def build(self):
        self.axes = self.figure.add_axes([0, 0, 1, 0.8])
        self.axes.set(xlim=(-1, 1), ylim=(0, 1), xticks=[], yticks=[])
        (self.dot,) = self.axes.plot([], [], "o", color="#0072b2", markersize=10)
        self.staged = 0
        self.moves(self.dot)

    def stage_key(self, state):
        return state.name

    def stage(self, state):
        self.staged += 1
        self.axes.set_title(state.name)

    def move(self, state):
        self.dot.set_data([state.place], [0.5])


def dot_state(x, name):
    return {"place": x}


def say(state):
    return f"x = {state.place:g}, {state.name}"


CONTROLS = [Slider("x", "place x", -1, 1, 0, 0.1), Choice("name", "name", ["a", "b", "c"], "a")]


def on_a_page(explorer):
    """Return ``explorer`` as where a page shows it: its picture is painted at each update."""
    assert explorer.widget.children
    return explorer


@pytest.fixture
def explorer():
    return on_a_page(Explorer(CONTROLS, dot_state, Dot(density=1.0), say))


def column_of_the_dot(picture):
    blue = (picture[..., 2].astype(int) - picture[..., 0]) > 60
    return np.flatnonzero(blue.any(axis=0)).mean()


def test_a_fresh_explorer_shows_its_defaults(explorer):
    assert explorer.settings == {"x": 0.0, "name": "a"}
    assert explorer.sentence == "x = 0, a"
    assert column_of_the_dot(explorer.picture) == pytest.approx(60, abs=1)


def test_update_moves_controls_picture_and_sentence(explorer):
    explorer.update(x=0.5, name="b")
    assert explorer.settings == {"x": 0.5, "name": "b"}
    assert explorer.sentence == "x = 0.5, b"
    assert column_of_the_dot(explorer.picture) == pytest.approx(90, abs=1)


def test_setting_a_control_from_python_is_worked_off_at_once(explorer):
    explorer.controls["x"].value = -0.5
    assert explorer.sentence == "x = -0.5, a"
    assert column_of_the_dot(explorer.picture) == pytest.approx(30, abs=1)


def test_the_number_field_and_its_slider_are_one(explorer):
    field, slider = explorer.widget.children[0].children[0].children
    assert field.description == "place x"
    from_the_page(field, 0.3)
    assert (slider.value, explorer.sentence) == (0.3, "x = 0.3, a")
    from_the_page(slider, -0.2)
    assert (field.value, explorer.sentence) == (-0.2, "x = -0.2, a")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0.5", 0.5), ("0,5", 0.5), (" -,5 ", -0.5), ("−0,25", -0.25), ("1e-1", 0.1), ("+1", 1), ("1.", 1), ("0.0", 0)],
)
def test_a_number_is_understood_as_it_is_typed(explorer, typed, number):
    field = explorer.controls["x"]
    field.set_state({"value": typed})
    assert (field.value, explorer.settings["x"], explorer.sentence) == (number, number, f"x = {number:g}, a")
    assert field.get_state("value") == {"value": f"{number:g}"}
    assert explorer._sign.value == ""


@pytest.mark.parametrize(
    "typed", ["", "abc", "99", "-1,01", "0.5.1", "1,234.5", "0,5,5", "1/2", "50%", "nan", "inf", "1_0", "0x1", "1e999"]
)
def test_what_is_no_number_of_the_range_is_refused_aloud(explorer, typed):
    explorer.update(x=0.3)
    field, sent = explorer.controls["x"], []
    field.send_state = sent.append
    field.set_state({"value": typed})
    assert (explorer.settings["x"], explorer.sentence) == (0.3, "x = 0.3, a")
    assert sent == ["value"]  # the page goes back to the number in force
    assert "alert" in explorer._sign.value
    assert "wanted a number from -1 to 1. It stays at 0.3." in explorer._sign.value
    field.set_state({"value": "0.4"})
    assert (explorer.sentence, explorer._sign.value) == ("x = 0.4, a", "")


def test_the_page_is_told_a_number_as_it_is_in_force(explorer):
    field, sent = explorer.controls["x"], []
    field.set_state({"value": "0.5"})
    field.send_state = sent.append
    field.set_state({"value": "0,5"})  # the same number, typed otherwise
    assert sent == ["value"]


def test_python_cannot_set_a_field_beyond_its_range(explorer):
    with pytest.raises(TraitError, match=r"x = 99\.0: wanted a number from -1 to 1"):
        explorer.controls["x"].value = 99
    assert (explorer.settings["x"], explorer.sentence) == (0.0, "x = 0, a")


def test_a_field_that_counts_refuses_what_is_not_whole():
    counted = Explorer([Slider("x", "x", 0, 9, 3, 1), CONTROLS[1]], dot_state, Dot(density=1.0), say)
    counted.controls["x"].set_state({"value": "5,5"})
    assert counted.settings["x"] == 3
    assert "x = 5.5: wanted a whole number from 0 to 9" in counted._sign.value


@pytest.mark.parametrize("path", [(0.3, 0.7, -0.4, 0.1), (-0.6, 0.9, 0.2)])
def test_field_and_slider_follow_one_another_up_and_down(explorer, path):
    field, slider = explorer.widget.children[0].children[0].children
    for one, other in ((field, slider), (slider, field)):
        for value in path:
            from_the_page(one, value)
            assert (other.value, explorer.sentence) == (value, f"x = {value:g}, a")


def test_the_rounding_error_of_a_slider_is_not_shown(explorer):
    field, slider = explorer.widget.children[0].children[0].children
    from_the_page(slider, 0.30000000000000004)
    assert (field.value, explorer.settings["x"]) == (0.3, 0.3)


def test_a_slider_that_is_dragged_is_never_sent_back_what_it_said(explorer):
    """The answer would reach the page late, and put the handle back to where it was."""
    field, slider = explorer.widget.children[0].children[0].children
    for value in (0.1, 0.30000000000000004, -0.7000000000000001):
        heard = slider.value
        from_the_page(slider, value)
        assert slider.value == value != heard
        assert field.value == round(value, 10)


def test_a_number_between_two_steps_outlives_the_slider_that_the_page_puts_on_a_step(explorer):
    field, slider = explorer.widget.children[0].children[0].children
    from_the_page(field, 0.123)
    assert slider.value == 0.123
    from_the_page(slider, 0.1)
    assert (field.value, explorer.sentence) == (0.123, "x = 0.123, a")
    from_the_page(slider, 0.2)
    assert (field.value, explorer.sentence) == (0.2, "x = 0.2, a")


def test_a_choice_made_on_the_page_is_drawn(explorer):
    from_the_page(explorer.controls["name"], "c")
    assert explorer.sentence == "x = 0, c"


def test_what_is_drawn_knows_its_settings_labels_and_whole_numbers():
    controls = [
        Slider("x", "x", -1, 1, 0, 0.5),
        Slider("n", "n", 1, 9, 2, 1),
        Choice("name", "name", {"the first": "a", "the second": "b"}, "a"),
    ]
    seen = []

    class Seen(Dot):
        def move(self, state):
            seen.append(state)
            super().move(State(place=state.x))

    explorer = Explorer(controls, lambda x, n, name: {"double": 2 * n}, Seen(), lambda state: state.name_label)
    explorer.controls["n"].value = 3.0
    explorer.update(name="b", x=0.5)
    assert vars(seen[-1]) == {"x": 0.5, "n": 3, "name": "b", "name_label": "the second", "double": 6}
    assert isinstance(seen[-1].n, int)
    assert explorer.sentence == "the second"
    with pytest.raises(ValueError, match=r"n = 2\.5: wanted a whole number from 1 to 9"):
        explorer.update(n=2.5)


def test_a_compute_that_gives_a_setting_another_value_is_refused():
    with pytest.raises(TypeError, match="x"):
        Explorer([Slider("x", "x", -1, 1, 0, 0.5)], lambda x: {"x": 2 * x}, Dot(), lambda state: "")


def test_a_control_that_cannot_act_is_turned_off_and_its_label_says_why():
    def off(settings):
        return {"x": "b has no place"} if settings["name"] == "b" else {}

    explorer = Explorer(CONTROLS, dot_state, Dot(density=1.0), say, off)
    field, slider = explorer.widget.children[0].children[0].children

    def shown():
        return field.disabled, slider.disabled, field.description, explorer.controls["name"].disabled

    assert shown() == (False, False, "place x", False)
    explorer.update(name="b")
    assert shown() == (True, True, "b has no place", False)
    explorer.controls["name"].value = "c"
    assert shown() == (False, False, "place x", False)


def test_reset_sets_every_control_back(explorer):
    explorer.update(x=1, name="c")
    explorer.widget.children[0].children[-1].children[0].click()
    assert explorer.settings == {"x": 0.0, "name": "a"}
    assert explorer.sentence == "x = 0, a"


def test_what_stands_still_is_drawn_once_until_its_key_changes(explorer):
    scene = explorer._scene
    for x in (0.1, 0.2, 0.3):
        explorer.update(x=x)
    assert scene.staged == 1
    explorer.update(name="b")
    assert scene.staged == 2


def test_an_old_picture_leaves_no_trace(explorer):
    before = explorer.picture
    for x in (0.5, -1, 1, 0):
        explorer.update(x=x)
    np.testing.assert_array_equal(explorer.picture, before)


def test_the_moving_parts_over_the_kept_background_are_the_whole_figure_drawn_anew(explorer):
    explorer.update(x=0.4, name="b")
    scene = Dot(density=1.0)
    fresh = scene.draw(State(place=0.4, name="b"))
    np.testing.assert_array_equal(explorer.picture, fresh)
    scene.dot.set_animated(False)
    scene.figure.canvas.draw()
    np.testing.assert_array_equal(explorer.picture, np.asarray(scene.figure.canvas.buffer_rgba()))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"y": 1}, "no control is called 'y': wanted one of ['x', 'name']"),
        ({"x": 1.5}, "x = 1.5: wanted a number from -1 to 1"),
        ({"x": float("nan")}, "x = nan: wanted a number from -1 to 1"),
        ({"x": "left"}, "x = 'left': wanted a number from -1 to 1"),
        ({"x": True}, "x = True: wanted a number from -1 to 1"),
        ({"name": "d"}, "name = 'd': wanted one of ['a', 'b', 'c']"),
        ({"name": ["a"]}, "name = ['a']: wanted one of ['a', 'b', 'c']"),
    ],
)
def test_update_refuses_what_a_control_cannot_hold(explorer, settings, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole message is compared
        explorer.update(**settings)
    assert str(caught.value) == message
    assert explorer.sentence == "x = 0, a"


@pytest.mark.parametrize("numbers", [(0, 1, 2, 0.1), (0, 1, 0.5, 0), (0, float("nan"), 0, 1), (1, 0, 0.5, 0.1)])
def test_a_slider_with_impossible_numbers_is_refused(numbers):
    low, high, default, step = numbers
    with pytest.raises(ValueError, match=r"^(x = |slider x: wanted low <= high)"):
        Slider("x", "x", low, high, default, step)


def test_a_choice_whose_default_is_not_offered_is_refused():
    with pytest.raises(ValueError, match="name = 'd': wanted one of"):
        Choice("name", "name", ["a"], "d")


# A failure


def failing_at_one(x, name):
    if x == 1:
        raise ZeroDivisionError("no neuron there")
    return dot_state(x, name)


@pytest.fixture
def fragile():
    return on_a_page(Explorer(CONTROLS, failing_at_one, Dot(density=1.0), say))


def test_a_failure_is_raised_to_whoever_drives_from_python(fragile):
    with pytest.raises(ZeroDivisionError):
        fragile.update(x=1)
    with pytest.raises(ZeroDivisionError):
        fragile.controls["name"].value = "b"


def test_after_a_failure_no_stale_picture_looks_current(fragile):
    good = fragile._image.value
    with pytest.raises(ZeroDivisionError):
        from_the_page(fragile.controls["x"], 1)
    assert fragile.sentence == "No picture for x = 1.0, name = a: ZeroDivisionError: no neuron there"
    assert "no neuron there" in fragile._words.value
    assert fragile._image.value != good
    with pytest.raises(RuntimeError, match="no neuron there"):
        _ = fragile.picture
    bundle, _ = fragile._repr_mimebundle_()
    assert bundle["text/plain"] == fragile.sentence


def test_after_a_failure_the_next_setting_is_drawn(fragile):
    with pytest.raises(ZeroDivisionError):
        fragile.update(x=1)
    fragile.update(x=0)
    assert fragile.sentence == "x = 0, a"
    assert column_of_the_dot(fragile.picture) == pytest.approx(60, abs=1)


def test_a_stage_that_fails_is_not_taken_for_the_one_before(explorer):
    class Bad(Dot):
        def stage(self, state):
            super().stage(state)
            if state.name == "b" and self.staged == 2:
                raise OSError("no font")

    fragile = Explorer(CONTROLS, dot_state, Bad(density=1.0), say)
    with pytest.raises(OSError, match="no font"):
        fragile.update(name="b")
    fragile.update(name="b")
    explorer.update(name="b")
    np.testing.assert_array_equal(fragile.picture, explorer.picture)


def test_a_failure_at_the_slider_s_maximum_is_found_by_a_sweep(fragile):
    with pytest.raises(ZeroDivisionError):
        list(sweep(fragile))


# An interrupt


def interrupted_at_one(where):
    """Return an explorer in which the first look at x = 1 is interrupted in ``where``."""
    armed = [where]

    def strike(at, x):
        if armed == [at] and x == 1:
            armed.clear()
            raise KeyboardInterrupt

    class Struck(Dot):
        def stage(self, state):
            strike("stage", state.x)
            super().stage(state)

        def move(self, state):
            super().move(state)
            strike("move", state.x)

    def compute(x, name):
        strike("compute", x)
        return dot_state(x, name)

    def slices(x, name):
        yield 0.5
        strike("slice", x)
        return dot_state(x, name)

    def describe(state):
        strike("describe", state.x)
        return say(state)

    return on_a_page(Explorer(CONTROLS, slices if where == "slice" else compute, Struck(density=1.0), describe))


@pytest.mark.parametrize("where", ["compute", "slice", "stage", "move", "describe"])
def test_an_interrupted_update_says_so_and_goes_on(explorer, where):
    struck = interrupted_at_one(where)
    with pytest.raises(KeyboardInterrupt):
        struck.update(x=1, name="b")
    assert struck.sentence == "No picture for x = 1.0, name = b: interrupted. Set any control, and it goes on."
    assert struck.sentence in struck._words.value
    assert struck._sign.value == ""
    struck.update(x=1)
    explorer.update(x=1, name="b")
    assert struck.sentence == explorer.sentence
    np.testing.assert_array_equal(struck.picture, explorer.picture)


def test_a_signal_interrupts_a_long_update_and_the_next_one_is_drawn(explorer):
    """What the stop button of a notebook sends."""

    def compute(x, name):
        for share in range(10_000 if x == 1 else 1):
            if share == 60:
                assert "computing" in long._sign.value
                signal.raise_signal(signal.SIGINT)
            time.sleep(0.002)
            yield share / 10_000
        return dot_state(x, name)

    long = Explorer(CONTROLS, compute, Dot(density=1.0), say)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
    with pytest.raises(KeyboardInterrupt):
        long.update(x=1)
    signal.signal(signal.SIGINT, before)
    assert "interrupted" in long.sentence
    assert "x = 1.0" in long.sentence
    assert long._sign.value == ""
    long.controls["x"].value = 0.5
    explorer.update(x=0.5)
    assert long.sentence == explorer.sentence
    np.testing.assert_array_equal(long.picture, explorer.picture)


@pytest.fixture(scope="module")
def shown():
    return memory_explorer()


@pytest.mark.parametrize("seed", all_if_thorough(4, range(12)))
def test_wherever_it_is_interrupted_settings_and_sentence_agree_and_it_goes_on(seed, shown):
    """A line of ours, chosen by lot, is where the interrupt comes; the neuron's explorer stands for any."""
    explorer, left = on_a_page(memory_explorer()), [np.random.default_rng(seed).integers(700)]

    def strike(frame, event, _):
        if "/helpers/" not in frame.f_code.co_filename.replace("\\", "/"):
            return None
        left[0] -= event == "line"
        if left[0] < 0:
            raise KeyboardInterrupt
        return strike

    before = sys.gettrace()
    sys.settrace(strike)
    try:
        with pytest.raises(KeyboardInterrupt):
            explorer.update(w=2, activation="relu")
    finally:
        sys.settrace(before)
    shown.update(activation=explorer.settings["activation"], w=explorer.settings["w"])
    told = ", ".join(f"{name} = {value}" for name, value in explorer.settings.items())
    assert explorer.sentence in (
        shown.sentence,
        f"No picture for {told}: interrupted. Set any control, and it goes on.",
    )
    assert "computing" not in explorer._sign.value
    explorer.update(w=2, activation="relu")
    shown.update(w=2, activation="relu")
    assert explorer.sentence == shown.sentence
    np.testing.assert_array_equal(explorer.picture, shown.picture)


# What takes long


def waiting_for(release, seen):
    """Return a compute that reports its setting and waits, slice by slice, until it is released."""

    def compute(x, name):
        seen.append(x)
        for share in range(1000):
            if release.is_set() and share > 2:
                break
            time.sleep(0.005)
            yield share / 1000
        return dot_state(x, name)

    return compute


@pytest.fixture
def slow():
    release, seen = threading.Event(), []
    release.set()
    explorer = Explorer(CONTROLS, waiting_for(release, seen), Dot(density=1.0), say)
    seen.clear()
    explorer.release, explorer.seen = release, seen
    yield explorer
    release.set()
    explorer._latest.wait()


def until(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.002)


def test_a_long_compute_does_not_block_the_page(slow):
    slow.release.clear()
    from_the_page(slow.controls["x"], 0.5)  # returns, though the compute waits
    assert slow._latest._at_work
    slow.release.set()
    assert slow.sentence == "x = 0.5, a"


def test_a_long_compute_says_so_and_how_far_it_is_and_then_stops_saying_so(slow):
    slow.release.clear()
    from_the_page(slow.controls["x"], 0.5)
    until(lambda: "computing" in slow._sign.value and "%" in slow._sign.value, "the sign with its share")
    slow.release.set()
    assert slow.sentence == "x = 0.5, a"
    assert slow._sign.value == ""


def test_drafts_are_drawn_for_the_page_and_not_for_python():
    drawn = []

    def compute(x, name):
        for share in (0.25, 0.75):
            yield Draft(share, dot_state(x * share, name))
        return dot_state(x, name)

    def heard(state):
        drawn.append(state.place)
        return say(state)

    growing = Explorer(CONTROLS, compute, Dot(density=1.0), heard)
    drawn.clear()
    growing.update(x=0.4)
    assert drawn == [0.4]
    from_the_page(growing.controls["x"], 0.8)
    assert growing.sentence == "x = 0.8, a"
    assert drawn == pytest.approx([0.4, 0.2, 0.6, 0.8])


def test_an_atomic_compute_that_takes_long_says_so_too(explorer):
    signs = []

    def compute(x, name):
        if x:
            until(lambda: "computing" in lazy._sign.value, "the sign")
            signs.append(lazy._sign.value)
        return dot_state(x, name)

    lazy = Explorer(CONTROLS, compute, Dot(density=1.0), say)
    lazy.update(x=1)
    assert len(signs) == 1
    assert lazy._sign.value == ""


def test_a_newer_setting_overtakes_an_older_one(slow):
    slow.release.clear()
    for x in (0.1, 0.2, 0.3):
        from_the_page(slow.controls["x"], x)
        until(lambda x=x: x in slow.seen, f"{x} to be begun")
        assert slow._sentence == "x = 0, a"  # what was overtaken is never drawn
    slow.release.set()
    assert slow.sentence == "x = 0.3, a"
    assert slow.seen == [0.1, 0.2, 0.3]


def test_of_a_row_of_settings_that_overtake_one_another_the_sign_is_seen(slow):
    slow.release.clear()
    seen = False
    for turn in range(60):
        from_the_page(slow.controls["x"], (turn % 10 + 1) / 10)
        time.sleep(0.01)
        seen = seen or "computing" in slow._sign.value
    slow.release.set()
    assert slow.sentence
    assert seen
    assert slow._sign.value == ""


def test_python_and_page_at_once_end_with_the_last_setting(slow):
    slow.release.clear()
    from_the_page(slow.controls["x"], 0.1)
    threading.Timer(0.05, slow.release.set).start()
    slow.update(x=0.9)
    assert slow.sentence == "x = 0.9, a"
    assert column_of_the_dot(slow.picture) == pytest.approx(114, abs=1)


@pytest.mark.parametrize("threads", ["with_threads", "without_threads"])
def test_a_failure_of_a_long_compute_is_shown_and_the_explorer_lives_on(threads, request):
    if threads == "without_threads":
        request.getfixturevalue(threads)

    def compute(x, name):
        yield 0.5
        if x == 1:
            raise ValueError("too far")
        return dot_state(x, name)

    fragile = Explorer(CONTROLS, compute, Dot(density=1.0), say)
    from_the_page(fragile.controls["x"], 1)
    assert "too far" in fragile.sentence
    from_the_page(fragile.controls["x"], 0.5)
    assert fragile.sentence == "x = 0.5, a"


def test_where_no_thread_can_be_started_a_long_compute_is_waited_for_and_says_how_far_it_is(without_threads):
    signs = []

    def compute(x, name):
        signs.append(alone._sign.value if x else "")
        yield 0.5
        signs.append(alone._sign.value if x else "")
        return dot_state(x, name)

    alone = Explorer(CONTROLS, compute, Dot(density=1.0), say)
    signs.clear()
    from_the_page(alone.controls["x"], 0.5)
    assert alone._sentence == "x = 0.5, a"  # it is there at once
    assert ["computing" in sign for sign in signs] == [True, True]
    assert "50%" in signs[1]
    assert alone._sign.value == ""
    assert alone.sentence == "x = 0.5, a"


def test_two_threads_that_draw_do_not_mix(explorer):
    other = Explorer(CONTROLS, dot_state, Dot(density=1.0), say)
    expected = {}
    for x in (-0.5, 0.5):
        explorer.update(x=x)
        expected[x] = explorer.picture
    faults = []

    def drive(one, x):
        for _ in range(50):
            one.update(x=0)
            one.update(x=x)
            if not np.array_equal(one.picture, expected[x]):
                faults.append(x)

    threads = [threading.Thread(target=drive, args=pair) for pair in ((explorer, 0.5), (other, -0.5))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


# The picture, once there is a page


def test_until_there_is_a_page_nothing_is_painted_and_then_what_is_set_is_seen():
    class Counted(Dot):
        painted = 0

        def draw(self, state):
            self.painted += 1
            return super().draw(state)

    explorer = Explorer(CONTROLS, dot_state, Counted(density=1.0), say)
    explorer.update(x=0.5)
    assert explorer._scene.painted == 0
    assert list(explorer._scene.dot.get_xdata()) == [0.5]  # who looks at the figure sees it
    explorer._repr_mimebundle_()
    seen = 255 * imread(io.BytesIO(explorer._image.value), format="png")
    assert column_of_the_dot(seen) == column_of_the_dot(explorer.picture) == pytest.approx(90, abs=1)
    assert explorer._scene.painted == 1


# The drawing, once a page says that it can paint it


@pytest.fixture
def drawn(explorer):
    explorer._player.set_state({"lives": True})
    return explorer


def test_until_a_page_says_that_it_paints_there_is_the_picture_and_nothing_is_recorded(explorer):
    explorer.update(x=0.5)
    assert explorer._image in explorer.widget.children
    assert explorer._player not in explorer.widget.children
    assert explorer._player.moving == b""


def test_the_drawing_takes_the_place_of_the_picture_which_is_no_longer_encoded(drawn, monkeypatch):
    assert drawn._player in drawn.widget.children
    assert drawn._image not in drawn.widget.children
    encoded = []
    monkeypatch.setattr(stills, "png", encoded.append)
    drawn.update(x=0.5)
    assert encoded == []
    assert drawn._player.sentence == drawn.sentence == "x = 0.5, a"


def test_of_a_drawing_only_what_moves_is_sent_until_the_stage_changes(drawn):
    sent = []
    drawn._player.observe(lambda change: sent.append(change.name), ["facts", "still", "moving"])
    drawn.update(x=0.5)
    assert sent == ["moving"]
    sent.clear()
    drawn.update(name="b")
    assert sent == ["facts", "still"]  # another title; the dot lies where it lay


def test_a_drawing_and_a_picture_of_one_scene_do_not_take_each_other_s_stage(drawn, explorer):
    fresh = Explorer(CONTROLS, dot_state, Dot(density=1.0), say)
    for name in "abba":
        drawn.update(x=0.3, name=name)
        fresh.update(x=0.3, name=name)
        if name == "b":
            continue  # so that the picture misses a stage
        np.testing.assert_array_equal(drawn.picture, fresh.picture)


def test_a_failure_takes_the_place_of_the_drawing_and_the_next_setting_brings_it_back(fragile):
    fragile._player.set_state({"lives": True})
    good = fragile._player.still, fragile._player.moving
    with pytest.raises(ZeroDivisionError):
        from_the_page(fragile.controls["x"], 1)
    assert fragile._player.still != good[0]
    assert fragile._player.moving == b""
    assert "no neuron there" in fragile._player.sentence
    with pytest.raises(RuntimeError, match="no neuron there"):
        _ = fragile.picture
    fragile.update(x=0)
    assert (fragile._player.still, fragile._player.moving) == good


def test_what_cannot_be_recorded_is_said_in_place_of_the_drawing(explorer):
    explorer._scene.dot.set_path_effects([])
    explorer._scene.axes.patch.set_hatch("/")
    with pytest.raises(NotImplementedError, match="hatches"):
        explorer._player.set_state({"lives": True})


def test_a_page_that_comes_after_a_failure_is_shown_the_failure(fragile):
    with pytest.raises(ZeroDivisionError):
        fragile.update(x=1)
    fragile._player.set_state({"lives": True})
    assert "no neuron there" in fragile._player.sentence
    assert fragile._player.still


def test_drafts_are_drawn_as_drawings_too():
    def compute(x, name):
        yield Draft(0.5, dot_state(x / 2, name))
        return dot_state(x, name)

    growing = Explorer(CONTROLS, compute, Dot(density=1.0), say)
    growing._player.set_state({"lives": True})
    said = []
    growing._player.observe(lambda change: said.append(change.new), "sentence")
    from_the_page(growing.controls["x"], 0.8)
    assert growing.sentence == "x = 0.8, a"
    assert said == ["x = 0.4, a", "x = 0.8, a"]


# What is stored, and what is kept


def test_the_bundle_holds_the_widget_the_still_and_the_sentence(explorer):
    bundle, metadata = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "x = 0, a"
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "image/png", "text/plain"}
    assert metadata == {"image/png": {"width": 120, "alt": "x = 0, a"}}
    again, _ = Explorer(CONTROLS, dot_state, Dot(density=1.0), say)._repr_mimebundle_()
    assert again["image/png"] == bundle["image/png"]


def test_ipywidgets_7_shows_the_widget_too(explorer, monkeypatch):
    """Colab's: a widget of it does not make the bundle."""
    monkeypatch.delattr(Widget, "_repr_mimebundle_")
    bundle, _ = explorer._repr_mimebundle_()
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view == {"version_major": 2, "version_minor": 0, "model_id": explorer.widget.model_id}


def test_the_sentence_is_a_live_region_and_cannot_smuggle_markup():
    shouting = Explorer(CONTROLS, dot_state, Dot(density=1.0), lambda state: "a < b & <script>")
    assert shouting._words.value.startswith('<p role="status" aria-live="polite"')
    assert shouting._words.value.endswith(">a &lt; b &amp; &lt;script&gt;</p>")


def test_a_page_that_asks_whether_it_is_heard_gets_an_answer_and_no_drawing_before_it_says_so(explorer, monkeypatch):
    told = []
    monkeypatch.setattr(type(explorer._player), "send", lambda _self, content, buffers=None: told.append(content))
    explorer._player._handle_custom_msg({"asks": "am I heard?"}, [])
    assert len(told) == 1
    assert explorer._image in explorer.widget.children
    explorer._player.set_state({"lives": True})
    assert explorer._player in explorer.widget.children


def test_a_drawing_is_stored_as_the_same_still_as_a_picture(drawn):
    again = Explorer(CONTROLS, dot_state, Dot(density=1.0), say)
    for one in (drawn, again):
        one.update(x=0.3, name="b")
    assert drawn._repr_mimebundle_()[0]["image/png"] == again._repr_mimebundle_()[0]["image/png"]


def test_hundreds_of_updates_by_picture_and_by_drawing_leave_memory_flat(explorer):
    def run(n_updates):
        for lives in (False, True):
            explorer._player.set_state({"lives": lives})
            for turn in range(n_updates // 2):
                explorer.controls["x"].value = (turn % 20 - 10) / 10

    def held():
        """Return the bytes in use, without those of Python's cache of attributes.

        It keeps the last 4096 names that were asked for, and traitlets puts some together anew in each update.
        """
        getattr(sys, "_clear_internal_caches", sys._clear_type_cache)()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    run(100)  # of what was there before, much is made anew
    before = held()
    run(300)
    after = held()
    tracemalloc.stop()
    assert after - before < 2500  # bytes: not one float in a list an update of either kind, which is 32


def test_no_figure_is_known_to_pyplot(explorer):
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


# The sweep


def test_a_sweep_goes_once_to_every_stop_and_every_pair_of_corners(explorer):
    seen = [(stop.settings["x"], stop.settings["name"]) for stop in sweep(explorer)]
    alone = [(-1, "a"), (0, "a"), (1, "a"), (-0.2, "a"), (0, "b"), (0, "c")]
    assert sorted(seen) == sorted(alone + [(x, name) for x in (-1, 1) for name in "bc"])
    assert explorer._scene.staged <= 1 + len("abc")  # the background of each name but once


def test_a_training_is_swept_alone_and_in_one_corner_and_is_otherwise_left_out():
    controls = [*CONTROLS, Choice("trained", "updates", [0, 10, 100], 10)]
    explorer = Explorer(controls, lambda trained, **others: dot_state(**others), Dot(density=1.0), say)
    found = stops(explorer)
    assert {stop["trained"] for stop in found if (stop["x"], stop["name"]) == (0, "a")} == {0, 10, 100}
    assert {stop["trained"] for stop in found if stop["x"] != 0 and stop["name"] != "a"} == {0, 10}
    assert sum(stop["trained"] != 0 for stop in found) <= len("abc") + 3 + 2


def test_at_the_corners_every_three_controls_meet_in_all_their_extremes():
    extremes = {"a": [0, 1], "b": [0, 1], "c": ["x", "y", "z"], "d": [-1, 1], "e": [5, 7]}
    found = corners(extremes, 40)
    for some in combinations(extremes, 3):
        met = {tuple(corner[name] for name in some) for corner in found}
        assert met == set(product(*(extremes[name] for name in some)))
    assert len(found) < 2 * 12  # twice as many as the three longest need
    assert found == corners(extremes, 40)


def test_a_sweep_yields_what_sentence_and_picture_became(explorer):
    for stop in sweep(explorer):
        assert stop.sentence == say(State(place=stop.settings["x"], **stop.settings))
        if stop.picture is not None and stop.settings["x"] == 0:
            assert column_of_the_dot(stop.picture) == pytest.approx(60, abs=1)


def test_an_explorer_whose_widgets_are_closed_is_let_go_of():
    explorer = memory_explorer()
    gone = weakref.ref(explorer), weakref.ref(explorer._scene.figure)
    close(explorer)
    del explorer
    gc.collect()
    assert [one() for one in gone] == [None, None]
