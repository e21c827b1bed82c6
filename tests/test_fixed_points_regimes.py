import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation
from helpers.maths.fixed_points import (
    FLIP_WEIGHT_SIGMOID,
    LAMBERT_W0,
    attractor,
    bistable_interval,
    fixed_points,
    regime,
    to_tanh,
    two_cycle_interval,
    wall_bias,
)
from helpers.maths.scalar import orbit
from tests.at_random import PROPERTY
from tests.one_unit import BIAS, CUSP, SMOOTH, WEIGHT

BAD_SETTINGS = [
    (("tanh", np.nan, 0.0), "w must not hold NaN, got nan"),
    (("tanh", np.inf, 0.0), "w must be finite, got inf"),
    (("tanh", "1", 0.0), "w must hold real numbers, got '1'"),
    (("tanh", None, 0.0), "w must hold real numbers, got None"),
    (("tanh", True, 0.0), "w must hold real numbers, got True"),
    (("tanh", 1.0, -np.inf), "b must be finite, got -inf"),
    (("tanh", 1.0, "0"), "b must hold real numbers, got '0'"),
]


# --- the conjugacy and the constants ---


@pytest.mark.claim("C1: a definition")
@PROPERTY
@given(WEIGHT, BIAS, st.floats(0, 1))
def test_a_sigmoid_unit_is_a_tanh_unit_in_other_coordinates(w, b, h0):
    v, a = to_tanh(w, b)
    sigmoid, tanh = orbit("sigmoid", w, b, h0, 6), orbit("tanh", v, a, 2 * h0 - 1, 6)
    # six steps may enlarge a rounding of 1e-16 by (|w|/4)^6
    np.testing.assert_allclose(sigmoid, (1 + tanh) / 2, atol=2e-15 * (1 + abs(w) / 4) ** 6)


def test_the_conjugacy_broadcasts():
    v, a = to_tanh(np.ones((2, 1)), np.zeros(3))
    assert v.shape == a.shape == (2, 3)


def test_lambert_w_solves_its_equation():
    assert LAMBERT_W0 * np.exp(LAMBERT_W0) == pytest.approx(np.exp(-1), rel=1e-15)
    assert pytest.approx(0.2784645427610738, rel=1e-14) == LAMBERT_W0


@pytest.mark.claim("C3: true under conditions")
@pytest.mark.parametrize(
    ("w", "interval"),
    [
        (4.5, (-2.306853, -2.193147)),
        (5, (-2.655610, -2.344390)),
        (6, (-3.415093, -2.584907)),
        (8, (-5.065680, -2.934320)),
        (10, (-6.809546, -3.190454)),
    ],
)
def test_the_cusp_of_the_sigmoid(w, interval):
    np.testing.assert_allclose(bistable_interval("sigmoid", w), interval, atol=1e-6)


@pytest.mark.claim("C5: true under conditions")
@pytest.mark.parametrize(("w", "half"), [(1.5, 0.207546), (2, 0.532840), (3, 1.303274)])
def test_the_cusp_of_tanh(w, half):
    np.testing.assert_allclose(bistable_interval("tanh", w), (-half, half), atol=1e-6)


@pytest.mark.claim("C5")
def test_near_its_tip_the_cusp_of_tanh_opens_with_the_power_three_halves():
    assert bistable_interval("tanh", 1 + 1e-4)[1] == pytest.approx(2 / 3 * 1e-4**1.5, rel=1e-3)


@pytest.mark.claim("C5")
@pytest.mark.parametrize(("w", "half"), [(-1.5, 1.524504), (-2, 2.295587)])
def test_the_two_cycle_region_of_tanh(w, half):
    np.testing.assert_allclose(two_cycle_interval("tanh", w), (-half, half), atol=1e-6)


@pytest.mark.claim("C3")
def test_the_two_cycle_region_of_the_sigmoid_holds_zero_bias_from_the_flip_weight_on():
    low, high = two_cycle_interval("sigmoid", FLIP_WEIGHT_SIGMOID)
    assert low == pytest.approx(0, abs=1e-12)
    low, high = two_cycle_interval("sigmoid", [-5.8, -5.9])
    assert ((low < 0) & (high > 0)).tolist() == [False, True]


@pytest.mark.claim("C3")
@PROPERTY
@given(st.floats(1.0001, 1e6), st.sampled_from([1, -1]))
def test_the_curves_of_the_sigmoid_are_those_of_tanh_in_other_coordinates(v, sign):
    interval = bistable_interval if sign > 0 else two_cycle_interval
    w = 4 * sign * v
    for sigmoid, tanh in zip(interval("sigmoid", w), interval("tanh", sign * v), strict=True):
        assert to_tanh(w, sigmoid)[1] == pytest.approx(tanh, rel=1e-9, abs=1e-15 * abs(w))


@PROPERTY
@given(st.sampled_from(SMOOTH), st.floats(1.0001, 1e3))
def test_on_the_curves_the_multiplier_is_one_in_size(name, times):
    for interval, sign in ((bistable_interval, 1), (two_cycle_interval, -1)):
        w = sign * CUSP[name] * times
        low, high = interval(name, w)
        fold = np.log((1 + np.sqrt(1 - 1 / times)) * np.sqrt(times))  # f'(z) = 1 / |w|
        z = np.array([fold, -fold]) * (1 if name == "tanh" else 2)
        h = find_activation(name)(z)
        b = np.sort(z - w * h)
        np.testing.assert_allclose([low, high], b, rtol=1e-9, atol=1e-12 * abs(w))
        np.testing.assert_allclose(w * find_activation(name).slope(z), sign, rtol=1e-9)


@pytest.mark.parametrize("name", SMOOTH)
def test_where_there_is_no_interval_the_ends_are_nan(name):
    w = CUSP[name] * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert np.isnan(bistable_interval(name, w)[0]).tolist() == [True, True, True, True, False]
    assert np.isnan(two_cycle_interval(name, w)[1]).tolist() == [False, True, True, True, True]


def test_the_interval_of_a_huge_weight_is_finite():
    assert np.isfinite(bistable_interval("sigmoid", 1e300)).all()


@pytest.mark.claim("C2", "C3", "C5")
@pytest.mark.parametrize("name", SMOOTH)
def test_the_map_of_regimes_is_what_long_orbits_do(name):
    rng = np.random.default_rng(0)
    w, b = rng.uniform(-3, 3, 2000) * CUSP[name], rng.uniform(-4, 4, 2000)
    if name == "sigmoid":
        b = b - w / 2
    number = regime(name, w, b)
    near = [regime(name, w * (1 + dw), b + db) for dw in (-0.01, 0.01) for db in (-0.02, 0.02)]
    clear = (np.array(near) == number).all(axis=0)  # of the borders, where orbits take for ever to settle
    start = np.array([[0.0], [1.0]]) if name == "sigmoid" else np.array([[-1.0], [1.0]])
    H = orbit(name, w, b, start, 3000)[-2:]
    alternates, depends = np.abs(H[1] - H[0]).max(axis=0) > 1e-3, np.abs(H[1, 1] - H[1, 0]) > 1e-3
    seen = np.where(alternates, 3, np.where(depends, 2, 1))
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(number[clear], seen[clear])
    assert set(seen[clear]) == {1, 2, 3}


def test_the_regime_on_a_grid_has_the_shape_of_the_grid():
    number = regime("tanh", np.linspace(-3, 3, 5)[:, None], np.zeros(4))
    assert number.shape == (5, 4)
    assert number.dtype.kind == "i"
    assert number[:, 0].tolist() == [3, 3, 1, 2, 2]


# --- the attractor ---


@pytest.mark.parametrize("function", [fixed_points, attractor, regime])
@pytest.mark.parametrize(("arguments", "message"), BAD_SETTINGS)
def test_a_bad_weight_or_bias_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize("function", [fixed_points, attractor, regime])
@pytest.mark.parametrize("name", ["sin", "silu", "Tanh", None, 3])
def test_an_activation_that_is_not_one_of_the_monotone_ones_is_refused(function, name):
    with pytest.raises(ValueError, match=r"activation must be one of sigmoid, tanh.*got"):
        function(name, 1.0, 0.0)


def test_an_array_is_refused_where_one_number_is_wanted():
    with pytest.raises(ValueError, match=r"w must be one number, got .* of shape \(2,\)"):
        fixed_points("tanh", [1.0, 2.0])


@pytest.mark.parametrize("function", [attractor, regime])
def test_shapes_that_do_not_broadcast_are_refused(function):
    with pytest.raises(ValueError, match=r"must broadcast together, got w \(2,\), b \(3,\)"):
        function("tanh", np.ones(2), np.ones(3))


@pytest.mark.parametrize("function", [bistable_interval, two_cycle_interval])
@pytest.mark.parametrize(("name", "w"), [("relu", 2.0), ("tanh", np.nan), ("tanh", "2"), ("sigmoid", None)])
def test_a_bad_interval_is_refused(function, name, w):
    with pytest.raises(ValueError, match="got"):
        function(name, w)


def test_a_wall_needs_every_start_between_0_and_1():
    """Also where w h0 (1 - h0) is above 1 beside it."""
    with pytest.raises(ValueError, match="h0 must be between 0 and 1"):
        wall_bias([0.5, -0.5], [6.0, -6.0])
