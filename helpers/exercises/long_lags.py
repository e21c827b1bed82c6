"""The exercises of notebook 10."""

import numpy as np

from helpers.exercises.answers import Exercise, is_option, near
from helpers.maths.memory import chrono_bias
from helpers.maths.mystery import secret
from helpers.maths.tasks import TASKS

BIAS, SCALE = secret(1)
TANH, LSTM_0, LSTM_3 = "the tanh net of gain 1", "the LSTM with forget bias 0", "the LSTM with forget bias 3"

EXERCISES = {
    "10.1": Exercise(
        LSTM_3,
        "Only its carousel carries something over 40 steps before training. Now see it.",
        (
            (is_option(TANH), "Set the gap to 40 and look at the grey lines: what reaches the name?"),
            (is_option(LSTM_0), "Its gates begin near one half. What is 0.5 to the power of 40?"),
            (is_option("all of them"), "Who cannot hear the name cannot learn it. Set the gap to 40 and look right."),
        ),
        options=(TANH, LSTM_0, LSTM_3, "all of them"),
    ),
    "10.2": Exercise(
        BIAS,
        "The carousel is the product of the forget gates, so its slope tells the bias.",
        (
            (lambda bias: bias < BIAS - 1, "Your carousel falls faster than its own: a larger bias forgets less."),
            (lambda bias: bias > BIAS + 1, "Your carousel falls more slowly than its own: a smaller bias."),
            (near(SCALE, 0.1), "That is near the scale. Wanted here is the bias."),
        ),
        tolerance=0.15,
        otherwise="Near. Move the bias until the two blue lines lie on one another, then look at the scale again.",
    ),
    "10.3": Exercise(
        SCALE,
        "With the bias found, all that is left between the lines is the scale of W.",
        (
            (near(BIAS, 0.1), "That is near the bias. Wanted here is the scale."),
            (lambda scale: scale <= 0, "A scale is above 0."),
            (lambda scale: scale > SCALE + 1, "Too large: with your scale the gates swing further than the mystery's."),
        ),
        tolerance=0.15,
        otherwise="Not yet. Set the bias first, then move the scale until the orange lines meet.",
    ),
    "10.4": Exercise(
        float(chrono_bias(100)),
        "ln 99: what is kept over 100 steps is about 1/e.",
        (
            (near(float(np.log10(99.0)), 0.02), "That is the logarithm to base 10; wanted is the natural one."),
            (near(99.0, 1e-9), "Its logarithm is wanted."),
            (near(-float(np.log(99.0)), 0.05), "The sign: such a bias would forget nearly all at every step."),
        ),
        tolerance=0.05,
        otherwise="Not yet: np.log(T - 1) at T = 100.",
    ),
    "10.5": Exercise(
        "even",
        "It turns the bit round at each step, so after any even number of further steps it stands as it did at 6.",
        (
            (is_option("odd"), "It learned at 6. After one step more the bit has turned round; after two?"),
            (is_option("all"), "The eigenvalue is below −1, not above 1: the state changes sign at each step."),
            (is_option("none"), "It has not forgotten: set the explorer to net 4."),
        ),
        options=("odd", "even", "all", "none"),
    ),
    "10.6": Exercise(
        0.5,
        "The second symbol leaves two of the four answers, and the first is a coin.",
        (
            (
                near(1.0 - TASKS["order"].chance, 1e-9),
                "That is without having read anything. It knows one symbol of two.",
            ),
            (near(TASKS["order"].chance, 1e-9), "That is what a constant answer has wrong."),
            (near(1.0, 1e-9), "Then it would have to know the first symbol too."),
        ),
        tolerance=1e-9,
        otherwise="Not yet. How many answers does the second symbol leave?",
    ),
}
