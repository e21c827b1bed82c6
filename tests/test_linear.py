"""Powers and products of matrices: growth, transients, angles, against theory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.linear import (
    circle_image,
    critical_angle,
    gaussian,
    is_normal,
    log10_norm,
    lyapunov_exponents,
    orthogonal,
    power_norms,
    product_norms,
    spectral_norm,
    spectral_radius,
    stretch_rotate,
    stretch_rotate_growth,
    transient,
    with_spectrum,
)
from tests.at_random import PROPERTY, SEEDS, rng

SIZES = st.integers(1, 6)
SIGMA = st.floats(0, 3)
JORDAN = [[0.9, 2.0], [0.0, 0.9]]


def jordan_norm(a, b, n):
    """The spectral norm of [[a, b], [0, a]]^n = [[a^n, n a^(n-1) b], [0, a^n]] in closed form."""
    diagonal, corner = a**n, n * a ** (n - 1) * b
    return (np.hypot(corner, 2 * diagonal) + corner) / 2


# --- norms ---


@PROPERTY
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6), st.integers(-290, 290))
def test_the_log_of_a_length_is_not_lost_where_squares_leave_the_floats(v, exponent):
    v = np.array(v)
    if np.abs(v).max() < 1e-3:
        return
    scaled = v * 10.0**exponent
    assert log10_norm(scaled) == pytest.approx(np.log10(np.linalg.norm(v)) + exponent, rel=1e-12, abs=1e-12)


def test_the_log_of_a_length_is_taken_along_the_axis_that_is_asked_for():
    v = np.array([[3.0, 0.0], [4.0, 0.0]])
    np.testing.assert_allclose(log10_norm(v, axis=0), [np.log10(5.0), -np.inf])
    np.testing.assert_allclose(log10_norm(v), np.log10([3.0, 4.0]))


@pytest.mark.claim("C30", "C39")
@PROPERTY
@given(SIZES, SIZES, SEEDS)
def test_no_vector_is_stretched_more_than_by_the_largest_singular_value_and_one_is_as_much(m, n, seed):
    r = rng(seed)
    W, v = r.standard_normal((m, n)), r.standard_normal(n)
    assert np.linalg.norm(W @ v) <= spectral_norm(W) * np.linalg.norm(v) * (1 + 1e-14)
    top = np.linalg.svd(W)[2][0]
    assert np.linalg.norm(W @ top) == pytest.approx(spectral_norm(W), rel=1e-13)


@PROPERTY
@given(SIZES, SEEDS)
def test_the_radius_is_at_most_the_spectral_norm_which_is_at_most_the_frobenius_norm(n, seed):
    W = rng(seed).standard_normal((n, n))
    assert spectral_radius(W) <= spectral_norm(W) * (1 + 1e-12) <= np.linalg.norm(W) * (1 + 2e-12)


@pytest.mark.claim("C39", "C40")
@PROPERTY
@given(SIZES, SEEDS)
def test_one_multiplication_stretches_a_row_along_each_left_singular_vector_by_its_singular_value(n, seed):
    r = rng(seed)
    W, v = r.standard_normal((n, n)), r.standard_normal(n)
    U, sigma, _ = np.linalg.svd(W)
    np.testing.assert_allclose(np.linalg.norm(U.T @ W, axis=1), sigma, atol=1e-13)
    assert np.linalg.norm(v @ W) ** 2 == pytest.approx(np.sum(sigma**2 * (v @ U) ** 2), rel=1e-11)


# --- powers ---


@PROPERTY
@given(SIZES, st.integers(0, 12), SEEDS)
def test_the_norms_of_powers_are_those_of_numpy(n, T, seed):
    W = rng(seed).standard_normal((n, n))
    wanted = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(T + 1)]
    np.testing.assert_allclose(10.0 ** power_norms(W, T), wanted, rtol=1e-9)


@pytest.mark.claim("C38: true with another number in the place of ρ")
@PROPERTY
@given(SIZES, st.integers(0, 8), SEEDS)
def test_the_norms_of_products_are_those_of_numpy_with_the_newest_factor_leftmost(n, T, seed):
    J, P = rng(seed).standard_normal((T, n, n)), np.eye(n)
    wanted = [1.0]
    for step in J:
        P = step @ P
        wanted.append(np.linalg.norm(P, 2))
    np.testing.assert_allclose(10.0 ** product_norms(J), wanted, rtol=1e-9)


@pytest.mark.claim("C39", "C40", "C44")
@pytest.mark.parametrize("seed", range(3))
def test_a_normal_matrix_stretches_by_the_power_of_its_singular_value_in_every_direction(seed):
    W = with_spectrum(rng(seed), eigenvalues=[1.2, -0.9, 0.5])
    U, sigma, _ = np.linalg.svd(W)
    rows = U.T @ np.linalg.matrix_power(W, 20)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), sigma**20, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(power_norms(W, 1000), 1000 * np.log10(1.2) * np.arange(1001) / 1000, atol=1e-10)


@pytest.mark.claim("C39", "C40", "C44")
@pytest.mark.parametrize(("corner", "square", "norm100"), [(0.4, 0.8, 1.43e-5), (0.6, 1.2, 9100.0)])
def test_with_one_singular_value_above_and_one_below_one_every_direction_vanishes_or_every_one_explodes(
    corner, square, norm100
):
    W = np.array([[0.0, 2.0], [corner, 0.0]])
    assert np.linalg.svd(W, compute_uv=False).tolist() == [2.0, corner]
    np.testing.assert_allclose(W @ W, square * np.eye(2), atol=1e-15)
    np.testing.assert_allclose(
        np.linalg.norm(circle_image(W, 100), axis=0), square**50, rtol=1e-12
    )  # W^100 = square^50 I: all directions alike
    assert 10 ** power_norms(W, 100)[100] == pytest.approx(norm100, rel=2e-3)


@pytest.mark.claim("C38", "C40")
def test_two_factors_without_any_eigenvalue_but_zero_explode_together():
    A = np.array([[0.0, 2.0], [0.0, 0.0]])
    assert spectral_radius(A) == spectral_radius(A.T) == 0.0
    assert 10 ** product_norms([A.T, A] * 5)[-1] == pytest.approx(4.0**5, rel=1e-13)
    assert power_norms(A, 2).tolist() == [0.0, np.log10(2.0), -np.inf]


@pytest.mark.claim("C41")
@PROPERTY
@given(SIZES, SEEDS)
def test_in_the_long_run_the_norm_grows_by_the_radius_and_never_lies_below_it(n, seed):
    W = rng(seed).standard_normal((n, n))
    log10_radius, norms = np.log10(spectral_radius(W)), power_norms(W, 1000)
    k = np.arange(1, 1001)
    assert (norms[1:] >= k * log10_radius - 1e-8 * k - 1e-10).all()
    assert norms[1000] / 1000 == pytest.approx(log10_radius, abs=6e-3)


@pytest.mark.claim("C41")
def test_at_radius_one_a_rotation_keeps_the_norm_and_a_jordan_block_grows_with_n():
    np.testing.assert_allclose(power_norms(orthogonal(5, rng()), 100), 0.0, atol=1e-12)
    n = np.arange(1, 101)
    wanted = jordan_norm(1.0, 1.0, n)
    assert wanted[-1] == pytest.approx(100.01, abs=1e-5)
    np.testing.assert_allclose(10 ** power_norms([[1.0, 1.0], [0.0, 1.0]], 100)[1:], wanted, rtol=1e-12)


@pytest.mark.claim("C41", "C47")
def test_a_defective_matrix_of_radius_one_grows_like_n_to_the_size_of_its_block_minus_one():
    for m in (2, 3, 4):
        W = np.eye(m) + np.diag(np.ones(m - 1), 1)
        norms = power_norms(W, 2000)
        assert (norms[2000] - norms[1000]) / np.log10(2.0) == pytest.approx(m - 1, abs=0.01)


@pytest.mark.claim("C41")
@pytest.mark.parametrize(("n", "norm"), [(1, 2.345), (2, 3.774), (5, 6.614), (9, 7.767733), (100, 5.90e-3)])
def test_the_norms_of_the_jordan_block_are_those_of_the_closed_form_and_of_the_ledger(n, norm):
    value = 10 ** power_norms(JORDAN, 100)[n]
    assert value == pytest.approx(jordan_norm(0.9, 2.0, n), rel=1e-12)
    assert value == pytest.approx(norm, rel=1e-3 if n != 9 else 1e-6)


@pytest.mark.claim("C41")
def test_a_matrix_of_radius_below_one_grows_before_it_dies():
    norms = jordan_norm(0.9, 2.0, np.arange(1, 201))
    peak_step, log10_peak, gone_from = transient(JORDAN, 200)
    assert (peak_step, gone_from) == (9, 44) == (np.argmax(norms) + 1, np.flatnonzero(norms >= 1)[-1] + 2)
    assert 10**log10_peak == pytest.approx(norms.max(), rel=1e-12)
    assert 10**log10_peak == pytest.approx(7.767733, abs=1e-6)


@pytest.mark.claim("C41")
@pytest.mark.parametrize("a", [0.8, 0.9, 0.98])
def test_the_peak_of_a_jordan_block_is_near_its_estimate(a):
    """b / (e a |ln a|) at n = -1 / ln a, from n a^(n-1) b alone."""
    peak_step, log10_peak, _ = transient([[a, 2.0], [0.0, a]], 500)
    assert peak_step == pytest.approx(-1 / np.log(a), abs=1)
    assert 10**log10_peak == pytest.approx(2.0 / (np.e * a * -np.log(a)), rel=0.05)


def test_what_never_grows_peaks_at_once_and_what_never_ends_is_not_gone():
    assert transient(0.5 * np.eye(2), 50) == (0, 0.0, 1)
    assert transient(orthogonal(4, rng()), 300)[::2] == (0, -1)
    assert transient([[2.0]], 10) == (10, pytest.approx(10 * np.log10(2.0)), -1)
    assert transient([[0.5]], 0) == (0, 0.0, -1)


def test_powers_far_beyond_the_floats_have_their_logs():
    np.testing.assert_allclose(power_norms([[1e200]], 5), 200.0 * np.arange(6), rtol=1e-14)
    np.testing.assert_allclose(power_norms(1e-300 * np.eye(3), 5), -300.0 * np.arange(6), rtol=1e-14)
    assert power_norms(np.zeros((2, 2)), 2).tolist() == [0.0, -np.inf, -np.inf]


# --- products of different matrices ---


@pytest.mark.claim("C38")
@PROPERTY
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5), SEEDS)
def test_the_exponents_of_a_power_are_the_logs_of_the_eigenvalues(logs, seed):
    values = np.exp(sorted(logs, reverse=True))
    W = with_spectrum(rng(seed), eigenvalues=values)
    exponents = lyapunov_exponents(np.broadcast_to(W, (200, *W.shape)))
    # the start costs some units of ln; where two eigenvalues are close, their directions stay mixed for long
    np.testing.assert_allclose(exponents, np.log(values), atol=0.1)


@pytest.mark.claim("C38")
@PROPERTY
@given(st.integers(1, 5), st.integers(1, 30), SEEDS)
def test_the_exponents_add_up_to_the_mean_log_of_the_determinants(n, T, seed):
    J = rng(seed).standard_normal((T, n, n))
    wanted = np.log(np.abs(np.linalg.det(J))).mean()
    assert lyapunov_exponents(J).sum() == pytest.approx(wanted, rel=1e-8, abs=1e-8)


@pytest.mark.claim("C38")
def test_of_different_matrices_no_factor_tells_the_rate_by_its_eigenvalues_or_singular_values():
    """Each factor has eigenvalues 0 or singular values 2 and 1/4; the product grows by 2, or by 1/4, or by nothing."""
    A = np.array([[0.0, 2.0], [0.0, 0.0]])
    assert lyapunov_exponents([A.T, A] * 500, 1)[0] == pytest.approx(np.log(2.0), abs=0.01)
    stretch, swap = np.diag([2.0, 0.25]), np.array([[0.0, 1.0], [1.0, 0.0]])
    alternating = [stretch, swap @ stretch @ swap] * 500
    np.testing.assert_allclose(lyapunov_exponents(alternating), np.log(0.5) / 2, atol=0.01)


@pytest.mark.claim("C38", "C41")
def test_the_top_exponent_of_gaussian_matrices_is_that_of_the_chi_distribution():
    """For independent N(0, g^2 / n) the length of a row is multiplied by g chi_n / sqrt(n), whatever its direction.

    For n = 2, E ln chi_2 = (ln 2 - 0.5772) / 2.
    """
    J = rng().standard_normal((5000, 2, 2)) * 1.5 / np.sqrt(2)
    wanted = np.log(1.5) - 0.5 * np.log(2) + (np.log(2) - np.euler_gamma) / 2
    # the log of chi_2 has the standard deviation pi / sqrt(24) = 0.64: four standard errors of 5000 are 0.036
    assert lyapunov_exponents(J, 1)[0] == pytest.approx(wanted, abs=0.036)


@pytest.mark.claim("C41", "C44")
def test_singular_values_of_a_gaussian_product_keep_their_mean_square_while_most_of_them_die():
    """The numbers of the ledger are the median of the singular values, not of their squares."""
    r, values = rng(), {1: [], 32: []}
    for _ in range(10):
        for depth, found in values.items():
            P = np.linalg.multi_dot([np.eye(64)] + [gaussian(64, 1.0, r) for _ in range(depth)])
            found.append(np.linalg.svd(P, compute_uv=False))
    assert np.mean(np.square(values[1])) == pytest.approx(1.0, abs=0.05)
    # few large values carry it: the mean of one product has the spread 0.5, of ten 0.16
    assert np.mean(np.square(values[32])) == pytest.approx(1.0, abs=0.5)
    assert np.median(values[1]) == pytest.approx(0.81, abs=0.03)
    assert np.median(values[32]) == pytest.approx(1.0e-5, rel=0.5)


def test_a_direction_that_is_annihilated_has_the_exponent_minus_infinity():
    exponents = lyapunov_exponents(np.tile(np.diag([2.0, 0.0]), (2000, 1, 1)))
    assert exponents[0] == pytest.approx(np.log(2.0), abs=0.01)
    assert exponents[1] == -np.inf


def test_the_exponents_come_from_the_top_and_bear_factors_of_any_size():
    J = np.tile(np.diag([1e-200, 1e200, 1.0]), (50, 1, 1))
    np.testing.assert_allclose(lyapunov_exponents(J, 2), [200 * np.log(10), 0.0], atol=0.1)


# --- stretch and rotate ---


@pytest.mark.claim("C39", "C40", "C44")
@PROPERTY
@given(SIGMA, SIGMA, st.floats(-10, 10))
def test_the_growth_per_step_is_the_radius_of_the_stage_while_its_singular_values_stay(sigma1, sigma2, theta):
    M = stretch_rotate(sigma1, sigma2, theta)
    np.testing.assert_allclose(
        np.linalg.svd(M, compute_uv=False), sorted([sigma1, sigma2], reverse=True), rtol=1e-12, atol=1e-14
    )
    # where two eigenvalues meet, rounding moves them by the root of 1e-16
    assert stretch_rotate_growth(sigma1, sigma2, theta) == pytest.approx(spectral_radius(M), rel=1e-6, abs=1e-7)


@pytest.mark.claim("C39", "C44")
@pytest.mark.parametrize(
    ("degrees", "growth"), [(0.0, 2.0), (30.0, 1.6445), (48.1897, 1.0), (51.06, np.sqrt(0.5)), (90.0, np.sqrt(0.5))]
)
def test_one_pair_of_singular_values_grows_or_dies_as_the_angle_wants(degrees, growth):
    assert stretch_rotate_growth(2.0, 0.25, np.radians(degrees)) == pytest.approx(growth, abs=1e-4)
    T = 4000
    assert power_norms(stretch_rotate(2.0, 0.25, np.radians(degrees)), T)[T] / T == pytest.approx(
        np.log10(stretch_rotate_growth(2.0, 0.25, np.radians(degrees))), abs=1e-3
    )


@pytest.mark.claim("C39", "C44")
@pytest.mark.parametrize("degrees", [60, 75, 90])
def test_turned_far_enough_the_two_eigenvalues_of_a_stretch_are_a_pair_of_one_size(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    M = np.diag([2.0, 0.25]) @ np.array([[c, -s], [s, c]])
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(M)), np.sqrt(2 * 0.25), rtol=1e-12)
    if degrees == 90:
        np.testing.assert_allclose(M @ M, -0.5 * np.eye(2), atol=1e-15)  # "two steps halve it"


def test_the_critical_angle_of_two_and_a_quarter_has_the_cosine_two_thirds():
    assert np.cos(critical_angle(2.0, 0.25)) == pytest.approx(2 / 3, rel=1e-14)
    assert np.degrees(critical_angle(2.0, 0.25)) == pytest.approx(48.1897, abs=1e-4)


@pytest.mark.claim("C39", "C44")
@PROPERTY
@given(st.floats(1, 4), st.floats(0, 1))
def test_at_the_critical_angle_the_growth_is_one_and_it_falls_there(sigma1, sigma2):
    if sigma1 * sigma2 >= 0.99 or sigma1 - 1 < 1e-3 or 1 - sigma2 < 1e-3:
        return
    theta = critical_angle(sigma1, sigma2)
    assert stretch_rotate_growth(sigma1, sigma2, theta) == pytest.approx(1.0, abs=1e-9)
    assert stretch_rotate_growth(sigma1, sigma2, theta - 1e-3) > 1 > stretch_rotate_growth(sigma1, sigma2, theta + 1e-3)
    assert critical_angle(sigma2, sigma1) == theta


@PROPERTY
@given(st.floats(0, 1, exclude_max=True))
def test_where_the_larger_value_is_one_the_critical_angle_is_none(sigma2):
    assert critical_angle(1.0, sigma2) == pytest.approx(0.0, abs=1e-7)
    assert critical_angle(np.nextafter(1.0, 2.0), sigma2 / 2) < 1e-6


def test_the_growth_takes_arrays_that_broadcast():
    growth = stretch_rotate_growth(2.0, [[0.25], [0.5]], [0.0, 1.0, 2.0])
    assert growth.shape == (2, 3)
    assert growth[1, 2] == stretch_rotate_growth(2.0, 0.5, 2.0)


# --- normal matrices and circles ---


@pytest.mark.claim("C40")
@pytest.mark.parametrize("unit", [1.0, 1e-200, 1e200])
def test_symmetric_orthogonal_and_circulant_matrices_are_normal_and_a_jordan_block_is_not(unit):
    r = rng()
    A, row = r.standard_normal((4, 4)), r.standard_normal(4)
    circulant = np.array([np.roll(row, k) for k in range(4)])
    for W in (A + A.T, orthogonal(4, r), circulant, np.zeros((2, 2)), A - A.T):
        assert is_normal(unit * W)
    for W in (np.array(JORDAN), A):
        assert not is_normal(unit * W)


@pytest.mark.parametrize("size", [1e-9, 1.0, 7.0])
def test_the_tolerance_of_normality_is_relative_to_the_square_of_the_norm(size):
    """For W = [[a, b], [0, a]] the two sides are √2 b² and 2 a² + b²."""
    share = np.sqrt(2) * 4.0 / (2 * 0.81 + 4.0)
    W = size * np.array([[0.9, 2.0], [0.0, 0.9]])
    assert is_normal(W, 1.0001 * share)
    assert not is_normal(W, 0.9999 * share)


@pytest.mark.claim("C39", "C44")
@PROPERTY
@given(st.integers(0, 6), SEEDS)
def test_the_image_of_the_circle_is_an_ellipse_with_the_singular_values_as_axes(n, seed):
    W = rng(seed).standard_normal((2, 2))
    points = circle_image(W, n, n_points=2001)
    sigma = np.linalg.svd(np.linalg.matrix_power(W, n), compute_uv=False)
    lengths = np.linalg.norm(points, axis=0)
    assert lengths.max() == pytest.approx(sigma[0], rel=1e-5)
    assert sigma[1] * (1 - 1e-9) <= lengths.min() <= sigma[1] + sigma[0] * 2e-3
    np.testing.assert_allclose(points[:, 0], points[:, -1], atol=1e-12 * sigma[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log10_norm([np.nan]), "v must not hold NaN"),
        (lambda: log10_norm([np.inf]), "v must be finite"),
        (lambda: log10_norm(1.0), "axis must be one of the 0 axes, got -1"),
        (lambda: log10_norm([1.0], axis=1), "axis must be one of the 1 axes, got 1"),
        (lambda: spectral_norm([1.0]), r"W must be a matrix, got shape \(1,\)"),
        (lambda: spectral_norm(np.ones((0, 2))), r"W must be a matrix, got shape \(0, 2\)"),
        (lambda: spectral_norm([[np.inf]]), "W must be finite"),
        (lambda: spectral_radius(np.ones((2, 3))), r"W must be \(..., n, n\), got \(2, 3\)"),
        (lambda: spectral_radius("W"), "W must hold real numbers, got 'W'"),
        (lambda: product_norms(np.eye(2)), r"matrices must be \(T, n, n\), got \(2, 2\)"),
        (lambda: product_norms(np.ones((2, 2, 3))), r"must be \(T, n, n\), got \(2, 2, 3\)"),
        (lambda: product_norms([[[np.nan]]]), "matrices must not hold NaN"),
        (lambda: power_norms(np.ones((1, 2, 2)), 3), r"W must be \(n, n\), got \(1, 2, 2\)"),
        (lambda: power_norms(JORDAN, -1), "n must be at least 0, got -1"),
        (lambda: power_norms(JORDAN, 2.0), "n must be a whole number, got 2.0"),
        (lambda: transient(JORDAN, None), "n must be a whole number, got None"),
        (lambda: transient([[1.0, 2.0]], 3), r"W must be \(n, n\), got \(1, 2\)"),
        (lambda: lyapunov_exponents(np.ones((0, 2, 2))), r"matrices must be \(T, n, n\), got \(0, 2, 2\)"),
        (lambda: lyapunov_exponents(np.ones((1, 2, 2)), 3), "n_exponents must be from 1 to 2, got 3"),
        (lambda: lyapunov_exponents(np.ones((1, 2, 2)), 0), "n_exponents must be from 1 to 2, got 0"),
        (lambda: stretch_rotate(-1.0, 1.0, 0.0), "sigma1 must be at least 0.0, got -1.0"),
        (lambda: stretch_rotate(1.0, [1.0], 0.0), "sigma2 must be one number"),
        (lambda: stretch_rotate(1.0, 1.0, np.nan), "theta must not hold NaN"),
        (lambda: stretch_rotate_growth(1.0, -1.0, 0.0), "sigma2 must be at least 0.0, got -1.0"),
        (lambda: stretch_rotate_growth(1.0, 1.0, np.inf), "theta must be finite"),
        (lambda: stretch_rotate_growth([1.0, 2.0], [1.0, 2.0, 3.0], 0.0), "broadcast"),
        (lambda: critical_angle(2.0, 1.5), "no angle is critical unless .*got 2.0, 1.5"),
        (lambda: critical_angle(0.5, 0.9), "no angle is critical unless .*got 0.5, 0.9"),
        (lambda: critical_angle(2.0, 0.5), "no angle is critical unless .*got 2.0, 0.5"),
        (lambda: critical_angle(2.0, -0.5), "sigma2 must be at least 0.0, got -0.5"),
        (lambda: is_normal([[1.0, 2.0]]), r"W must be \(n, n\), got \(1, 2\)"),
        (lambda: is_normal(JORDAN, -1.0), "tolerance must be at least 0.0, got -1.0"),
        (lambda: circle_image(np.eye(3), 1), r"W must be of shape \(2, 2\), got \(3, 3\)"),
        (lambda: circle_image(np.eye(2), 1, 1), "n_points must be at least 2, got 1"),
        (lambda: circle_image(1e200 * np.eye(2), 2), "the result must not overflow"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
