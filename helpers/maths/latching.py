"""Small tanh nets that learned to hold one bit over a few steps, and what becomes of it after more (notebook 10)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import real_array, whole_number
from helpers.maths.tasks import draw, is_wrong
from helpers.maths.training import Recipe, Training

N_NETS, LONGEST, N_ASKED = 30, 60, 200  # nets, the longest sequence that they are asked, and how many of each length
LATE = 20  # from longer sequences on, what a net does is what it does for ever
KINDS = ("holds", "alternates", "forgets")


class Holders(NamedTuple):
    """Nets after training, and the share of right answers at lengths 1 to LONGEST, (LONGEST, N_NETS)."""

    training: Training
    right: np.ndarray


_kept: dict[tuple[int, int], Holders] = {}


def train_holders(length, first_seed=0):
    """Train N_NETS tanh nets of 8 neurons on "latch" at one length, each from a seed of its own; yield the share done.

    length : at least 1. first_seed : the first of the seeds, at least 0. The result is kept for `holders`.
    Raises ValueError for others.
    Source: claims C3, C5, C75; Bengio, Simard & Frasconi 1994.

    >>> max(train_holders(3)) <= 1
    True
    """
    first_seed = whole_number("first_seed", first_seed, at_least=0)
    seeds = tuple(range(first_seed, first_seed + N_NETS))
    recipe = Recipe("latch", length, "tanh", gain=0.5, hidden=8, n_updates=300, seeds=seeds)
    training = Training(recipe, n_test=1000, dtype=float)
    for state in training.updates():
        yield state.n_updates / recipe.n_updates
    X, D = draw("latch", np.random.default_rng(0), LONGEST, N_ASKED)
    Y = training.outputs(X)
    _kept[length, first_seed] = Holders(training, 1.0 - is_wrong("latch", Y, np.broadcast_to(D, Y.shape)).mean(axis=-1))


def holders(length, first_seed=0):
    """Return the nets of `train_holders`, trained where they are not yet, and what they answer at all lengths.

    A sequence of "latch" is the beginning of a longer one, so that one run of LONGEST steps asks all lengths.
    length, first_seed : as for `train_holders`, which says what is refused.

    >>> holders(3).right.shape
    (60, 30)
    """
    if not is_trained(length, first_seed):
        for _ in train_holders(length, first_seed):
            pass
    return _kept[length, first_seed]


def is_trained(length, first_seed=0):
    """Return whether the nets of a length and these seeds are there already. Raises ValueError for others.

    >>> is_trained(59)
    False
    """
    return (whole_number("length", length, at_least=1), whole_number("first_seed", first_seed)) in _kept


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
