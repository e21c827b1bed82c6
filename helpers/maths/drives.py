"""Inputs x_0, ..., x_{n_steps - 1} for a unit or a net."""

import numpy as np

from helpers.maths._check import generator, real_array, real_number, shown, whole_number

ALPHABET = "abcdefghijklmnopqrstuvwxyz .,'"


def impulse(n_steps, at, size=1.0):
    """Return the input that is `size` in step `at` and 0 in every other, shape (n_steps,).

    x_k = size if k = at, else 0

    n_steps : number of steps. at : a step from 0 to n_steps - 1. size : a number.
    Raises ValueError for a step outside the range or a size that is not finite.

    >>> impulse(4, at=1, size=-2.0).tolist()
    [0.0, -2.0, 0.0, 0.0]
    """
    x = np.zeros(whole_number("n_steps", n_steps))
    x[whole_number("at", at, below=n_steps)] = real_number("size", size)
    return x


def step(n_steps, at, size=1.0):
    """Return the input that is 0 before step `at` and `size` from then on, shape (n_steps,).

    x_k = size if k >= at, else 0

    n_steps : number of steps. at : a step from 0 to n_steps - 1. size : a number.
    Raises ValueError for a step outside the range or a size that is not finite.

    >>> step(4, at=1, size=0.5).tolist()
    [0.0, 0.5, 0.5, 0.5]
    """
    x = np.zeros(whole_number("n_steps", n_steps))
    x[whole_number("at", at, below=n_steps) :] = real_number("size", size)
    return x


def noise(n_steps, rng, scale=1.0):
    """Return independent normal inputs of mean 0 and standard deviation `scale`, shape (n_steps,).

    n_steps : number of steps. rng : a numpy Generator, the only source of chance. scale : at least 0.
    Raises ValueError for a negative scale or an rng that is not a Generator.

    >>> noise(3, np.random.default_rng(0)).round(3).tolist()
    [0.126, -0.132, 0.64]
    """
    n_steps, scale = whole_number("n_steps", n_steps), real_number("scale", scale, at_least=0.0)
    return scale * generator("rng", rng).standard_normal(n_steps)


def standardise(series):
    """Return the series shifted and scaled to mean 0 and standard deviation 1, of the same shape (n_steps,).

    (x - mean x) / sd x, with the standard deviation of the whole series (divided by n, not n - 1)

    series : (n_steps,) finite numbers, not all equal.
    Raises ValueError for another shape and for a constant series, which has no scale.

    >>> standardise([1.0, 3.0]).tolist()
    [-1.0, 1.0]
    """
    x = real_array("series", series)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"series must have shape (n_steps,), got {x.shape}")
    if (x == x[0]).all():
        raise ValueError(f"series must not be constant, got {shown(series)}")
    x = np.ldexp(x, -np.frexp(np.abs(x).max())[1])  # a power of 2 that keeps the squares within the floats
    x = x - x.mean()
    return x / x.std()


def one_hot(text, alphabet=ALPHABET):
    """Return a text as inputs, shape (T, m): a row of zeros for each character, with a 1 in its place in the alphabet.

    text : at least one character, each in the alphabet once capitals are made small.
    alphabet : m different characters, none of them a capital.
    Raises ValueError for a text that is empty, a character that the alphabet does not have, and another alphabet.

    >>> one_hot("Ab", alphabet="abc").tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if not isinstance(text, str) or not text:
        raise ValueError(f"text must have at least one character, got {shown(text)}")
    if not isinstance(alphabet, str) or len(set(alphabet)) != len(alphabet) or alphabet != alphabet.lower():
        raise ValueError(f"alphabet must be a text of different characters without capitals, got {shown(alphabet)}")
    unknown = sorted({character for character in text.lower() if character not in alphabet})
    if unknown:
        raise ValueError(
            f"text must be written in the alphabet {alphabet!r}, which does not have "
            f"{', '.join(map(repr, unknown))}, got {shown(text)}"
        )
    return np.eye(len(alphabet))[[alphabet.index(character) for character in text.lower()]]
