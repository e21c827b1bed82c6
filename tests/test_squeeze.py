import numpy as np
import pytest

from helpers.maths.squeeze import squeeze


@pytest.mark.claim("C36")
def test_ten_layers_of_sigmoid_at_best_leave_a_millionth():
    assert 10 ** squeeze("sigmoid", np.zeros((10, 3)), np.ones(3) / np.sqrt(3))[-1] == pytest.approx(
        0.25**10, rel=1e-12
    )
