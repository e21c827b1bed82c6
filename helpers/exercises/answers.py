"""What an exercise is, a choice, a number or a function to be repaired, and the verdict on an answer to it."""

import math
import re
import warnings
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import NamedTuple

import numpy as np

from helpers.maths._check import shown


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer; shown by a notebook as its text, after a sign."""

    right: bool
    text: str

    def __repr__(self):
        return f"{'✓' if self.right else '✗'} {self.text}"


@dataclass(frozen=True)
class Choice:
    """A question with a few choices: ``says`` has, for each of them in order, what is said to it.

    ``guess`` says where it is drawn (helpers/explorers/guesses.py); nothing where it is not.
    """

    ask: str
    answer: str
    says: dict[str, str]
    guess: dict = field(default_factory=dict)

    def check(self, given) -> Verdict:
        """Return the verdict on ``given``."""
        text = plain(given) if issubclass(type(given), str) else None
        chosen = next((choice for choice in self.says if plain(choice) == text), None)
        if chosen is None:
            offered = ", ".join(map(repr, self.says))
            return Verdict(False, f"{shown(given)} is not offered. Answer with one of {offered}.")
        right = chosen == self.answer
        return Verdict(right, f"{'Right' if right else 'Not yet'}. {self.says[chosen]}")


ROUNDING = 1 + 1e-9  # so that 59.9 is within 0.1 of 60


class Span(NamedTuple):
    """The answers from ``low`` to ``high``, both included."""

    low: float
    high: float

    def holds(self, given: float) -> bool:
        """Return whether an answer is one of these."""
        return self.low <= given <= self.high


@dataclass(frozen=True)
class Exercise:
    """A question for a number, right within ``tolerance`` or to so many ``digits``.

    hints : pairs of a span of answers and what to say to one that lies in it; the first that fits is said.
    otherwise : what to say where none fits.
    guess : where an answer is drawn, as of a Choice.
    """

    ask: str
    answer: float
    explanation: str
    hints: tuple[tuple[Span, str], ...]
    tolerance: float = 0.0
    digits: int = 0
    otherwise: str = "Not yet. Set the explorer to it and look again."
    guess: dict = field(default_factory=dict)

    def check(self, given) -> Verdict:
        """Return the verdict on ``given``."""
        given, refusal = read_number(given)
        if refusal:
            return Verdict(False, refusal)
        if given == self.answer or self._is_near(given):
            return Verdict(True, f"Right. {self.explanation}")
        hint = next((text for span, text in self.hints if span.holds(given)), None)
        return Verdict(False, hint or self.missed(given))

    def missed(self, given: float) -> str:
        """Return what to say where no hint fits: what a near miss misses, and on which side it lies."""
        off = abs(given - self.answer)
        if 0 < self.answer < 1 and self._is_near(given / 100):
            return "Yes, in per cent. The number itself is asked for, from 0 to 1."
        if self.digits and given and off <= 0.5 * last_digit(given):
            return "Right so far, but not to each digit that is asked for."
        side = "a little too large" if given > self.answer else "a little too small"
        if self.digits and off <= 2 * last_place(self.answer, self.digits):
            return f"Nearly: {side}. Each digit that is asked for must be right, the last of them rounded."
        return f"{self.otherwise} Yours is {side}." if off <= 0.1 * abs(self.answer) else self.otherwise

    def _is_near(self, given: float) -> bool:
        if self.digits:
            return agrees(given, self.answer, self.digits)
        return abs(given - self.answer) <= self.tolerance * ROUNDING


def number(ask: str, answer: float, explanation: str, *hints, **how) -> Exercise:
    """Return a question whose answer is a number. hints : of `near` and `between`."""
    return Exercise(ask, answer, explanation, hints, **how)


def near(value: float, tolerance: float, text: str) -> tuple[Span, str]:
    """Return the hint for a number within ``tolerance`` of ``value``."""
    return Span(value - tolerance, value + tolerance), text


def between(low: float, high: float, text: str) -> tuple[Span, str]:
    """Return the hint for a number from ``low`` to ``high``; an answer that is right is never given one."""
    return Span(low, high), text


def last_place(answer: float, digits: int) -> float:
    """Return what one unit of the last of so many digits of a number is worth."""
    return 10.0 ** (math.floor(math.log10(abs(answer))) + 1 - digits)


def last_digit(given: float) -> float:
    """Return what one unit of the last digit that a number has is worth.

    >>> last_digit(0.35), last_digit(1200.0)
    (0.01, 100.0)
    """
    return 10.0 ** Decimal(f"{given:.12g}").normalize().as_tuple().exponent


def agrees(given: float, answer: float, digits: int) -> bool:
    """Return whether a number is the answer to each digit that it has, and to ``digits`` of them at least.

    The last of those asked for must be rounded; where there are more, the last may be cut off instead.
    """
    asked = last_place(answer, digits)
    own = last_digit(given)
    off = abs(given - answer)
    return off <= max(1e-6 * abs(answer), 0.5 * asked if own > 0.99 * asked else 0.999 * own)


def plain(text: str) -> str:
    """Return a text as it is compared, without spaces and capitals, x as ×."""
    return text.casefold().replace(" ", "").replace("x", "×")


def read_number(given) -> tuple[float, str]:
    """Return the number that an answer is, and nothing; or NaN, and why it is no number.

    A text is read as it is meant: "0.5", "0,5" and "50 %" are a half.
    """
    kind, number = type(given), given  # the type and not isinstance, which asks the object
    if kind is tuple and len(given) == 2 and all(type(part) is int for part in given):
        return math.nan, f"{shown(given)} is two numbers. Write a decimal number with a point, such as 0.7."
    if issubclass(kind, str):
        text = "".join(given.split()).replace("−", "-")
        if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+%?", text):
            return math.nan, f"{shown(given)} may be read in two ways. Write the number without a comma."
        try:
            number = float(text.removesuffix("%").replace(",", ".")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = None
    elif kind is np.ndarray and given.ndim == 0:
        number = given[()]
    if not issubclass(type(number), Real | Decimal) or type(number) is bool:
        return math.nan, f"{shown(given)} is no number. Answer with a number, such as 0.7."
    try:
        number = float(number)
    except Exception:  # a whole number, or a signalling NaN, that no float can be
        number = math.inf
    if not math.isfinite(number):
        return math.nan, f"{shown(given)} is no number that can be right. Answer with a finite one, such as 0.7."
    return number, ""


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong is said in the verdict
            return self._verdict(given)

    def _verdict(self, given) -> Verdict:
        wanted = [self.right(*case) for case in self.cases]
        try:
            results = [given(*deepcopy(case)) for case in self.cases]
        except (Exception, SystemExit) as failure:
            return Verdict(False, f"It does not run: {type(failure).__name__}: {said_by(failure)}")
        got = [real_numbers(result) for result in results]
        for array, result in zip(got, results, strict=True):
            if isinstance(array, str):
                return Verdict(False, f"It returns {array}; wanted real numbers, got {shown(result)}.")
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


def repair(right: Callable, explanation: str, cases: tuple[tuple, ...], *mistakes) -> Repair:
    """Return a function to be repaired. mistakes : a wrong one, then what is said to who has it, and so on."""
    return Repair(right, explanation, cases, tuple(zip(mistakes[::2], mistakes[1::2], strict=True)))


def real_numbers(result) -> np.ndarray | str:
    """Return what a function returned as an array of finite numbers, or in words what it is instead."""
    if result is None:
        return "nothing (is a return missing?)"
    try:
        array = None if np.ma.is_masked(result) else np.asarray(result)
    except Exception:
        return "what is no array"
    if array is None:
        return "masked numbers"
    if array.dtype.kind == "c":
        return "complex numbers"
    if array.dtype.kind not in "iuf":
        return "no numbers"
    array = array.astype(float)
    return array if np.isfinite(array).all() else "numbers that are not finite"


def said_by(failure: BaseException) -> str:
    """Return the message of an exception; nothing where that itself fails."""
    try:
        return str(failure)
    except Exception:
        return ""


def alike(some, others) -> bool:
    """Return whether two lists hold the same arrays, up to the rounding of single precision in a long product."""
    return all(
        one.shape == other.shape and np.abs(one - other).max(initial=0.0) <= 1e-12 + 1e-5 * np.abs(other).max()
        for one, other in zip(some, others, strict=True)
    )
