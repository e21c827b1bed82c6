"""Whatever is given as an answer gets a verdict: no exception, no warning, and "Right" for what is right alone."""

import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers.exercises import EXERCISES, check
from helpers.exercises.answers import Exercise, Repair, Verdict, alike


class Hostile:
    """What raises at whatever is asked of it."""

    def fail(self, *_, **__):
        raise RuntimeError("no")

    __repr__ = __str__ = __eq__ = __array__ = __float__ = __len__ = __bool__ = __iter__ = __getattr__ = fail
    __hash__ = None
    __class__ = property(fail)


class HostileNumber(float):
    """A number that cannot be made a float."""

    __repr__ = __eq__ = __float__ = Hostile.fail
    __hash__ = None


class UnspeakableError(Exception):
    """An exception whose message raises."""

    __str__ = Hostile.fail


HUGE = 10**400
ODD = {
    "a huge whole number": HUGE,
    "one that cannot be printed": -(10**5000),
    "NaN": np.nan,
    "inf": -np.inf,
    "complex": 0.5 + 0.5j,
    "complex without an imaginary part": 0.5 + 0j,
    "numpy's complex": np.complex128(0.5),
    "True": True,
    "numpy's True": np.True_,
    "a hostile object": Hostile(),
    "a hostile number": HostileNumber(0.5),
    "masked": np.ma.masked,
    "a masked array": np.ma.array([0.5, 0.5], mask=[True, False]),
    "an array": np.array([0.5]),
    "an array of objects": np.array(HUGE, dtype=object),
    "a long number": np.longdouble("1e4000"),
    "a generator": (x for x in range(3)),
    "a signalling NaN": Decimal("sNaN"),
    "a huge fraction": Fraction(HUGE),
    "a type": float,
    "a dictionary": {"a": 1},
    "a list": [0.5],
    "bytes": b"0.5",
    "nothing": "",
    "a comma alone": ",",
    "a per cent sign alone": "%",
    "a word": "Nothing.",
    "a power too large": "1e999999999999",
    "NaN as text": "nan",
    "an exception": UnspeakableError(),
    "not implemented": NotImplemented,
    "the ellipsis": ...,
    "a module": sys,
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_object_gets_a_verdict_that_is_not_right(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in EXERCISES:
            verdict = check(name, ODD[kind])
            assert isinstance(verdict, Verdict)
            assert not verdict.right, name
            assert repr(verdict)
            assert len(repr(verdict)) < 800


HALF = Exercise("How much?", 0.5, "It is a half.", (), tolerance=1e-6)


@pytest.mark.parametrize(
    "given",
    [
        *(0.5, np.float64(0.5), np.float32(0.5), np.array(0.5), Fraction(1, 2), Decimal("0.5")),
        *("0.5", " 0.5 ", "0,5", "+0,50", "50 %", "50%", "50,0 %", "5e-1", np.str_("0.5")),
    ],
    ids=repr,
)
def test_a_half_is_understood_however_it_is_written(given):
    assert HALF.check(given).right


@pytest.mark.parametrize("given", ["−0.5", "-0,5", "- 50 %", "0.05", "5 %", "0,005"])
def test_a_text_is_read_as_the_number_that_it_says(given):
    assert HALF.check(given) == Verdict(False, HALF.otherwise)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((0, 5), r"(0, 5) is two numbers. Write a decimal number with a point"),
        ("1,000", "'1,000' may be read in two ways"),
        ("1.000,5", "'1.000,5' is no number"),
        ("half", "'half' is no number"),
        ("0.5 steps", "'0.5 steps' is no number"),
        (HUGE, "1000000"),
        (0.5 + 0j, "(0.5+0j) is no number"),
        (True, "True is no number"),
        (np.ma.masked, "masked is no number"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_name(given, told):
    verdict = HALF.check(given)
    assert not verdict.right
    assert told in verdict.text


def returned_by(answer):
    """A function that returns the same whatever it is given."""
    return lambda *_: answer


REPAIRS = {name: exercise for name, exercise in EXERCISES.items() if isinstance(exercise, Repair)}


@pytest.mark.parametrize("kind", ODD)
def test_a_function_that_returns_something_odd_gets_a_verdict_that_is_not_right(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [name for name in REPAIRS if check(name, returned_by(ODD[kind])).right] == []


def changed(right, change):
    """The right function with its results changed."""
    return lambda *arguments: change(right(*arguments))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda result: result + 5j, "complex numbers"),
        (lambda result: result + 0j, "complex numbers"),
        (lambda result: np.ma.array(result, mask=True), "masked numbers"),
        (lambda result: np.asarray(result).astype(str), "no numbers"),
        (lambda result: np.asarray(result).astype(object), "no numbers"),
        (lambda result: np.asarray(result) > 0, "no numbers"),
        (lambda result: result * np.nan, "numbers that are not finite"),
        (lambda result: None, r"nothing \(is a return missing"),
        (lambda result: (x for x in [result]), "no numbers"),
        (lambda result: Hostile(), "what is no array"),
        (lambda result: [result, [1.0, 2.0, 3.0]], "what is no array"),
    ],
)
def test_a_right_result_made_something_else_is_not_right_and_told_so(change, told):
    for name in REPAIRS:
        verdict = check(name, changed(REPAIRS[name].right, change))
        assert not verdict.right, name
        assert told.replace("\\", "") in verdict.text, name


@pytest.mark.parametrize(
    "failure", [RuntimeError("why"), UnspeakableError(), SystemExit(1), RecursionError()], ids=repr
)
def test_a_function_that_fails_is_told_so(failure):
    def fails(*_):
        raise failure

    for name in REPAIRS:
        assert f"It does not run: {type(failure).__name__}" in check(name, fails).text, name


@pytest.mark.parametrize("name", REPAIRS)
def test_a_function_that_warns_is_judged_by_what_it_returns(name):
    def warns(*arguments):
        warnings.warn("a warning", RuntimeWarning, stacklevel=1)
        return REPAIRS[name].right(*arguments)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check(name, warns).right


def single(argument):
    """The argument in single precision."""
    if isinstance(argument, list | tuple):
        return type(argument)(map(single, argument))
    return argument.astype(np.float32) if isinstance(argument, np.ndarray) else argument


@pytest.mark.parametrize("name", REPAIRS)
def test_a_right_function_in_single_precision_is_right(name):
    right = REPAIRS[name].right
    assert check(name, lambda *arguments: right(*map(single, arguments))).right
    assert check(name, lambda *arguments: np.float32(right(*arguments))).right


@pytest.mark.parametrize("name", REPAIRS)
def test_no_planned_mistake_is_near_enough_to_be_taken_for_right(name):
    """Ten times the tolerance away, in at least one of the cases."""
    exercise = REPAIRS[name]
    for mistake, text in exercise.mistakes:
        pairs = [(np.asarray(mistake(*case)), np.asarray(exercise.right(*case))) for case in exercise.cases]
        assert any(
            one.shape != right.shape or np.abs(one - right).max() > 1e-4 * np.abs(right).max() for one, right in pairs
        ), text


def test_what_differs_by_more_than_single_precision_is_not_alike():
    right = [np.array([[1.0, 1e-3], [0.0, 2.0]])]
    assert alike([right[0] * (1 + 1e-6)], right)
    assert not alike([right[0] * (1 + 1e-4)], right)
    assert not alike([right[0] + [[0.0, 0.0], [1e-3, 0.0]]], right)


@pytest.mark.parametrize("name", [None, ["01.1"], 1.1, "09.99"])
def test_an_exercise_that_is_not_there_is_a_value_error_whatever_its_name_is(name):
    with pytest.raises(ValueError, match="no exercise is called"):
        check(name, 0.5)
