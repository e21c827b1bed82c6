"""minGRU, scans and the sLSTM against loops in plain numpy, central differences, and decimals."""

from decimal import Decimal, localcontext
from functools import reduce

import numpy as np
import pytest

from helpers.experiments.cells import reported
from helpers.maths.gradcheck import central_difference
from helpers.maths.lstm import lstm_jacobians, lstm_run, random_lstm
from helpers.maths.memory import gated_gradient, gated_memory, log_scan, min_gru, scan, slstm, slstm_shares
from helpers.maths.tasks import wilson_interval


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def min_gru_loop(U, b, X, h0):
    n = len(b) // 2
    H = [np.zeros(n) + h0]
    for x in X:
        z, q = sigmoid(U[:n] @ x + b[:n]), U[n:] @ x + b[n:]
        H.append((1 - z) * H[-1] + z * q)
    return np.array(H)


def a_min_gru(seed, n=3, m=2, n_steps=6):
    rng = np.random.default_rng(seed)
    shapes = (2 * n, m), (2 * n,), (n_steps, m), (n,)
    return tuple(rng.standard_normal(shape) for shape in shapes)


# minGRU


def test_a_min_gru_runs_as_its_equations_say():
    net = a_min_gru(0)
    H, keep, _ = min_gru(*net)
    assert pytest.approx(min_gru_loop(*net), abs=1e-13) == H
    assert keep == pytest.approx(1 - sigmoid(net[2] @ net[0][:3].T + net[1][:3]), abs=1e-14)


@pytest.mark.claim("D9: true, exactly, of each layer")
@pytest.mark.draws
def test_the_whole_gradient_of_a_min_gru_is_the_product_of_its_gates(draws):
    for seed in draws():
        U, b, X, h0 = a_min_gru(seed, n_steps=20)
        whole = central_difference(lambda h, U=U, b=b, X=X: min_gru_loop(U, b, X, h)[-1], h0)
        assert whole == pytest.approx(np.diag(min_gru(U, b, X, h0)[1].prod(axis=0)), abs=1e-10)


@pytest.mark.claim("D9")
def test_in_a_stack_an_upper_gate_that_reads_the_lower_state_is_another_path():
    U, b, X, h0 = a_min_gru(0, n_steps=10)
    upper, bias, _, _ = a_min_gru(1, m=3)

    def both(h):
        lower = min_gru_loop(U, b, X, h[:3])
        return np.concatenate([lower[-1], min_gru_loop(upper, bias, lower[1:], h[3:])[-1]])

    J = central_difference(both, np.concatenate([h0, h0]))
    lower = min_gru(U, b, X, h0)[0][1:]
    assert J[:3, 3:] == pytest.approx(np.zeros((3, 3)), abs=1e-11)
    assert J[3:, 3:] == pytest.approx(np.diag(min_gru(upper, bias, lower, h0)[1].prod(axis=0)), abs=1e-10)
    assert np.abs(J[3:, :3]).max() > 1e-3


@pytest.mark.draws
def test_gates_that_keep_by_a_bias_of_three_keep_less_over_200_steps_than_the_disc_in_most_draws(draws):
    kept = {3.0: [], 8.0: []}
    for seed in draws():
        rng = np.random.default_rng(seed)
        U, X = rng.standard_normal((32, 4)) / 2, rng.standard_normal((199, 4))
        for bias, norms in kept.items():
            keep = min_gru(U, np.repeat([-bias, 0.0], 16), X)[1]
            norms.append(keep.prod(axis=0).max())
    disc = 200**-0.5
    assert np.mean(np.array(kept[3.0]) < disc) > 0.9
    assert np.mean(np.array(kept[8.0]) > disc) > 0.9


@pytest.mark.claim("D9")
def test_the_way_back_of_a_min_gru_is_one_product_of_its_later_gates():
    """As notebook 11 trains it: the loss is a random row times the last state."""
    U, b, X, _ = a_min_gru(3, n_steps=12)
    row = np.random.default_rng(3).standard_normal(3)
    H, keep, Q = min_gru(U, b, X)
    dh = row * np.cumprod(keep[::-1], axis=0)[::-1] / keep
    dA = np.concatenate([dh * (Q - H[:-1]) * (1 - keep) * keep, dh * (1 - keep)], axis=1)
    by_U = central_difference(lambda U: row @ min_gru_loop(U, b, X, 0.0)[-1], U)
    by_b = central_difference(lambda b: row @ min_gru_loop(U, b, X, 0.0)[-1], b)
    assert pytest.approx(by_U, abs=1e-10) == dA.T @ X
    assert dA.sum(axis=0) == pytest.approx(by_b, abs=1e-10)


@pytest.mark.claim("D10: true")
@pytest.mark.claim("C85")
def test_the_wish_of_the_lecture_is_a_min_gru():
    U, b, X, _ = a_min_gru(1, n_steps=30)
    H, keep, Q = min_gru(U, b, X)
    sums = [sum(keep[k + 1 : t].prod(axis=0) * (1 - keep[k]) * Q[k] for k in range(t)) for t in range(1, 31)]
    assert H[1:] == pytest.approx(np.array(sums), abs=1e-13)
    shares = [keep[k + 1 :].prod(axis=0) * (1 - keep[k]) for k in range(30)]
    assert sum(shares) == pytest.approx(1 - keep.prod(axis=0), abs=1e-13)
    assert 10 ** gated_gradient(keep)[-1] == pytest.approx(keep.prod(axis=0), rel=1e-12)


@pytest.mark.claim("D11: false of one state per channel")
@pytest.mark.parametrize("u", [-30.0, -2.0, 0.0, 1.0, 20.0])
def test_the_smallest_mamba_is_a_gate(u):
    """h' = -h + x held for the time softplus(u): e^{-softplus(u)} = 1 - σ(u), by decimals; the rest is written."""
    with localcontext() as digits:
        digits.prec = 50
        held_for = (1 + Decimal(u).exp()).ln()
        kept, gate = float((-held_for).exp()), float(1 / (1 + (-Decimal(u)).exp()))
    H, _, _ = min_gru([[0.0], [1.0]], [u, 0.0], [[3.0]], h0=2.0)
    assert kept == pytest.approx(1 - gate, rel=1e-12, abs=1e-15)
    assert H[1, 0] == pytest.approx(kept * 2.0 + (1 - kept) * 3.0, rel=1e-12)


@pytest.mark.claim("D13: true of positive gates without a bound on the length")
@pytest.mark.draws
def test_under_a_constant_input_no_cell_of_a_min_gru_turns_round(draws):
    for seed in draws():
        U, b, X, h0 = a_min_gru(seed)
        moves = np.diff(min_gru(U, b, np.tile(X[:1], (50, 1)), h0)[0], axis=0)
        assert ((moves >= -1e-15).all(axis=0) | (moves <= 1e-15).all(axis=0)).all()


@pytest.mark.claim("D13")
def test_a_gate_of_minus_one_keeps_the_parity():
    for n_ones in range(8):
        gates = np.array([1.0] + [-1.0] * n_ones)  # the first step writes 1, each 1 that is read turns it round
        writes = np.zeros(n_ones + 1)
        writes[0] = 1.0
        assert scan(gates, writes)[-1] == (1.0 if n_ones % 2 == 0 else -1.0)


# Scans


@pytest.mark.claim("D12: true of the rounds, false of the work")
@pytest.mark.parametrize(("n_steps", "rounds"), [(1, 0), (2, 1), (50, 6), (200, 8), (1000, 10)])
def test_a_scan_is_the_loop_in_few_rounds(n_steps, rounds):
    rng = np.random.default_rng(n_steps)
    gates, writes = sigmoid(rng.standard_normal((n_steps, 16)) + 1), rng.standard_normal((n_steps, 16))
    assert scan(gates, writes) == pytest.approx(gated_memory(gates, writes)[1:], abs=1e-12)
    assert (n_steps - 1).bit_length() == rounds


@pytest.mark.claim("D12")
def test_in_logs_a_scan_holds_where_products_in_single_precision_are_zero():
    rng = np.random.default_rng(0)
    gates, writes = sigmoid(rng.standard_normal((1000, 16)) + 1), rng.uniform(0.1, 1.0, (1000, 16))
    assert (np.cumprod(gates.astype(np.float32), axis=0)[-1] == 0).all()
    wanted = np.log(gated_memory(gates, writes)[1:])
    assert log_scan(np.log(gates), np.log(writes)) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_a_scan_writes_on_none_of_its_arguments():
    gates, writes = np.full(4, 0.5), np.ones(4)
    scan(gates, writes)
    assert (gates == 0.5).all()
    assert (writes == 1).all()


# sLSTM


def plain(log_i, log_f, Z):
    """c/n of every step, without a stabiliser."""
    c = n = np.zeros(Z.shape[1:])
    held = []
    for i, f, z in zip(np.exp(log_i), np.exp(log_f), Z, strict=True):
        c, n = f * c + i * z, f * n + i
        held.append(c / n)
    return np.array(held)


def arguments(seed, n_steps=30, size=2.0):
    rng = np.random.default_rng(seed)
    log_i, log_f, Z = rng.standard_normal((3, n_steps, 4))
    return size * log_i, -np.logaddexp(0, -size * log_f), np.tanh(Z)


@pytest.mark.claim("D15: false with the stabiliser")
@pytest.mark.parametrize("seed", range(3))
def test_the_stabiliser_changes_no_number_and_one_of_its_factors_is_one(seed):
    given = arguments(seed)
    held, keep, write = slstm(*given)
    assert held == pytest.approx(plain(*given), abs=1e-13)
    assert (np.maximum(keep, write) == 1.0).all()


@pytest.mark.claim("D15")
def test_where_the_plain_gate_is_no_number_the_stabilised_one_is_the_new_write():
    log_i, log_f, Z = arguments(0)
    log_i[-1] = 800.0
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(plain(log_i, log_f, Z)[-1]).all()
    assert slstm(log_i, log_f, Z)[0][-1] == pytest.approx(Z[-1], abs=1e-15)


@pytest.mark.claim("D16: true where no gate reads the state")
@pytest.mark.parametrize("seed", range(3))
def test_what_an_slstm_holds_is_a_softmax_over_the_past_and_its_gradient_a_share(seed):
    log_i, log_f, Z = arguments(seed, n_steps=12)
    shares = slstm_shares(log_i, log_f)
    logits = np.array([log_i[k] + log_f[k + 1 :].sum(axis=0) for k in range(len(Z))])
    assert shares == pytest.approx(np.exp(logits) / np.exp(logits).sum(axis=0), abs=1e-13)
    assert (shares * Z).sum(axis=0) == pytest.approx(plain(log_i, log_f, Z)[-1], abs=1e-13)
    by_Z = central_difference(lambda Z: slstm(log_i, log_f, Z)[0][-1], Z)
    by_i = central_difference(lambda log_i: slstm(log_i, log_f, Z)[0][-1], log_i)
    held = slstm(log_i, log_f, Z)[0][-1]
    for j in range(4):
        assert by_Z[j, :, j] == pytest.approx(shares[:, j], abs=1e-10)
        assert by_i[j, :, j] == pytest.approx((shares * (Z - held))[:, j], abs=1e-10)


@pytest.mark.claim("D16")
def test_with_open_gates_each_of_t_writes_has_the_share_of_one_in_t():
    assert slstm_shares(np.zeros((50, 1)), np.zeros((50, 1))) == pytest.approx(1 / 50, rel=1e-12)
    log_i = np.zeros((101, 1))
    log_i[-1] = np.log(9900.0)
    assert slstm_shares(log_i, np.zeros((101, 1)))[-1] == pytest.approx(0.99, rel=1e-12)


# The write of an LSTM


@pytest.mark.claim("D14")
def test_in_the_table_lstms_with_the_same_forget_gate_learn_only_where_their_input_gate_is_tied():
    """The intervals of the two shares, 95 % each, do not meet."""
    untied, tied = (reported("order", 200, name) for name in ("LSTM ln(T-1)", "LSTM ln(T-1) tied"))
    n = len(tied.solved_at)
    assert wilson_interval(untied.n_solved, n)[1] < wilson_interval(tied.n_solved, n)[0]


def written(seed, forget_bias, input_bias, n_steps=200):
    """log10 of the whole gradient beside the carousel's, the rms of c, and the median readout, of an LSTM."""
    rng = np.random.default_rng(seed)
    net = random_lstm(16, 6, 1.0, rng, forget_bias)
    net.b[:16] = input_bias
    run = lstm_run(net, np.eye(6)[rng.integers(6, size=n_steps)])
    whole = np.linalg.norm(reduce(lambda product, J: J @ product, lstm_jacobians(net, run))[:16, :16], 2)
    return (
        np.log10(whole) - np.log10(run.F).sum(axis=0).max(),
        np.sqrt(np.mean(run.C[-1] ** 2)),
        np.median(run.O[-1] * (1 - np.tanh(run.C[-1]) ** 2)),
    )


@pytest.mark.claim("D14: not supported")
@pytest.mark.draws
def test_an_lstm_whose_input_gate_closes_as_far_as_its_forget_gate_opens_is_nearly_its_carousel(draws):
    long = np.log(199.0)
    tied = np.array([written(seed, long, -long) for seed in draws()])
    untied = np.array([written(seed, long, 0.0) for seed in draws()])
    assert np.median(tied[:, 0]) < np.log10(1.5) < 0.5 < np.median(untied[:, 0])
    assert np.median(tied[:, 1]) < 0.3 < 10 < np.median(untied[:, 1])
    assert np.median(tied[:, 2]) > 0.3 > 1e-6 > np.median(untied[:, 2])
