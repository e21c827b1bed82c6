"""Numbers from 1e-300 to 1e300: what comes back is right, or a ValueError; never a silent 0, inf or NaN, or a warning.

The oracle is decimal arithmetic of 200 digits, whose exponents have no end in sight.
"""

import inspect
import warnings
from decimal import Context, Decimal, localcontext
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.maths._check import logs_within_floats, within_floats
from helpers.maths.activations import ACTIVATIONS, activation, sigmoid
from helpers.maths.depth import diagonal_norms, log10_rms, lost_updates, shrink, squeeze
from helpers.maths.descent import adam, clip_by_norm, no_moments
from helpers.maths.gradcheck import relative_error
from helpers.maths.gru import GRU, gru_log10_norms, gru_run
from helpers.maths.linear import log10_norm, product_norms, spectral_norm, stretch_rotate_growth
from helpers.maths.lstm import LSTM, explosion_borders, lstm_run, path_log10_norms
from helpers.maths.mlp import Layer, forward, log10_gradient_norms, neuron_gradient_log10_norms, weight_gradients
from helpers.maths.rnn import RNN, bptt, run_rnn
from helpers.maths.scalar import log10_transition
from helpers.maths.vector_activations import l2_loss, softmax
from tests.at_random import PROPERTY, rng
from tests.test_arguments import CALLS, PUBLIC, Numbers, Record, Several

DIGITS = Context(prec=200, Emax=10**9, Emin=-(10**9))


@pytest.fixture(autouse=True)
def _many_digits():
    with localcontext(DIGITS), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


numbers = st.builds(
    lambda sign, digits, exponent: sign * digits * 10.0**exponent,
    st.sampled_from([-1.0, 1.0]),
    st.floats(1.0, 9.99),
    st.integers(-300, 299),
)
numbers_and_0 = st.one_of(numbers, st.just(0.0))


def matrices(n_rows, n_columns, entries=numbers_and_0):
    """Matrices of numbers of every size."""
    return st.lists(entries, min_size=n_rows * n_columns, max_size=n_rows * n_columns).map(
        lambda flat: np.reshape(flat, (n_rows, n_columns))
    )


def exactly(array):
    """The array with its numbers as decimals, which is exact."""
    return np.vectorize(Decimal, otypes=[object])(np.asarray(array))


def length(v):
    """The Euclidean length of decimals."""
    return sum(x * x for x in np.ravel(v)).sqrt()


def spectral(M):
    """The larger singular value of a matrix (2, 2) of decimals."""
    squares, det = sum(x * x for x in M.ravel()), M[0, 0] * M[1, 1] - M[0, 1] * M[1, 0]
    return ((squares + max(squares * squares - 4 * det * det, Decimal(0)).sqrt()) / 2).sqrt()


def log10(x):
    """log10 of a decimal as a float; -inf of 0."""
    return float(x.log10()) if x else -np.inf


def in_range(x):
    """Whether a decimal is 0 or a float with all its digits."""
    return x == 0 or Decimal("1e-307") < abs(x) < Decimal("1e308")


def right_or_refused(call, wanted, rel=1e-9, lost=0.0):
    """Hold the result of a call against decimals, where they are floats; elsewhere it must be refused.

    lost : what rounding may take from the first of several results.
    """
    try:
        found = call()
    except ValueError as refusal:
        assert "must not overflow" in str(refusal)  # noqa: PT017
        assert not all(map(in_range, wanted))
        return
    for one, right in zip(found, wanted, strict=True):
        if in_range(right):
            assert one == pytest.approx(float(right), rel=rel, abs=lost)
        lost = 0.0


@PROPERTY
@given(st.lists(numbers_and_0, min_size=1, max_size=4))
def test_the_log_of_a_norm_is_right(v):
    assert log10_norm(v) == pytest.approx(log10(length(exactly(v))), abs=1e-9)


@PROPERTY
@given(matrices(2, 2), st.lists(numbers, min_size=2, max_size=2), st.sampled_from([1, 2, np.inf]))
def test_what_a_jacobian_shrinks_is_right_or_refused(J, v, norm):
    p = {1: lambda v: sum(map(abs, v)), 2: length, np.inf: lambda v: max(map(abs, v))}[norm]
    M, d = exactly(J), exactly(v)
    bound = {1: max(p(column) for column in M.T), 2: spectral(M), np.inf: max(sum(map(abs, row)) for row in M)}[norm]
    cancelled = p(np.abs(M) @ np.abs(d)) / p(d) * Decimal("1e-15")  # a sum is as good as its largest term
    right_or_refused(lambda: shrink(J, v, norm), (p(M @ d) / p(d), bound), lost=float(cancelled))


@PROPERTY
@given(st.lists(numbers, min_size=3, max_size=3), st.lists(numbers, min_size=3, max_size=3))
def test_what_a_diagonal_jacobian_shrinks_is_right_or_refused(d, v):
    J, w = exactly(d), exactly(v)
    right_or_refused(lambda: shrink(d, v), (length(J * w) / length(w), max(map(abs, J))))


def test_the_review_s_norms_at_extreme_sizes_are_one():
    for v in ([3e-162, 4e-162], [1e200, 1e200], [1e-300, 1e300]):
        assert shrink(np.eye(2), v) == pytest.approx((1.0, 1.0), abs=1e-15)


@PROPERTY
@given(st.lists(numbers_and_0, min_size=1, max_size=4))
def test_the_norms_of_a_diagonal_are_right_or_refused(d):
    largest = max(map(abs, exactly(d)))
    right_or_refused(lambda: diagonal_norms(d), (largest, largest, largest, length(exactly(d))))


def test_the_norms_of_a_long_diagonal_need_no_matrix():
    assert diagonal_norms(np.full(10**6, 2.0)).frobenius == pytest.approx(2000.0, rel=1e-12)  # 8 TB as a matrix


@PROPERTY
@given(matrices(2, 3, numbers), st.lists(numbers.map(abs), min_size=2, max_size=2))
def test_each_gradient_is_clipped_to_its_own_norm(g, max_norm):
    clipped = clip_by_norm(g, max_norm, axis=1)
    for row, most, found in zip(exactly(g), exactly(max_norm), clipped, strict=True):
        wanted = row * min(Decimal(1), most / length(row))
        for one, right in zip(found, wanted, strict=True):
            if in_range(right):
                assert one == pytest.approx(float(right), rel=1e-12, abs=1e-300 * float(most))


def test_the_review_s_two_gradients_are_clipped_each_to_its_norm():
    clipped = clip_by_norm([[3.0, 4.0], [6.0, 8.0]], [1.0, 2.0], axis=1)
    assert clipped == pytest.approx(np.array([[0.6, 0.8], [1.2, 1.6]]), rel=1e-15)
    assert clip_by_norm(np.transpose([[3.0, 4.0], [6.0, 8.0]]), [1.0, 2.0], axis=0) == pytest.approx(clipped.T)
    with pytest.raises(ValueError, match=r"max_norm must be a number or of shape \(2,\), got shape \(3,\)"):
        clip_by_norm(np.ones((2, 3)), np.ones(3), axis=1)
    with pytest.raises(ValueError, match="max_norm must be a number"):
        clip_by_norm(np.ones((2, 3)), np.ones(3))


@PROPERTY
@given(matrices(2, 2))
def test_the_spectral_norm_is_right_or_refused(W):
    right_or_refused(lambda: [spectral_norm(W)], [spectral(exactly(W))], rel=1e-7)


# Within a product entries lie less than 10^308 apart, as the docstring asks for; the matrices are of every size.
near = st.builds(
    lambda sign, digits, exponent: sign * digits * 10.0**exponent,
    st.sampled_from([-1.0, 1.0]),
    st.floats(1.0, 9.99),
    st.integers(-35, 35),
)
sized = st.builds(lambda matrix, exponent: matrix * 10.0**exponent, matrices(2, 2, near), st.integers(-260, 260))


@PROPERTY
@given(st.lists(sized, min_size=1, max_size=4))
def test_the_logs_of_norms_of_products_are_right(J):
    product = without_signs = exactly(np.eye(2))
    logs = product_norms(J)
    for k, matrix in enumerate(J):
        product, without_signs = exactly(matrix) @ product, exactly(np.abs(matrix)) @ without_signs
        assume(np.abs(product).max() > without_signs.max() * Decimal("1e-9"))  # what cancels loses its digits
        assert logs[k + 1] == pytest.approx(log10(spectral(product)), abs=1e-5)


@PROPERTY
@given(st.lists(numbers, min_size=1, max_size=9))
def test_the_logs_of_products_of_numbers_are_right(factors):
    J, logs = np.reshape(factors, (-1, 1, 1)), np.cumsum([log10(abs(Decimal(x))) for x in factors])
    assert product_norms(J)[1:] == pytest.approx(logs, abs=1e-9)


@PROPERTY
@given(st.lists(numbers, min_size=1, max_size=6), numbers)
def test_the_log_of_a_gradient_through_layers_of_any_size_and_sign_is_right(weights, at_the_end):
    layers = [Layer([[w]], "identity") for w in weights]
    run = forward(layers, [0.0])
    logs = np.append(np.cumsum([log10(abs(Decimal(w))) for w in weights[::-1]])[::-1], 0.0)
    wanted = logs + log10(abs(Decimal(at_the_end)))
    assert log10_gradient_norms(layers, run, [[at_the_end]]) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("weight", [-1e-100, -1e-300, 1e-300, -1e100, 1e300])
def test_rows_that_are_negative_or_shrink_beyond_all_in_one_layer_keep_their_logs(weight):
    layers = [Layer([[weight, 0.0], [0.0, weight]], "identity")] * 10
    run = forward(layers, [0.0, 0.0])
    wanted = np.arange(10, -1, -1) * np.log10(abs(weight))
    assert log10_gradient_norms(layers, run, [[-1.0, 0.0]]) == pytest.approx(wanted, rel=1e-12)
    run = run._replace(H=[np.full(2, -1e-200) for _ in run.H])
    neurons = neuron_gradient_log10_norms(layers, run, [[-1.0, 0.0]])
    assert [n[0] for n in neurons] == pytest.approx(wanted[1:] - 200 + 0.5 * np.log10(2.0), rel=1e-12)


@PROPERTY
@given(matrices(3, 2, st.floats(-700.0, 700.0)))
def test_the_log_of_what_sigmoids_leave_is_right(Z):
    """f'(z) = 1 / (2 cosh(z / 2))^2, by decimals."""
    slopes = np.vectorize(lambda z: 1 / ((Decimal(z) / 2).exp() + (-Decimal(z) / 2).exp()) ** 2, otypes=[object])(Z)
    left, wanted = exactly([1.0, 1.0]), []
    for row in slopes:
        left = left * row
        wanted.append(log10(length(left)))
    assert squeeze("sigmoid", Z, [1.0, 1.0])[1:] == pytest.approx(wanted, abs=1e-9)


@PROPERTY
@given(st.lists(numbers, min_size=1, max_size=4), st.lists(numbers, min_size=1, max_size=4))
def test_a_relative_error_is_right(a, b):
    n = min(len(a), len(b))
    a, b = exactly(a[:n]), exactly(b[:n])
    wanted = length(a - b) / max(length(a), length(b))
    assert relative_error(a.astype(float), b.astype(float)) == pytest.approx(float(wanted), rel=1e-9, abs=1e-15)


@PROPERTY
@given(matrices(2, 2, numbers), numbers.map(abs))
def test_the_size_of_a_lost_update_is_right(W, rate):
    wanted = log10(length(exactly(W)) / Decimal(2).sqrt() / Decimal(rate) / 2**24)
    assert lost_updates([np.zeros(2)], [Layer(W, "tanh")], rate) == pytest.approx([wanted], abs=1e-9)


@PROPERTY
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4))
def test_the_log_of_a_root_mean_square_is_right(logs):
    squares = [Decimal(10) ** (2 * Decimal(x)) for x in logs]
    assert log10_rms(logs) == pytest.approx(log10((sum(squares) / len(squares)).sqrt()), abs=1e-6)


@PROPERTY
@given(matrices(4, 2, numbers.map(abs)))
def test_the_log_of_what_gates_keep_is_right(F):
    """The spectral norm of a diagonal matrix is its largest entry."""
    kept, wanted = exactly([1.0, 1.0]), [Decimal(1)]
    for row in exactly(F):
        kept = kept * row
        wanted.append(max(kept))
    assert log10_transition(F).max(axis=1) == pytest.approx([log10(x) for x in wanted], abs=1e-9)


@pytest.mark.parametrize("forget_bias", [-700.0, -460.0, -50.0, 30.0])
def test_an_lstm_without_weights_keeps_the_product_of_its_gates_however_small(forget_bias):
    net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, forget_bias, 0.0, 0.0])
    gate = log10(1 / (1 + (-Decimal(forget_bias)).exp()))
    logs = path_log10_norms(net, lstm_run(net, np.zeros((5, 1)), c0=[1.0]))
    assert logs == pytest.approx(np.tile(gate * np.arange(6), (6, 1)), rel=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-100, 1e100, 1e300])
def test_a_gru_of_any_weights_has_a_right_gradient_or_is_refused(scale):
    """z = r = 1/2, q = 0 and h = 0: the Jacobian is 1/2 + 1/2 * 1/2 * scale."""
    net = GRU(W=[[0.0], [0.0], [scale]], U=np.zeros((3, 1)), b=np.zeros(3), b_h=[0.0])
    logs = gru_log10_norms(net, gru_run(net, [0.0], np.zeros((4, 1))))[0]
    assert logs == pytest.approx(log10(Decimal("0.5") + Decimal(scale) / 4) * np.arange(5), rel=1e-9)


@PROPERTY
@given(numbers.map(abs), numbers.map(abs), st.floats(-3.0, 3.0))
def test_the_growth_of_a_turning_stage_scales_with_its_stretches(sigma1, sigma2, theta):
    s1, s2, cos = Decimal(sigma1), Decimal(sigma2), abs(Decimal(float(np.cos(theta))))
    t = (s1 + s2) * cos / 2
    square = t * t - s1 * s2
    wanted = t + square.sqrt() if square > 0 else (s1 * s2).sqrt()
    assert stretch_rotate_growth(sigma1, sigma2, theta) == pytest.approx(float(wanted), rel=1e-7)


@PROPERTY
@given(st.lists(numbers, min_size=2, max_size=2), st.lists(numbers, min_size=2, max_size=2))
def test_a_squared_loss_is_right_or_refused(y, d):
    error = exactly(y) - exactly(d)
    try:
        loss = l2_loss(y, d)
    except ValueError as refusal:
        assert "must not overflow" in str(refusal)  # noqa: PT017
        assert length(error) > Decimal("1e153")
        return
    wanted = length(error) ** 2 / 2
    if in_range(wanted):
        assert loss.value == pytest.approx(float(wanted), rel=1e-9)


@PROPERTY
@given(st.floats(-745.0, 745.0))
def test_the_sigmoid_keeps_its_digits_in_both_tails(z):
    e = (-Decimal(z)).exp()
    wanted = 1 / (1 + e)
    rel = 1e-13 if abs(z) < 700 else 0.5  # below 1e-304 a float has fewer digits, and one at the very end
    assert float(sigmoid(z)) == pytest.approx(float(wanted), rel=rel, abs=0.0)
    assert activation("sigmoid")(z) == sigmoid(z)
    last = 0.0 if abs(z) < 700 else 5e-324  # the smallest float
    assert activation("sigmoid").slope(z) == pytest.approx(float(wanted * e / (1 + e)), rel=rel, abs=last)


def test_the_review_s_sigmoid_has_its_tail():
    assert activation("sigmoid")(-38.0) == pytest.approx(3.1e-17, rel=0.02)


@PROPERTY
@given(st.floats(-300.0, 300.0))
def test_softplus_and_tanh_keep_the_digits_of_their_tails(z):
    e = Decimal(z).exp()
    assert activation("softplus")(z) == pytest.approx(float((1 + e).ln()), rel=1e-12, abs=0.0)
    assert activation("softplus").slope(z) == pytest.approx(float(e / (1 + e)), rel=1e-12, abs=0.0)
    assert activation("tanh").slope(z) == pytest.approx(float(4 / (e + 1 / e) ** 2), rel=1e-12, abs=0.0)


@PROPERTY
@given(st.lists(st.floats(-350.0, 350.0), min_size=2, max_size=3))
def test_softmax_keeps_the_digits_of_what_is_small(z):
    e = [Decimal(x).exp() for x in z]
    assert softmax(z) == pytest.approx(np.array([float(x / sum(e)) for x in e]), rel=1e-12, abs=0.0)


@PROPERTY
@given(st.sampled_from(sorted(ACTIVATIONS)), numbers)
def test_an_activation_of_any_number_is_a_number_or_says_that_it_is_too_large(name, z):
    act = ACTIVATIONS[name]
    assert np.isfinite(act(z)) or (name in ("exp", "squared_relu", "selu") and z > 1)
    assert np.isfinite(act.slope(z)) or (name == "exp" and z > 1)


@pytest.mark.parametrize("bias", [40.0, 100.0, 700.0])
def test_the_border_of_an_open_cell_keeps_its_digits(bias):
    """(1 - f)/(i o) with i = o = 1/2 and 1 - f = 1/(1 + e^b)."""
    assert explosion_borders(bias)[1] == pytest.approx(float(4 / (1 + Decimal(bias).exp())), rel=1e-12)


@PROPERTY
@given(numbers)
def test_one_update_of_adam_is_the_learning_rate_or_refused(g):
    """The first step is learning_rate g / (|g| + epsilon)."""
    try:
        theta, _ = adam([0.0], [g], no_moments([0.0]), learning_rate=0.5)
    except ValueError as refusal:
        assert "must not overflow" in str(refusal)  # noqa: PT017
        assert abs(g) > 1e150
        return
    wanted = -0.5 * g / (abs(g) + 1e-8)
    assert theta[0] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


MAY_LEAVE = {
    "memory.half_life": "inf: a gate of 1 keeps for ever",
    "fixed_points.bistable_interval": "NaN where there is no such b",
    "fixed_points.two_cycle_interval": "NaN where there is no such b",
    "scalar.orbit": "inf where the state overflows, which is what is shown",
    "scalar.orbit_gradients": "the same",
    "fixed_points.attractor": "inf where the orbit leaves for it",
    "fixed_points.long_run": "the same",
    "depth.layers_to_lose": "inf where nothing is lost",
    "training.losses": "NaN for a net that has diverged",
    "descent.wall_loss": "inf: a jump may land anywhere",
    "descent.wall_gradient": "the same",
    "descent.descend": "the same",
}
"""Functions whose docstring says when they return what is not finite."""


HOLDERS = ("train_holders", "holders", "is_trained", "late_shares", "kind")
UNMOVED = ("training.Training", *(f"training.{name}" for name in HOLDERS), "lstm.gradients", "lstm.secret")
"""Calls that are slow, or have no number of any size."""


SIZES = (-300, -160, -20, 20, 160, 299)


def moved(thing, exponents):
    """What is described, each array of real numbers times 10 to what exponents(size) says."""
    if isinstance(thing, Record):
        return thing.kind(**{name: moved(field, exponents) for name, field in thing.fields.items()})
    if isinstance(thing, Several):
        return thing.container(moved(member, exponents) for member in thing.members)
    if not isinstance(thing, Numbers) or thing.good is None:
        return thing.good
    good = np.asarray(thing.good, dtype=float)
    result = good * 10.0 ** np.reshape(exponents(good.size), good.shape).astype(float)
    return result if result.ndim else float(result)


def mixed(r):
    """For each array its entries as they are, all at one exponent, or each at one of its own."""

    def exponents(n):
        how = r.integers(4)
        return r.choice((0, *SIZES), n) if how > 1 else np.full(n, r.integers(-300, 300) if how else 0)

    return exponents


def calls_of_any_size(described, n):
    """Each argument at each of SIZES, each two at 10^160, whose product is no float, and n times all at random ones."""
    right = {argument: thing.good for argument, thing in described.items()}
    for size in SIZES:
        at_size = {a: moved(thing, lambda n, size=size: np.full(n, size)) for a, thing in described.items()}
        for some in combinations(described, min(2, len(described)) if size == 160 else 1):
            yield right | {argument: at_size[argument] for argument in some}
    for seed in range(n):
        yield {argument: moved(thing, mixed(rng(seed))) for argument, thing in described.items()}


def numbers_in(result):
    """Every array of floats in what came back."""
    if isinstance(result, float | np.ndarray):
        yield np.ravel(result).astype(complex).view(float)
    elif isinstance(result, list | tuple):
        for part in result:
            yield from numbers_in(part)


@pytest.mark.parametrize("key", [k for k in CALLS if not k.startswith(UNMOVED)])
def test_a_call_with_numbers_of_any_size_is_answered_in_numbers_or_refused(key, thorough):
    """Without a warning. A log may be -inf, an exact 0."""
    wrong = []
    for arguments in calls_of_any_size(CALLS[key](), 300 if thorough else 20):
        try:
            result = PUBLIC[key](**arguments)
            result = list(result) if inspect.isgenerator(result) else result
        except ValueError:
            continue
        except Exception as failure:
            wrong.append(f"{failure!r} of {arguments}")
        else:
            if key not in MAY_LEAVE and not all((numbers < np.inf).all() for numbers in numbers_in(result)):
                wrong.append(f"{result} of {arguments}")
    assert not wrong, "\n".join(wrong)


def test_a_product_of_which_too_little_is_left_is_refused_and_a_true_0_is_not():
    apart = [np.diag([1e300, 1e-300]), np.diag([1e-300, 1e300])]  # whose product is the identity
    with pytest.raises(ValueError, match="matrices must not shrink each other's entries"):
        product_norms(apart)
    assert np.isneginf(product_norms([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])])[-1])
    assert np.isneginf(product_norms([[[1.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [1.0, -1.0]]])[-1])  # they cancel


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("guard", [within_floats, logs_within_floats])
def test_one_bad_number_among_good_ones_of_a_result_is_refused(guard, where):
    result = np.zeros(3)
    result[where] = np.nan
    for some in (result, [1.0, result], Layer(np.zeros((1, 1)), result)):
        with pytest.raises(ValueError, match="must not overflow"):
            guard(lambda some=some: some)()
    assert guard(lambda: [1.0, np.zeros(3)])()[0] == 1.0


@pytest.mark.parametrize("where", [0, 1])
def test_one_gradient_of_a_parameter_beyond_the_floats_is_refused(where):
    net = RNN(W=np.zeros((2, 2)), U=np.ones((2, 1)), b=np.zeros(2), activation="identity")
    run = run_rnn(net, np.zeros(2), np.full((2, 1), 1e10))
    G = np.zeros((3, 2))
    G[2, where] = 1e300  # times the input of 1e10
    with pytest.raises(ValueError, match="the gradient must not overflow"):
        bptt(net, run, G)


def test_a_gradient_of_weights_beyond_the_floats_is_refused():
    layers = [Layer([[1.0]], "identity")]
    with pytest.raises(ValueError, match="must not overflow"):
        weight_gradients(layers, forward(layers, [1e200]), [[1e200]])
