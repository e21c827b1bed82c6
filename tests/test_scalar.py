import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation
from helpers.maths.fixed_points import FLIP_WEIGHT_SIGMOID, attractor
from helpers.maths.gradcheck import central_difference
from helpers.maths.scalar import log10_transition, memory_time, orbit, orbit_gradients, steps_remembered
from tests.at_random import PROPERTY, SEEDS

NUMBER = st.floats(-3, 3)
NEVER_NAN = ("sigmoid", "tanh", "relu", "identity")
IN_AUTOGRAD = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "relu": lambda z: anp.where(z > 0, z, 0 * z),
    "identity": lambda z: z,
    "sin": anp.sin,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "silu": lambda z: z / (1 + anp.exp(-z)),
}


def final_state(name, xs):
    """h_T as a function of h0, w, b, c, written for autograd."""

    def h_T(h, w, b, c):
        for x in xs:
            h = IN_AUTOGRAD[name](w * h + b + c * x)
        return h

    return h_T


def gradients(name, w, b=0.0, h0=0.5, n_steps=50, **more):
    """dh_T/dh0, dh_T/dw, dh_T/db as ordinary floats."""
    g = orbit_gradients(name, w, b, h0, n_steps, **more)
    return np.array([s[-1] * 10.0 ** l[-1] for s, l in zip(g[2::2], g[3::2], strict=True)])


# --- the orbit ---


def test_the_identity_multiplies_by_w_each_step():
    np.testing.assert_allclose(orbit("identity", -0.9, h0=2.0, n_steps=30), 2 * (-0.9) ** np.arange(31), rtol=1e-14)


def test_the_input_of_a_linear_unit_adds_up_by_superposition():
    x = np.random.default_rng(0).standard_normal(12)
    H = orbit("identity", 0.7, h0=0.0, n_steps=12, x=x, c=2.0)
    assert H[-1] == pytest.approx(sum(2.0 * x[k] * 0.7 ** (11 - k) for k in range(12)), rel=1e-13)


@pytest.mark.claim("C1")
def test_a_constant_input_is_a_bias():
    with_input = orbit("sigmoid", 3.0, b=-1.0, x=np.full(50, 0.5), c=-2.0)
    np.testing.assert_array_equal(with_input, orbit("sigmoid", 3.0, b=-2.0))


@pytest.mark.claim("C1")
@PROPERTY
@given(st.sampled_from(list(IN_AUTOGRAD)), NUMBER, NUMBER, NUMBER, NUMBER, SEEDS)
def test_every_state_is_f_of_the_one_before(name, w, b, h0, c, seed):
    x = np.random.default_rng(seed).standard_normal(6)
    H = orbit(name, w, b, h0, 6, x=x, c=c)
    assert H[0] == h0
    for k in range(6):
        assert H[k + 1] == pytest.approx(find_activation(name)(w * H[k] + b + c * x[k]), rel=1e-12, abs=1e-300)


def test_no_step_leaves_the_initial_state():
    assert orbit("tanh", 2.0, h0=0.3, n_steps=0).tolist() == [0.3]


def test_settings_broadcast_and_each_entry_is_its_own_orbit():
    w, b, h0, c = np.array([[-1.0], [2.0]]), np.array([0.0, 0.1, 0.2]), 0.4, np.float32(0.5)
    x = np.arange(5 * 3).reshape(5, 1, 3) / 10
    H = orbit("tanh", w, b, h0, 5, x, c)
    assert H.shape == (6, 2, 3)
    for i, j in np.ndindex(2, 3):
        alone = orbit("tanh", w[i, 0], b[j], h0, 5, x[:, 0, j], c)
        np.testing.assert_allclose(H[:, i, j], alone, rtol=1e-14)


def test_an_input_of_one_number_per_step_is_shared_by_all_units():
    x = np.linspace(-1, 1, 5)
    H = orbit("sigmoid", np.array([1.0, -2.0]), n_steps=5, x=x)
    np.testing.assert_array_equal(H[:, 1], orbit("sigmoid", -2.0, n_steps=5, x=x))


@pytest.mark.claim("C7: true")
@pytest.mark.parametrize(("w", "h50"), [(1.1, 117.391), (0.9, 5.154e-3), (1.0, 1.0)])
def test_relu_multiplies_a_positive_state_by_w_each_step(w, h50):
    H = orbit("relu", w, h0=1.0)
    np.testing.assert_allclose(H, w ** np.arange(51.0), rtol=1e-12)
    assert H[50] == pytest.approx(h50, rel=1e-4)


@pytest.mark.claim("C7")
def test_relu_with_w_one_and_a_bias_grows_linearly():
    np.testing.assert_allclose(orbit("relu", 1.0, b=0.25, h0=0.0, n_steps=40), 0.25 * np.arange(41), rtol=1e-14)


@pytest.mark.claim("C7")
def test_relu_with_a_negative_weight_is_dead_in_one_step():
    assert not orbit("relu", [-0.1, -1.0, -7.0], h0=3.0)[1:].any()


@pytest.mark.claim("C7")
def test_relu_with_w_minus_one_swaps_two_states_for_ever():
    H = orbit("relu", -1.0, b=1.0, h0=0.3, n_steps=100)
    np.testing.assert_allclose(H[::2], 0.3, rtol=1e-13)
    np.testing.assert_allclose(H[1::2], 0.7, rtol=1e-13)


@pytest.mark.claim("C7")
def test_one_negative_input_kills_a_relu_and_its_gradient_exactly():
    x = np.zeros(20)
    x[9] = -2.0
    g = orbit_gradients("relu", 1.0, h0=1.0, n_steps=20, x=x)
    assert g.H[9] == 1
    assert g.H[20] == 0
    assert g.sign_dh0[20] == 0
    assert g.log10_dh0[20] == -np.inf
    assert g.log10_dh0[9] == 0


@pytest.mark.claim("C7")
@PROPERTY
@given(st.floats(0.1, 3), SEEDS)
def test_the_gradient_of_an_unbiased_relu_is_w_to_the_t_or_exactly_zero(w, seed):
    x = np.random.default_rng(seed).standard_normal(30)
    g = orbit_gradients("relu", w, n_steps=30, x=x)
    alive = g.sign_dh0 != 0
    np.testing.assert_allclose(g.log10_dh0[alive], np.arange(31)[alive] * np.log10(w), atol=1e-12)
    assert (g.log10_dh0[~alive] == -np.inf).all()


# --- its derivatives ---


@PROPERTY
@given(st.sampled_from(list(IN_AUTOGRAD)), NUMBER, NUMBER, NUMBER, NUMBER, SEEDS, st.integers(1, 12))
def test_the_gradients_are_those_of_autograd(name, w, b, h0, c, seed, n_steps):
    x = np.random.default_rng(seed).standard_normal(n_steps)
    expected = [grad(final_state(name, x), i)(h0, w, b, c) for i in range(3)]
    got = gradients(name, w, b, h0, n_steps, x=x, c=c)
    # the terms of a sum may cancel, so the absolute error is that of the largest gradient
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize(("name", "w", "b"), [("sigmoid", 6.0, -2.9), ("tanh", -1.7, 0.3), ("softplus", 0.8, -1.0)])
def test_the_gradients_are_central_differences_of_the_orbit(name, w, b):
    def h_T(settings):
        return orbit(name, settings[1], settings[2], settings[0], n_steps=12)[-1]

    # near the wall h_T bends sharply: a short step, whose rounding is 1e-16 / 2e-4
    difference = central_difference(h_T, [0.4, w, b], step=2e-4)
    np.testing.assert_allclose(gradients(name, w, b, 0.4, 12), difference, rtol=1e-8, atol=1e-11)


def test_each_jacobian_is_w_times_the_slope():
    g = orbit_gradients("tanh", 1.5, b=0.1, n_steps=9)
    np.testing.assert_allclose(g.J, 1.5 * (1 - g.H[1:] ** 2), rtol=1e-12)


def test_at_time_zero_only_the_initial_state_counts():
    g = orbit_gradients("sigmoid", 2.0, n_steps=3)
    assert (g.sign_dh0[0], g.log10_dh0[0]) == (1, 0)
    assert (g.sign_dw[0], g.log10_dw[0]) == (g.sign_db[0], g.log10_db[0]) == (0, -np.inf)


def test_every_field_has_its_shape():
    g = orbit_gradients("tanh", np.ones((2, 1)), np.zeros(3), n_steps=4)
    assert g.J.shape == (4, 2, 3)
    assert {field.shape for name, field in g._asdict().items() if name != "J"} == {(5, 2, 3)}
    assert {field.shape for field in orbit_gradients("tanh", 1.0, n_steps=0)[2:]} == {(1,)}


def test_a_batch_gives_what_each_setting_gives_alone():
    w = np.array([-2.0, 0.0, 1.5, 6.0])
    batch = orbit_gradients("tanh", w, 0.2, n_steps=20)
    for i in range(4):
        for together, alone in zip(batch, orbit_gradients("tanh", w[i], 0.2, n_steps=20), strict=True):
            np.testing.assert_allclose(together[..., i], alone, rtol=1e-12)


def test_the_sign_alternates_where_w_is_negative():
    g = orbit_gradients("identity", -2.0, h0=1.0, n_steps=5)
    assert g.sign_dh0.tolist() == [1, -1, 1, -1, 1, -1]
    assert g.sign_dw.tolist() == [0, 1, -1, 1, -1, 1]  # t w^(t-1)


def test_w_zero_cuts_the_past_but_not_the_last_step():
    g = orbit_gradients("tanh", 0.0, b=0.3, h0=0.5, n_steps=3)
    slope = 1 - np.tanh(0.3) ** 2
    assert g.log10_dh0.tolist() == [0, -np.inf, -np.inf, -np.inf]
    np.testing.assert_allclose(10 ** g.log10_db[1:], slope, rtol=1e-12)
    np.testing.assert_allclose(10 ** g.log10_dw[1:], slope * np.array([0.5, np.tanh(0.3), np.tanh(0.3)]), rtol=1e-12)


def test_on_the_wall_the_gradients_are_the_closed_forms():
    # sigmoid, h0 = 1/2, b = -w/2: the state stays at 1/2 with multiplier w/4
    w, T = 6.0, 50
    growth = (w / 4) ** T
    expected = [growth, 0.125 * (growth - 1) / (w / 4 - 1), 0.25 * (growth - 1) / (w / 4 - 1)]
    np.testing.assert_allclose(gradients("sigmoid", w, -w / 2, 0.5, T), expected, rtol=1e-12)
    np.testing.assert_allclose(expected, [6.376215e8, 1.594054e8, 3.188107e8], rtol=1e-6)


@pytest.mark.claim("C7")
def test_a_gradient_stays_right_after_the_state_has_left_the_floats():
    g = orbit_gradients("relu", 6.0, h0=1.0, n_steps=400)
    t = np.arange(401)
    assert np.isinf(g.H).argmax() == 397  # 6^396 < 1.8e308 < 6^397
    np.testing.assert_allclose(g.log10_dh0, t * np.log10(6), rtol=1e-13)
    assert g.log10_dh0[400] == pytest.approx(311.260, abs=1e-3)
    before = slice(1, 398)  # dh_t/dw = t w^(t-1) h0 holds no state beyond h_{t-1}
    np.testing.assert_allclose(g.log10_dw[before], (np.log10(t[1:]) + (t[1:] - 1) * np.log10(6))[:397], rtol=1e-12)
    assert (g.log10_dw[398:] == np.inf).all()
    np.testing.assert_allclose(g.log10_db[1:], (t * np.log10(6))[1:] + np.log10((1 - 6.0 ** -t[1:]) / 5), rtol=1e-12)


def test_a_gradient_stays_right_far_below_the_floats():
    g = orbit_gradients("identity", 1e-3, h0=1.0, b=1.0, n_steps=300)
    np.testing.assert_allclose(g.log10_dh0, -3.0 * np.arange(301), rtol=1e-13)
    assert 10 ** g.log10_db[300] == pytest.approx(1 / (1 - 1e-3), rel=1e-12)


def test_a_state_that_has_vanished_takes_only_its_own_terms_from_the_gradient():
    # dh_t/dw = t w^(t-1) h0, a sum of t equal terms; h_k is 0 from k = 108 on
    g = orbit_gradients("identity", 1e-3, h0=1.0, n_steps=300)
    assert g.log10_dw[300] == pytest.approx(np.log10(108) - 3 * 299, abs=0.01)


def test_a_long_vanished_gradient_comes_back_with_the_next_step():
    # 100 steps in saturation, then one input brings the unit to the middle of its range
    x = np.full(101, 20.0)
    x[100] = -4.0
    g = orbit_gradients("sigmoid", 4.0, n_steps=101, x=x)
    assert g.log10_dh0[100] < -900
    assert 10 ** g.log10_db[101] == pytest.approx(0.25, rel=1e-8)


@pytest.mark.parametrize("name", NEVER_NAN)
@PROPERTY
@given(
    w=st.floats(allow_nan=False, allow_infinity=False),
    b=st.floats(allow_nan=False, allow_infinity=False),
    h0=st.floats(allow_nan=False, allow_infinity=False),
    x=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4),
    c=st.floats(allow_nan=False, allow_infinity=False),
)
def test_no_finite_setting_gives_nan(name, w, b, h0, x, c):
    g = orbit_gradients(name, w, b, h0, 12, x=x * 3, c=c)
    for field in g:
        assert not np.isnan(field).any()
    for sign, log10 in zip(g[2::2], g[3::2], strict=True):
        assert ((sign == 0) == (log10 == -np.inf)).all()


# --- the statements of the slide ---


@pytest.mark.claim("C2: with b = 0, true above w = −5.87, though slower and slower towards it, and false below")
def test_from_either_end_the_sigmoid_settles_within_six_steps_for_every_positive_weight():
    w = np.linspace(0, 60, 1201)
    steps = []
    for h0 in (0.0, 1.0):
        error = np.abs(orbit("sigmoid", w, h0=h0, n_steps=30) - attractor("sigmoid", w, h0=h0).low)
        steps.append(steps_remembered(np.log10(np.maximum(error, 1e-300)), fraction=1e-3))
    assert np.min(steps) >= 0
    assert np.max(steps) == 6


@pytest.mark.claim("C2")
@pytest.mark.parametrize(
    ("w", "from_0", "from_1"),
    [
        (0, 1, 1),
        (1, 5, 4),
        (2, 6, 4),
        (4, 4, 2),
        (8, 3, 0),
        (20, 2, 0),
        (-4, 22, 22),
        (-5.5, 113, 114),
        (-5.8, 515, 516),
    ],
)
def test_the_steps_until_the_sigmoid_is_within_a_thousandth(w, from_0, from_1):
    error = np.abs(orbit("sigmoid", w, h0=[0.0, 1.0], n_steps=900) - attractor("sigmoid", w).low)
    assert steps_remembered(np.log10(np.maximum(error, 1e-300)), fraction=1e-3).tolist() == [from_0, from_1]


@pytest.mark.claim("C2")
@pytest.mark.parametrize(("side", "gap_is_closed"), [(1.001, False), (0.999, True)])
def test_below_the_flip_weight_the_sigmoid_alternates_for_ever(side, gap_is_closed):
    H = orbit("sigmoid", side * FLIP_WEIGHT_SIGMOID, h0=0.5, n_steps=20_000)
    assert (abs(H[-1] - H[-2]) < 1e-6) == gap_is_closed


@pytest.mark.claim("C3")
def test_inside_the_cusp_the_limit_depends_on_the_initial_state():
    H = orbit("sigmoid", 8.0, b=-4.0, h0=np.array([0.49, 0.51]), n_steps=100)
    np.testing.assert_allclose(H[-1], [0.021248, 0.978752], atol=1e-6)


@pytest.mark.claim("C4: true")
@pytest.mark.parametrize(
    ("name", "w", "h0", "window", "number"),
    [
        ("sigmoid", 2.0, 0.5, slice(8, 20), -1.33408),
        ("sigmoid", -5.0, 0.5, slice(60, 250), -0.105137),
        ("tanh", 0.9, 0.5, slice(60, 250), -0.105361),
        ("tanh", 1.5, 0.5, slice(12, 28), -0.93061),
    ],
)
def test_the_distance_to_the_attractor_falls_at_the_rate_log_of_the_multiplier(name, w, h0, window, number):
    settled = attractor(name, w, h0=h0)
    distance = np.abs(orbit(name, w, h0=h0, n_steps=300) - settled.low)
    t = np.arange(301)
    slope = np.polyfit(t[window], np.log(distance[window]), 1)[0]
    assert slope == pytest.approx(np.log(settled.multiplier), abs=1e-3)
    assert np.log(settled.multiplier) == pytest.approx(number, abs=5e-5)


@pytest.mark.claim("C5")
def test_at_w_one_tanh_decays_like_a_power_of_time():
    H = orbit("tanh", 1.0, h0=1.0, n_steps=100_000)
    t = np.arange(1, 100_001)
    ratio = H[1:] / np.sqrt(3 / (2 * t))
    np.testing.assert_allclose(H[[100, 1000]], [0.12118244, 0.03868177], atol=1e-8)
    np.testing.assert_allclose(ratio[[99, 999, 99_999]], [0.98945, 0.99876, 0.99998], atol=1e-5)
    slope = np.polyfit(np.log(t[1000:]), np.log(H[1001:]), 1)[0]
    assert slope == pytest.approx(-0.5, abs=1e-3)


@pytest.mark.claim("C5")
def test_at_w_one_the_gradient_of_tanh_vanishes_by_a_power_law():
    g = orbit_gradients("tanh", 1.0, h0=1.0, n_steps=2000)
    np.testing.assert_allclose(10 ** g.log10_dh0[[100, 1000]], [1.59e-3, 5.17e-5], rtol=5e-3)
    slope = np.polyfit(np.log10(np.arange(200, 2001)), g.log10_dh0[200:], 1)[0]
    assert slope == pytest.approx(-1.5, abs=0.01)


@pytest.mark.claim("C5")
@pytest.mark.parametrize(("w", "gradient"), [(1.5, 2.27e-19), (1.1, 2.70e-4), (2.0, 9.75e-38)])
def test_a_latch_keeps_the_sign_of_its_first_state_while_the_gradient_vanishes(w, gradient):
    g = orbit_gradients("tanh", w, h0=np.array([-0.3, 0.3]), n_steps=50)
    assert (np.sign(g.H) == [-1, 1]).all()
    np.testing.assert_allclose(10 ** g.log10_dh0[50], gradient, rtol=1e-2)


@pytest.mark.claim("C5")
@pytest.mark.parametrize(("w", "h0", "peak", "at"), [(2.0, 1e-6, 3.738e5, 19), (1.5, 1e-4, 3352, 22)])
def test_a_saturating_unit_explodes_on_the_way_to_its_attractor(w, h0, peak, at):
    g = orbit_gradients("tanh", w, h0=h0, n_steps=60)
    assert g.log10_dh0.argmax() == at
    assert 10 ** g.log10_dh0.max() == pytest.approx(peak, rel=1e-3)
    assert g.log10_dh0[60] < -5


@pytest.mark.claim("C5")
def test_after_the_transient_explosion_the_gradient_is_gone():
    assert gradients("tanh", 2.0, h0=1e-6, n_steps=60)[0] == pytest.approx(7.2e-26, rel=1e-2, abs=0)


@pytest.mark.claim("C6: imprecise")
@pytest.mark.parametrize(
    ("w", "tau"), [(0.5, 1.4427), (0.9, 9.491), (0.99, 99.5), (1.01, 50.1), (1.1, 5.094), (1.5, 1.0746)]
)
def test_the_memory_time_of_tanh_diverges_at_w_one(w, tau):
    assert memory_time(attractor("tanh", w).multiplier) == pytest.approx(tau, rel=2e-3)


@pytest.mark.claim("C6")
def test_memory_lasts_twice_as_long_below_w_one_as_above():
    below, above = (memory_time(attractor("tanh", w).multiplier) for w in (1 - 1e-5, 1 + 1e-5))
    assert below * 1e-5 == pytest.approx(1, rel=1e-3)
    assert above * 1e-5 == pytest.approx(1 / 2, rel=1e-3)


@pytest.mark.claim("C6")
@pytest.mark.parametrize(("w", "steps"), [(0.5, 5), (0.9, 22), (0.99, 127), (1.0, 598)])
def test_the_steps_a_state_of_tanh_is_remembered(w, steps):
    assert steps_remembered(np.log10(orbit("tanh", w, h0=1.0, n_steps=1000))) == steps


# --- reading orbits and products ---


def test_transport_is_the_sum_of_the_logarithms_since_a_step():
    J = np.array([2.0, -5.0, 0.1, 3.0])
    np.testing.assert_allclose(log10_transition(J, since=1), np.log10([1, 5, 0.5, 1.5]), atol=1e-15)
    assert log10_transition(J, since=4).tolist() == [0.0]


def test_transport_since_zero_is_the_gradient_of_the_orbit():
    g = orbit_gradients("tanh", [1.5, -0.7], 0.1, n_steps=30)
    np.testing.assert_array_equal(log10_transition(g.J), g.log10_dh0)


def test_transport_through_a_zero_is_gone_for_good():
    assert log10_transition([3.0, 0.0, 1e300]).tolist() == [0.0, np.log10(3), -np.inf, -np.inf]


@PROPERTY
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.data())
def test_transport_is_a_chain(J, data):
    k = data.draw(st.integers(0, len(J)))
    whole, rest = log10_transition(J)[k:], log10_transition(J, since=k)
    # from 0 to t is from 0 to k and from k to t; the logarithms of subnormal numbers are coarse, not these sums
    np.testing.assert_allclose(whole, log10_transition(J)[k] + rest, rtol=1e-9, atol=1e-9)


@PROPERTY
@given(st.lists(st.floats(-10, 2), min_size=1, max_size=20), st.floats(0.01, 1))
def test_the_steps_remembered_are_the_shortest_after_which_nothing_is_left(log10, fraction):
    log10 = np.array(log10)
    good = [n for n in range(len(log10)) if (log10[n:] < np.log10(fraction)).all()]
    assert steps_remembered(log10, fraction) == (good[0] if good else -1)


def test_a_value_that_comes_back_is_not_forgotten():
    assert steps_remembered(np.log10([1.0, 0.01, 1.0, 0.01, 0.01])) == 3
    assert steps_remembered(np.log10([1.0, 0.01, 1.0])) == -1


def test_an_exact_zero_is_forgotten():
    assert steps_remembered([0.0, -np.inf]) == 1


def test_steps_remembered_has_one_number_for_each_orbit():
    left = np.log10([[1.0, 1.0], [0.01, 1.0], [0.01, 1.0]])
    assert steps_remembered(left).tolist() == [1, -1]
    assert type(steps_remembered(left[:, 0])) is int


@PROPERTY
@given(st.floats(1e-6, 1 - 1e-6), st.sampled_from([-1, 1]))
def test_in_one_memory_time_an_error_shrinks_by_the_factor_e(size, sign):
    assert size ** memory_time(sign * size) == pytest.approx(np.exp(-1), rel=1e-9)


def test_the_memory_time_at_the_ends_is_zero_and_infinite():
    assert memory_time([0.0, 1.0, -1.0]).tolist() == [0.0, np.inf, np.inf]
    assert memory_time(1.0) == np.inf
    assert memory_time(0) == 0


# --- bad input ---


@pytest.mark.parametrize("function", [orbit, orbit_gradients])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("swish", 1.0), "activation must be one of .*got 'swish'"),
        ((None, 1.0), "activation must be one of .*got None"),
        (("tanh", np.nan), "w must not hold NaN, got nan"),
        (("tanh", np.inf), "w must be finite, got inf"),
        (("tanh", "1"), "w must hold real numbers, got '1'"),
        (("tanh", 1.0, None), "b must hold real numbers, got None"),
        (("tanh", 1.0, 0.0, [True]), r"h0 must hold real numbers, got \[True\]"),
        (("tanh", [1.0, 2.0], [1.0, 2.0, 3.0]), r"must broadcast together, got w \(2,\), b \(3,\)"),
        (("tanh", 1.0, 0.0, 0.5, -1), "n_steps must be at least 0, got -1"),
        (("tanh", 1.0, 0.0, 0.5, 5.0), "n_steps must be a whole number, got 5.0"),
        (("tanh", 1.0, 0.0, 0.5, True), "n_steps must be a whole number, got True"),
        (("tanh", 1.0, 0.0, 0.5, 5, np.zeros(4)), r"x must have n_steps = 5 rows, got shape \(4,\)"),
        (("tanh", 1.0, 0.0, 0.5, 5, 1.0), r"x must have n_steps = 5 rows, got shape \(\)"),
        (("tanh", [1.0, 2.0], 0.0, 0.5, 5, np.zeros((5, 3))), r"one_step_of_x \(3,\)"),
        (("tanh", 1.0, 0.0, 0.5, 2, [0.0, np.nan]), "x must not hold NaN"),
        (("tanh", 1.0, 0.0, 0.5, 2, None, "1"), "c must hold real numbers, got '1'"),
    ],
)
def test_a_bad_orbit_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log10_transition([1.0, np.nan]), "J must not hold NaN"),
        (lambda: log10_transition("1"), "J must hold real numbers, got '1'"),
        (lambda: log10_transition([1.0], since=2), "since must be from 0 to 1, got 2"),
        (lambda: log10_transition([1.0], since=0.5), "since must be a whole number, got 0.5"),
        (lambda: steps_remembered(0.5), "log10_transition must have time as its first axis"),
        (lambda: steps_remembered([np.nan]), "log10_transition must not hold NaN"),
        (lambda: steps_remembered([0.0], fraction=0.0), "fraction must be above 0.0, got 0.0"),
        (lambda: steps_remembered([0.0], fraction="a"), "fraction must hold real numbers, got 'a'"),
        (lambda: memory_time(1.01), "multiplier must be between -1 and 1, got 1.01"),
        (lambda: memory_time([0.5, -2.0]), "multiplier must be between -1 and 1"),
        (lambda: memory_time(np.nan), "multiplier must not hold NaN, got nan"),
        (lambda: memory_time(None), "multiplier must hold real numbers, got None"),
    ],
)
def test_a_bad_reading_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
