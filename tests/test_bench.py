"""What the benchmark computes from what it sees; the measuring itself is not a test."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from helpers.figures import stills
from tests.at_random import PROPERTY
from tools import bench
from tools.explorers import makers


@PROPERTY
@given(st.integers(0, 1600))
def test_a_weight_is_read_from_its_mark(step):
    w = round(-8 + step / 100, 2)
    assert bench.weight_of(bench.cells_of(w)) == w


@pytest.fixture(scope="module")
def scene():
    return bench.Marked(density=1.0)


@pytest.mark.parametrize("w", [-8, -0.01, 0.9, 8])
def test_the_mark_is_read_from_the_picture_that_the_engine_sends(scene, w):
    png = stills.png(scene.draw(bench.state_at(float(w))))
    corner = imread(io.BytesIO(png), format="png")[-bench.CELL // 2, bench.CELL // 2 :: bench.CELL, 0][: bench.N_CELLS]
    assert bench.weight_of(corner < 0.5) == w


def test_an_input_waits_for_the_first_frame_that_shows_it_or_a_later_one():
    inputs = [(0.0, 0.1), (10.0, 0.2), (20.0, 0.3), (30.0, 0.4)]
    frames = [(25.0, 0.2), (50.0, 0.4)]
    assert bench.latencies(inputs, frames) == [25.0, 15.0, 30.0, 20.0]


def test_a_frame_from_before_the_input_does_not_answer_it():
    assert bench.latencies([(10.0, 0.1), (20.0, 0.2), (30.0, 0.1)], [(15.0, 0.1), (40.0, 0.1)]) == [5.0, 20.0, 10.0]


def test_an_input_that_no_frame_follows_is_left_out():
    assert bench.latencies([(0.0, 0.1), (10.0, 0.2)], [(5.0, 0.1)]) == [5.0]


def test_a_ratio_says_how_many_times_better_ours_is():
    one, other = {"pictures a second": 20.0, "median": 50.0}, {"pictures a second": 4.0, "median": 400.0}
    rows = bench.compared(one, other, "here: ")
    assert rows == [
        {"what": "here: pictures a second", "ours": 20.0, "theirs": 4.0, "ratio": 5.0, "unit": "1/s"},
        {"what": "here: median", "ours": 50.0, "theirs": 400.0, "ratio": 8.0, "unit": "ms"},
    ]


def test_both_sides_draw_the_same_figure(scene):
    """The one over the kept background, the other whole."""
    state = bench.state_at(0.5)
    whole = bench.Marked(density=1.0)
    picture = scene.draw(state).copy()
    with bench.style.styled():
        whole.stage(state)
        for shown in whole.shown:
            shown.set(state)
        whole.move(state)
        for artist in whole._moving:
            artist.set_animated(False)
        whole.figure.canvas.draw()
    difference = np.abs(picture.astype(int) - np.asarray(whole.figure.canvas.buffer_rgba()).astype(int))
    # A moving line lies over an axis where, drawn whole, it may lie under it.
    assert (difference.max(axis=-1) > 0).mean() < 0.01


def test_a_step_of_every_kind_of_explorer_is_timed(monkeypatch):
    """One that begins with a choice, one that has no slider, and one whose only control is a text."""
    some = {name: make for name, make in makers().items() if name in ("memory_explorer", "hearing_explorer")}
    monkeypatch.setattr(bench, "makers", lambda: some | {"by_hand_explorer": makers()["by_hand_explorer"]})
    rows = {name: numbers for name, *numbers, _ in bench.steps_of_explorers(n_steps=2)}
    assert set(rows) == {"memory_explorer", "hearing_explorer", "by_hand_explorer"}
    assert all(number > 0 for numbers in rows.values() for number in numbers)
