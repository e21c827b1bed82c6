"""The exercises of notebook 10."""

import math

from helpers.exercises.answers import between, near, number
from helpers.maths.lstm import secret
from helpers.maths.tasks import TASKS

BIAS, SCALE = secret(1)
BOTH = "The scale of W moves the blue line a little, too: find it by the orange line, then come back."
TANH, LSTM_0, LSTM_3 = "the tanh net of gain 1", "the LSTM with forget bias 0", "the LSTM with forget bias 3"

EXERCISES = {
    "10.2": number(
        "What is the forget bias of mystery 1? (one digit after the point)",
        BIAS,
        "The carousel is the product of the forget gates, so its slope tells the bias.",
        between(BIAS - 0.35, BIAS, f"A little too small. {BOTH}"),
        between(BIAS, BIAS + 0.35, f"A little too large. {BOTH}"),
        between(-math.inf, BIAS, "Too small. A larger bias forgets less: raise it until the blue lines meet."),
        between(BIAS, math.inf, "Too large. A smaller bias forgets more: lower it until the blue lines meet."),
        digits=2,
    ),
    "10.3": number(
        "And the scale of its W? (one digit after the point)",
        SCALE,
        "With the bias found, all that is left between the lines is the scale of W.",
        between(-math.inf, 0, "A scale is above 0."),
        between(0, SCALE, "Too small. Keep the bias, and raise the scale until the orange lines meet."),
        between(SCALE, math.inf, "Too large. Keep the bias, and lower the scale until the orange lines meet."),
        digits=2,
    ),
    "10.6": number(
        "A net has learned the second symbol of temporal order, and guesses the first. "
        "What share of its answers is right?",
        0.5,
        "The second symbol leaves two of the four answers, and the first is a coin.",
        near(1.0 - TASKS["order"].chance, 1e-9, "That is without having read anything. It knows one symbol of two."),
        near(TASKS["order"].chance, 1e-9, "That is the share that a constant answer gets wrong."),
        near(1.0, 1e-9, "Then it would have to know the first symbol too."),
        tolerance=1e-9,
        otherwise="Not yet. How many answers does the second symbol leave?",
    ),
}
