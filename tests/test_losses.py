import numpy as np
import pytest

from helpers.maths.gradcheck import central_difference
from helpers.maths.losses import l2_loss


@pytest.mark.claim("C43")
def test_the_gradient_of_the_l2_loss_is_the_error():
    y, d = np.array([0.2, -1.0, 3.0]), np.array([1.0, 0.5, 3.5])
    np.testing.assert_array_equal(l2_loss(y, d).gradient, [y - d])
    np.testing.assert_allclose(central_difference(lambda y: l2_loss(y, d).value, y), y - d, rtol=1e-9)
