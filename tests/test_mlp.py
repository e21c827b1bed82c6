"""Deep nets: values, Jacobians and gradients, against autograd, central differences and theory."""

import math
from functools import cache, reduce
from itertools import pairwise
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation
from helpers.maths.depth import rms_slope
from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.linear import gaussian, lyapunov_exponents
from helpers.maths.mlp import (
    Forward,
    Layer,
    WeightGradients,
    chain_product,
    factors,
    forward,
    log10_gradient_norms,
    neuron_gradient_log10_norms,
    random_net,
    reverse_accumulation,
    stepped,
    weight_gradients,
)
from helpers.maths.vector_activations import LAYERNORM_EPS, cross_entropy, l2_loss, softmax_cross_entropy
from tests.at_random import PROPERTY, SEEDS, rng

N_NETS = 120


def logistic(z):
    return 0.5 * (1 + anp.tanh(0.5 * z))


def softmax_in_autograd(z):
    e = anp.exp(z - anp.max(z, axis=0))
    return e / anp.sum(e, axis=0)


def layernorm_in_autograd(z):
    centred = z - anp.mean(z, axis=0)
    return centred / anp.sqrt(anp.mean(centred**2, axis=0) + LAYERNORM_EPS)


IN_AUTOGRAD = {
    "identity": lambda z: z,
    "sigmoid": logistic,
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "arctan": anp.arctan,
    "sin": anp.sin,
    "silu": lambda z: z * logistic(z),
    "gelu_tanh": lambda z: z * logistic(math.sqrt(8 / math.pi) * (z + 0.044715 * z**3)),
    "mish": lambda z: z * anp.tanh(anp.log(1 + anp.exp(z))),
    "lecun_tanh": lambda z: 1.7159 * anp.tanh(2 / 3 * z),
    "gaussian": lambda z: anp.exp(-(z**2)),
    "softmax": softmax_in_autograd,
    "layernorm": layernorm_in_autograd,
}
LOSSES = {
    "linear": lambda y, d: anp.sum(y * d),
    "l2": lambda y, d: 0.5 * anp.sum((y - d) ** 2),
    "cross entropy": lambda y, d: -anp.sum(d * anp.log(y)),
    "softmax and cross entropy": lambda z, d: -anp.sum(d * (z - anp.log(anp.sum(anp.exp(z), axis=0)))),
}
OURS = {"l2": l2_loss, "cross entropy": cross_entropy, "softmax and cross entropy": softmax_cross_entropy}


def loss_in_autograd(names, loss, weights, biases, additions, x, d):
    """The loss where additions[k] is added to h_k, so that its derivative by additions[k] is that by h_k."""
    h = x + additions[0]
    for k, name in enumerate(names):
        z = anp.dot(weights[k], h)
        h = IN_AUTOGRAD[name](z + (biases[k] if h.ndim == 1 else biases[k][:, None])) + additions[k + 1]
    return LOSSES[loss](h, d)


def gradient_rows(loss, y, d):
    return np.reshape(d, (len(d), -1)).T if loss == "linear" else OURS[loss](y, d).gradient


def draw_problem(seed):
    """A random net of depth 1 to 6 and widths 1 to 8 with a loss, or None where its gradient almost vanishes.

    There a relative comparison has no digits to compare. A layer of one unit has softmax = 1 and LayerNorm = 0, and
    LayerNorm of two units is a step: their derivatives, all but 0, have a test of their own.
    """
    r = rng(seed)
    depth = int(r.integers(1, 7))
    widths = r.integers(1, 9, depth + 1)
    loss = list(LOSSES)[seed % len(LOSSES)]
    batch = () if seed % 3 else (int(r.integers(1, 5)),)
    if loss in ("cross entropy", "softmax and cross entropy"):
        widths[-1] = max(widths[-1], 2)
    choice = [[name for name in IN_AUTOGRAD if n >= 3 or name not in ("softmax", "layernorm")] for n in widths[1:]]
    names = [str(r.choice(of_layer)) for of_layer in choice]
    if loss == "cross entropy":
        names[-1] = "softmax"
    layers = [
        Layer(1.2 * r.standard_normal((m, n)) / np.sqrt(n), f, 0.5 * r.standard_normal(m))
        for (n, m), f in zip(pairwise(widths), names, strict=True)
    ]
    x, d = r.standard_normal((widths[0], *batch)), r.standard_normal((widths[-1], *batch))
    if loss in ("cross entropy", "softmax and cross entropy"):
        d = softmax_in_autograd(d)
    run = forward(layers, x)
    dD_dy = gradient_rows(loss, run.H[-1], d)
    smallest = min(np.linalg.norm(row) for g in reverse_accumulation(layers, run, dD_dy) for row in g)
    narrow = [z.std(axis=0).min() for z, f in zip(run.Z, names, strict=True) if f == "layernorm"]
    if smallest < 1e-3 or min(narrow, default=1.0) < 0.3:
        return None
    return SimpleNamespace(layers=layers, names=names, loss=loss, x=x, d=d, run=run, dD_dy=dD_dy)


@pytest.fixture(scope="module")
def problems():
    """The first N_NETS problems, each with what autograd says of it."""
    found = []
    for seed in range(10 * N_NETS):
        p = draw_problem(seed)
        if p is None:
            continue
        weights, biases = [layer.W for layer in p.layers], [layer.b for layer in p.layers]
        additions = [np.zeros(h.shape) for h in p.run.H]

        def of_parameters(parameters, p=p):
            return loss_in_autograd(p.names, p.loss, *parameters, p.x, p.d)

        p.dW, p.db, p.dh = grad(of_parameters)((weights, biases, additions))
        found.append(p)
        if len(found) == N_NETS:
            break
    return found


def rows(dh):
    """Our layout of autograd's derivative by h, which has the shape of h: a row for each input."""
    return dh.reshape(len(dh), -1).T


def loss_of(p, y):
    """The loss of each column of y, the one target being used for all of them."""
    d = p.d.reshape(len(p.d), -1) if y.ndim == 2 else p.d
    if p.loss == "linear":
        return (y * d).sum(axis=0)
    return OURS[p.loss](y, np.broadcast_to(d, y.shape)).value


def state_transition(layers, x):
    """dh_N/dh_0, shape (n_N, n_0): the rows of the identity, each sent back from a copy of x."""
    n = len(layers[-1].W)
    return reverse_accumulation(layers, forward(layers, np.tile(x[:, None], n)), np.eye(n))[0]


def tied(W, f, depth, b=None):
    return [Layer(W, f, b)] * depth


def long_double_rows(layers, run, dD_dy):
    """g_N, ..., g_0 by plain products with a range of 1e-4900, and the rows before each W, for elementwise f."""
    g = np.asarray(dD_dy, dtype=np.longdouble)
    G, D = [g], []
    for (W, f, _), z in zip(reversed(layers), reversed(run.Z), strict=True):
        D.append(G[-1] * find_activation(f).derivative(z).reshape(len(z), -1).T.astype(np.longdouble))
        G.append(D[-1] @ np.asarray(W, dtype=np.longdouble))
    return G[::-1], D[::-1]


def log10_length(v):
    return np.log10(np.sqrt((v**2).sum(axis=-1))).astype(float)


long_double = pytest.mark.skipif(
    np.finfo(np.longdouble).minexp > -16000, reason="long double has no wider range on this machine"
)

# --- the random nets, against autograd and central differences ---


def test_the_random_nets_cover_what_they_are_meant_to(problems):
    assert len(problems) == N_NETS
    assert {len(p.layers) for p in problems} == set(range(1, 7))
    assert {len(h) for p in problems for h in p.run.H} == set(range(1, 9))
    assert {name for p in problems for name in p.names} == set(IN_AUTOGRAD)
    assert {(p.loss, p.x.ndim) for p in problems} == {(loss, ndim) for loss in LOSSES for ndim in (1, 2)}


@pytest.mark.claim("C16", "C17", "C19: a slip", "C22", "C43")
def test_the_row_at_every_layer_is_that_of_autograd(problems):
    for p in problems:
        for g, dh in zip(reverse_accumulation(p.layers, p.run, p.dD_dy), p.dh, strict=True):
            assert relative_error(g, rows(dh)) < 1e-8


@pytest.mark.claim("C13", "C16", "C22: garbled")
def test_the_product_of_the_factors_is_the_row_of_autograd_at_every_layer(problems):
    single = [p for p in problems if p.x.ndim == 1]
    assert len(single) > 60
    for p in single:
        for k, dh in enumerate(p.dh):
            assert relative_error(chain_product(p.layers, p.run, p.dD_dy, k), rows(dh)) < 1e-8


@pytest.mark.claim("C16", "C17: true")
def test_the_row_at_every_layer_is_the_central_difference(problems):
    """The columns of a batch are the points h_k + t e_j, so that one derivative by t holds all partial derivatives."""
    for p in [p for p in problems if p.x.ndim == 1]:
        G = reverse_accumulation(p.layers, p.run, p.dD_dy)
        for k, h in enumerate(p.run.H[:-1]):
            measured = central_difference(
                lambda t, p=p, k=k, h=h: loss_of(p, forward(p.layers[k:], h[:, None] + t * np.eye(len(h))).H[-1]), 0.0
            )
            assert relative_error(G[k][0], measured) < 1e-8


@pytest.mark.claim("C18", "C21: true")
def test_the_gradients_of_weights_and_biases_are_those_of_autograd_also_for_a_batch(problems):
    for p in problems:
        gradients = weight_gradients(p.layers, p.run, p.dD_dy)
        for ours, theirs in zip([*gradients.W, *gradients.b], [*p.dW, *p.db], strict=True):
            assert relative_error(ours, theirs) < 1e-8


@pytest.mark.claim("C18: true, and one factor short")
def test_the_gradients_of_weights_are_central_differences_along_a_random_direction(problems):
    r = rng(1)
    for p in problems[:60]:
        gradients = weight_gradients(p.layers, p.run, p.dD_dy)
        for k, (W, f, b) in enumerate(p.layers):
            V = r.standard_normal(W.shape) + gradients.W[k] / np.linalg.norm(gradients.W[k])

            def moved(t, p=p, k=k, W=W, V=V, f=f, b=b):
                layers = [*p.layers[:k], Layer(W + t * V, f, b), *p.layers[k + 1 :]]
                return np.sum(loss_of(p, forward(layers, p.x).H[-1]))

            allowed = 1e-8 * np.linalg.norm(gradients.W[k]) * np.linalg.norm(V)
            assert central_difference(moved, 0.0) == pytest.approx(np.sum(gradients.W[k] * V), abs=allowed)


@pytest.mark.claim("C43")
def test_at_the_output_the_row_of_softmax_with_cross_entropy_is_the_error(problems):
    """The gradient with respect to the logits, by way of the softmax layer and in one formula."""
    nets = [p for p in problems if p.loss == "cross entropy" and p.x.ndim == 1]
    assert len(nets) > 10
    for p in nets:
        logits = [*p.layers[:-1], p.layers[-1]._replace(activation="identity")]
        run = forward(logits, p.x)
        direct = softmax_cross_entropy(run.H[-1], p.d).gradient
        assert relative_error(weight_gradients(p.layers, p.run, p.dD_dy).b[-1], direct[0]) < 1e-12
        np.testing.assert_allclose(direct[0], p.run.H[-1] - p.d, atol=1e-15)


def test_layernorm_of_one_unit_passes_no_gradient_at_all():
    layers = [Layer([[2.0, 1.0]], "layernorm", [0.5]), Layer([[3.0]], "tanh")]
    run = forward(layers, [1.0, -4.0])
    assert run.H[1].tolist() == [0.0]
    assert reverse_accumulation(layers, run, [[1.0]])[0].tolist() == [[0.0, 0.0]]
    assert log10_gradient_norms(layers, run, [[1.0]])[0] == -np.inf


def test_layernorm_of_two_units_passes_almost_none():
    """Of two units only half their difference d counts, and d / sqrt(d^2 + eps) has the slope eps / s^3."""
    z = np.array([0.3, -0.1])
    s = np.sqrt(0.2**2 + LAYERNORM_EPS)
    layers = [Layer(np.eye(2), "layernorm")]
    row = reverse_accumulation(layers, forward(layers, z), [[1.0, 0.0]])[0]
    np.testing.assert_allclose(row, [[LAYERNORM_EPS / s**3 / 2, -LAYERNORM_EPS / s**3 / 2]], rtol=1e-9)


@pytest.mark.parametrize("z", [-1e-9, 0.0, 1e-9])
def test_at_the_kink_of_a_relu_the_gradient_is_that_from_the_left(z):
    layers = [Layer([[1.0]], "relu")]
    assert reverse_accumulation(layers, forward(layers, [z]), [[1.0]])[0].item() == (1.0 if z > 0 else 0.0)


# --- the shapes of the slides ---


@pytest.mark.claim("C10", "C11", "C12", "C15: a definition", "C20", "C21", "C42: true")
@PROPERTY
@given(st.lists(st.integers(1, 8), min_size=2, max_size=7), SEEDS)
def test_all_factors_are_matrices_whose_shapes_fit_but_the_first_which_is_one_row(widths, seed):
    r = rng(seed)
    layers = random_net(widths, "tanh", r)
    x, N = r.standard_normal(widths[0]), len(widths) - 1
    run = forward(layers, x)
    assert [h.shape for h in run.H] == [(n,) for n in widths]
    assert [z.shape for z in run.Z] == [(n,) for n in widths[1:]]
    assert [layer.W.shape for layer in layers] == list(zip(widths[1:], widths[:-1], strict=True))
    row = r.standard_normal((1, widths[-1]))
    for k in range(N + 1):
        chain = factors(layers, run, row, k)
        wanted = ["∇D"] + [label for i in range(N, k, -1) for label in (f"∇f_{i}", f"W_{i - 1}")]
        assert [factor.label for factor in chain] == wanted
        assert all(left.matrix.shape[1] == right.matrix.shape[0] for left, right in pairwise(chain))
        assert chain[0].matrix.shape == (1, widths[-1])
        assert chain_product(layers, run, row, k).shape == (1, widths[k])


@pytest.mark.claim("C10: a definition", "C11: a convention, shifted by one", "C21")
def test_the_net_written_out_by_hand_has_the_same_values():
    W0, W1, b0, b1 = np.array([[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]]), np.array([[2.0, -1.0, 1.0]]), np.ones(3), [0.25]
    x = np.array([0.3, -0.7])
    run = forward([Layer(W0, "tanh", b0), Layer(W1, "sigmoid", b1)], x)
    np.testing.assert_allclose(run.Z[0], [1.0 * 0.3 + 2.0 * 0.7 + 1, 0.5 * 0.3 - 3.0 * 0.7 + 1, -0.7 + 1], rtol=1e-15)
    np.testing.assert_allclose(run.H[1], np.tanh(run.Z[0]), rtol=1e-15)
    assert run.Z[1][0] == pytest.approx(2 * run.H[1][0] - run.H[1][1] + run.H[1][2] + 0.25, rel=1e-15)
    assert run.H[2][0] == pytest.approx(1 / (1 + np.exp(-run.Z[1][0])), rel=1e-15)


@pytest.mark.claim("C13: true", "C14: true")
def test_in_the_other_layout_every_factor_is_transposed_and_the_order_reversed():
    layers = random_net([4, 3, 5, 2], ["tanh", "softmax", "sigmoid"], rng())
    run, row = forward(layers, np.linspace(-1, 1, 4)), np.array([[0.3, -1.0]])
    column = reduce(np.matmul, [factor.matrix.T for factor in reversed(factors(layers, run, row))])
    assert column.shape == (4, 1)
    np.testing.assert_allclose(column.T, reverse_accumulation(layers, run, row)[0], rtol=1e-13)


@pytest.mark.claim("C24", "C25", "C26: true", "C27: true, with a slip in what follows")
def test_the_factor_of_an_activation_is_the_derivative_of_its_layer_by_its_argument_vector():
    layers = random_net([3, 4, 4, 4], ["tanh", "softmax", "layernorm"], rng(2))
    run = forward(layers, [0.5, -1.0, 0.2])
    matrix = {factor.label: factor.matrix for factor in factors(layers, run, np.ones((1, 4)))}
    for k, (_, f, _) in enumerate(layers):
        measured = central_difference(lambda z, f=f: forward([Layer(np.eye(4), f)], z).H[-1], run.Z[k])
        np.testing.assert_allclose(matrix[f"∇f_{k + 1}"], measured, atol=1e-10)
    assert np.count_nonzero(matrix["∇f_1"]) == 4
    assert np.count_nonzero(matrix["∇f_2"]) == np.count_nonzero(matrix["∇f_3"]) == 16


@pytest.mark.claim("C18")
def test_the_gradient_of_a_weight_takes_one_factor_more_than_the_row():
    """Without the factor nabla f_k the formula is that of a linear layer, and wrong by the slope."""
    layers = [Layer([[0.7]], "sigmoid"), Layer([[-1.3]], "tanh")]
    run = forward(layers, [2.0])
    g = reverse_accumulation(layers, run, [[1.0]])
    slope = run.H[1] * (1 - run.H[1])
    assert weight_gradients(layers, run, [[1.0]]).W[0].item() == pytest.approx((g[1] * slope * 2.0).item(), rel=1e-14)
    assert weight_gradients(layers, run, [[1.0]]).b[0].item() == pytest.approx((g[1] * slope).item(), rel=1e-14)


# --- the recurrent net is a net whose layers are equal ---


@pytest.mark.claim("C8", "C23: true", "C37")
def test_in_a_linear_net_the_row_is_a_matrix_power_where_tied_and_a_product_where_not():
    r, depth = rng(), 30
    row = r.standard_normal((1, 5))
    stack = [gaussian(5, 1.0, r) for _ in range(depth)]
    layers = [Layer(W, "identity") for W in stack]
    g = reverse_accumulation(layers, forward(layers, np.ones(5)), row)[0]
    np.testing.assert_allclose(g, row @ reduce(np.matmul, reversed(stack)), rtol=1e-10)
    layers = tied(stack[0], "identity", depth)
    g = reverse_accumulation(layers, forward(layers, np.ones(5)), row)[0]
    np.testing.assert_allclose(g, row @ np.linalg.matrix_power(stack[0], depth), rtol=1e-10)


@pytest.mark.claim("C8", "C37: true")
def test_the_gradient_of_a_tied_weight_is_the_sum_over_its_uses():
    W, b, x = gaussian(3, 1.2, rng(1)), np.array([0.1, -0.2, 0.3]), np.array([0.4, 0.0, -0.9])

    def last(W):
        h = x
        for _ in range(5):
            h = np.tanh(W @ h + b)
        return h[0]

    layers = tied(W, "tanh", 5, b)
    gradients = weight_gradients(layers, forward(layers, x), [[1.0, 0.0, 0.0]])
    assert relative_error(sum(gradients.W), central_difference(last, W)) < 1e-9


@pytest.mark.claim("C59", "C60")
@PROPERTY
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5), SEEDS)
def test_to_go_back_from_t_to_s_and_from_s_to_k_is_to_go_back_from_t_to_k(early, late, n, seed):
    r = rng(seed)
    layers, h = random_net([n] * (early + late + 1), "tanh", r, gain=1.5), r.standard_normal(n)
    middle = forward(layers[:early], h).H[-1]
    whole = state_transition(layers, h)
    np.testing.assert_allclose(
        state_transition(layers[early:], middle) @ state_transition(layers[:early], h),
        whole,
        atol=1e-12 * np.linalg.norm(whole),
    )


def recurrent(seed=3, n=4, steps=5):
    """An h = tanh(W h + b) run for some steps: W, the diagonal matrices D_1, ..., D_T, and dh_T/dh_0 as measured."""
    r = rng(seed)
    W, b, h0 = gaussian(n, 1.4, r), 0.3 * r.standard_normal(n), r.standard_normal(n)

    def last(h):
        for _ in range(steps):
            h = np.tanh(W @ h + b)
        return h

    layers = tied(W, "tanh", steps, b)
    run = forward(layers, h0)
    return W, [np.diag(1 - h**2) for h in run.H[1:]], central_difference(last, h0), layers, run


@pytest.mark.claim("C60", "C61", "C63", "C64")
@pytest.mark.parametrize("seed", range(5))
def test_one_of_four_orders_of_the_product_is_the_derivative(seed):
    W, D, measured, layers, run = recurrent(seed)
    candidates = {
        "D W, newest left": reduce(np.matmul, [D_k @ W for D_k in reversed(D)]),
        "D W, oldest left": reduce(np.matmul, [D_k @ W for D_k in D]),
        "W D, newest left": reduce(np.matmul, [W @ D_k for D_k in reversed(D)]),
        "W^T D, oldest left": reduce(np.matmul, [W.T @ D_k for D_k in D]),
    }
    agree = [name for name, product in candidates.items() if relative_error(product, measured) < 1e-8]
    assert agree == ["D W, newest left"]
    assert min(relative_error(candidates[name], measured) for name in candidates if name not in agree) > 0.01
    assert relative_error(state_transition(layers, run.H[0]), measured) < 1e-8


@pytest.mark.claim("C64: false as printed")
@pytest.mark.parametrize("seed", range(5))
def test_the_product_of_the_slide_is_the_transpose_where_its_w_is_in_entry_form(seed):
    """Its W11 holds the weight from j to rho in row j, so that it is W^T; then the oldest factor stands left."""
    W, D, measured, _, _ = recurrent(seed)
    W11 = W.T
    assert relative_error(reduce(np.matmul, [W11 @ D_k for D_k in D]), measured.T) < 1e-8
    for reading in (reduce(np.matmul, [W @ D_k for D_k in D]), reduce(np.matmul, [W @ D_k for D_k in reversed(D)])):
        assert relative_error(reading, measured) > 0.01
        assert relative_error(reading, measured.T) > 0.01


@pytest.mark.claim("C64")
def test_the_diagonal_matrix_as_printed_with_its_second_row_twice_fits_no_product():
    W, D, _, _, _ = recurrent()
    printed = np.insert(D[0], 1, D[0][1], axis=0)
    with pytest.raises(ValueError, match="mismatch"):
        W.T @ printed


@pytest.mark.claim("C61", "C62", "C63")
def test_entry_rho_j_of_one_step_is_the_slope_of_rho_times_the_weight_from_j_to_rho():
    W, D, _, layers, run = recurrent()
    one_step = state_transition(layers[:1], run.H[0])
    measured = central_difference(lambda h: np.tanh(W @ h + layers[0].b), run.H[0])
    for rho in range(4):
        for j in range(4):
            assert one_step[rho, j] == pytest.approx(D[0][rho, rho] * W[rho, j], rel=1e-13)
    np.testing.assert_allclose(one_step, measured, atol=1e-10)
    assert measured[-1, 0] != pytest.approx(measured[-1, -1], rel=0.1)  # what the slide prints in the last row


@pytest.mark.claim("C64")
def test_one_step_has_not_the_norm_of_the_two_factors_the_other_way_round():
    W, D, _, _, _ = recurrent()
    assert np.linalg.norm(D[0] @ W, 2) == pytest.approx(np.linalg.norm(W.T @ D[0], 2), rel=1e-13)
    assert np.linalg.norm(D[0] @ W, 2) != pytest.approx(np.linalg.norm(W @ D[0], 2), rel=0.01)


@pytest.mark.claim("C65: a slip")
def test_the_argument_of_neuron_i_sums_over_the_neurons_and_inputs_j():
    r = rng(5)
    W11, W1, b, h, x = (r.standard_normal(shape) for shape in ((3, 3), (2, 3), 3, 3, 2))
    entry_form = [sum(W11[j, i] * h[j] for j in range(3)) + sum(W1[j, i] * x[j] for j in range(2)) for i in range(3)]
    as_printed = [sum(W11[i, i] * h[j] for j in range(3)) + sum(W1[j, i] * x[j] for j in range(2)) for i in range(3)]
    z = forward([Layer(np.hstack([W11.T, W1.T]), "tanh", b)], np.hstack([h, x])).Z[0]
    np.testing.assert_allclose(z, entry_form + b, rtol=1e-13)
    assert relative_error(z, as_printed + b) > 0.1


# --- norms in logs ---


@PROPERTY
@given(st.lists(st.integers(1, 6), min_size=2, max_size=6), st.sampled_from(["tanh", "silu", "softmax"]), SEEDS)
def test_the_log_norms_are_the_logs_of_the_norms(widths, name, seed):
    r = rng(seed)
    layers = random_net(widths, name, r, gain=2.0)
    run, dD_dy = forward(layers, r.standard_normal((widths[0], 3))), r.standard_normal((3, widths[-1]))
    norms = [np.linalg.norm(g, axis=1) for g in reverse_accumulation(layers, run, dD_dy)]
    ours = 10.0 ** log10_gradient_norms(layers, run, dD_dy)
    # softmax of one unit has the derivative 0, of which rounding leaves about 1e-16
    np.testing.assert_allclose(ours, norms, rtol=1e-10, atol=1e-14)


@PROPERTY
@given(st.lists(st.integers(1, 6), min_size=2, max_size=6), st.sampled_from(["tanh", "silu"]), st.integers(1, 3), SEEDS)
def test_the_log_norm_of_a_neuron_is_the_log_of_its_row_of_the_weight_gradient(widths, name, batch, seed):
    r = rng(seed)
    layers = random_net(widths, name, r, gain=2.0)
    run, dD_dy = forward(layers, r.standard_normal((widths[0], batch))), r.standard_normal((batch, widths[-1]))
    gradients = weight_gradients(layers, run, dD_dy).W
    for logs, dW in zip(neuron_gradient_log10_norms(layers, run, dD_dy), gradients, strict=True):
        np.testing.assert_allclose(10.0**logs, np.linalg.norm(dW, axis=1), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(("a", "norm"), [(1e-3, -600.0), (1e3, 600.0)])
def test_two_hundred_layers_of_a_times_the_identity_have_the_norm_a_to_the_200(a, norm):
    layers = tied(a * np.eye(3), "identity", 200)
    run = Forward([np.ones(3)] * 201, [np.zeros(3)] * 200)  # the slope of the identity is 1 wherever it is
    logs = log10_gradient_norms(layers, run, [[0.6, 0.0, 0.8]])
    np.testing.assert_allclose(logs, norm * np.arange(200, -1, -1) / 200, atol=1e-10)


def test_two_hundred_layers_of_one_sigmoid_have_the_sum_of_the_logs_of_their_factors():
    layers = tied([[0.02]], "sigmoid", 200)
    run = forward(layers, [0.5])
    terms = [math.log10(0.02 * h.item() * (1 - h.item())) for h in run.H[1:]]
    assert math.fsum(terms) < -400
    assert log10_gradient_norms(layers, run, [[1.0]])[0] == pytest.approx(math.fsum(terms), rel=1e-12)
    with_h = math.fsum(terms) - math.log10(0.02) + math.log10(0.5)
    assert neuron_gradient_log10_norms(layers, run, [[1.0]])[0][0] == pytest.approx(with_h, rel=1e-12)


@long_double
def test_where_the_floats_end_the_log_norms_are_those_of_a_type_of_wider_range():
    r = rng()
    layers = random_net([7] * 201, "sigmoid", r, gain=0.02)
    run, dD_dy = forward(layers, r.standard_normal((7, 3))), r.standard_normal((3, 7))
    G, D = long_double_rows(layers, run, dD_dy)
    logs = log10_gradient_norms(layers, run, dD_dy)
    assert logs[0].max() < -400
    np.testing.assert_allclose(logs, [log10_length(g) for g in G], rtol=1e-12)
    neurons = neuron_gradient_log10_norms(layers, run, dD_dy)
    for k in range(200):
        np.testing.assert_allclose(neurons[k], log10_length(D[k].T @ run.H[k].T), rtol=1e-9)


def test_a_dead_relu_has_the_log_norm_minus_infinity_and_its_neighbour_has_not():
    layers = [Layer(np.eye(2), "relu"), Layer([[1.0, 1.0]], "identity")]
    run = forward(layers, [-1.0, 2.0])
    assert neuron_gradient_log10_norms(layers, run, [[1.0]])[0].tolist() == [-np.inf, pytest.approx(np.log10(5) / 2)]
    dead = forward(layers, [-1.0, -2.0])
    assert log10_gradient_norms(layers, dead, [[1.0]])[0] == -np.inf
    assert neuron_gradient_log10_norms(layers, dead, [[1.0]])[0].tolist() == [-np.inf, -np.inf]


# --- depth ---


def mean_field_rate(name, gain):
    """log10 of gain sqrt(E f'(z)^2) for z ~ N(0, q) at the fixed q = gain^2 E f(z)^2: the factor of a wide layer."""
    z, weight = np.polynomial.hermite_e.hermegauss(200)
    q = 1.0
    for _ in range(500):
        q = gain**2 * np.sum(weight * find_activation(name)(np.sqrt(q) * z) ** 2) / np.sqrt(2 * np.pi)
    return np.log10(gain * rms_slope(name, q))


@cache
def norms_by_layers_passed(name, gain, seed, width=200, depth=51):
    r = rng(seed)
    layers = random_net([width] * (depth + 1), name, r, gain=gain)
    row = r.standard_normal((1, width))
    run = forward(layers, r.standard_normal(width))
    return log10_gradient_norms(layers, run, row / np.linalg.norm(row))[::-1]


@pytest.mark.claim("C9", "C45", "C47")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "gain"), [("sigmoid", 1.0), ("sigmoid", 4.0), ("tanh", 2.0), ("tanh", 3.0)])
def test_the_gradient_changes_by_one_factor_a_layer_that_of_the_mean_square_slope(name, gain, seed):
    logs = norms_by_layers_passed(name, gain, seed)
    measured = (logs[50] - logs[10]) / 40
    # 200 units: the log of a row's length fluctuates by about 0.05 a layer, its sum over 40 by some tenths
    assert measured == pytest.approx(mean_field_rate(name, gain), abs=0.02)
    assert np.abs(logs[10:51] - np.linspace(logs[10], logs[50], 41)).max() < 0.6


@pytest.mark.claim("C9", "C45", "C47")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "gain", "passed", "norm"),
    [
        ("sigmoid", 1.0, 1, 2.3e-1),
        ("sigmoid", 1.0, 5, 7.1e-4),
        ("sigmoid", 1.0, 10, 5.7e-7),
        ("sigmoid", 1.0, 20, 2.8e-13),
        ("sigmoid", 1.0, 50, 3.5e-32),
        ("sigmoid", 4.0, 50, 6.6e-11),
        ("tanh", 1.0, 50, 0.10),
        ("tanh", 2.0, 50, 1.6e3),
        ("tanh", 3.0, 50, 2.3e6),
        ("relu", 1.0, 50, 2.6e-8),
        ("relu", np.sqrt(2.0), 50, 0.87),
        ("relu", 2.0, 50, 2.9e7),
    ],
)
def test_the_gradient_of_a_random_net_has_the_order_of_magnitude_that_the_ledger_gives(name, gain, passed, norm, seed):
    assert norms_by_layers_passed(name, gain, seed)[passed] == pytest.approx(np.log10(norm), abs=0.7)


@pytest.mark.claim("C9")
@pytest.mark.parametrize("gain", [1.0, np.sqrt(2.0), 2.0])
def test_a_relu_layer_halves_the_square_of_a_row_so_that_he_weights_keep_it(gain):
    rates = [norms_by_layers_passed("relu", gain, seed)[50] / 50 for seed in range(5)]
    assert np.mean(rates) == pytest.approx(np.log10(gain) - 0.5 * np.log10(2.0), abs=0.01)


@pytest.mark.claim("C47")
def test_at_criticality_the_gradient_falls_by_a_power_of_the_depth_not_exponentially():
    """A chain of tanh with weight 1: h_t is near sqrt(3 / 2t), and the product of 1 - h^2 falls like t^(-3/2)."""
    logs = {t: log10_gradient_norms(chain, forward(chain, [1.0]), [[1.0]])[0] for t, chain in chains(100, 1000)}
    assert logs[1000] - logs[100] == pytest.approx(-1.5, abs=0.02)


def chains(*depths):
    return [(depth, tied([[1.0]], "tanh", depth)) for depth in depths]


@pytest.mark.claim("C38", "C47")
@pytest.mark.parametrize("gain", [0.8, 2.0])
def test_the_rate_with_depth_is_the_lyapunov_exponent_of_the_jacobians(gain):
    r, n, depth = rng(4), 6, 2000
    layers = random_net([n] * (depth + 1), "tanh", r, gain=gain)
    run = forward(layers, r.standard_normal(n))
    J = np.array([(1 - h**2)[:, None] * layer.W for layer, h in zip(layers, run.H[1:], strict=True)])
    rate = log10_gradient_norms(layers, run, r.standard_normal((1, n)))[0] * np.log(10) / depth
    assert rate == pytest.approx(lyapunov_exponents(J, 1)[0], abs=5 / depth)  # a start of some units of ln


@pytest.mark.claim("C45", "C46")
def test_where_the_gradient_vanishes_a_step_leaves_the_first_layer_as_it_was_to_the_last_bit():
    r = rng()
    layers = random_net([20] * 41, "sigmoid", r)
    run = forward(layers, r.standard_normal(20))
    after = stepped(layers, weight_gradients(layers, run, l2_loss(run.H[-1], np.zeros(20)).gradient), 0.1)
    np.testing.assert_array_equal(after[0].W, layers[0].W)
    assert relative_error(after[-1].W, layers[-1].W) > 1e-3


@pytest.mark.claim("C45", "C46")
def test_where_the_gradient_explodes_the_same_step_throws_the_first_layer_far_away():
    r = rng()
    layers = random_net([50] * 41, "tanh", r, gain=3.0)
    run = forward(layers, r.standard_normal(50))
    after = stepped(layers, weight_gradients(layers, run, l2_loss(run.H[-1], np.zeros(50)).gradient), 0.1)
    assert np.linalg.norm(after[0].W - layers[0].W) > 100 * np.linalg.norm(layers[0].W)
    assert np.linalg.norm(after[-1].W - layers[-1].W) < np.linalg.norm(layers[-1].W)


# --- batches, random nets, steps ---


@PROPERTY
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 4), SEEDS)
def test_a_batch_is_its_columns_one_by_one_and_their_gradients_are_summed(widths, B, seed):
    r = rng(seed)
    names = list(r.choice(["tanh", "softmax", "layernorm", "relu"], len(widths) - 1))
    layers = random_net(widths, [str(name) for name in names], r)
    X, dD_dy = r.standard_normal((widths[0], B)), r.standard_normal((B, widths[-1]))
    run = forward(layers, X)
    G, total = reverse_accumulation(layers, run, dD_dy), weight_gradients(layers, run, dD_dy)
    alone = [forward(layers, x) for x in X.T]
    for k in range(len(widths)):
        np.testing.assert_allclose(run.H[k], np.stack([one.H[k] for one in alone], axis=1), atol=1e-13)
        each = [reverse_accumulation(layers, one, dD_dy[[i]])[k][0] for i, one in enumerate(alone)]
        np.testing.assert_allclose(G[k], each, atol=1e-11 * max(1.0, np.abs(each).max()))
    sums = [weight_gradients(layers, one, dD_dy[[i]]) for i, one in enumerate(alone)]
    for k in range(len(layers)):
        dW, db = sum(one.W[k] for one in sums), sum(one.b[k] for one in sums)
        np.testing.assert_allclose(total.W[k], dW, atol=1e-11 * max(1.0, np.abs(dW).max()))
        np.testing.assert_allclose(total.b[k], db, atol=1e-11 * max(1.0, np.abs(db).max()))


@PROPERTY
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.floats(-3, 3), SEEDS)
def test_the_rows_are_linear_in_the_row_at_the_output(widths, a, seed):
    r = rng(seed)
    layers = random_net(widths, "sigmoid", r)
    run, u, v = forward(layers, r.standard_normal(widths[0])), *r.standard_normal((2, 1, widths[-1]))
    U, V, both = (reverse_accumulation(layers, run, row)[0] for row in (u, v, a * u + v))
    np.testing.assert_allclose(both, a * U + V, atol=1e-14)


def test_a_random_net_has_a_layer_for_each_pair_of_widths_and_no_biases():
    layers = random_net([3, 5, 2], ["relu", "softmax"], rng(), scheme="he")
    assert [(layer.W.shape, layer.activation, layer.b.tolist()) for layer in layers] == [
        ((5, 3), "relu", [0.0] * 5),
        ((2, 5), "softmax", [0.0] * 2),
    ]


def test_a_full_step_down_a_parabola_reaches_its_bottom():
    """For y = W x + b and |y - d|^2 / 2 a step of 1 / (|x|^2 + 1) makes the error 0."""
    x, d = np.array([1.0, -2.0]), np.array([3.0, 0.5, -1.0])
    layers = [Layer(gaussian(3, 1.0, rng())[:, :2], "identity")]
    run = forward(layers, x)
    after = stepped(layers, weight_gradients(layers, run, l2_loss(run.H[-1], d).gradient), 1 / (x @ x + 1))
    np.testing.assert_allclose(forward(after, x).H[-1], d, rtol=1e-13)


def test_nothing_that_is_given_is_changed():
    W, b, x = np.ones((2, 2)), np.ones(2), np.ones(2)
    layers = [Layer(W, "tanh", b)]
    stepped(layers, weight_gradients(layers, forward(layers, x), [[1.0, 2.0]]), 0.5)
    assert W.tolist() == [[1.0, 1.0]] * 2
    assert b.tolist() == x.tolist() == [1.0, 1.0]


# --- bad input ---

TWO = [Layer(np.ones((3, 2)), "tanh"), Layer(np.ones((1, 3)), "identity")]
RUN = forward(TWO, [1.0, 2.0])


@pytest.mark.parametrize(
    ("layers", "x", "message"),
    [
        ([], [1.0], "layers must hold at least one Layer, got none"),
        ([np.ones((2, 2))], [1.0], "layers must be a list of Layer, got array"),
        ([Layer(np.ones(2), "tanh")], [1.0], r"W_0 must be of shape \(n_1, n_0\), got \(2,\)"),
        ([Layer(np.ones((2, 0)), "tanh")], [1.0], r"W_0 must be of shape \(n_1, n_0\), got \(2, 0\)"),
        ([Layer([[np.nan]], "tanh")], [1.0], "W_0 must not hold NaN"),
        ([Layer([["1"]], "tanh")], [1.0], "W_0 must hold real numbers"),
        ([TWO[0], Layer(np.ones((1, 2)), "tanh")], [1.0, 1.0], r"W_1 must be of shape \(n, 3\), got \(1, 2\)"),
        ([Layer([[1.0]], "tahn")], [1.0], "activation must be one of .*softmax, layernorm, got 'tahn'"),
        ([Layer([[1.0]], None)], [1.0], "activation must be one of .*got None"),
        ([Layer([[1.0]], "tanh", [1.0, 2.0])], [1.0], r"b_0 must be of shape \(1,\), got \(2,\)"),
        ([Layer([[1.0]], "tanh", [np.inf])], [1.0], "b_0 must be finite"),
        (TWO, [1.0], r"x must have 2 rows, as W_0 has columns, got shape \(1,\)"),
        (TWO, 1.0, r"x must have 2 rows, as W_0 has columns, got shape \(\)"),
        (TWO, np.ones((2, 0)), r"x must have 2 rows, as W_0 has columns, got shape \(2, 0\)"),
        (TWO, np.ones((2, 1, 1)), r"x must have 2 rows, as W_0 has columns, got shape \(2, 1, 1\)"),
        (TWO, [1.0, np.nan], "x must not hold NaN"),
        ([Layer([[1e200]], "identity")] * 2, [1e200], "z_1 must not overflow"),
        ([Layer([[1.0]], "exp")], [1000.0], "h_1 must not overflow"),
        ([Layer(np.eye(2), "layernorm")], [1e308, -1e308], "z must be less than 1e308 apart"),
    ],
)
def test_a_bad_net_or_input_is_refused(layers, x, message):
    with pytest.raises(ValueError, match=message):
        forward(layers, x)


@pytest.mark.parametrize(
    "function",
    [reverse_accumulation, weight_gradients, log10_gradient_norms, neuron_gradient_log10_norms, factors],
)
@pytest.mark.parametrize(
    ("run", "dD_dy", "message"),
    [
        (RUN, [1.0], r"dD_dy must be of shape \(1, 1\), a row for each input, got \(1,\)"),
        (RUN, [[1.0, 2.0]], r"dD_dy must be of shape \(1, 1\), a row for each input, got \(1, 2\)"),
        (RUN, [[np.nan]], "dD_dy must not hold NaN"),
        (
            forward(TWO, np.ones((2, 4))),
            [[1.0]],
            r"dD_dy must be of shape \(4, 1\), a row for each input, got \(1, 1\)",
        ),
        (forward(TWO[:1], [1.0, 2.0]), [[1.0]], r"run must be the Forward of these layers, of widths \[2, 3, 1\]"),
        (None, [[1.0]], "run must be the Forward of these layers.*got None"),
    ],
)
def test_a_row_or_a_run_that_does_not_fit_is_refused(function, run, dD_dy, message):
    with pytest.raises(ValueError, match=message):
        function(TWO, run, dD_dy)


EXPLODING = tied([[1e200]], "identity", 2)
STILL = Forward([np.zeros(1)] * 3, [np.zeros(1)] * 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: factors(TWO, forward(TWO, np.ones((2, 1))), [[1.0]]),
            r"one x of shape \(n_0,\), got a batch \(2, 1\)",
        ),
        (lambda: chain_product(TWO, RUN, [[1.0]], k=3), "k must be from 0 to 2, got 3"),
        (lambda: chain_product(TWO, RUN, [[1.0]], k=-1), "k must be from 0 to 2, got -1"),
        (lambda: chain_product(TWO, RUN, [[1.0]], k=1.0), "k must be a whole number, got 1.0"),
        (lambda: reverse_accumulation(EXPLODING, STILL, [[1.0]]), "a gradient must not overflow"),
        (lambda: random_net([2, 2], ["tanh", "tanh"], rng()), r"one name or 1, one for each layer, got \['tanh', 'ta"),
        (lambda: random_net([2, 2], "tahn", rng()), "each of activations must be one of .*got 'tahn'"),
        (lambda: stepped(TWO, weight_gradients(TWO, RUN, [[1.0]]), -1.0), "learning_rate must be at least 0.0, got -1"),
        (lambda: stepped(TWO, WeightGradients([np.ones((2, 2))], [np.ones(2)]), 1.0), r"got \[\(2, 2\)\]"),
    ],
)
def test_a_bad_call_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_leaves_the_floats_as_a_number_is_kept_as_a_log():
    np.testing.assert_allclose(log10_gradient_norms(EXPLODING, STILL, [[1.0]]), [400.0, 200.0, 0.0], rtol=1e-14)
