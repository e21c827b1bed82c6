"""Real data, shipped with the package; README.md in this folder says where each file comes from."""

import gzip
from functools import cache
from importlib.resources import files

import numpy as np


@cache
def nile() -> tuple[np.ndarray, np.ndarray]:
    """Return the years 1871 to 1970 and the Nile's yearly flow at Aswan in 10^8 cubic metres, each of shape (100,).

    Source: G. W. Cobb, "The Problem of the Nile", Biometrika 65, 1978.

    >>> years, flow = nile()
    >>> int(flow[years == 1898][0]), int(flow[years == 1899][0])
    (1100, 774)
    """
    years, flow = np.loadtxt(files(__package__) / "nile.csv", delimiter=",", skiprows=1).T
    years, flow = years.astype(int), flow.copy()
    years.flags.writeable = flow.flags.writeable = False
    return years, flow


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1,797 handwritten digits and what they are: images (1797, 64), a row each, and labels (1797,).

    An image is 8 by 8 pixels, row by row, from 0 (paper) to 16 (ink).
    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, 1998.

    >>> images, labels = digits()
    >>> images.shape, labels[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])
    """
    packed = (files(__package__) / "optdigits_8x8.csv.gz").read_bytes()
    table = np.loadtxt(gzip.decompress(packed).decode().splitlines(), delimiter=",", dtype=int)
    images, labels = table[:, :-1].astype(float), table[:, -1].copy()
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


@cache
def hearing() -> np.ndarray:
    """Return of 540 nets, one record per net, who heard the name before training and who learned whom it means.

    The fields: model, gain, forget_bias, seed; heard, log10 of the gradient at the name before training, relative to
    that at the end; solved_at, the update after which it was solved, -1 where that was not within 200.
    Source: ``python -m tools.hearing``.

    >>> nets = hearing()
    >>> len(nets), nets["model"][0]
    (540, np.str_('tanh'))
    """
    nets = np.genfromtxt(files(__package__) / "hearing.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    nets.flags.writeable = False
    return nets
