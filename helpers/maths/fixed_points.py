"""Fixed points, 2-cycles and attractors of one unit, h -> f(w h + b), to the last digits, and the borders of each kind.

The maps with f = sigmoid, tanh, relu, identity are monotone, so an orbit can only settle on a fixed point or a 2-cycle,
or leave for infinity (claim C1). The sigmoid is worked out on the tanh unit of `to_tanh` and read back. With any other
activation `long_run` follows the orbit. The borders come from the closed form of the cusp or of the flip.
"""

import math
from typing import NamedTuple

import numpy as np

from helpers.maths._check import LARGEST, finite, one_of, real_array, real_number, shown, together
from helpers.maths.activations import activation as find_activation

MONOTONE = ("sigmoid", "tanh", "relu", "identity")
TANH = find_activation("tanh")
LONG_RUN = 2000  # steps
LONGEST_CYCLE = 8  # steps, that are told from an orbit that does not repeat


class FixedPoint(NamedTuple):
    """A fixed point h of h -> f(w h + b), its multiplier w f'(w h + b), and "stable", "unstable" or "marginal".

    "marginal" means that |multiplier| is within 1e-9 of 1. Such a point may still attract, slower than any power of a
    factor below 1: tanh with w = 1, b = 0 goes to 0 like sqrt(3 / 2t).
    """

    h: float
    multiplier: float
    stability: str


class Attractor(NamedTuple):
    """Where an orbit settles, arrays of one shape.

    period : 1 or 2; 0 where the orbit leaves for infinity
    low, high : the states it settles on, equal for period 1; the infinities it tends to for period 0
    multiplier : the factor per step by which an error shrinks there in the long run, >= 0: |w f'| at a fixed point,
        the geometric mean of the two at a 2-cycle
    """

    period: np.ndarray
    low: np.ndarray
    high: np.ndarray
    multiplier: np.ndarray


def fixed_points(activation, w, b=0.0):
    """Return the fixed points of h -> f(w h + b) as a list of FixedPoint, in ascending order of h.

    h = f(w h + b), multiplier w f'(w h + b)

    activation : "sigmoid", "tanh", "relu" or "identity". w, b : numbers.
    With relu the state is never negative, so at h = 0, b = 0 the slope is taken from the right: the multiplier is
    max(w, 0). With w = 1 and b = 0 every h >= 0 (relu) or every h (identity) is fixed, and the list holds the marginal
    point h = 0 for all of them. The list is empty where no point is fixed (relu w > 1, b > 0; identity w = 1, b != 0).
    Raises ValueError for another activation (most are not monotone) and for values that are not finite numbers.
    Source: claims C2, C3, C5, C7.

    >>> [round(point.h, 6) for point in fixed_points("tanh", 1.5)]
    [-0.85856, 0.0, 0.85856]
    """
    one_of("activation", activation, MONOTONE)
    w, b = real_number("w", w), real_number("b", b)
    found = {"relu": _relu_points, "identity": _identity_points}.get(activation, _smooth_points)(activation, w, b)
    return [FixedPoint(float(h), float(m), _stability(abs(m))) for h, m in found]


def attractor(activation, w, b=0.0, h0=0.5):
    """Return where the orbit of h -> f(w h + b) from h0 settles, as Attractor (fast enough for a moving slider).

    The second iterate rises, so its orbit goes one way: to the nearest fixed point in the direction of its first move.

    activation : "sigmoid", "tanh", "relu" or "identity". w, b, h0 : numbers or arrays of shapes that broadcast.
    An h0 that is itself fixed, to the last bit, stays there, also where that point is unstable.
    With relu, the multiplier where the orbit settles on 0 is 0 (a dead unit), except with b = 0, 0 < w < 1 and h0 > 0:
    there the state shrinks by w per step without end. Period 0 (relu and identity) has the multiplier |w|.
    Raises ValueError for another activation and for values that are not finite.
    Source: claims C1, C2, C3, C5, C7.

    >>> attractor("tanh", [0.5, 1.5, -1.5]).high.round(6).tolist()
    [0.0, 0.85856, 0.85856]
    """
    one_of("activation", activation, MONOTONE)
    arrays = together(w=w, b=b, h0=h0)
    w, b, h0 = (x.ravel() for x in arrays)
    settle = {"relu": _relu_attractor, "identity": _identity_attractor}.get(activation, _smooth_attractor)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found = settle(activation, w, b, h0)
    return Attractor(*(x.reshape(arrays[0].shape)[()] for x in found))


def long_run(activation, w, b=0.0, h0=0.5):
    """Return what the orbit of h -> f(w h + b) from h0 does after LONG_RUN steps, as Attractor, for any activation.

    Unlike `attractor` it follows the orbit: the map need not be monotone, so there may be longer cycles, or none.

    activation : a name from ACTIVATIONS. w, b, h0 : numbers or arrays of shapes that broadcast.
    period : of the cycle, up to LONGEST_CYCLE, that the steps repeat to 1e-10; 0 where the state grows beyond 1e15, or
        grows at every step by a mean factor of 1 or more; -1 where it does neither: it is slow, or it never repeats
    low, high : the ends of the cycle, or of the second half of the orbit
    multiplier : the geometric mean of |w f'| over one period, or over the second half of the orbit
    Raises ValueError for an unknown activation and for values that are not finite.

    >>> long_run("sin", [1.5, 2.5, np.pi]).period.tolist()
    [1, 2, -1]
    """
    act = find_activation(activation)
    w, b, h0 = together(w=w, b=b, h0=h0)
    ends, orbit = Attractor(*(np.full(w.shape, -1.0) for _ in range(4))), [h0]

    def note(where, period, H, more):  # that there the orbit has this period, of which H are the states
        sizes = np.abs(w * act.derivative(finite(w * more + b)))
        found = period, H.min(axis=0), H.max(axis=0), np.exp(np.log(sizes).mean(axis=0))
        for one, value in zip(ends, found, strict=True):
            np.copyto(one, value, where=where)

    with np.errstate(over="ignore", divide="ignore"):
        while len(orbit) <= LONG_RUN and (ends.period < 0).any():
            for _ in range(100):
                orbit.append(finite(act.f(finite(w * orbit[-1] + b))))
            last = np.array(orbit[-2 * LONGEST_CYCLE :])
            period = _repeats(last)
            for n in np.unique(period[(period >= 0) & (ends.period < 0)]):
                # Of one that settles on a kink, from both sides.
                several = last[-(len(last) // n * n) :] if n else last[-2:]
                note((period == n) & (ends.period < 0), n, last[-n or -2 :], several)
        half = np.array(orbit[len(orbit) // 2 :])
        note(ends.period < 0, -1, half, half)
        rises = (np.diff(np.abs(half), axis=0) > 0).all(axis=0) & (ends.multiplier >= 1)
        note((ends.period < 0) & rises, 0, half[-2:], half[-2:])
    for one in (ends.low, ends.high):
        np.copyto(one, np.copysign(np.inf, one), where=ends.period == 0)
    return Attractor(ends.period.astype(int)[()], *(x[()] for x in ends[1:]))


def _repeats(last):
    """The period with which the last states repeat, 0 where they are large and grow, -1 where neither holds (yet)."""
    period, unlike = np.full(last.shape[1:], -1), np.full(last.shape[1:], np.inf)
    for n in range(1, LONGEST_CYCLE + 1):
        distance = (np.abs(last[n:] / 2 - last[:-n] / 2) / (0.5 + np.abs(last[n:] / 2))).max(axis=0)
        # Not where a shorter period is about to come out.
        period = np.where((period < 0) & (distance <= 1e-10) & (unlike > 1e-6), n, period)
        unlike = np.minimum(unlike, distance)
    before, now = np.abs(last[-3]), np.abs(last[-1])  # two steps apart, for the state may change its sign at each
    return np.where((now == LARGEST) | (now > 1e15) & (now > before), 0, period)


def _stability(size):
    if abs(size - 1.0) < 1e-9:
        return "marginal"
    return "stable" if size < 1 else "unstable"


# The sigmoid and tanh, worked out in z, the argument of the tanh: a fixed point is z = v tanh z + a.


def _as_tanh(activation, w, b):
    """v, a of the tanh unit, and the number by which its z is multiplied to give the argument of the activation."""
    return (w, b, 1.0) if activation == "tanh" else (w / 4.0, b / 2.0 + w / 4.0, 2.0)


def _excess(z, v, a):
    """v tanh z + a - z, which is 0 at a fixed point, and its derivative."""
    return v * np.tanh(z) + a - z, v * TANH.derivative(z) - 1.0


def _fold(v):
    """The z >= 0 with v tanh'(z) = 1, where the excess turns; 0 for v <= 1. artanh s, s = sqrt(1 - 1/v)."""
    v = np.maximum(v, 1.0)
    return np.log((1.0 + np.sqrt(1.0 - 1.0 / v)) * np.sqrt(v))


def _unique_root(v, a):
    return _falling_root(lambda z: _excess(z, v, a), a - np.abs(v), a + np.abs(v), start=a)


def _falling_root(g, low, high, start):
    """Where g goes from + at `low` to - at `high`: Newton's steps, and halving where they are no good.

    g : function of z returning (value, derivative). It is not called at `low` or `high`, unless one is the start.
    """
    z, step, rounding = start, high - low, 4e-16 * (1.0 + np.abs(low) + np.abs(high))
    for _ in range(200):
        value, slope = g(z)
        low, high = np.where(value > 0, z, low), np.where(value < 0, z, high)
        newton = z - value / np.where(slope == 0, np.nan, slope)
        good = (newton > low) & (newton < high) & (np.abs(newton - z) <= 0.5 * np.abs(step))
        arrived = np.abs(newton - z) <= rounding  # Newton may then land on the end `low` or `high` of the bracket
        new = np.where((value == 0) | arrived, z, np.where(good, newton, 0.5 * (low + high)))
        step, z = new - z, new
        if (np.abs(step) <= rounding).all():
            break
    return z


def _cycle(v, z):
    """The two z of the 2-cycle around the unstable fixed point z of a unit with v < -1."""
    p = np.tanh(z)

    def jump(e):  # from z + e the argument goes to z + jump(e): v (tanh(z + e) - tanh z), without cancellation
        return v * np.tanh(e) * (1.0 - p * np.tanh(z + e))

    def second_jump(e):
        e2 = jump(e)
        return jump(e2) - e, v * v * TANH.derivative(z + e) * TANH.derivative(z + e2) - 1.0

    widest = np.abs(v) * (1.0 + p)
    e = _falling_root(second_jump, 0.0 * widest, widest, start=widest)
    return z + jump(e), z + e


def _smooth_points(activation, w, b):
    v, a, scale = _as_tanh(activation, w, b)
    f, fold = find_activation(activation), _fold(v)
    left, right = _excess(-fold, v, a)[0], _excess(fold, v, a)[0]
    roots = []
    if v <= 1:
        roots.append(_unique_root(v, a))
    if v > 1 and left <= 0:
        roots.append(_falling_root(lambda z: _excess(z, v, a), a - v, -fold, start=a - v))
    if v > 1 and left < 0 < right:
        roots.append(_falling_root(lambda z: -np.array(_excess(z, v, a)), -fold, fold, start=0.0))
    if v > 1 and right >= 0:
        roots.append(_falling_root(lambda z: _excess(z, v, a), fold, a + v, start=a + v))
    return [(f.f(scale * z), w * f.derivative(scale * z)) for z in roots]


def _smooth_attractor(activation, w, b, h0):
    f = find_activation(activation)
    v, a, scale = _as_tanh(activation, w, b)
    move, fold, several = f.f(w * h0 + b) - h0, _fold(v), v > 1
    has_left = several & (_excess(-fold, v, a)[0] <= 0)
    has_right = several & (_excess(fold, v, a)[0] >= 0)
    rises = (h0 > f.f(scale * -fold)) & ((h0 >= f.f(scale * fold)) | (move > 0))
    goes_left = has_left & ~(rises & has_right)
    goes_right = several & ~goes_left
    low, high = np.where(goes_right, fold, a - np.abs(v)), np.where(goes_left, -fold, a + np.abs(v))
    start = np.where(goes_right, high, np.where(goes_left, low, a))
    z = _falling_root(lambda z: _excess(z, v, a), low, high, start)
    z = np.where(move == 0, (w * h0 + b) / scale, z)
    z_low, z_high = z.copy(), z.copy()
    flips = (w * f.derivative(scale * z) < -1) & (move != 0)
    z_low[flips], z_high[flips] = _cycle(v[flips], z[flips])
    multiplier = np.abs(w) * np.sqrt(f.derivative(scale * z_low) * f.derivative(scale * z_high))
    return np.where(flips, 2, 1), f.f(scale * z_low), f.f(scale * z_high), multiplier


# ReLU and the identity are straight lines: by cases.


def _relu_points(_, w, b):
    points = [(0.0, max(w, 0.0) if b == 0 else 0.0)] if b <= 0 else []
    if w != 1 and b / (1.0 - w) > 0:
        points.append((b / (1.0 - w), w))
    return points


def _identity_points(_, w, b):
    if w == 1:
        return [(0.0, 1.0)] if b == 0 else []
    return [(b / (1.0 - w), w)]


def _relu_attractor(_, w, b, h0):
    h = np.clip(w * h0 + b, 0.0, LARGEST)  # the first state; from here on none is negative
    move = np.maximum(w * h + b, 0.0) - h
    zero, size, point = np.zeros(w.shape), np.abs(w), b / (1.0 - w)
    cases = [  # the first that holds: condition, period, low, high, multiplier
        (move == 0, 1, h, h, np.where(w * h + b > 0, size, 0.0)),
        ((w >= 1) & (move > 0), 0, zero + np.inf, zero + np.inf, size),
        ((w > -1) & (w < 1) & (b > 0), 1, point, point, size),
        ((w > 0) & (w < 1) & (b == 0), 1, zero, zero, size),
        ((w == -1) & (h > 0) & (h < b), 2, np.minimum(h, b - h), np.maximum(h, b - h), zero + 1.0),
        ((w <= -1) & (b > 0), 2, zero, b, zero),
        (True, 1, zero, zero, zero),
    ]
    return _first_that_holds(cases, w.shape)


def _identity_attractor(_, w, b, h0):
    zero, size, point = np.zeros(w.shape), np.abs(w), b / (1.0 - w)
    move = finite(w * h0 + b) - h0
    away = np.where(move > 0, np.inf, -np.inf)
    cases = [
        (move == 0, 1, h0, h0, size),
        (size < 1, 1, point, point, size),
        (w >= 1, 0, away, away, size),
        (w == -1, 2, np.minimum(h0, b - h0), np.maximum(h0, b - h0), size),
        (True, 0, zero - np.inf, zero + np.inf, size),
    ]
    return _first_that_holds(cases, w.shape)


def _first_that_holds(cases, shape):
    conditions, *columns = zip(*cases, strict=True)
    conditions = [np.broadcast_to(condition, shape) for condition in conditions]
    return [np.select(conditions, [np.broadcast_to(x, shape) for x in column]) for column in columns]


# The exact borders of what the unit can do: one stable fixed point, two of them, or a 2-cycle


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
    w, b = together(w=w, b=b)
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
    h0, w = together(h0=h0, w=w)
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
    scale, middle = (1.0, 0.0) if activation == "tanh" else (2.0, -w / 2.0)
    half = scale * (v * np.sqrt(1.0 - 1.0 / v) - sign * _fold(v))
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
    w, b = together(w=w, b=b)
    number = np.ones(w.shape, dtype=int)
    for value, interval in ((2, bistable_interval), (3, two_cycle_interval)):
        low, high = interval(activation, w)
        number[(low < b) & (b < high)] = value
    return number
