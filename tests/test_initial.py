import numpy as np

from helpers.maths.initial import orthogonal


def test_every_singular_value_of_an_orthogonal_matrix_is_its_scale():
    W = orthogonal(7, np.random.default_rng(0), scale=0.9)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 0.9, rtol=1e-13)
