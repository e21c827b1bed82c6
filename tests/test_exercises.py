"""Each exercise takes its own solution and rejects plausible wrong answers, each with the hint that fits."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.exercises import EXERCISES, check
from helpers.explorers.scalar import memory_explorer
from helpers.maths.settling import attractor, fixed_points

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

RIGHT = {
    "00.1": "the sign of its start",
    "01.1": 0.905,
    "01.2": -5.87,
    "01.3": "w = 1.0",
    "01.4": 4,
    "02.1": -3.195,
    "02.2": 1024,
    "02.3": "its length",
    "02.4": 1.487,
}
WRONG = [
    ("00.1", "all three starts", "two positive starts"),
    ("00.1", "nothing", "negative start"),
    ("01.1", 0.9, "9.49 steps"),
    ("01.1", math.exp(-10), "ONE step"),
    ("01.1", 1.05, "Look below 1"),
    ("01.2", -4, "for SOME bias"),
    ("01.2", 5.87, "wrong sign"),
    ("01.2", -6, "Go closer to the border"),
    ("01.2", 3, "only rises"),
    ("01.2", -5, "still settles"),
    ("01.2", -8, "There it cycles"),
    ("01.3", "w = 1.5", "the SIGN"),
    ("01.3", "the same", "read the sentence"),
    ("01.4", 3, "first below"),
    ("01.4", 11, "reads nothing"),
    ("01.4", 71, "crosses the dotted line"),
    ("01.4", 1903, "number of years"),
    ("01.4", -4, "negative"),
    ("02.1", -3, "for h₀ = 1/2"),
    ("02.1", -3.6, "logit"),
    ("02.1", -4.005, "wrong sign"),
    ("02.2", 8**10, "slope of the sigmoid"),
    ("02.2", 0.166372**10, "RESTING"),
    ("02.2", 0.25**10, "slopes alone"),
    ("02.2", 20, "do not add"),
    ("02.3", "its direction", "parallel"),
    ("02.3", "both", "SAME factor"),
    ("02.4", 1, "A bias of 0.2 asks for more"),
    ("02.4", 4, "for the sigmoid"),
    ("02.4", 1.3, "go right"),
    ("02.4", 2, "go left"),
]


def test_every_exercise_is_tested_here():
    assert set(RIGHT) == set(EXERCISES) == {name for name, _, _ in WRONG}


@pytest.mark.parametrize(("name", "answer"), RIGHT.items())
def test_the_right_answer_is_taken(name, answer):
    verdict = check(name, answer)
    assert verdict.right, verdict
    assert repr(verdict).startswith("Right. ")


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_a_plausible_wrong_answer_gets_the_hint_that_fits(name, answer, hint):
    verdict = check(name, answer)
    assert not verdict.right
    assert re.search(hint, verdict.text), verdict


@pytest.mark.parametrize("name", EXERCISES)
def test_no_answer_yet_is_no_mistake(name):
    assert not check(name, None).right
    assert "No answer yet" in check(name, None).text


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("01.1", "0.9", "'0.9' is no number"),
        ("01.1", float("nan"), "nan is no number"),
        ("01.1", True, "True is no number"),
        ("01.3", "w = 2", "'w = 2' is not offered. Answer with one of 'w = 1.0', "),
        ("01.3", 1.0, "1.0 is not offered"),
        ("01.3", ["w = 1.0"], "['w = 1.0'] is not offered"),
    ],
)
def test_an_answer_of_another_kind_is_told_what_is_wanted(name, given, told):
    assert not check(name, given).right
    assert told in check(name, given).text


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match=r"no exercise is called '09\.9'"):
        check("09.9", 1)


def test_the_notebooks_ask_every_exercise_once_and_show_no_answer_given():
    calls = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for name, given in re.findall(r'check\("([\d.]+)", (\w+)\)', cell.source):
                assert f"{given} = None" in cell.source, path
                assert name.startswith(path.name[:2]), path
                calls.append(name)
    assert sorted(calls) == sorted(EXERCISES)


# The answers themselves, against what does not go through exercises.py


def test_the_memory_time_of_the_first_exercise_is_ten_steps():
    assert -1 / np.log(attractor("tanh", EXERCISES["01.1"].answer).multiplier) == pytest.approx(10, rel=1e-9)


def test_the_border_of_the_second_exercise_parts_settling_from_cycling():
    answer = EXERCISES["01.2"].answer
    assert [int(attractor("sigmoid", answer + step).period) for step in (0.01, -0.01)] == [1, 2]


def test_the_explorer_says_the_years_of_the_fourth_exercise():
    assert (
        f"less than 5 % of it from {EXERCISES['01.4'].answer} steps on" in memory_explorer("tanh", 1, "Nile").sentence
    )


def test_the_wall_of_the_first_exercise_makes_its_start_a_fixed_point_that_repels():
    points = fixed_points("sigmoid", 6.0, EXERCISES["02.1"].answer)
    assert any(abs(point.h - 0.6) < 1e-9 and point.stability == "unstable" for point in points)


def test_the_weight_of_the_last_exercise_is_where_a_second_stable_point_is_born():
    answer = EXERCISES["02.4"].answer
    assert [len(fixed_points("tanh", answer + step, 0.2)) for step in (-1e-3, 1e-3)] == [1, 3]


def test_the_hint_of_eleven_steps_is_what_a_neuron_keeps_that_reads_nothing():
    assert "less than 5 % of it from 11 steps on" in memory_explorer("tanh", 1, "nothing").sentence
