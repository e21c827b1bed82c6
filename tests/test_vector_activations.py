import numpy as np
import pytest

from helpers.maths.vector_activations import softmax_jacobian


@pytest.mark.claim("C25")
def test_the_norm_of_the_softmax_jacobian_is_one_half_where_two_units_share_all_the_weight():
    J = softmax_jacobian([0.0, 0.0, -800.0])
    assert np.linalg.norm(J, 2) == pytest.approx(0.5, abs=1e-12)
