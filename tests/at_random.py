"""What tests draw with: generators from a seed, seeds from hypothesis, and how many examples it looks for."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

PROPERTY = settings(deadline=None, max_examples=50, derandomize=True)
SEEDS = st.integers(0, 2**32)


def rng(seed=0):
    return np.random.default_rng(seed)
