import numpy as np

from helpers.data import nile


def test_the_nile_is_a_hundred_years_of_cobb_s_record():
    """Facts of the published record: its span, its mean, its largest and smallest years, the low year 1913."""
    years, flow = nile()
    np.testing.assert_array_equal(years, np.arange(1871, 1971))
    assert flow.mean() == 919.35
    assert (years[flow.argmin()], flow.min()) == (1913, 456)
    assert (years[flow.argmax()], flow.max()) == (1879, 1370)


def test_the_drop_after_1898_is_far_beyond_chance():
    years, flow = nile()
    before, after = flow[years <= 1898], flow[years > 1898]
    error = np.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
    assert (before.mean() - after.mean()) / error > 7


def test_nobody_can_change_the_shared_record():
    for series in nile():
        assert not series.flags.writeable
