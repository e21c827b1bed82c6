"""What an exercise is, a question or a function to be repaired, and the verdict on an answer to it."""

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from numbers import Real

import numpy as np

from helpers.maths._check import shown


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer; shown by a notebook as its text."""

    right: bool
    text: str

    def __repr__(self):
        return self.text


@dataclass(frozen=True)
class Exercise:
    """A question with one right answer: a number within ``tolerance``, or one of ``options``.

    hints : pairs of a test of the answer and what to say to one that passes it; the first that fits is said.
    otherwise : what to say where none fits.
    """

    answer: float | str
    explanation: str
    hints: tuple[tuple[Callable[[float | str], bool], str], ...]
    tolerance: float = 0.0
    options: tuple[str, ...] = ()
    otherwise: str = "Not yet. Set the explorer to it and look again."

    def check(self, given) -> Verdict:
        """Return the verdict on ``given``."""
        if self.options:
            given = next((option for option in self.options if plain(option) == plain(given)), given)
        if self.options and given not in self.options:
            return Verdict(
                False, f"{shown(given)} is not offered. Answer with one of {', '.join(map(repr, self.options))}."
            )
        if not self.options and not is_number(given):
            return Verdict(False, f"{shown(given)} is no number. Answer with a number, such as 0.5.")
        if given == self.answer or (not self.options and abs(given - self.answer) <= self.tolerance):
            return Verdict(True, f"Right. {self.explanation}")
        return Verdict(False, next((text for fits, text in self.hints if fits(given)), self.otherwise))


def near(value: float, tolerance: float) -> Callable[[float], bool]:
    """Return the test whether a number lies within ``tolerance`` of ``value``."""
    return lambda given: abs(given - value) <= tolerance


def is_option(option: str) -> Callable[[str], bool]:
    """Return the test whether an answer is ``option``."""
    return lambda given: given == option


def plain(given):
    """Return a text as it is compared, without spaces and capitals, x as ×; anything else as it is."""
    return given.casefold().replace(" ", "").replace("x", "×") if isinstance(given, str) else given


def is_number(given) -> bool:
    """Return whether an answer is a finite number."""
    return isinstance(given, Real) and not isinstance(given, bool) and math.isfinite(given)


@dataclass(frozen=True)
class Repair:
    """A function to be repaired until it returns what ``right`` returns.

    cases : the arguments with which both are called, one tuple for each call.
    mistakes : pairs of a wrong function and what to say to one that returns the same; the first that fits is said.
    """

    right: Callable
    explanation: str
    cases: tuple[tuple, ...]
    mistakes: tuple[tuple[Callable, str], ...]

    def check(self, given) -> Verdict:
        """Return the verdict on the function ``given``."""
        if not callable(given):
            return Verdict(False, f"{shown(given)} is no function. Give the function's name, without brackets.")
        wanted = [self.right(*case) for case in self.cases]
        try:
            got = [np.asarray(given(*deepcopy(case)), dtype=float) for case in self.cases]
        except Exception as failure:
            return Verdict(False, f"It does not run: {type(failure).__name__}: {failure}")
        if alike(got, wanted):
            return Verdict(True, f"Right. {self.explanation}")
        for mistake, text in self.mistakes:
            if alike(got, [mistake(*case) for case in self.cases]):
                return Verdict(False, text)
        for one, right in zip(got, wanted, strict=True):
            if one.shape != right.shape:
                return Verdict(False, f"It returns the shape {one.shape}; wanted {right.shape}.")
        off = max(np.linalg.norm(one - right) / np.linalg.norm(right) for one, right in zip(got, wanted, strict=True))
        return Verdict(False, f"The shape is right; the numbers are off by {off:.2g} times their size.")


def alike(some, others) -> bool:
    """Return whether two lists hold the same arrays, up to rounding."""
    pairs = zip(some, others, strict=True)
    return all(one.shape == other.shape and np.allclose(one, other, rtol=1e-8, atol=1e-12) for one, other in pairs)
