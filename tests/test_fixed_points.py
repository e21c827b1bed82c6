import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.maths import fixed_points as module
from helpers.maths.activations import activation as find_activation
from helpers.maths.fixed_points import (
    FLIP_WEIGHT_SIGMOID,
    LAMBERT_W0,
    LONG_RUN,
    SLOWEST_WEIGHT_SIGMOID,
    attractor,
    bistable_interval,
    fixed_points,
    long_run,
    regime,
    to_tanh,
    two_cycle_interval,
    wall_bias,
)
from helpers.maths.scalar import orbit, orbit_gradients
from tests.at_random import PROPERTY
from tests.one_unit import BIAS, CUSP, MONOTONE, SMOOTH, STATE, WEIGHT, next_state, two_cycle


def fixed_points_counted_by_sign_changes(name, w, b):
    """The number of fixed points, from the sign changes of f(w h + b) - h on a fine grid that holds no fixed point."""
    h = np.linspace(-1.0001, 1.0002, 100_001)
    return np.count_nonzero(np.diff(np.sign(next_state(name, w, b, h) - h)))


# --- the conjugacy and the constants ---


@pytest.mark.claim("C1")
def test_the_conjugacy_carries_the_multipliers_over():
    w, b = 6.0, -2.9
    for sigmoid, tanh in zip(fixed_points("sigmoid", w, b), fixed_points("tanh", *to_tanh(w, b)), strict=True):
        assert sigmoid.h == pytest.approx((1 + tanh.h) / 2, abs=1e-14)
        assert sigmoid.multiplier == pytest.approx(tanh.multiplier, rel=1e-12)


@pytest.mark.claim("C2")
def test_at_the_flip_weight_the_multiplier_is_minus_one():
    assert pytest.approx(-5.8695860194, abs=1e-9) == FLIP_WEIGHT_SIGMOID
    (point,) = fixed_points("sigmoid", FLIP_WEIGHT_SIGMOID)
    assert point.multiplier == pytest.approx(-1, abs=1e-12)
    assert point.stability == "marginal"
    assert point.h == pytest.approx(LAMBERT_W0 / (1 + LAMBERT_W0), abs=1e-12)


@pytest.mark.claim("C2")
def test_no_positive_weight_gives_the_sigmoid_a_multiplier_above_lambert_w():
    multiplier = attractor("sigmoid", np.linspace(0, 60, 6001)).multiplier
    assert multiplier.max() == pytest.approx(LAMBERT_W0, abs=1e-5)
    assert multiplier.max() <= LAMBERT_W0
    slowest = fixed_points("sigmoid", SLOWEST_WEIGHT_SIGMOID)[0]
    assert slowest.multiplier == pytest.approx(LAMBERT_W0, abs=1e-14)
    assert slowest.h == pytest.approx(0.7821883, abs=1e-7)


# --- fixed points ---


@PROPERTY
@given(st.sampled_from(MONOTONE), WEIGHT, BIAS)
def test_a_fixed_point_is_fixed_and_has_the_multiplier_it_says(name, w, b):
    assume(abs(w - 1) > 1e-6 or name in SMOOTH)
    points = fixed_points(name, w, b)
    assert [p.h for p in points] == sorted(p.h for p in points)
    for p in points:
        assert next_state(name, w, b, p.h) == pytest.approx(p.h, rel=1e-9, abs=1e-12)
        if name in SMOOTH:
            slope = find_activation(name).slope(w * p.h + b)
            assert p.multiplier == pytest.approx(w * slope, rel=1e-6, abs=1e-12)
        distance = abs(p.multiplier) - 1
        expected = "marginal" if abs(distance) < 1e-9 else "stable" if distance < 0 else "unstable"
        assert p.stability == expected


@PROPERTY
@given(st.sampled_from(SMOOTH), st.floats(1.01, 10), st.floats(-0.999, 0.999))
def test_inside_the_cusp_two_stable_points_stand_around_an_unstable_one(name, times_cusp, place):
    w = CUSP[name] * times_cusp
    low, high = bistable_interval(name, w)
    b = (low + high) / 2 + place * (high - low) / 2
    points = fixed_points(name, w, b)
    assert [p.stability for p in points] == ["stable", "unstable", "stable"]
    for p in points:  # near an edge of the cusp two points nearly meet, and the square root of the rounding is left
        assert next_state(name, w, b, p.h) == pytest.approx(p.h, abs=1e-13)


@PROPERTY
@given(st.sampled_from(SMOOTH), WEIGHT, BIAS)
def test_no_fixed_point_is_missed(name, w, b):
    low, high = bistable_interval(name, w)
    assume(np.isnan(low) or min(abs(b - low), abs(b - high)) > 1e-6)
    assert len(fixed_points(name, w, b)) == fixed_points_counted_by_sign_changes(name, w, b)


@pytest.mark.claim("C5")
@pytest.mark.parametrize(
    ("w", "h", "multiplier"),
    [(1.1, 0.502941, 0.821756), (1.5, 0.858560, 0.394313), (2, 0.957504, 0.166372), (3, 0.994902, 0.030513)],
)
def test_above_one_tanh_has_two_stable_points_around_an_unstable_zero(w, h, multiplier):
    left, middle, right = fixed_points("tanh", w)
    assert (middle.h, middle.multiplier, middle.stability) == (0.0, w, "unstable")
    assert right.h == -left.h == pytest.approx(h, abs=1e-6)
    assert right.multiplier == left.multiplier == pytest.approx(multiplier, abs=1e-6)
    assert right.stability == left.stability == "stable"


@pytest.mark.claim("C5")
def test_at_one_tanh_has_one_marginal_point():
    assert fixed_points("tanh", 1.0) == [(0.0, 1.0, "marginal")]


@pytest.mark.claim("C3")
def test_inside_the_cusp_the_sigmoid_has_a_separatrix_between_two_stable_points():
    points = fixed_points("sigmoid", 8.0, -4.0)
    np.testing.assert_allclose([p.h for p in points], [0.021248, 0.5, 0.978752], atol=1e-6)
    np.testing.assert_allclose([p.multiplier for p in points], [0.166372, 2, 0.166372], atol=1e-6)


@pytest.mark.claim("C3")
@PROPERTY
@given(st.floats(-3.999, 3.999), BIAS)
def test_below_four_the_sigmoid_has_one_fixed_point_and_it_is_stable(w, b):
    (point,) = fixed_points("sigmoid", w, b)
    assert point.stability == "stable"


@pytest.mark.claim("C3")
@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("times_cusp", [1.125, 1.25, 1.5, 2.0, 2.5, 10.0])
def test_at_the_edges_of_the_cusp_two_fixed_points_are_born(name, times_cusp):
    w = CUSP[name] * times_cusp
    low, high = bistable_interval(name, w)
    for edge, inwards in ((low, 1), (high, -1)):
        for distance in (1e-3, 1e-7):
            assert len(fixed_points(name, w, edge + inwards * distance)) == 3
            assert len(fixed_points(name, w, edge - inwards * distance)) == 1


@pytest.mark.claim("C7")
@pytest.mark.parametrize(
    ("w", "b", "expected"),
    [
        (0.5, 1.0, [(2.0, 0.5, "stable")]),
        (-0.5, 1.5, [(1.0, -0.5, "stable")]),
        (-3.0, 1.0, [(0.25, -3.0, "unstable")]),
        (0.5, -1.0, [(0.0, 0.0, "stable")]),
        (2.0, -1.0, [(0.0, 0.0, "stable"), (1.0, 2.0, "unstable")]),
        (2.0, 1.0, []),
        (1.0, 1.0, []),
        (1.0, 0.0, [(0.0, 1.0, "marginal")]),
        (1.0, -1.0, [(0.0, 0.0, "stable")]),
        (0.9, 0.0, [(0.0, 0.9, "stable")]),
        (1.1, 0.0, [(0.0, 1.1, "unstable")]),
        (-2.0, 0.0, [(0.0, 0.0, "stable")]),
    ],
)
def test_the_fixed_points_of_relu_by_cases(w, b, expected):
    assert fixed_points("relu", w, b) == expected


def test_the_fixed_points_of_the_identity_by_cases():
    assert fixed_points("identity", 0.5, 1.0) == [(2.0, 0.5, "stable")]
    assert fixed_points("identity", -1.0, 1.0) == [(0.5, -1.0, "marginal")]
    assert fixed_points("identity", 1.0, 0.0) == [(0.0, 1.0, "marginal")]
    assert fixed_points("identity", 1.0, 0.1) == []


# --- 2-cycles ---


@pytest.mark.claim("C2")
@pytest.mark.parametrize(
    ("w", "low", "high", "atol"),
    [
        (-6, 0.150682, 0.288210, 1e-6),
        (-8, 0.027683, 0.444860, 1e-6),
        (-10, 0.008203, 0.479505, 1e-6),
        (-20, 4.6e-5, 0.499772, 1e-6),
        (-400, 0, 1 / 2, 1e-12),
    ],
)
def test_the_two_cycles_of_the_sigmoid(w, low, high, atol):
    np.testing.assert_allclose(two_cycle("sigmoid", w)[1:3], [low, high], atol=atol)


@pytest.mark.claim("C2")
def test_above_the_flip_weight_the_sigmoid_has_no_two_cycle():
    assert two_cycle("sigmoid", FLIP_WEIGHT_SIGMOID + 1e-6) is None
    cycle = two_cycle("sigmoid", FLIP_WEIGHT_SIGMOID - 1e-6)
    # it is born with the width of a square root
    assert 0 < cycle.high - cycle.low < 1e-3
    assert cycle.multiplier == pytest.approx(1, abs=1e-5)


@pytest.mark.claim("C5")
@PROPERTY
@given(st.floats(1.001, 20))
def test_the_two_cycle_of_tanh_is_the_pair_of_fixed_points_of_the_opposite_weight(w):
    cycle, points = two_cycle("tanh", -w), fixed_points("tanh", w)
    assert cycle.high == pytest.approx(points[-1].h, abs=1e-12)
    assert cycle.low == pytest.approx(points[0].h, abs=1e-12)
    assert cycle.multiplier == pytest.approx(points[-1].multiplier, abs=1e-9)


@PROPERTY
@given(st.sampled_from(MONOTONE), WEIGHT, BIAS)
def test_a_two_cycle_is_two_states_that_follow_each_other(name, w, b):
    cycle = two_cycle(name, w, b)
    if cycle is None:
        return
    assert cycle.low < cycle.high
    assert next_state(name, w, b, cycle.low) == pytest.approx(cycle.high, abs=1e-12)
    assert next_state(name, w, b, cycle.high) == pytest.approx(cycle.low, abs=1e-12)
    assert cycle.multiplier <= 1


@PROPERTY
@given(st.sampled_from(SMOOTH), st.floats(-20, 0), BIAS)
def test_a_two_cycle_has_the_factor_per_step_of_its_two_steps(name, w, b):
    cycle = two_cycle(name, w, b)
    assume(cycle is not None)
    J = orbit_gradients(name, w, b, cycle.low, 2).J
    assert cycle.multiplier == pytest.approx(np.sqrt(J[0] * J[1]), rel=1e-7, abs=1e-12)


@pytest.mark.claim("C3")
@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("times_tip", [1.01, 1.5, 2.0, 10.0])
def test_at_the_edges_of_its_region_the_two_cycle_is_born(name, times_tip):
    w = -CUSP[name] * times_tip
    low, high = two_cycle_interval(name, w)
    for edge, inwards in ((low, 1), (high, -1)):
        for distance in (1e-3, 1e-7):
            assert two_cycle(name, w, edge + inwards * distance) is not None
            assert two_cycle(name, w, edge - inwards * distance) is None


@pytest.mark.claim("C7")
def test_the_two_cycles_of_relu_by_cases():
    assert two_cycle("relu", -3.0, 2.0)[1:] == (0.0, 2.0, 0.0)
    assert two_cycle("relu", -1.0, 2.0, h0=0.5)[1:] == (0.5, 1.5, 1.0)
    assert two_cycle("relu", -3.0, 0.0) is two_cycle("relu", -0.9, 1.0) is two_cycle("relu", 3.0, 1.0) is None


def test_the_identity_swaps_two_states_only_at_minus_one():
    assert two_cycle("identity", -1.0, 2.0, h0=0.5)[1:] == (0.5, 1.5, 1.0)
    assert two_cycle("identity", -1.1, 2.0) is None


# --- the curves ---


@PROPERTY
@given(st.sampled_from(SMOOTH), WEIGHT, BIAS)
def test_the_regime_is_that_of_the_fixed_points_and_the_two_cycle(name, w, b):
    for interval in (bistable_interval, two_cycle_interval):
        low, high = interval(name, w)
        assume(np.isnan(low) or min(abs(b - low), abs(b - high)) > 1e-9)
    three, cycle = len(fixed_points(name, w, b)) == 3, two_cycle(name, w, b) is not None
    assert regime(name, w, b) == (2 if three else 3 if cycle else 1)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_attractor_is_where_a_long_orbit_ends(name):
    rng = np.random.default_rng(1)
    w, b, h0 = rng.uniform(-12, 12, 1000), rng.uniform(-6, 6, 1000), rng.uniform(-1.5, 1.5, 1000)
    H = orbit(name, w, b, h0, 4000)[-2:]
    settled = attractor(name, w, b, h0)
    slow = settled.multiplier > 0.995  # 0.995^4000 = 2e-9
    assert slow.mean() < 0.01
    np.testing.assert_allclose(settled.low[~slow], H.min(axis=0)[~slow], atol=1e-8)
    np.testing.assert_allclose(settled.high[~slow], H.max(axis=0)[~slow], atol=1e-8)
    np.testing.assert_array_equal(settled.period == 2, settled.high > settled.low)


@PROPERTY
@given(st.sampled_from(("relu", "identity")), st.floats(-3, 3), BIAS, STATE)
def test_the_attractor_of_a_piecewise_line_is_where_a_long_orbit_ends(name, w, b, h0):
    w, b, h0 = round(w, 2), round(b, 2), round(h0, 2)
    H = orbit(name, w, b, h0, 3000)[-2:]  # 0.99^3000 = 8e-14
    settled = attractor(name, w, b, h0)
    if settled.period == 0:
        assert (np.abs(H) > 100).all()
        assert settled.multiplier == abs(w)
    else:
        np.testing.assert_allclose([H.min(), H.max()], [settled.low, settled.high], atol=1e-9 * (1 + abs(settled.high)))


@pytest.mark.claim("C7")
@pytest.mark.parametrize(
    ("w", "b", "h0", "expected"),
    [
        (1.1, 0.0, 1.0, (0, np.inf, np.inf, 1.1)),
        (1.1, 0.0, -1.0, (1, 0, 0, 0)),  # dead
        (0.9, 0.0, 1.0, (1, 0, 0, 0.9)),
        (0.9, 0.1, 5.0, (1, 1, 1, 0.9)),
        (0.9, -0.1, 5.0, (1, 0, 0, 0)),
        (1.0, 0.0, 0.3, (1, 0.3, 0.3, 1)),
        (1.0, 0.1, 0.3, (0, np.inf, np.inf, 1)),
        (1.0, -0.1, 0.3, (1, 0, 0, 0)),
        (2.0, -1.0, 1.0, (1, 1, 1, 2)),  # on the unstable point
        (2.0, -1.0, 1.1, (0, np.inf, np.inf, 2)),
        (2.0, -1.0, 0.9, (1, 0, 0, 0)),
        (-0.5, 1.5, 9.0, (1, 1, 1, 0.5)),
        (-1.0, 1.0, 0.3, (2, 0.3, 0.7, 1)),
        (-1.0, 1.0, 7.0, (2, 0, 1, 0)),
        (-1.0, 1.0, 0.5, (1, 0.5, 0.5, 1)),
        (-2.0, 1.0, 0.3, (2, 0, 1, 0)),
        (-2.0, -1.0, 0.3, (1, 0, 0, 0)),
        (0.0, 2.0, 0.3, (1, 2, 2, 0)),
    ],
)
def test_the_attractors_of_relu_by_cases(w, b, h0, expected):
    np.testing.assert_allclose(attractor("relu", w, b, h0), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("w", "b", "h0", "expected"),
    [
        (0.5, 1.0, 7.0, (1, 2, 2, 0.5)),
        (1.0, 0.0, 7.0, (1, 7, 7, 1)),
        (1.0, -0.5, 7.0, (0, -np.inf, -np.inf, 1)),
        (2.0, 0.0, 0.0, (1, 0, 0, 2)),
        (2.0, 0.0, -1.0, (0, -np.inf, -np.inf, 2)),
        (-1.0, 1.0, 0.25, (2, 0.25, 0.75, 1)),
        (-2.0, 1.0, 0.25, (0, -np.inf, np.inf, 2)),
    ],
)
def test_the_attractors_of_the_identity_by_cases(w, b, h0, expected):
    np.testing.assert_allclose(attractor("identity", w, b, h0), expected, rtol=1e-14)


@pytest.mark.claim("C3")
def test_inside_the_cusp_the_attractor_depends_on_the_initial_state():
    settled = attractor("sigmoid", 8.0, -4.0, [0.49, 0.5, 0.51])
    np.testing.assert_allclose(settled.low, [0.021248, 0.5, 0.978752], atol=1e-6)
    np.testing.assert_allclose(settled.multiplier, [0.166372, 2, 0.166372], atol=1e-6)


@pytest.mark.claim("C5")
def test_the_smallest_push_from_the_separatrix_decides_the_attractor():
    np.testing.assert_allclose(
        attractor("tanh", 1.5, 0.0, [-1e-300, 0.0, 1e-300]).low, [-0.858560, 0, 0.858560], atol=1e-6
    )


def test_an_orbit_that_starts_on_an_unstable_point_stays_there():
    assert attractor("tanh", [-2.0, 2.0], 0.0, 0.0).period.tolist() == [1, 1]
    np.testing.assert_allclose(attractor("tanh", [-2.0, 2.0], 0.0, 0.0).multiplier, 2)


@pytest.mark.parametrize(
    ("name", "w", "b", "h"),
    [
        ("tanh", 1.0, 0.0, 0.0),
        ("tanh", -1.0, 0.0, 0.0),
        ("sigmoid", 4.0, -2.0, 0.5),
        ("sigmoid", FLIP_WEIGHT_SIGMOID, 0.0, LAMBERT_W0 / (1 + LAMBERT_W0)),
    ],
)
def test_on_the_border_of_two_regimes_the_attractor_is_still_right(name, w, b, h):
    settled = attractor(name, w, b, [0.1, 0.3, 0.9])
    np.testing.assert_allclose(settled.low, h, atol=1e-6)
    np.testing.assert_allclose(settled.high, h, atol=1e-6)
    np.testing.assert_allclose(settled.multiplier, 1, atol=1e-6)


@pytest.mark.parametrize("beyond", [1e-3, 1e-6, 1e-9])
def test_just_beyond_the_pitchfork_the_attractor_opens_like_a_square_root(beyond):
    # w = z / tanh z = 1 + z^2/3 - z^4/45 + ..., so z = sqrt(3 beyond) nearly and h = z / w
    for w, period in ((1 + beyond, 1), (-1 - beyond, 2)):
        settled = attractor("tanh", w)
        assert settled.period == period
        assert settled.high == pytest.approx(np.sqrt(3 * beyond), rel=1e-3)


@PROPERTY
@given(st.sampled_from(MONOTONE), WEIGHT, BIAS, STATE)
def test_the_attractor_is_a_fixed_point_or_the_two_cycle(name, w, b, h0):
    settled = attractor(name, w, b, h0)
    assert settled.low <= settled.high
    assert settled.multiplier >= 0
    if settled.period:
        f_low, f_high = next_state(name, w, b, settled.low), next_state(name, w, b, settled.high)
        expected = (settled.low, settled.high) if settled.period == 1 else (settled.high, settled.low)
        np.testing.assert_allclose([f_low, f_high], expected, rtol=1e-9, atol=1e-9)


def test_the_fields_of_an_attractor_have_the_broadcast_shape():
    for name in MONOTONE:
        settled = attractor(name, np.linspace(-3, 3, 4)[:, None], np.zeros(3), 0.1)
        assert {field.shape for field in settled} == {(4, 3)}
        assert settled.period.dtype.kind == "i"
        assert {np.shape(field) for field in attractor(name, 1.5)} == {()}


@pytest.mark.parametrize("name", MONOTONE)
def test_an_attractor_of_extreme_settings_is_not_nan(name):
    extremes = np.array([-1e300, -1e3, -1.0, 0.0, 1.0, 1e3, 1e300])
    settled = attractor(name, extremes[:, None, None], extremes[:, None], extremes)
    assert not any(np.isnan(field).any() for field in settled)


def test_the_attractors_of_four_hundred_weights_take_few_rounds(monkeypatch):
    rounds = []
    for name in ("_excess", "_cycle"):
        whole = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, whole=whole: rounds.append(1) or whole(*args))
    for name in SMOOTH:
        for b in (-2.0, 0.0, 1.0):
            rounds.clear()
            attractor(name, np.linspace(-12, 12, 400), b)
            assert len(rounds) <= 20


@PROPERTY
@given(st.floats(0.05, 0.95), st.floats(1.01, 20))
def test_on_the_wall_the_initial_state_is_an_unstable_fixed_point(h0, growth):
    w = growth / (h0 * (1 - h0))
    b = wall_bias(h0, w)
    assert next_state("sigmoid", w, b, h0) == pytest.approx(h0, abs=1e-13)
    middle = fixed_points("sigmoid", w, b)[1]
    assert middle.h == pytest.approx(h0, abs=1e-9)
    assert middle.multiplier == pytest.approx(growth, rel=1e-6)


def test_the_wall_is_where_the_limit_jumps():
    h0 = 1 / (1 + np.exp(-0.5))
    b = wall_bias(h0, np.array([5.0, 6.0]))
    np.testing.assert_allclose(b, [-2.6123, -3.2348], atol=1e-4)
    below, above = (attractor("sigmoid", [5.0, 6.0], b + side * 1e-6, h0).low for side in (-1, 1))
    assert (below < 0.5).all()
    assert (above > h0).all()


# --- bad input ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_tanh(np.nan, 0.0), "w must not hold NaN, got nan"),
        (lambda: to_tanh(1.0, None), "b must hold real numbers, got None"),
        (lambda: to_tanh(np.ones(2), np.ones(3)), "must broadcast together"),
        (lambda: attractor("tanh", 1.0, 0.0, [np.nan]), r"h0 must not hold NaN, got \[nan\]"),
        (lambda: wall_bias(0.0, 6.0), "h0 must be between 0 and 1"),
        (lambda: wall_bias(1.5, 6.0), "h0 must be between 0 and 1"),
        (lambda: wall_bias(0.5, 4.0), r"w h0 \(1 - h0\) must be above 1 for a wall"),
        (lambda: wall_bias(0.5, "6"), "w must hold real numbers, got '6'"),
    ],
)
def test_a_bad_call_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Followed step by step, for the activations that have no closed form


@pytest.mark.parametrize("activation", MONOTONE)
def test_the_orbit_that_is_followed_ends_where_the_closed_form_says(activation):
    w, b, h0 = np.meshgrid(np.linspace(-8, 8, 33), [-2.0, 0.0, 0.3, 4.0], [-0.7, 0.1, 1.0])
    closed, followed = attractor(activation, w, b, h0), long_run(activation, w, b, h0)
    slow = followed.period < 0  # near a border, where a multiplier of 1 attracts slower than any power
    assert np.abs(closed.multiplier[slow] - 1).max(initial=0) < 0.02
    assert slow.mean() < 0.02
    np.testing.assert_array_equal(followed.period[~slow], closed.period[~slow])
    for one, other in zip(followed[1:], closed[1:], strict=True):
        np.testing.assert_allclose(one[~slow], other[~slow], rtol=1e-6, atol=1e-8)


def test_the_sine_unit_turns_into_a_cycle_where_its_multiplier_passes_minus_one():
    # The fixed point z = w sin z has the multiplier w cos z = z / tan z; it is -1 at z = 2.0288, which is w = 2.2618.
    z = 2.028757838110434
    assert z + np.tan(z) == pytest.approx(0, abs=1e-12)
    border = z / np.sin(z)
    ends = long_run("sin", np.array([border - 0.02, border + 0.02]), h0=0.5)
    assert ends.period.tolist() == [1, 2]
    assert ends.low[0] == pytest.approx(np.sin((border - 0.02) * ends.low[0]), abs=1e-8)
    assert ends.low[1] < np.sin(z) < ends.high[1]


@pytest.mark.parametrize(
    ("w", "period"), [(2.5, 2), (2.68, 4), (2.862, 5), (2.7685, 6), (3.006, 7), (2.705, 8), (2.717, 16)]
)
def test_cycles_of_up_to_eight_states_are_told_with_their_length_and_longer_ones_are_not(w, period):
    """The windows of h -> sin(w h): the state after so many steps is the same, after fewer it is not."""
    orbit = [0.3]
    for _ in range(20_000):
        orbit.append(np.sin(w * orbit[-1]))
    last = np.array(orbit[-64:])
    apart = [np.abs(last[n:] - last[:-n]).max() for n in range(1, period + 1)]
    assert apart[-1] < 1e-12
    assert min(apart[:-1]) > 1e-3
    assert long_run("sin", w, h0=0.3).period == (period if period <= 8 else -1)


def test_what_grows_by_as_much_at_every_step_has_no_end_though_it_never_becomes_large():
    run = long_run("relu", [1.0, 1.0], [1.0, 0.5], 0.0)
    assert run.period.tolist() == [0, 0]
    assert np.isinf(run.low).all()
    assert np.isinf(run.high).all()


def test_where_an_orbit_never_repeats_the_mean_factor_of_an_error_is_told():
    h, logs = 0.1, []
    for t in range(60_000):  # plain Python
        if t >= 1000:
            logs.append(math.log(abs(math.pi * math.cos(math.pi * h))))
        h = math.sin(math.pi * h)
    ends = long_run("sin", np.pi, h0=0.1)
    assert ends.period == -1
    # 1000 steps of a mean whose parts have the spread 1 and hardly depend on one another.
    assert math.log(ends.multiplier) == pytest.approx(np.mean(logs), abs=0.15)
    assert 0 <= ends.low < 0.1
    assert 0.99 < ends.high <= 1


@pytest.mark.parametrize(
    ("activation", "w", "b", "h0", "period", "multiplier"),
    [
        ("leaky_relu", 1.01, 0.0, 0.1, 0, 1.01),
        ("leaky_relu", 1.0, 0.5, 0.1, 0, 1.0),
        ("leaky_relu", 0.9, 0.0, 0.1, 1, 0.9),
        ("selu", 2.0, 0.0, 0.1, 0, 2 * 1.0507009873554805),
        # Settles on the kink from both sides: from the left its slope is 1.6733 times that from the right, 1.0507.
        ("selu", -0.7, 0.0, 0.1, 1, 0.7 * 1.0507009873554805 * 1.6732632423543772**0.5),
        ("exp", 1.0, 0.0, 0.0, 0, np.inf),
        ("arctan", 2.0, 0.0, 0.0, 1, 2.0),  # stands on the point that repels
        ("softsign", 1.0, 0.0, 0.5, -1, 1.0),  # h / (1 + h): after t steps 1 / (2 + t)
        ("hardtanh", -2.0, 0.0, 0.3, 2, 0.0),
    ],
)
def test_the_end_of_an_orbit_that_a_formula_gives(activation, w, b, h0, period, multiplier):
    ends = long_run(activation, w, b, h0)
    assert ends.period == period
    assert ends.multiplier == pytest.approx(multiplier, rel=2e-3 if period < 0 else 1e-9)
    if activation == "softsign":
        assert ends.low == pytest.approx(1 / (2 + LONG_RUN))
        assert ends.high == pytest.approx(1 / (2 + LONG_RUN // 2))  # of the second half


def test_a_large_state_that_shrinks_does_not_overflow():
    ends = long_run("leaky_relu", 0.5, 0.0, 1e300)
    assert (ends.period, ends.multiplier) == (1, 0.5)
    assert ends.high < 1e-9


@pytest.mark.parametrize(
    ("call", "message"), [(lambda: long_run("step", 1.0), "activation"), (lambda: long_run("sin", np.inf), "w must")]
)
def test_a_long_run_of_what_is_no_unit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
