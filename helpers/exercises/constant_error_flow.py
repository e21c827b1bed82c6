"""The exercises of notebook 08."""

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.memory import gated_gradient, multi_tap_gradient


def _gates() -> tuple:
    """Return two rows of gates."""
    rng = np.random.default_rng(0)
    return tuple((rng.uniform(0.2, 1.0, n),) for n in (3, 8))


EXERCISES = {
    "08.1": Repair(
        lambda gates: 10.0 ** gated_gradient(gates)[-1],
        "The gate's value stands between m_k and m_{k+1}; its derivative only between z and the gate.",
        _gates(),
        (
            (
                lambda gates: np.prod(gates * (1 - gates)),
                "Not yet. You multiply the gates' DERIVATIVES, as the slide prints it. What is dm_{k+1}/dm_k?",
            ),
            (lambda gates: np.prod(1 - gates), "1 − s is what is forgotten. Which factor keeps?"),
            (
                lambda gates: np.mean(gates) ** len(gates),
                "The factors differ: their product is no power of their mean.",
            ),
            (lambda gates: gates[-1], "That is the last step alone. A change of m_0 passes every gate."),
        ),
    ),
    "08.2": Exercise(
        float(10.0 ** gated_gradient(np.full(100, 0.99))[-1]),
        "0.99^100 is near 1/e.",
        (
            (near(3.7e-201, 1e-201), "Those are the primes of the slide: (0.99 · 0.01)^100. The values count."),
            (near(0.0, 1e-3), "The gate is almost open: only a hundredth is lost at each step."),
            (near(0.99, 1e-9), "That is one step."),
            (near(0.01, 1e-3), "Losing a hundredth a hundred times does not leave a hundredth: multiply."),
        ),
        digits=2,
        otherwise="Not yet. A hundred factors of 0.99.",
    ),
    "08.3": Exercise(
        float(10.0 ** multi_tap_gradient(np.append(np.zeros(9), 0.9), 100)[-1]),
        "Lag 100 is ten hops of ten.",
        (
            (near(0.9**100, 1e-6), "That is with one tap: a hundred hops. Here a hop is ten steps long."),
            (near(0.9, 1e-9), "One hop reaches lag 10. How many reach 100?"),
            (near(9.0, 1e-9), "Factors are multiplied: 0.9 to the power of the hops."),
            (near(0.09, 1e-3), "The weight is not shared among the taps: only the tenth has one, 0.9."),
        ),
        digits=2,
        otherwise="Not yet. How many hops of ten steps make a hundred?",
    ),
    "08.4": Exercise(
        "a straight line of slope 1/w",
        "f′(z) w = 1 for every z leaves f(z) = z/w and a constant.",
        (
            (is_option("tanh with w = 1"), "Its slope is 1 at z = 0 alone."),
            (is_option("ReLU with w = 1"), "For z below 0 its slope is 0: then nothing flows."),
            (is_option("sigmoid with w = 4"), "f′ w is 1 at z = 0 alone, and less elsewhere."),
        ),
        options=("tanh with w = 1", "ReLU with w = 1", "sigmoid with w = 4", "a straight line of slope 1/w"),
    ),
}
