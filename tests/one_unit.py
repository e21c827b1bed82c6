"""What the tests of one unit share: its next state, its 2-cycle, and settings to draw from."""

from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation
from helpers.maths.fixed_points import attractor

SMOOTH = ("sigmoid", "tanh")
MONOTONE = ("sigmoid", "tanh", "relu", "identity")
WEIGHT, BIAS, STATE = st.floats(-20, 20), st.floats(-10, 10), st.floats(-2, 2)
CUSP = {"sigmoid": 4.0, "tanh": 1.0}


def next_state(name, w, b, h):
    return find_activation(name)(w * h + b)


def two_cycle(name, w, b=0.0, h0=0.3):
    """The Attractor of a start that the fixed point between the two states is not, or None where it is no 2-cycle."""
    settled = attractor(name, w, b, h0)
    return settled if settled.period == 2 else None
