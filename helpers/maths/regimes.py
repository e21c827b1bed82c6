"""The exact borders of what one unit can do, h -> f(w h + b): one stable fixed point, two of them, or a 2-cycle.

Each comes from the closed form of the cusp or of the flip; `settling` finds the points themselves.
"""

import math

import numpy as np

from helpers.maths._check import one_of, real_array, same_shape, shown


def _lambert_w0(y, n_rounds=20):
    """The W >= 0 with W e^W = y, by Newton's method."""
    W = y
    for _ in range(n_rounds):
        W -= (W * math.exp(W) - y) / ((1.0 + W) * math.exp(W))
    return W


LAMBERT_W0 = _lambert_w0(math.exp(-1.0))
"""W0(1/e) = 0.2785, the largest multiplier of the sigmoid unit with b = 0 and w > 0 (claim C2)."""
SLOWEST_WEIGHT_SIGMOID = (1.0 + LAMBERT_W0) ** 2
"""The w > 0 at which that multiplier is reached, 1.6345."""
FLIP_WEIGHT_SIGMOID = -((1.0 + LAMBERT_W0) ** 2) / LAMBERT_W0
"""The w, -5.8696, below which the sigmoid unit with b = 0 goes to a 2-cycle."""


def to_tanh(w, b):
    """Return (w', b') of the tanh unit that is the sigmoid unit (w, b) in other coordinates.

    u = 2h - 1 turns h -> sigmoid(w h + b) into u -> tanh(w' u + b'),  w' = w/4,  b' = b/2 + w/4

    w, b : numbers or arrays of shapes that broadcast.
    Raises ValueError for values that are not finite.
    Source: claim C1.

    >>> [float(x) for x in to_tanh(4.0, -2.0)]
    [1.0, 0.0]
    """
    w, b = _weights(w, b)
    return (w / 4.0)[()], (b / 2.0 + w / 4.0)[()]


def wall_bias(h0, w):
    """Return the bias with which the sigmoid unit, started at h0, stands for ever between its two resting states.

    b = logit(h0) - w h0, logit(p) = ln(p / (1 - p)), which makes h0 a fixed point; it is unstable if w h0 (1 - h0) > 1

    h0 : between 0 and 1. w : above 1 / (h0 (1 - h0)). Numbers or arrays of shapes that broadcast.
    Raises ValueError where that does not hold.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6.

    >>> float(wall_bias(0.5, 6.0))
    -3.0
    """
    h0, w = real_array("h0", h0), real_array("w", w)
    same_shape(h0=h0, w=w)
    if not ((h0 > 0) & (h0 < 1)).all():
        raise ValueError(f"h0 must be between 0 and 1, got {shown(h0)}")
    if not (w * h0 * (1.0 - h0) > 1).all():
        raise ValueError(f"w h0 (1 - h0) must be above 1 for a wall, got w = {shown(w)} with h0 = {shown(h0)}")
    return (np.log(h0) - np.log1p(-h0) - w * h0)[()]


def bistable_interval(activation, w):
    """Return (b_low, b_high): for b strictly between them the unit has two stable fixed points.

    tanh:    |b| < w s - artanh s,             s = sqrt(1 - 1/w),  w > 1
    sigmoid: |b + w/2| < w s / 2 - 2 artanh s,  s = sqrt(1 - 4/w),  w > 4

    activation : "tanh" or "sigmoid". w : numbers of any shape; the result is NaN where there is no such b.
    Raises ValueError for another activation and for a w that is not finite.
    Source: claims C3, C5.

    >>> [round(float(b), 6) for b in bistable_interval("sigmoid", 8.0)]
    [-5.06568, -2.93432]
    """
    return _interval(activation, w, sign=1)


def two_cycle_interval(activation, w):
    """Return (b_low, b_high): for b strictly between them the unit has a 2-cycle.

    tanh:    |b| < |w| s + artanh s,             s = sqrt(1 - 1/|w|),  w < -1
    sigmoid: |b + w/2| < |w| s / 2 + 2 artanh s,  s = sqrt(1 - 4/|w|),  w < -4

    activation : "tanh" or "sigmoid". w : numbers of any shape; the result is NaN where there is no such b.
    Raises ValueError for another activation and for a w that is not finite.
    Source: claims C3, C5.

    >>> [round(float(b), 6) for b in two_cycle_interval("tanh", -2.0)]
    [-2.295587, 2.295587]
    """
    return _interval(activation, w, sign=-1)


def _interval(activation, w, sign):
    one_of("activation", activation, ("sigmoid", "tanh"))
    w = real_array("w", w)
    v = sign * (w if activation == "tanh" else w / 4.0)
    v = np.where(v > 1, v, np.nan)
    s = np.sqrt(1.0 - 1.0 / v)
    artanh_s = np.log((1.0 + s) * np.sqrt(v))  # artanh s, for 1 - s^2 = 1/v; no loss where s is near 1
    half = v * s - sign * artanh_s
    middle = 0.0 if activation == "tanh" else -w / 2.0
    if activation == "sigmoid":
        half = 2.0 * half
    return (middle - half)[()], (middle + half)[()]


def regime(activation, w, b):
    """Return 2 where there are two stable fixed points, 3 where there is a 2-cycle, 1 for one fixed point.

    From the curves of `bistable_interval` and `two_cycle_interval`; on the curves 1.

    activation : "tanh" or "sigmoid". w, b : numbers or arrays of shapes that broadcast.
    The result is an int array of the broadcast shape.
    Raises ValueError for another activation and for values that are not finite.
    Source: claims C2, C3, C5.

    >>> regime("sigmoid", [2.0, 8.0, -8.0], [0.0, -4.0, 0.0]).tolist()
    [1, 2, 3]
    """
    w, b = _weights(w, b)
    number = np.ones(w.shape, dtype=int)
    for value, interval in ((2, bistable_interval), (3, two_cycle_interval)):
        low, high = interval(activation, w)
        number[(low < b) & (b < high)] = value
    return number


def _weights(w, b):
    w, b = real_array("w", w), real_array("b", b)
    same_shape(w=w, b=b)
    return np.broadcast_arrays(w, b)
