"""How much an activation shrinks what its Jacobian multiplies: bounds, norms and depth, against theory."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.depth import diagonal_norms, layers_to_lose, rms_slope, shrink, squeeze
from helpers.maths.vector_activations import activation_jacobian, layernorm_jacobian, softmax_jacobian
from tests.at_random import SEEDS, rng

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)
NORMS = (1, 2, np.inf)
BOUNDED = [name for name, f in ACTIVATIONS.items() if np.isfinite(f.gamma)]
ABOVE_ONE = {"selu": 1.7580993408, "silu": 1.0998393, "gelu": 1.1289041, "mish": 1.0884982, "hardswish": 1.5}


def arguments_near(name, n, r):
    """n arguments, some of them on and just beside the kinks and at moderate size on both sides."""
    kinks = ACTIVATIONS[name].kinks or (0.0,)
    near = np.array([[kink - 1e-9, kink, kink + 1e-9] for kink in kinks]).ravel()
    return r.permutation(np.concatenate([near, 3 * r.standard_normal(n)]))[:n]


# --- bounds ---


@pytest.mark.claim("C30", "C34: false for γ above 1")
@PROPERTY
@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from(NORMS), SEEDS)
def test_no_vector_is_multiplied_by_more_than_the_bound_in_any_of_the_three_norms(m, n, norm, seed):
    r = rng(seed)
    J, v = r.standard_normal((m, n)), r.standard_normal(n)
    factor, bound = shrink(J, v, norm)
    assert factor <= bound * (1 + 1e-13)
    assert factor == pytest.approx(np.linalg.norm(J @ v, norm) / np.linalg.norm(v, norm), rel=1e-12)


@pytest.mark.parametrize("tiny", [5e-324, 6.4e-323])
def test_what_rounds_to_nothing_is_refused_and_what_is_nothing_is_told(tiny):
    with pytest.raises(ValueError, match="must not overflow or round to 0"):
        shrink([[tiny, 0.0], [0.0, 0.0]], [1e-10, 1.0])
    assert shrink([[tiny, 0.0], [0.0, 0.0]], [0.0, 1.0]).factor == 0


@pytest.mark.claim("C30: true")
@PROPERTY
@given(st.integers(1, 6), st.integers(1, 6), SEEDS)
def test_the_bound_is_reached(m, n, seed):
    J = rng(seed).standard_normal((m, n))
    best = {
        1: np.eye(n)[np.abs(J).sum(axis=0).argmax()],
        2: np.linalg.svd(J)[2][0],
        np.inf: np.where(J[np.abs(J).sum(axis=1).argmax()] < 0, -1.0, 1.0),
    }
    for norm, v in best.items():
        factor, bound = shrink(J, v, norm)
        assert factor == pytest.approx(bound, rel=1e-12)


@pytest.mark.claim("C29", "C67", "C68")
@PROPERTY
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=8), SEEDS)
def test_a_diagonal_matrix_has_the_norm_of_its_largest_entry_in_all_three_norms_but_not_frobenius(d, seed):
    largest = np.abs(d).max()
    one, two, inf, frobenius = diagonal_norms(d)
    assert (one, inf) == (largest, largest)
    assert two == pytest.approx(largest, rel=1e-14)
    assert frobenius == pytest.approx(np.sqrt(np.sum(np.square(d))), rel=1e-12, abs=1e-150)
    v = rng(seed).standard_normal(len(d))
    for norm in NORMS:
        full, diagonal = shrink(np.diag(d), v, norm), shrink(d, v, norm)
        assert diagonal.bound == largest
        assert full == pytest.approx(diagonal, rel=1e-13)
        assert shrink(d, np.eye(len(d))[np.abs(d).argmax()], norm).factor == pytest.approx(largest, rel=1e-15)
    assert diagonal_norms(np.ones(9)).frobenius == 3.0


@pytest.mark.claim("C68: true, and the first sign is an equality")
@PROPERTY
@given(st.integers(1, 6), SEEDS)
def test_a_product_with_a_diagonal_matrix_is_bounded_by_its_largest_entry_in_the_frobenius_norm_too(n, seed):
    d, W = rng(seed).standard_normal(n), rng(seed + 1).standard_normal((n, n))
    assert np.linalg.norm(np.diag(d) @ W) <= np.abs(d).max() * np.linalg.norm(W) * (1 + 1e-13)


@pytest.mark.claim("C29: imprecise")
def test_the_diagonal_of_a_matrix_says_nothing_of_its_norm():
    factor, bound = shrink([[0.0, 100.0], [0.0, 0.0]], [0.0, 1.0])
    assert (factor, bound) == (100.0, 100.0)


@pytest.mark.claim("C25: true")
@PROPERTY
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=8), SEEDS)
def test_softmax_at_least_halves_every_vector_in_the_euclidean_norm(z, seed):
    v = rng(seed).standard_normal(len(z))
    factor, bound = shrink(softmax_jacobian(z), v)
    assert factor <= bound * (1 + 1e-12) <= 0.5 + 1e-12


@pytest.mark.claim("C25")
def test_softmax_halves_exactly_where_two_units_share_the_weight_and_pull_apart():
    assert shrink(softmax_jacobian([0.0, 0.0, -800.0]), [1.0, -1.0, 0.0]).factor == pytest.approx(0.5, abs=1e-12)


@pytest.mark.claim("C25", "C28")
@pytest.mark.parametrize("s", [1e-3, 1.0, 1e3])
def test_layernorm_multiplies_by_one_over_s_what_neither_shifts_nor_scales(s):
    x = np.array([1.0, -1.0, 1.0, -1.0])
    assert shrink(layernorm_jacobian(s * x), [1.0, 1.0, -1.0, -1.0]).factor == pytest.approx(1 / s, rel=1e-12)
    assert shrink(layernorm_jacobian(s * x), [1.0] * 4).factor == pytest.approx(0.0, abs=1e-15 / s)
    assert shrink(layernorm_jacobian(s * x), x).factor == pytest.approx(0.0, abs=1e-15 / s)


# --- gamma ---


@pytest.mark.claim("C28", "C31", "C34", "C67", "C68")
@PROPERTY
@given(st.sampled_from(BOUNDED), st.integers(1, 8), st.sampled_from(NORMS), SEEDS)
def test_gamma_bounds_every_measured_shrink_of_every_activation(name, n, norm, seed):
    r = rng(seed)
    J, v = activation_jacobian(name, arguments_near(name, n, r)), r.standard_normal(n)
    factor, bound = shrink(J, v, norm)
    assert factor <= bound * (1 + 1e-13) <= ACTIVATIONS[name].gamma * (1 + 2e-13)


@pytest.mark.claim("C31", "C67")
@pytest.mark.parametrize("name", BOUNDED)
def test_gamma_is_no_larger_than_it_has_to_be(name):
    kinks = np.array([[kink - 1e-9, kink] for kink in ACTIVATIONS[name].kinks or (0.0,)]).ravel()
    z = np.concatenate([np.linspace(-8, 40, 48001), kinks])
    slope = ACTIVATIONS[name].slope(z)
    steepest = np.eye(1, len(z), np.abs(slope).argmax())[0]
    assert shrink(slope, steepest).factor == pytest.approx(ACTIVATIONS[name].gamma, rel=1e-6)


@pytest.mark.claim("C31", "C34")
@pytest.mark.parametrize(("name", "gamma"), ABOVE_ONE.items())
def test_a_net_can_grow_a_vector_by_its_activations_alone(name, gamma):
    z = {"selu": 0.0, "silu": 2.39935728, "gelu": np.sqrt(2), "mish": 1.49057114, "hardswish": 3.0}[name]
    logs = squeeze(name, np.full((20, 3), z), [1.0, 2.0, -2.0])
    np.testing.assert_allclose(logs, np.log10(3.0) + np.arange(21) * np.log10(gamma), atol=1e-6)


@pytest.mark.claim("C31")
def test_just_left_of_zero_selu_stretches_more_than_anywhere_to_the_right():
    """lambda alpha = 1.7581 from the left, lambda = 1.0507 from the right: gamma is a supremum over both sides."""
    v = np.array([3.0, -4.0])
    left = shrink(activation_jacobian("selu", [-1e-9, -1e-9]), v).factor
    right = max(shrink(activation_jacobian("selu", [z, z]), v).factor for z in (1e-9, 0.1, 1.0, 10.0))
    assert right == pytest.approx(1.0507009873554805, rel=1e-12)
    assert left == pytest.approx(1.0507009873554805 * 1.6732632423543772, rel=1e-8)
    assert right < left <= ACTIVATIONS["selu"].gamma


@pytest.mark.claim("C28: true under conditions")
@pytest.mark.parametrize(("name", "z", "slope"), [("squared_relu", 12.0, 24.0), ("exp", 12.0, np.exp(12.0))])
def test_without_a_lipschitz_constant_there_is_no_bound(name, z, slope):
    assert np.isinf(ACTIVATIONS[name].gamma)
    assert shrink(activation_jacobian(name, [z]), [1.0]).factor == pytest.approx(slope, rel=1e-14)


@pytest.mark.claim("C31")
@pytest.mark.parametrize(("name", "lowest"), [("silu", -0.0998393), ("gelu", -0.1289041)])
def test_a_slope_can_be_negative(name, lowest):
    assert ACTIVATIONS[name].slope(np.linspace(-5, 0, 50001)).min() == pytest.approx(lowest, abs=1e-6)


@pytest.mark.claim("C31", "C33", "C34")
@pytest.mark.parametrize(("name", "z"), [("relu", 0.3), ("relu", 30.0), ("tanh", 0.0), ("identity", -2.0)])
def test_an_activation_can_leave_a_vector_exactly_as_long_as_it_was(name, z):
    for norm in NORMS:
        assert shrink(activation_jacobian(name, [z, z]), [1.0, -7.0], norm).factor == pytest.approx(1.0, rel=1e-15)


@pytest.mark.claim("C31", "C32: true when it was said", "C33")
@PROPERTY
@given(st.floats(-300, 300).filter(lambda z: abs(z) > 1e-6))
def test_the_slope_of_tanh_is_above_zero_and_below_one_but_at_zero(z):
    assert 0 < ACTIVATIONS["tanh"].slope(z) < 1 == ACTIVATIONS["tanh"].slope(0.0)


# --- the mean square slope ---


@pytest.mark.claim("C33: true")
@pytest.mark.parametrize(
    ("q", "mean_square", "rms"),
    [(0.01, 0.98067, 0.9903), (0.1, 0.84921, 0.9215), (1.0, 0.46440, 0.68147), (4.0, 0.25595, 0.50592)],
)
def test_the_mean_square_slope_of_tanh_is_that_of_the_ledger(q, mean_square, rms):
    assert rms_slope("tanh", q) ** 2 == pytest.approx(mean_square, abs=6e-6)
    assert rms_slope("tanh", q) == pytest.approx(rms, abs=6e-5)


@pytest.mark.claim("C33")
def test_the_root_mean_square_slope_of_sigmoid_is_that_of_the_ledger():
    assert rms_slope("sigmoid", 1.0) == pytest.approx(0.21175, abs=6e-6)


@pytest.mark.parametrize("q", [1e-4, 0.3, 1.0, 9.0])
@pytest.mark.parametrize(
    ("name", "of_q"),
    [
        ("identity", lambda q: 1.0),
        ("relu", lambda q: 0.5),
        ("leaky_relu", lambda q: (1 + 1e-4) / 2),
        ("exp", lambda q: np.exp(2 * q)),
        ("squared_relu", lambda q: 2 * q),
        ("sin", lambda q: (1 + np.exp(-2 * q)) / 2),
        ("gaussian", lambda q: 4 * q * (1 + 4 * q) ** -1.5),
        ("hardtanh", lambda q: math.erf(1 / math.sqrt(2 * q))),
        ("hardsigmoid", lambda q: math.erf(3 / math.sqrt(2 * q)) / 36),
        ("relu6", lambda q: math.erf(6 / math.sqrt(2 * q)) / 2),
    ],
)
def test_where_the_integral_is_known_the_mean_square_slope_is_it(name, of_q, q):
    assert rms_slope(name, q) ** 2 == pytest.approx(of_q(q), rel=1e-9)


@pytest.mark.parametrize("q", [25.0, 1e4])
def test_also_far_out_the_mean_square_slope_is_the_known_integral(q):
    assert rms_slope("gaussian", q) ** 2 == pytest.approx(4 * q * (1 + 4 * q) ** -1.5, rel=1e-9)
    assert rms_slope("hardtanh", q) ** 2 == pytest.approx(np.sqrt(2 / np.pi / q), rel=1 / q)
    assert rms_slope("exp", 25.0) == pytest.approx(np.exp(25.0), rel=1e-9)


@pytest.mark.claim("C33", "C36")
@pytest.mark.parametrize("name", BOUNDED)
def test_a_wide_layer_multiplies_a_random_vector_by_the_root_mean_square_slope(name):
    n, q = 50_000, 1.5
    r = rng()
    logs = squeeze(name, np.sqrt(q) * r.standard_normal((1, n)), r.standard_normal(n))
    assert 10 ** (logs[1] - logs[0]) == pytest.approx(rms_slope(name, q), rel=0.03)
    assert rms_slope(name, q) <= ACTIVATIONS[name].gamma


# --- depth ---


@pytest.mark.claim("C34", "C35: true for γ at most 1, up to ties, and for the activations alone")
@PROPERTY
@given(st.sampled_from([name for name in BOUNDED if ACTIVATIONS[name].gamma <= 1]), st.integers(1, 20), SEEDS)
def test_where_gamma_is_at_most_one_no_layer_of_activations_makes_a_vector_longer(name, depth, seed):
    r = rng(seed)
    logs = squeeze(name, 3 * r.standard_normal((depth, 5)), r.standard_normal(5))
    assert (logs[1:] <= logs[:-1] + 1e-14).all()


@PROPERTY
@given(st.sampled_from(list(ACTIVATIONS)), st.integers(0, 8), st.integers(1, 6), SEEDS)
def test_the_squeeze_is_the_product_of_the_jacobians_times_the_vector(name, depth, n, seed):
    r = rng(seed)
    Z, v = r.standard_normal((depth, n)), r.standard_normal(n)
    logs, wanted = squeeze(name, Z, v), [v]
    for z in Z:
        wanted.append(activation_jacobian(name, z) @ wanted[-1])
    np.testing.assert_allclose(10.0**logs, np.linalg.norm(wanted, axis=1), rtol=1e-11)


@pytest.mark.claim("C36")
def test_ten_layers_of_sigmoid_leave_at_best_a_millionth():
    logs = squeeze("sigmoid", np.zeros((10, 4)), [0.5, 0.5, 0.5, 0.5])
    assert 10 ** logs[-1] == pytest.approx(2.0**-20, rel=1e-12)
    assert 10 ** logs[-1] == pytest.approx(9.5367e-7, rel=1e-5)


@pytest.mark.claim("C36")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "q", "depth", "norm"),
    [
        ("sigmoid", 1.0, 5, 4.3e-4),
        ("sigmoid", 1.0, 10, 1.8e-7),
        ("sigmoid", 1.0, 30, 6e-21),
        ("tanh", 1.0, 5, 0.144),
        ("tanh", 1.0, 10, 0.0188),
        ("tanh", 1.0, 30, 1.8e-6),
        ("tanh", 0.01, 10, 0.905),
        ("tanh", 0.01, 30, 0.744),
        ("relu", 1.0, 5, 0.162),
    ],
)
def test_how_much_is_forgotten_depends_on_activation_and_spread(name, q, depth, norm, seed):
    """Independent arguments in each layer, 1000 units. A few units carry the norm after 30 layers, so it fluctuates."""
    r = rng(seed)
    v = r.standard_normal(1000)
    logs = squeeze(name, np.sqrt(q) * r.standard_normal((depth, 1000)), v / np.linalg.norm(v))
    assert 10 ** logs[-1] == pytest.approx(norm, rel=0.02 if q < 1 else 0.9 if depth == 30 else 0.25)


@pytest.mark.claim("C36")
@pytest.mark.parametrize("depth", [1, 5, 10])
def test_a_layer_of_relu_with_a_mask_of_its_own_halves_the_mean_square_of_a_vector(depth):
    r, squares = rng(), []
    for _ in range(400):
        v = r.standard_normal(1000)
        logs = squeeze("relu", r.standard_normal((depth, 1000)), v / np.linalg.norm(v))
        squares.append(100.0 ** logs[-1])
    # after 10 layers about one unit of 1000 is left, often none: the mean of 400 has an error of 9 %
    assert np.mean(squares) == pytest.approx(2.0**-depth, rel=0.3)


@pytest.mark.claim("C36")
def test_random_masks_of_relu_forget_everything_and_the_same_mask_nothing_more_than_at_once():
    r = rng()
    Z, v = r.standard_normal((30, 1000)), r.standard_normal(1000)
    assert squeeze("relu", Z, v)[20:].tolist() == [-np.inf] * 11
    same = squeeze("relu", np.tile(Z[0], (60, 1)), v)
    assert same[1] == pytest.approx(np.log10(np.linalg.norm(v[Z[0] > 0])), rel=1e-12)
    np.testing.assert_array_equal(same[1:], same[1])


@pytest.mark.claim("C36")
@pytest.mark.parametrize(("eta", "layers"), [(0.25, 9.97), (0.9, 131.0)])
def test_the_number_of_layers_to_lose_a_factor_of_a_million(eta, layers):
    exact = layers_to_lose(1e6, eta)
    assert exact == pytest.approx(layers, abs=0.2 if eta == 0.9 else 0.005)
    assert eta**exact == pytest.approx(1e-6, rel=1e-9)


@PROPERTY
@given(st.floats(1, 1e12), st.floats(0.01, 0.99))
def test_after_that_many_layers_the_factor_is_lost(factor, eta):
    assert eta ** -layers_to_lose(factor, eta) == pytest.approx(factor, rel=1e-9)


def test_what_does_not_shrink_is_never_lost():
    assert layers_to_lose(1e6, [1.0, 1.1]).tolist() == [np.inf, np.inf]
    assert layers_to_lose(1.0, 1.0) == np.inf
    assert layers_to_lose(1.0, 0.5) == 0.0
    assert layers_to_lose([[10.0], [100.0]], [0.1, 0.01]).round(12).tolist() == [[1.0, 0.5], [2.0, 1.0]]


@pytest.mark.claim("C36")
@pytest.mark.parametrize(("kind", "k"), [(np.float16, 13), (np.float32, 75), (np.float64, 538)])
def test_literally_forgotten_is_what_no_float_can_hold(kind, k):
    product, steps = kind(1.0), 0
    while product > 0:
        product, steps = kind(product * kind(0.25)), steps + 1
    assert steps == k
    assert np.isfinite(squeeze("sigmoid", np.zeros((1000, 1)), [1.0])).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shrink(np.eye(2), [1.0, 2.0], 3), "norm must be 1, 2 or inf, got 3"),
        (lambda: shrink(np.eye(2), [1.0, 2.0], "fro"), "norm must be 1, 2 or inf, got 'fro'"),
        (lambda: shrink(np.eye(2), [0.0, 0.0]), "v must not be 0, for it has no direction"),
        (lambda: shrink(np.ones((2, 3)), [1.0, 2.0]), r"where v is \(n,\), got J \(2, 3\) and v \(2,\)"),
        (lambda: shrink(1.0, [1.0]), r"J must be \(m, n\) or \(n,\) .*got J \(\) and v \(1,\)"),
        (lambda: shrink(np.ones((0, 2)), [1.0, 2.0]), r"J must be \(m, n\) or \(n,\) .*got J \(0, 2\) and v \(2,\)"),
        (lambda: shrink([[np.nan]], [1.0]), "J must not hold NaN"),
        (lambda: shrink([[1.0]], [[1.0]]), r"v must be one vector \(n,\)"),
        (lambda: diagonal_norms(np.eye(2)), r"d must be one vector \(n,\)"),
        (lambda: diagonal_norms([np.inf]), "d must be finite"),
        (lambda: rms_slope("swish", 1.0), "activation must be one of .*got 'swish'"),
        (lambda: rms_slope("tanh", 0.0), "q must be above 0.0, got 0.0"),
        (lambda: rms_slope("tanh", 10001.0), "q must be at most 10000 for tanh, got 10001.0"),
        (lambda: rms_slope("exp", 26.0), "q must be at most 25 for exp, got 26.0"),
        (lambda: rms_slope("tanh", [1.0]), "q must be one number"),
        (lambda: layers_to_lose(0.5, 0.5), "factor must be at least 1.0, got 0.5"),
        (lambda: layers_to_lose(2.0, 0.0), "eta must be above 0.0, got 0.0"),
        (lambda: layers_to_lose(np.nan, 0.5), "factor must not hold NaN"),
        (lambda: squeeze("swish", np.ones((1, 1)), [1.0]), "activation must be one of .*got 'swish'"),
        (lambda: squeeze("tanh", [1.0], [1.0]), r"Z must be \(depth, n\) where v is \(n,\), got \(1,\) and \(1,\)"),
        (lambda: squeeze("tanh", np.ones((3, 2)), [1.0]), r"got \(3, 2\) and \(1,\)"),
        (lambda: squeeze("tanh", [[np.nan]], [1.0]), "Z must not hold NaN"),
        (lambda: squeeze("tanh", [[1.0]], [[1.0]]), r"v must be one vector \(n,\)"),
        (lambda: squeeze("exp", [[1000.0]], [1.0]), "the slope of exp must not overflow"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
