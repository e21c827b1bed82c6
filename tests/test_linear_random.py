"""Random weights: exact spectra, and the statistics of wide matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.linear import (
    RECURRENT,
    SCHEMES,
    gaussian,
    initial_weights,
    is_normal,
    orthogonal,
    recurrent_matrix,
    spectral_norm,
    spectral_radius,
    with_spectrum,
)
from tests.at_random import PROPERTY, SEEDS, rng

SIZES = st.integers(1, 8)


@pytest.mark.claim("C41")
@pytest.mark.parametrize(("g", "seed"), [(0.5, 0), (1.0, 1), (2.0, 2)])
def test_a_wide_gaussian_matrix_has_norm_near_twice_its_radius_which_is_near_g(g, seed):
    """The circular law and the edge of Marchenko and Pastur; at n = 400 both fluctuate by some per cent."""
    W = gaussian(400, g, rng(seed))
    assert spectral_radius(W) == pytest.approx(g, rel=0.08)
    assert spectral_norm(W) == pytest.approx(2 * g, rel=0.03)


@pytest.mark.claim("C41")
def test_at_200_units_norm_and_radius_are_those_of_the_ledger():
    matrices = [gaussian(200, 1.0, rng(seed)) for seed in range(20)]
    norms, radii = spectral_norm(matrices), spectral_radius(matrices)
    # the mean of 20 has a fifth of the spread of one, given as 0.018 and 0.032
    assert norms.mean() == pytest.approx(1.968, abs=0.018)
    assert radii.mean() == pytest.approx(1.039, abs=0.032)


@PROPERTY
@given(SIZES, st.floats(1e-3, 1e3), SEEDS)
def test_every_singular_value_of_an_orthogonal_matrix_is_its_scale(n, scale, seed):
    W = orthogonal(n, rng(seed), scale)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), scale, rtol=1e-13)


def test_orthogonal_matrices_are_drawn_evenly_as_reflections_and_rotations():
    """Where all directions are alike, every entry has mean 0 and mean square 1 / n, and det is as often 1 as -1."""
    Q = np.array([orthogonal(3, rng(seed)) for seed in range(2000)])
    # five standard errors: 5 sqrt(1 / 3 / 2000) = 0.065, and 5 / sqrt(2000) = 0.11
    assert np.abs(Q.mean(axis=0)).max() < 0.065
    assert np.abs((Q**2).mean(axis=0) - 1 / 3).max() < 0.065
    assert abs(np.linalg.det(Q).mean()) < 0.11


@pytest.mark.claim("C40", "C41")
@PROPERTY
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6), SEEDS)
def test_the_eigenvalues_are_those_that_were_given_and_without_coupling_the_matrix_is_normal(values, seed):
    W = with_spectrum(rng(seed), eigenvalues=values)
    np.testing.assert_allclose(np.linalg.eigvalsh(W), sorted(values), atol=1e-13)
    np.testing.assert_allclose(W, W.T, atol=1e-14)
    assert is_normal(W)


@pytest.mark.claim("C41")
@pytest.mark.parametrize("coupling", [0.5, 3.0])
def test_coupling_leaves_the_eigenvalues_and_takes_away_normality(coupling):
    values = np.linspace(-0.9, 0.9, 10)
    W = with_spectrum(rng(), eigenvalues=values, coupling=coupling)
    np.testing.assert_allclose(sorted(np.linalg.eigvals(W).real), values, atol=1e-9)
    assert spectral_norm(W) > spectral_radius(W) + 0.05
    assert not is_normal(W)
    above = np.array([with_spectrum(rng(seed), eigenvalues=np.zeros(2), coupling=coupling) for seed in range(1000)])
    # N has the one entry N_01, normal with variance coupling^2 / 2, and the turn by Q keeps the Frobenius norm
    assert (np.linalg.norm(above, axis=(1, 2)) ** 2).mean() == pytest.approx(coupling**2 / 2, rel=0.22)


@pytest.mark.claim("C9")
@pytest.mark.parametrize("gain", [1.0, 1.7])
@pytest.mark.parametrize(
    ("scheme", "variance"),
    [("gaussian", 1 / 300), ("small", 1e-4), ("he", 2 / 300), ("glorot", 2 / 500), ("orthogonal", 1 / 300)],
)
def test_the_variance_of_the_weights_is_that_of_the_paper(scheme, variance, gain):
    (W,) = initial_weights([300, 200], scheme, rng(), gain)
    assert W.shape == (200, 300)
    # of 60 000 weights the mean square is within 5 sqrt(2 / 60 000) = 3 % of the variance
    assert (W**2).mean() == pytest.approx(gain**2 * variance, rel=0.03)
    assert abs(W.mean()) < 5 * gain * np.sqrt(variance / W.size)


def test_glorot_weights_are_uniform_up_to_their_bound():
    (W,) = initial_weights([300, 200], "glorot", rng())
    bound = np.sqrt(6 / 500)
    assert 0.999 * bound < np.abs(W).max() <= bound
    assert np.abs(W).mean() == pytest.approx(bound / 2, rel=0.02)


@pytest.mark.parametrize(("n_in", "n_out"), [(3, 7), (7, 3), (5, 5), (1, 4)])
def test_orthogonal_weights_have_orthonormal_rows_or_columns_whichever_are_fewer(n_in, n_out):
    (W,) = initial_weights([n_in, n_out], "orthogonal", rng(), gain=2.0)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 2.0, rtol=1e-13)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_has_a_matrix_for_each_pair_of_widths_and_the_same_one_for_the_same_seed(scheme):
    weights = initial_weights([4, 3, 1, 5], scheme, rng(7))
    assert [W.shape for W in weights] == [(3, 4), (1, 3), (5, 1)]
    for W, again in zip(weights, initial_weights([4, 3, 1, 5], scheme, rng(7)), strict=True):
        np.testing.assert_array_equal(W, again)


@PROPERTY
@given(st.sampled_from(RECURRENT), SIZES, st.floats(0, 10), SEEDS)
def test_every_recurrent_matrix_is_square_and_the_same_for_the_same_seed_and_scales_with_its_gain(kind, n, gain, seed):
    W = recurrent_matrix(kind, n, gain, rng(seed))
    assert W.shape == (n, n)
    np.testing.assert_array_equal(W, recurrent_matrix(kind, n, gain, rng(seed)))
    np.testing.assert_allclose(W, gain * recurrent_matrix(kind, n, 1.0, rng(seed)), rtol=1e-9, atol=1e-12)


@pytest.mark.claim("C41")
def test_a_gaussian_recurrent_matrix_has_its_gain_as_radius_and_twice_that_as_norm():
    W = recurrent_matrix("gaussian", 400, 1.5, rng())
    assert spectral_radius(W) == pytest.approx(1.5, rel=0.08)
    assert spectral_norm(W) == pytest.approx(3.0, rel=0.03)


@pytest.mark.claim("C49: true under conditions")
@pytest.mark.parametrize("gain", [0.5, 1.0, 1.5])
def test_an_orthogonal_recurrent_matrix_and_the_identity_multiply_every_length_by_the_gain(gain):
    for kind in ("orthogonal", "identity"):
        W = recurrent_matrix(kind, 6, gain, rng(1))
        np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), gain, rtol=1e-13)
    np.testing.assert_array_equal(W, gain * np.eye(6))


@pytest.mark.claim("C40: true of one multiplication, in general false of many")
@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_normal_recurrent_matrix_is_symmetric_with_eigenvalues_evenly_from_minus_to_plus_the_gain(n):
    W = recurrent_matrix("normal", n, 1.3, rng(2))
    np.testing.assert_allclose(W, W.T, atol=1e-14)
    np.testing.assert_allclose(np.linalg.eigvalsh(W), np.linspace(-1.3, 1.3, n), atol=1e-13)
    assert spectral_norm(W) == pytest.approx(1.3, rel=1e-13)


@pytest.mark.claim("C74")
def test_a_nilpotent_recurrent_matrix_is_zero_at_its_nth_power_and_not_before():
    W = recurrent_matrix("nilpotent", 6, 3.0, rng(3))
    assert not np.linalg.matrix_power(W, 6).any()
    assert np.linalg.matrix_power(W, 5).any()
    wide = recurrent_matrix("nilpotent", 300, 2.0, rng(3))
    # 44 850 entries above the diagonal: their mean square is within 5 sqrt(2 / 44 850) = 3.4 % of the variance
    assert (wide[np.triu_indices(300, 1)] ** 2).mean() == pytest.approx(4.0 / 300, rel=0.034)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian(0, 1.0, rng()), "n must be at least 1, got 0"),
        (lambda: gaussian(2.0, 1.0, rng()), "n must be a whole number, got 2.0"),
        (lambda: gaussian(2, -1.0, rng()), "g must be at least 0.0, got -1.0"),
        (lambda: gaussian(2, np.nan, rng()), "g must not hold NaN"),
        (lambda: gaussian(2, 1.0, 0), "rng must be a numpy Generator .*got 0"),
        (lambda: orthogonal(0, rng()), "n must be at least 1, got 0"),
        (lambda: orthogonal(2, np.random), "rng must be a numpy Generator"),
        (lambda: orthogonal(2, rng(), -0.5), "scale must be at least 0.0, got -0.5"),
        (lambda: with_spectrum(rng(), eigenvalues=[]), r"eigenvalues must be one vector \(n,\) with n >= 1"),
        (lambda: with_spectrum(rng(), eigenvalues=[1j]), "eigenvalues must hold real numbers"),
        (lambda: with_spectrum(rng(), [1.0], coupling=-1.0), "coupling must be at least 0.0, got -1.0"),
        (lambda: with_spectrum(7, [1.0]), "rng must be a numpy Generator .*got 7"),
        (lambda: initial_weights([2, 2], "xavier", rng()), "scheme must be one of gaussian, small, .*got 'xavier'"),
        (lambda: initial_weights([2], "he", rng()), r"widths must hold at least two numbers, got \[2\]"),
        (lambda: initial_weights([2, 0], "he", rng()), "each of widths must be at least 1, got 0"),
        (lambda: initial_weights([2, 2.5], "he", rng()), "each of widths must be a whole number, got 2.5"),
        (lambda: initial_weights([2, 2], "he", None), "rng must be a numpy Generator .*got None"),
        (lambda: initial_weights([2, 2], "he", rng(), -1.0), "gain must be at least 0.0, got -1.0"),
        (lambda: recurrent_matrix("unitary", 2, 1.0, rng()), "kind must be one of gaussian, .*, got 'unitary'"),
        (lambda: recurrent_matrix(None, 2, 1.0, rng()), "kind must be one of gaussian, .*, got None"),
        (lambda: recurrent_matrix("gaussian", 0, 1.0, rng()), "n must be at least 1, got 0"),
        (lambda: recurrent_matrix("gaussian", 2, -1.0, rng()), "gain must be at least 0.0, got -1.0"),
        (lambda: recurrent_matrix("gaussian", 2, 1.0, 0), "rng must be a numpy Generator .*got 0"),
        (lambda: recurrent_matrix("identity", 0, 1.0, rng()), "n must be at least 1, got 0"),
        (lambda: recurrent_matrix("identity", 2, -1.0, rng()), "gain must be at least 0.0, got -1.0"),
        (lambda: recurrent_matrix("identity", 2, 1.0, 0), "rng must be a numpy Generator .*got 0"),
        (lambda: recurrent_matrix("nilpotent", 0, 1.0, rng()), "n must be at least 1, got 0"),
        (lambda: recurrent_matrix("nilpotent", 2, -1.0, rng()), "gain must be at least 0.0, got -1.0"),
        (lambda: recurrent_matrix("nilpotent", 2, 1.0, 0), "rng must be a numpy Generator .*got 0"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
