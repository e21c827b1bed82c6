"""Small tanh nets that learned to hold one bit over a few steps, and what becomes of it after more (notebook 10)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import real_array
from helpers.maths.tasks import draw, is_wrong
from helpers.maths.training import Recipe, Training

N_NETS, LONGEST, N_ASKED = 30, 60, 200  # nets, the longest sequence that they are asked, and how many of each length
LATE = 20  # from longer sequences on, what a net does is what it does for ever
KINDS = ("holds", "alternates", "forgets")


class Holders(NamedTuple):
    """Nets after training, and the share of right answers at lengths 1 to LONGEST, (LONGEST, N_NETS)."""

    training: Training
    right: np.ndarray


_kept: dict[int, Holders] = {}


def train_holders(length):
    """Train N_NETS tanh nets of 8 neurons on "latch" at one length, each from a seed of its own; yield the share done.

    length : at least 1. The result is kept for `holders`. Raises ValueError for another length.
    Source: claims C3, C5, C75; Bengio, Simard & Frasconi 1994.

    >>> max(train_holders(3)) <= 1
    True
    """
    recipe = Recipe("latch", length, "tanh", gain=0.5, hidden=8, n_updates=300, seeds=tuple(range(N_NETS)))
    training = Training(recipe, n_test=1000, dtype=float)
    for state in training.updates():
        yield state.n_updates / recipe.n_updates
    X, D = draw("latch", np.random.default_rng(0), LONGEST, N_ASKED)
    Y = training.outputs(X)
    _kept[length] = Holders(training, 1.0 - is_wrong("latch", Y, np.broadcast_to(D, Y.shape)).mean(axis=-1))


def holders(length):
    """Return the nets of `train_holders`, trained where they are not yet, and what they answer at all lengths.

    A sequence of "latch" is the beginning of a longer one, so that one run of LONGEST steps asks all lengths.
    length : at least 1. Raises ValueError for another length.

    >>> holders(3).right.shape
    (60, 30)
    """
    if not is_trained(length):
        for _ in train_holders(length):
            pass
    return _kept[length]


def is_trained(length):
    """Return whether the nets of a length are there already.

    >>> is_trained(59)
    False
    """
    return length in _kept


def late_shares(right):
    """Return the mean share of right answers at the odd and at the even lengths above LATE.

    right : (n,), the share at lengths 1 to n, n at least LATE + 2. Raises ValueError for another shape.

    >>> late_shares(np.tile([1.0, 0.0], 20))
    (1.0, 0.0)
    """
    right = real_array("right", right)
    if right.ndim != 1 or len(right) < LATE + 2:
        raise ValueError(f"right must be (n,) with n at least {LATE + 2}, got {right.shape}")
    odd, even = right[LATE::2], right[LATE + 1 :: 2]  # right[0] is length 1, and LATE is even
    return float(odd.mean()), float(even.mean())


def kind(right):
    """Return the kind of a net: one of KINDS.

    "holds": right at all lengths; "alternates": right at the odd ones or at the even ones alone, and wrong at the
    others, so that it still knows; "forgets": anything else.
    right : as for `late_shares`, which says what is refused.
    Source: claim C75 (the orbit of period two is that of claim C5).

    >>> kind(np.tile([1.0, 0.0], 20))
    'alternates'
    """
    shares = late_shares(right)
    if min(shares) > 0.95:
        return "holds"
    return "alternates" if max(shares) > 0.95 and min(shares) < 0.05 else "forgets"
