import numpy as np

from helpers.data import digits, nile


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
    for series in (*nile(), *digits()):
        assert not series.flags.writeable


def test_the_digits_are_the_1797_of_their_publication():
    """Facts of the published test set: how many, how many of each class, the range of a pixel."""
    images, labels = digits()
    assert images.shape == (1797, 64)
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_an_image_looks_like_its_label():
    """The mean image of a class is nearer to the images of its class than any other for most of them."""
    images, labels = digits()
    means = np.stack([images[labels == label].mean(axis=0) for label in range(10)])
    nearest = np.linalg.norm(images[:, None] - means, axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.85
