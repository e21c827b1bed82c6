"""What an exercise is, and the verdict on an answer to it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

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
        """Return the verdict on ``given``; None is an answer not yet given."""
        if given is None:
            return Verdict(False, "No answer yet: put yours in place of None and run the cell again.")
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


def is_number(given) -> bool:
    """Return whether an answer is a finite number."""
    return isinstance(given, Real) and not isinstance(given, bool) and math.isfinite(given)
