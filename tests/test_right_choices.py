"""The choice that is called right is right: numpy alone, or the shipped table, makes it."""

import math
import re

import numpy as np
import pytest

from helpers.exercises import CHOICES
from helpers.experiments.cells import reported
from helpers.explorers.contributions import contributions_explorer


def logistic(z):
    return 1 / (1 + np.exp(-z))


def what_three_starts_know():
    h = np.array([0.9, 0.3, -0.6])
    for _ in range(40):
        h = np.tanh(1.5 * h)
    alike = np.abs(h - h[0]) < 1e-3
    return {(True, True, True): "nothing", (True, True, False): "the sign of its start"}[tuple(alike.tolist())]


def which_weight_keeps_more():
    left = []
    for w in (1.0, 1.5):
        h, change = 0.3, 1.0
        for _ in range(50):
            h = np.tanh(w * h)
            change *= w * (1 - h * h)
        left.append(change)
    return "w = 1.0" if left[0] > 10 * left[1] else "w = 1.5"


def fixed_points_of_a_sigmoid_without_bias():
    h = np.linspace(0, 1, 100_001)
    falls = np.diff(np.sign(logistic(8 * h) - h)) < 0
    return ["none", "one", "two"][falls.sum()]


def what_layernorm_leaves_of_two():
    def normed(z):
        return (z - z.mean()) / z.std()

    z = np.array([0.3, 1.7])
    J = np.stack([(normed(z + d) - normed(z - d)) / 2e-5 for d in 1e-5 * np.eye(2)], axis=1)
    return "next to nothing" if np.linalg.norm(J, 2) < 1e-6 else "all of it"


def gradient_under_l2():
    y = logistic(np.linspace(2, -10, 1000))
    size = np.abs((y - 1) * y * (1 - y))
    top = size.argmax()
    return "it grows, then goes to 0" if 0 < top < 999 and size[-1] < 1e-4 < size[0] else "it grows with the error"


def which_are_steep():
    z = np.linspace(-8, 8, 160_001)
    curves = {
        "sigmoid": logistic(z),
        "tanh": np.tanh(z),
        "ReLU": np.maximum(z, 0),
        "SELU": 1.0507 * np.where(z > 0, z, 1.6733 * np.expm1(np.minimum(z, 0))),
        "SiLU": z * logistic(z),
    }
    steep = [name for name, f in curves.items() if np.abs(np.diff(f)).max() / 1e-4 > 1.001]
    return " and ".join(steep)


def along_which_directions(pair=((0.0, 2.0), (0.4, 0.0))):
    sigma = np.linalg.svd(np.linalg.matrix_power(np.array(pair), 100), compute_uv=False)
    return ["along none", "along one", "along all"][(sigma > 1).sum()]


def what_the_angle_changes():
    def grows(degrees):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        return np.linalg.norm(np.linalg.matrix_power(np.diag([2, 0.25]) @ [[c, -s], [s, c]], 100)) > 1

    small, large = ("grows" if grows(degrees) else "fades" for degrees in (20, 80))
    return f"yes: small θ {small}, large θ {large}"


def how_large_the_powers_become():
    W = np.array([[0.9, 2.0], [0.0, 0.9]])
    largest = max(np.linalg.norm(np.linalg.matrix_power(W, n), 2) for n in range(1, 100))
    return "more than 5" if largest > 5 else "never above that of W, 2.35"


def what_the_window_leaves_out():
    explorer = contributions_explorer(gain=0.9)
    assert "A window of 10 leaves out 0.00253 of it" in explorer.sentence
    explorer.update(gain=2.0)
    share = float(re.search(r"leaves out ([\d.]+) of it", explorer.sentence)[1])
    return "more than a half" if share > 0.5 else "about 0.01"


def whether_it_explodes(a=8.0, s=0.5):
    J = np.diag([1.0, 1 - s * s]) @ (a * np.array([[1.0, 1.0], [-1.0, -1.0]]))
    return "yes" if np.linalg.norm(np.linalg.matrix_power(J, 40)) > 1e6 else "no: two steps give 0"


def which_conditions_are_needed():
    """Spectral norm, γ ρ(|W|), column sum, row sum, for γ = 1."""
    below = []
    for W in ([[0.9, 2.0], [0.0, 0.9]], [[0.6, 0.6], [-0.6, 0.6]]):
        W = np.array(W)
        size = np.abs(np.linalg.eigvals(np.abs(W))).max()
        below.append([np.linalg.norm(W, 2) < 1, size < 1, *(np.linalg.norm(W, p) < 1 for p in (1, np.inf))])
    one, other = below
    return "no: it takes two of them" if one == [False, True, False, False] and other[0] and not other[1] else ""


def what_the_memory_holds(row="+.-.+0.+."):
    m, left = 0, 1
    for letter in row:
        m = {"+": m + 1, "-": m - 1, ".": m, "0": 0}[letter]
        left *= letter != "0"
    return f"{m}, and no step before the reset" if not left else f"{m}, and every step"


def what_is_left_of_a_cell(w_g=-2.0, n_steps=100):
    def end(c):
        h = 0.5 * np.tanh(c)
        for _ in range(n_steps):
            c = c + 0.5 * np.tanh(w_g * h)
            h = 0.5 * np.tanh(c)
        return c

    left = (end(1e-3) - end(-1e-3)) / 2e-3
    return "½¹⁰⁰ of it, but all along the carousel" if 0 < left < 1e-25 else "all of it, by every path"


def what_h_of_1997_shows():
    c = 50 * 0.5 * (4 * logistic(1.0) - 2)
    return "next to nothing" if logistic(c) * (1 - logistic(c)) < 1e-6 else "about half: o is ½"


def count(task, length, name):
    return reported(task, length, name).n_solved


def tied_or_not(task, length):
    tied, alone = count(task, length, "LSTM ln(T-1) tied"), count(task, length, "LSTM ln(T-1)")
    return tied, alone


RIGHT = {
    "00.1": what_three_starts_know,
    "01.3": which_weight_keeps_more,
    "02.6": fixed_points_of_a_sigmoid_without_bias,
    "03.7": what_layernorm_leaves_of_two,
    "03.9": gradient_under_l2,
    "04.5": which_are_steep,
    "04.7": lambda: "nine tenths" if 0.85 < (1 - 0.01) ** 10 < 0.95 else "",
    "05.5": along_which_directions,
    "05.6": what_the_angle_changes,
    "05.7": how_large_the_powers_become,
    "06.6": what_the_window_leaves_out,
    "06.10": lambda: ", ".join(f"{0.9**lag:.2g}" for lag in (10, 20, 40)),
    "07.5": lambda: "to a number above 0" if np.prod(1 - 1 / np.arange(2.0, 1e5) ** 2) > 0.49 else "to 0",
    "07.8": whether_it_explodes,
    "07.9": which_conditions_are_needed,
    "08.6": lambda: "about a third" if 0.3 < 0.99**100 < 0.4 else "",
    "08.9": what_the_memory_holds,
    "09.4": what_is_left_of_a_cell,
    "09.6": what_h_of_1997_shows,
    "09.9": lambda: f"about {math.log(0.5) / math.log(logistic(1.0)):.0f}",
    "10.9": lambda: "none" if count("order", 50, "tanh 1") == 0 else "",
    "10.10": lambda: "about fifteen" if abs(count("jane", 50, "tanh 1.5") - 15) <= 2 else "",
    "10.12": lambda: (
        "both, where they are tied" if min(tied_or_not("order", 200)) == 0 < 15 < max(tied_or_not("order", 200)) else ""
    ),
    "10.15": lambda: "few that are not tied, all that are" if tied_or_not("adding", 200) == (20, 3) else "",
    "10.16": lambda: "the tanh nets" if count("latch", 160, "tanh 1.5") > 10 > count("latch", 160, "LSTM 0") else "",
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_choice_is_what_the_maths_says(name):
    assert RIGHT[name]() == CHOICES[name]["answer"]
