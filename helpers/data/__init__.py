"""Real data, shipped with the package; README.md in this folder says where each file comes from."""

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
