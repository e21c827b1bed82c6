"""The exercises of notebook 10."""

from math import exp

from helpers.exercises.answers import choice, near, number
from helpers.maths.lstm_paths import secret
from helpers.maths.tasks import TASKS

BIAS, SCALE = secret(1)
TANH, LSTM_0, LSTM_3 = "the tanh net of gain 1", "the LSTM with forget bias 0", "the LSTM with forget bias 3"

EXERCISES = {
    "10.1": choice(
        LSTM_3,
        (TANH, "Some of its seeds do and some do not: a little of the gradient crosses the gap."),
        (LSTM_0, "Its gates begin near one half. What is 0.5 to the power of 40?"),
        (
            LSTM_3,
            "Of the three, it alone lets most of the gradient cross 40 words before training. Now see it.",
        ),
        ("all of them", "The gates of one of them begin near one half. What is 0.5 to the power of 40?"),
    ),
    "10.2": number(
        BIAS,
        "The carousel is the product of the forget gates, so its slope tells the bias.",
        (lambda bias: bias < BIAS, "Too small. A larger bias forgets less: raise it until the blue lines meet."),
        (lambda bias: bias > BIAS, "Too large. A smaller bias forgets more: lower it until the blue lines meet."),
        digits=2,
    ),
    "10.3": number(
        SCALE,
        "With the bias found, all that is left between the lines is the scale of W.",
        (lambda scale: scale <= 0, "A scale is above 0."),
        (lambda scale: scale < SCALE, "Too small. Keep the bias, and raise the scale until the orange lines meet."),
        (lambda scale: scale > SCALE, "Too large. Keep the bias, and lower the scale until the orange lines meet."),
        digits=2,
    ),
    "10.4": number(
        21,
        "ln(T − 1) = 3 gives T = 1 + e³ = 21.09, so 21 is the greatest whole length.",
        near(1.0 + exp(3.0), 0.01, "That solves ln(T − 1) = 3. A length is a whole number: the greatest below?"),
        near(exp(3.0), 0.1, "That is T − 1, not T."),
        near(22, 1e-9, "ln 21 is already above 3."),
        near(1001, 1.5, "That is with the logarithm to base 10; wanted is the natural one."),
        (lambda T: 0 < T < 3, "That is the logarithm of 2. Turn it round: whose logarithm, less 1, is 3?"),
        otherwise="Not yet. Solve ln(T − 1) = 3 for T.",
    ),
    "10.5": choice(
        "odd",
        (
            "odd",
            "It turns the bit round at each step, so after any even number of further steps it stands as it did at 5.",
        ),
        ("even", "It learned at 5. After one step more the bit has turned round; after two?"),
        ("all", "The eigenvalue is below −1, not above 1: the state changes sign at each step."),
        ("none", "It has not forgotten, it turns. See net 4 in the explorer, which learned at 6."),
    ),
    "10.6": number(
        0.5,
        "The second symbol leaves two of the four answers, and the first is a coin.",
        near(1.0 - TASKS["order"].chance, 1e-9, "That is without having read anything. It knows one symbol of two."),
        near(TASKS["order"].chance, 1e-9, "That is what a constant answer has wrong."),
        near(1.0, 1e-9, "Then it would have to know the first symbol too."),
        near(50, 1e-9, "A share is a number from 0 to 1."),
        tolerance=1e-9,
        otherwise="Not yet. How many answers does the second symbol leave?",
    ),
}
