"""Diagonal recurrences against sums of powers, series and simulations in plain numpy, and central differences."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from helpers.maths.descent import adam, no_moments
from helpers.maths.diagonal import (
    LIMITS,
    descend_valley,
    diagonal_run,
    parameter_of,
    ring_eigenvalues,
    ring_log10_rms,
    sensitivity,
    valley,
)
from helpers.maths.gradcheck import central_difference
from helpers.maths.memory import gated_gradient, gated_memory
from tests.nets_one_by_one import diagonal_backward

KINDS = [(parameter, write) for parameter in LIMITS for write in ("free", "held", "gamma")]
MEMORIES = [1.25, 2.0, 10.0, 100.0]


def lam_of(parameter, value):
    return {"raw": value, "exp": np.exp(-np.exp(value)), "sigmoid": 1 / (1 + np.exp(-value))}[parameter]


def value_of(parameter, lam):
    return {"raw": lam, "exp": np.log(-np.log(lam)), "sigmoid": np.log(lam / (1 - lam))}[parameter]


def weights(value, parameter, write, n_terms, held_at=None):
    """What the state holds of x_k, k steps ago: γ λ^k. Its squares sum to the variance of the state."""
    lam = lam_of(parameter, value)
    scale = {"free": 1.0, "gamma": np.sqrt(1 - lam**2), "held": np.sqrt(1 - (held_at or lam) ** 2)}[write]
    return scale * lam ** np.arange(n_terms)


# The run and its gradient


def test_a_run_is_the_sum_of_powers_of_the_complex_eigenvalues():
    rng = np.random.default_rng(0)
    eigenvalues, X = ring_eigenvalues(3, 0.5, 1.0, rng), rng.standard_normal((9, 3))
    lam = eigenvalues[0] * (np.cos(eigenvalues[1]) + 1j * np.sin(eigenvalues[1]))
    for t, h in enumerate(diagonal_run(eigenvalues, X)):
        assert h == pytest.approx(sum((lam ** (t - 1 - k) * X[k] for k in range(t)), np.zeros(3)), abs=1e-13)


@pytest.mark.claim("D1: true where W is diagonal or normal")
@pytest.mark.parametrize(("radius", "angle"), [(0.95, 0.3), (0.5, 2.0), (1.0, -1.0), (0.999, 3.0)])
def test_both_singular_values_of_a_hundred_steps_are_the_radius_to_the_power_of_the_lag(radius, angle):
    """Re and Im of h_100 against Re and Im of h_0, by central differences through a loop of rotations."""
    turn = radius * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def hundred(h):
        for _ in range(100):
            h = turn @ h
        return h

    sigmas = np.linalg.svd(central_difference(hundred, [0.3, -0.4]), compute_uv=False)
    assert sigmas == pytest.approx(radius**100, abs=1e-10)
    X = np.zeros((101, 1))
    X[0] = 1.0
    assert np.abs(diagonal_run([[radius], [angle]], X)[-1, 0]) == pytest.approx(radius**100, rel=1e-12)


@pytest.mark.claim("D1")
@pytest.mark.draws
def test_a_dense_matrix_with_the_same_eigenvalues_lets_the_gradient_grow_in_most_draws(draws):
    grown, diagonal = [], []
    for seed in draws():
        rng = np.random.default_rng(seed)
        radius, angle = ring_eigenvalues(16, 0.9, 0.999, rng)
        P = rng.standard_normal((16, 16))
        W = P @ np.diag(radius * np.exp(1j * angle)) @ np.linalg.inv(P)
        grown.append(np.linalg.norm(np.linalg.matrix_power(W, 10), 2))
        diagonal.append(radius.max() ** 10)
    assert np.mean(np.array(grown) > 1) > 0.8
    assert np.median(grown) > 4
    assert max(diagonal) < 1


@pytest.mark.parametrize("seed", range(3))
def test_the_way_back_is_that_of_automatic_and_of_central_differences(seed):
    rng = np.random.default_rng(seed)
    eigenvalues, X, G = ring_eigenvalues(3, 0.3, 1.0, rng), rng.standard_normal((7, 3)), rng.standard_normal((8, 3))

    def loss(eigenvalues, X):
        re, im, total = anp.zeros(3), anp.zeros(3), 0.0
        a, b = eigenvalues[0] * anp.cos(eigenvalues[1]), eigenvalues[0] * anp.sin(eigenvalues[1])
        for k in range(len(X)):
            re, im = a * re - b * im + X[k], a * im + b * re
            total = total + anp.sum(G[k + 1] * re)
        return total

    ours, of_X = diagonal_backward(eigenvalues, X, G)
    assert ours == pytest.approx(autograd.grad(loss, 0)(eigenvalues, X), abs=1e-10)
    assert of_X == pytest.approx(autograd.grad(loss, 1)(eigenvalues, X), abs=1e-10)
    by_difference = central_difference(lambda e: np.sum(G * diagonal_run(e, X).real), eigenvalues, step=3e-4)
    assert ours == pytest.approx(by_difference, abs=1e-9)


# The ring


@pytest.mark.claim("D2: false of a bank of cells that reaches to the edge of the disc")
def test_on_the_whole_disc_the_mean_square_is_one_over_the_lag_and_one_exactly():
    lags = np.array([0.0, 1.0, 10.0, 100.0, 1000.0, 1e6])
    assert 10 ** (2 * ring_log10_rms(lags, 0.0, 1.0)) == pytest.approx(1 / (lags + 1), rel=1e-12)


@pytest.mark.claim("D2")
def test_below_the_edge_it_is_exponential_in_the_end():
    slope = np.diff(ring_log10_rms([100000.0, 100001.0], 0.9, 0.99))
    assert slope == pytest.approx(np.log10(0.99), rel=1e-3)


@pytest.mark.parametrize(("r_min", "r_max"), [(0.0, 1.0), (0.9, 0.999), (0.0, 0.5), (0.3, 0.31)])
def test_the_law_of_the_ring_is_the_integral_over_its_area(r_min, r_max):
    """E r^{2k} with the density 2 r / (r_max² - r_min²), by Gauss and Legendre, exact for these powers."""
    nodes, parts = np.polynomial.legendre.leggauss(120)
    r = (r_max - r_min) / 2 * nodes + (r_max + r_min) / 2
    for k in (0, 1, 7, 100):
        mean = np.sum(parts * r ** (2 * k) * 2 * r) * (r_max - r_min) / 2 / (r_max**2 - r_min**2)
        assert 10 ** (2 * ring_log10_rms(float(k), r_min, r_max)) == pytest.approx(mean, rel=1e-10)


@pytest.mark.claim("D2")
@pytest.mark.draws
def test_drawn_eigenvalues_follow_the_law_of_the_ring(draws):
    """30 draws of 1000 cells; the mean of all lies within five of its standard errors."""
    for r_min, r_max, lag in ((0.0, 1.0, 100), (0.9, 0.999, 50)):
        squares = np.concatenate(
            [ring_eigenvalues(1000, r_min, r_max, np.random.default_rng(seed))[0] ** (2 * lag) for seed in draws()]
        )
        error = squares.std() / np.sqrt(len(squares))
        assert squares.mean() == pytest.approx(10 ** (2 * ring_log10_rms(float(lag), r_min, r_max)), abs=5 * error)


@pytest.mark.draws
@pytest.mark.parametrize(("r_min", "r_max"), [(0.0, 1.0), (0.5, 1.0), (0.9, 0.999)])
def test_a_ring_holds_as_many_eigenvalues_as_its_area_says(r_min, r_max, draws):
    """Parts of one area hold one share each."""
    r = np.concatenate([ring_eigenvalues(1000, r_min, r_max, np.random.default_rng(seed))[0] for seed in draws()])
    assert r_min <= r.min() <= r.max() <= r_max
    borders = np.sqrt(np.linspace(r_min**2, r_max**2, 11))
    counts, _ = np.histogram(r, borders)
    assert np.abs(counts / len(r) - 0.1).max() < 5 * np.sqrt(0.09 / len(r))


@pytest.mark.draws
def test_the_angles_of_drawn_eigenvalues_favour_no_direction(draws):
    angles = np.concatenate([ring_eigenvalues(1000, 0.0, 1.0, np.random.default_rng(seed))[1] for seed in draws()])
    assert abs(np.exp(1j * angles).mean()) < 5 / np.sqrt(len(angles))
    assert abs(np.exp(2j * angles).mean()) < 5 / np.sqrt(len(angles))


@pytest.mark.claim("D3: false of gates that come nearer and nearer to 1")
def test_gates_below_one_can_make_the_mean_of_all_that_was_read():
    T, rng = 1000, np.random.default_rng(0)
    j = np.arange(1, T + 1)
    X, gates = rng.standard_normal(T), 1 - 1 / j
    assert gated_memory(gates, X / j)[1:] == pytest.approx(np.cumsum(X) / j, abs=1e-12)
    assert 10 ** gated_gradient(gates, since=10)[-1] == pytest.approx(10 / T, rel=1e-12)


# What learning costs


@pytest.mark.parametrize("parameter", LIMITS)
def test_a_parameter_is_found_from_its_memory(parameter):
    memories = np.array([1.1, 2.0, 10.0, 1000.0])
    assert lam_of(parameter, parameter_of(memories, parameter)) == pytest.approx(1 - 1 / memories, rel=1e-12)


@pytest.mark.claim("D6: true, exactly, of one real eigenvalue")
@pytest.mark.claim("D5: half true")
@pytest.mark.claim("D4: false")
@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize(("parameter", "write"), KINDS)
def test_the_mean_square_of_a_sensitivity_is_the_sum_of_the_squares_of_what_moves(parameter, write, memory):
    """The state is a sum of weights times noise, so what the parameter does to it is the sum of their derivatives."""
    value = value_of(parameter, lam := 1 - 1 / memory)
    n_terms = int(60 * memory)
    moved = central_difference(
        lambda p: weights(float(p), parameter, write, n_terms, held_at=lam), value, step=2e-4 / memory
    )
    assert sensitivity(memory, parameter, write) == pytest.approx(np.sum(moved**2), rel=1e-7)


@pytest.mark.claim("D6")
def test_with_gamma_and_exp_the_sensitivity_is_never_above_a_quarter_and_comes_to_it():
    memories = np.geomspace(1.001, 1e9, 200)
    a = -np.log1p(-1 / memories)
    assert sensitivity(memories, "exp", "gamma") == pytest.approx((a / (2 * np.sinh(a))) ** 2, rel=1e-9)
    assert (sensitivity(memories, "exp", "gamma") < 0.25 + 1e-12).all()
    assert sensitivity(1e9, "exp", "gamma") == pytest.approx(0.25, rel=1e-8)


@pytest.mark.claim("D8: imprecise")
def test_a_sigmoid_gate_that_normalises_its_write_has_the_same_quarter_as_its_ceiling():
    memories = np.geomspace(1.001, 1e9, 200)
    lam = 1 - 1 / memories
    assert sensitivity(memories, "sigmoid", "gamma") == pytest.approx((lam / (1 + lam)) ** 2, rel=1e-9)
    assert sensitivity(1e9, "sigmoid", "gamma") == pytest.approx(0.25, rel=1e-8)
    relative = sensitivity(1e9, "sigmoid", "free") * (1 - (1 - 1e-9) ** 2)  # by the variance of the state
    assert relative == pytest.approx(0.5, rel=1e-6)


@pytest.mark.claim("D4")
@pytest.mark.draws
@pytest.mark.parametrize("lam", [0.9, 0.99, 0.999])
def test_simulated_sensitivities_grow_with_the_cube_of_the_memory(lam, draws):
    """e_{t+1} = λ e_t + h_t over many paths; the mean of 2000 squares is off by 3 %, of which five are allowed."""
    rng, h, e = np.random.default_rng(draws()[0]), np.zeros(2000), np.zeros(2000)
    for _ in range(int(12 / (1 - lam))):
        h, e = lam * h + rng.standard_normal(2000), lam * e + h
    assert np.mean(e**2) == pytest.approx(sensitivity(1 / (1 - lam)), rel=5 * np.sqrt(2 / 2000))


@pytest.mark.claim("D4")
def test_while_the_product_over_the_memory_stays_near_one_over_e_the_sensitivity_has_no_bound():
    for memory, most in ((10.0, 20), (100.0, 600), (1000.0, 20000)):
        assert (1 - 1 / memory) ** memory == pytest.approx(np.exp(-1), rel=0.06)
        assert np.sqrt(sensitivity(memory)) == pytest.approx(memory**1.5 / 2, rel=0.04)
        assert np.sqrt(sensitivity(memory)) < most


@pytest.mark.parametrize("memory", [10.0, 100.0])
def test_the_angle_of_an_eigenvalue_is_not_cured_by_normalising(memory):
    """dh/dθ is the sum of i k λ^k x: its mean square grows with the square of the memory also where γ² = 1 - q."""
    q, k = (1 - 1 / memory) ** 2, np.arange(int(60 * memory))
    moved = (1 - q) * np.sum(k**2 * q**k)
    assert moved == pytest.approx(q * (1 + q) / (1 - q) ** 2, rel=1e-9)
    assert moved > 0.3 * memory**2


# The valley


@pytest.mark.parametrize("lam", [0.2, 0.9, 0.99])
@pytest.mark.parametrize("parameter", LIMITS)
@pytest.mark.parametrize("write", ["free", "gamma"])
def test_the_loss_is_half_the_sum_of_squares_of_a_series_and_its_slope_a_central_difference(parameter, write, lam):
    memory, value = 50.0, value_of(parameter, lam)

    def series(p):
        apart = weights(p, parameter, write, 6000) - weights(1 - 1 / memory, "raw", write, 6000)
        return np.sum(apart**2) / 2

    loss, slope = valley(value, memory, parameter, write)
    assert loss == pytest.approx(series(value), rel=1e-10)
    assert slope == pytest.approx(
        central_difference(lambda p: series(float(p)), value, step=1e-4 * (1 - lam)), rel=1e-6
    )


@pytest.mark.claim("D7: true, of one real eigenvalue under white noise")
def test_with_gamma_and_exp_the_valley_is_the_same_at_every_memory_and_slides():
    for memory in (10.0, 100.0, 1000.0, 1e6):
        bottom = np.log(-np.log1p(-1 / memory))
        aside = np.linspace(-2, 2, 21)
        wanted = 1 - 1 / np.cosh(aside / 2)
        assert valley(bottom + aside, memory, "exp", "gamma")[0] == pytest.approx(wanted, abs=2 / memory)


@pytest.mark.claim("D7")
def test_the_valley_of_the_verified_ground_is_met():
    """λ = .9 against λ* = .999: half the squares of both weights, summed."""
    k = np.arange(40000)
    apart = np.sqrt(1 - 0.9**2) * 0.9**k - np.sqrt(1 - 0.999**2) * 0.999**k
    assert valley(0.9, 1000.0, "raw", "gamma")[0] == pytest.approx(np.sum(apart**2) / 2, abs=1e-12)
    assert valley(0.9, 1000.0, "raw", "gamma")[0] == pytest.approx(0.80685, abs=5e-6)  # as it stands in the text


def descent_of(parameter, write, memory, rate, n_updates):
    """Gradient descent on the series, its slope by central differences."""
    value = value_of(parameter, 0.5)
    goal = weights(1 - 1 / memory, "raw", write, 3000)
    for _ in range(n_updates):
        step = 1e-5 * (1 - lam_of(parameter, value))

        def loss(p):
            return np.sum((weights(p, parameter, write, 3000) - goal) ** 2) / 2

        value -= rate * (loss(value + step) - loss(value - step)) / (2 * step)
    return value


@pytest.mark.parametrize(
    ("parameter", "write", "rate"), [("raw", "free", 1e-3), ("exp", "gamma", 2.0), ("sigmoid", "gamma", 1.0)]
)
def test_descent_goes_where_descent_on_the_series_goes(parameter, write, rate):
    found = descend_valley(20.0, rate, 30, parameter, write)
    assert found[0] == pytest.approx(value_of(parameter, 0.5))
    assert found[-1] == pytest.approx(descent_of(parameter, write, 20.0, rate, 30), rel=1e-5)


@pytest.mark.claim("D7")
@pytest.mark.parametrize("memory", [10.0, 100.0, 1000.0])
def test_one_rate_reaches_every_memory_where_both_are_normalised(memory):
    path = descend_valley(memory, 2.0, 200, "exp", "gamma")
    assert len(path) == 201
    assert lam_of("exp", path[-1]) == pytest.approx(1 - 1 / memory, abs=1e-10)


@pytest.mark.claim("D4")
def test_raw_descent_towards_a_memory_of_a_hundred_leaves_the_disc_or_does_not_arrive():
    assert len(descend_valley(100.0, 1e-3, 2000)) < 100
    assert len(descend_valley(100.0, 1e-4, 2000)) < 2000
    slow = descend_valley(100.0, 1e-5, 2000)
    assert len(slow) == 2001
    assert 1 - slow[-1] > 40 * 0.01


def test_adam_reaches_a_memory_with_raw_eigenvalues_while_its_steps_are_small_beside_one_minus_lambda():
    for rate, arrives in ((0.001, True), (0.01, False)):
        value, moments = np.array([0.5]), no_moments(np.array([0.5]))
        for _ in range(2000):
            slope = valley(value, 100.0)[1]
            value, moments = adam(value, slope, moments, rate)
            if not -1 < value[0] < 1:
                break
        assert (-1 < value[0] < 1 and abs(value[0] - 0.99) < 1e-3) == arrives
