"""What the tests of one unit share: its next state, and settings to draw from."""

from hypothesis import settings
from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation

PROPERTY = settings(deadline=None, max_examples=50, derandomize=True)
SMOOTH = ("sigmoid", "tanh")
MONOTONE = ("sigmoid", "tanh", "relu", "identity")
WEIGHT, BIAS, STATE = st.floats(-20, 20), st.floats(-10, 10), st.floats(-2, 2)
CUSP = {"sigmoid": 4.0, "tanh": 1.0}


def next_state(name, w, b, h):
    return find_activation(name)(w * h + b)
