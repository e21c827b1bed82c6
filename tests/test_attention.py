"""Attention and residual products against loops in plain numpy and central differences."""

from math import comb

import numpy as np
import pytest

from helpers.maths.attention import attention, attention_jacobians, causal_weights, residual_gains, rollout
from helpers.maths.gradcheck import central_difference


def layer(seed, n_tokens=5, m=4, d=3, p=2, size=1.0):
    rng = np.random.default_rng(seed)
    shapes = (d, m), (d, m), (p, m), (n_tokens, m)
    W_q, W_k, W_v, X = (rng.standard_normal(shape) for shape in shapes)
    return size * W_q, W_k, W_v, X


def token_by_token(W_q, W_k, W_v, X):
    """The outputs of a causal layer, one query after another."""
    Y = []
    for t in range(len(X)):
        scores = np.array([(W_q @ X[t]) @ (W_k @ X[k]) / np.sqrt(len(W_q)) for k in range(t + 1)])
        a = np.exp(scores) / np.exp(scores).sum()
        Y.append(sum(a[k] * (W_v @ X[k]) for k in range(t + 1)))
    return np.array(Y)


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_is_its_equation_token_by_token(seed):
    given = layer(seed)
    A, Y = attention(*given)
    assert pytest.approx(token_by_token(*given), abs=1e-13) == Y
    assert A.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-14)
    assert (np.triu(A, 1) == 0).all()


@pytest.mark.claim("D18: true of one layer")
@pytest.mark.parametrize("seed", range(3))
def test_the_jacobian_of_each_token_is_its_weight_times_what_knows_no_lag(seed):
    W_q, W_k, W_v, X = given = layer(seed)
    by_difference = central_difference(lambda X: token_by_token(W_q, W_k, W_v, X)[-1], X).transpose(1, 0, 2)
    assert attention_jacobians(*given) == pytest.approx(by_difference, abs=1e-10)


def heard(seed, n_tokens):
    """T times the norm of the gradient of each token but the last, of a layer at its start, in |W_v|."""
    rng = np.random.default_rng(seed)
    W_q, W_k, W_v = rng.standard_normal((3, 16, 16)) / 4
    X = rng.standard_normal((n_tokens, 16))
    J = attention_jacobians(W_q, W_k, W_v, X)[:-1]
    return n_tokens * np.linalg.norm(J, 2, axis=(1, 2)) / np.linalg.norm(W_v, 2)


@pytest.mark.claim("D18")
@pytest.mark.draws
def test_at_the_start_a_token_is_heard_by_one_in_t_at_every_lag(draws):
    for n_tokens in (20, 200):
        logs = np.log10([heard(seed, n_tokens) for seed in draws()])
        assert 0.8 < np.median(10**logs) < 2
        early, late = np.median(logs[:, : n_tokens // 2]), np.median(logs[:, n_tokens // 2 :])
        assert abs(early - late) < 0.15


# Softmax


def jacobian_norm(z):
    a = np.exp(z - z.max())
    a /= a.sum()
    return np.linalg.norm(np.diag(a) - np.outer(a, a), 2), a


@pytest.mark.claim("D19: false")
@pytest.mark.draws
def test_sharper_logits_first_hear_more_and_then_less(draws):
    """100 Gaussian logits of standard deviation s: medians of 90 draws."""
    norms = {}
    for s in (0.0, 4.0, 64.0):
        norms[s] = np.median([jacobian_norm(s * np.random.default_rng(k).standard_normal(100))[0] for k in draws(90)])
    assert norms[0.0] == pytest.approx(0.01, rel=1e-12)
    assert norms[4.0] > 0.15
    assert norms[64.0] < 1e-3


@pytest.mark.claim("D19")
def test_two_logits_far_apart_hear_next_to_nothing():
    for s, most in ((0.0, 0.5), (10.0, 1e-4), (20.0, 1e-8)):
        a = causal_weights([[0.0, 0.0], [0.0, s]])[1]
        assert 2 * a[0] * a[1] == pytest.approx(0.5 / np.cosh(s / 2) ** 2, rel=1e-9)
        assert 2 * a[0] * a[1] <= most


# Depth


@pytest.mark.claim("D20: false of uniform weights: it favours the early tokens")
def test_two_layers_of_uniform_weights_give_a_token_the_harmonic_share():
    T = 200
    uniform = causal_weights(np.zeros((T, T)))
    harmonic = np.append(0.0, np.cumsum(1 / np.arange(1, T + 1)))
    assert rollout([uniform] * 2) == pytest.approx((harmonic[T] - harmonic[:T]) / T, abs=1e-14)


@pytest.mark.claim("D20")
def test_depth_favours_the_first_token_and_with_a_residual_path_less():
    uniform = causal_weights(np.zeros((200, 200)))
    first = [rollout([uniform] * depth)[0] for depth in (1, 2, 4, 6, 12)]
    assert first[0] == pytest.approx(1 / 200)
    assert (np.diff(first) > 0).all()
    assert first[-1] > 0.9
    late = rollout([uniform] * 12)[100:].sum()
    assert late < 1e-9
    assert 0.3 < rollout([(np.eye(200) + uniform) / 2] * 12)[0] < 0.6


def test_a_rollout_is_the_last_row_of_the_product_with_the_first_layer_rightmost():
    A = causal_weights(np.random.default_rng(0).standard_normal((3, 6, 6)))
    assert rollout(A) == pytest.approx((A[2] @ A[1] @ A[0])[-1], abs=1e-14)


@pytest.mark.claim("D20")
@pytest.mark.parametrize(("tokens_back", "depth"), [(3, 1), (3, 2), (5, 3), (4, 4)])
def test_the_number_of_paths_is_a_binomial_coefficient(tokens_back, depth):
    ones = np.tri(tokens_back + 1)
    paths = np.linalg.matrix_power(ones, depth)[-1, 0]
    assert paths == comb(tokens_back + depth - 1, depth - 1)


# Residual products


def forward(norm, n, depth, eps, seed):
    """Return the blocks as functions of the state, with the random numbers in the order of the helper."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n)
    blocks = [eps * rng.standard_normal((n, n)) / np.sqrt(n) for _ in range(depth)]

    def normed(x):
        return x / np.sqrt(np.mean(x**2))

    def run(x):
        for B in blocks:
            x = {"none": lambda x, B=B: x + B @ x, "pre": lambda x, B=B: x + B @ normed(x)}.get(
                norm, lambda x, B=B: normed(x + B @ x)
            )(x)
        return x

    return run, normed(x)


@pytest.mark.parametrize("norm", ["none", "pre", "post"])
def test_the_gain_of_residual_blocks_is_that_of_central_differences(norm):
    run, x = forward(norm, 5, 4, 0.7, seed=3)
    J = central_difference(run, x)
    whole, identity, grown = residual_gains(norm, 5, 4, 0.7, np.random.default_rng(3))
    assert whole == pytest.approx(np.linalg.norm(J) / np.sqrt(5), rel=1e-9)
    assert grown == pytest.approx(np.sqrt(np.mean(run(x) ** 2)), rel=1e-12)
    assert norm == "post" or identity == 1.0


def gains(norm, eps, seeds, depth=100):
    return np.array([residual_gains(norm, 32, depth, eps, np.random.default_rng(seed)) for seed in seeds])


@pytest.mark.claim("D17: true under conditions")
@pytest.mark.draws
def test_random_blocks_need_steps_of_one_over_the_root_of_the_depth(draws):
    """(1 + ε²)^{L/2}; the spread of one draw is within a factor of 100, 2 and 1.1."""
    for eps, factor in ((1.0, 100.0), (0.1, 2.0), (0.01, 1.1)):
        whole = np.median(gains("none", eps, draws(9))[:, 0])
        wanted = (1 + eps**2) ** 50
        assert wanted / factor < whole < wanted * factor


@pytest.mark.claim("D17")
@pytest.mark.draws
def test_pre_norm_grows_as_its_stream_does_and_post_norm_loses_its_identity(draws):
    whole, _, grown = np.median(gains("pre", 1.0, draws(9)), axis=0)
    assert np.sqrt(101) / 2 < whole < 2 * np.sqrt(101)
    assert 0.5 < whole / grown < 2
    whole, identity, _ = gains("post", 1.0, draws()).T
    assert 0.1 < np.median(whole) < 3
    assert whole.max() > 10 * whole.min()
    assert (whole > 1e6 * identity).all()
    assert identity.max() < 1e-11
