import numpy as np
import pytest

from helpers.maths.linear import transient


@pytest.mark.claim("C41")
def test_a_matrix_of_radius_below_one_grows_before_it_dies():
    peak_step, log10_peak, gone_from = transient([[0.9, 2.0], [0.0, 0.9]], 200)
    assert (peak_step, gone_from) == (9, 44)
    # the norm of [[a, b], [0, a]] is (sqrt(b^2 + 4 a^2) + b) / 2
    a, b = 0.9**9, 9 * 0.9**8 * 2.0
    assert 10**log10_peak == pytest.approx((np.hypot(b, 2 * a) + b) / 2, rel=1e-12)
