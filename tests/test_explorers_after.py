"""The sentences of the explorers of notebook 11 say what plain numpy says."""

import re

import numpy as np
import pytest

from helpers.explorers.after import by_lag_explorer, looking_back_explorer, valley_explorer, write_explorer
from helpers.maths.lstm import random_lstm
from tests.sweeping import said

AMOUNT = r"(10\^-?[\d.]+\d|\d[\d.]*(?:e[-+]\d+)?(?<!\.))"


@pytest.fixture(scope="module")
def explorers():
    return {make.__name__: make() for make in (by_lag_explorer, valley_explorer, write_explorer, looking_back_explorer)}


def read(sentence, pattern):
    """Return the numbers that stand at each # of ``pattern`` in the sentence."""
    found = re.search(re.escape(pattern).replace(r"\#", AMOUNT), sentence)
    assert found, (pattern, sentence)
    return [10.0 ** float(word[3:]) if word.startswith("10^") else float(word) for word in found.groups()]


def as_told(value):
    """To the digits of a sentence: three of a number, one after the point of an exponent."""
    return pytest.approx(value, rel=0.006 if 1e-4 < value < 1e4 else 0.13)


# Gradient by lag


@pytest.mark.parametrize("length", [10, 97, 500])
@pytest.mark.parametrize("r_max", [0.9, 0.987, 1.0])
def test_the_disc_the_running_mean_and_attention_keep_what_their_laws_say(explorers, length, r_max):
    sentence = said(explorers["by_lag_explorer"], length=length, r_max=r_max)
    (disc,), (mean,) = (
        read(sentence, "the disc # (the norm"),
        read(sentence, "the running mean and even weights of attention keep 1/T = #."),
    )
    q = np.linspace(0, r_max**2, 400_001)
    powers = q ** (length - 1)
    assert disc == as_told(np.sqrt(np.sum((powers[1:] + powers[:-1]) / 2) * (q[1] - q[0]) / r_max**2))
    weight = 1.0
    for j in range(2, length + 1):
        weight *= 1 - 1 / j
    assert mean == as_told(weight)


def test_at_a_small_bias_gates_forget_as_powers_of_a_half_or_faster(explorers):
    sentence = said(explorers["by_lag_explorer"], length=50, bias=-2.0)
    assert read(sentence, "the minGRU #, the disc")[0] < 0.5**49


def test_on_two_logarithmic_axes_the_whole_disc_is_a_line_of_slope_minus_a_half(explorers):
    explorer = explorers["by_lag_explorer"]
    explorer.update(length=500, r_max=1, log_axis=True)
    x, y = next(line for line in explorer._scene.axes.get_lines() if "disc" in line.get_label()).get_data()
    slope = np.diff(y[50:]) / np.diff(x[50:])
    assert slope == pytest.approx(-0.5, abs=0.01)


# The valley


def series(parameter, value, write, n=5000):
    lam = {"raw": value, "exp": np.exp(-np.exp(value)), "sigmoid": 1 / (1 + np.exp(-value))}[parameter]
    return (np.sqrt(1 - lam**2) if write == "gamma" else 1.0) * lam ** np.arange(n)


@pytest.mark.parametrize("memory", [2.0, 20.0, 100.0])
@pytest.mark.parametrize(
    ("how", "bottom"),
    [
        (("raw", "free"), lambda lam: lam),
        (("raw", "gamma"), lambda lam: lam),
        (("exp", "free"), lambda lam: np.log(-np.log(lam))),
        (("exp", "gamma"), lambda lam: np.log(-np.log(lam))),
        (("sigmoid", "gamma"), lambda lam: np.log(lam / (1 - lam))),
    ],
)
def test_what_the_parameter_moves_and_the_rates_that_are_stable_are_those_of_a_series(explorers, how, bottom, memory):
    sentence = said(explorers["valley_explorer"], memory=memory, how=how)
    value, step = bottom(1 - 1 / memory), 1e-5 / memory
    moved = (series(how[0], value + step, how[1]) - series(how[0], value - step, how[1])) / (2 * step)
    assert read(sentence, "moves the state by #")[0] == as_told(np.sqrt(np.sum(moved**2)))
    assert read(sentence, "rates below # are")[0] == pytest.approx(2 / np.sum(moved**2), rel=0.006)
    assert read(sentence, "the product keeps #,")[0] == as_told((1 - 1 / memory) ** memory)


def test_a_descent_that_leaves_the_disc_says_at_which_update(explorers):
    """h = λh + x for both cells: dL/dλ = λ/(1 - λ²)² - λ*/(1 - λλ*)²."""
    lam, goal, update = 0.5, 0.99, 0
    while abs(lam) < 1:
        lam -= 0.0032 * (lam / (1 - lam**2) ** 2 - goal / (1 - lam * goal) ** 2)
        update += 1
    sentence = said(explorers["valley_explorer"], rate=0.0032, n_updates=300)
    assert f"update {update} leaves the disc" in sentence
    arrived = said(explorers["valley_explorer"], how=("exp", "gamma"), rate=2.0, n_updates=300)
    assert "after 300 updates the loss is 0 of the variance" in arrived


# The write


def cells(forget_bias, input_bias, scale):
    """c and o of the explorer's LSTM at the end: its random weights, run by a loop."""
    rng = np.random.default_rng(0)
    net = random_lstm(16, 6, scale, rng)
    symbols = rng.integers(6, size=200)
    biases = np.repeat([input_bias, forget_bias, 0.0, 0.0], 16)  # i, f, g, o
    c, h = np.zeros((2, 16))
    for symbol in symbols:
        i, f, g, o = np.split(net.W @ h + net.U[:, symbol] + biases, 4)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    return c, o


@pytest.mark.parametrize(("forget_bias", "input_bias", "scale"), [(3.0, 0.0, 1.0), (5.3, -5.3, 1.0), (1.0, 2.0, 4.0)])
def test_what_the_cells_hold_and_show_is_that_of_a_loop(explorers, forget_bias, input_bias, scale):
    sentence = said(explorers["write_explorer"], forget_bias=forget_bias, input_bias=input_bias, scale=scale)
    c, o = cells(forget_bias, input_bias, scale)
    assert read(sentence, "the cells hold #")[0] == as_told(np.sqrt(np.mean(c**2)))
    assert read(sentence, "h shows # at the median")[0] == as_told(10 ** np.median(np.log10(o / np.cosh(c) ** 2)))
    assert ("(tied)" in sentence) == (forget_bias == -input_bias)


def test_without_weights_from_h_the_whole_gradient_is_the_carousel(explorers):
    sentence = said(explorers["write_explorer"], scale=0.0)
    whole, carousel = read(sentence, "The whole gradient is #, the carousel alone #.")
    assert whole == carousel


# Looking back


@pytest.mark.parametrize("length", [2, 50, 200])
def test_even_weights_give_each_token_the_same_share_and_hear_each_logit_alike(explorers, length):
    sentence = said(explorers["looking_back_explorer"], length=length, scale=0)
    assert read(sentence, "as if # tokens") == [as_told(length)]
    assert read(sentence, "has the share # of") == [as_told(1 / length)]
    assert read(sentence, "at most # reaches its own weight") == [as_told((1 - 1 / length) / length)]


def test_two_even_layers_give_the_first_token_the_mean_of_all_means(explorers):
    sentence = said(explorers["looking_back_explorer"], length=200, scale=0, depth=2)
    assert read(sentence, "has the share # of") == [as_told(np.sum(1 / np.arange(1, 201)) / 200)]
    half = said(explorers["looking_back_explorer"], length=200, scale=0, depth=1, residual=True)
    assert read(half, "has the share # of") == [as_told(1 / 400)]


def test_with_sharp_logits_one_token_has_the_weight_and_no_logit_is_heard(explorers):
    """Of the explorer's logits the two largest of the last row decide."""
    z = np.sort(32 * np.random.default_rng(0).standard_normal((12, 200, 200))[0, 99, :100])
    second = 1 / (1 + np.exp(z[-1] - z[-2]))
    sentence = said(explorers["looking_back_explorer"], length=100, scale=32)
    assert read(sentence, "at most # reaches its own weight")[0] == pytest.approx(second, rel=0.02)
    assert read(sentence, "as if # tokens")[0] == pytest.approx(1, abs=0.05)


def test_how_many_tokens_are_read_is_said_of_the_last_layer(explorers):
    z = 2 * np.random.default_rng(0).standard_normal((12, 200, 200))[2, 99, :100]
    a = np.exp(z) / np.exp(z).sum()
    sentence = said(explorers["looking_back_explorer"], length=100, scale=2, depth=3)
    assert read(sentence, "as if # tokens") == [as_told(1 / np.sum(a**2))]
    assert read(sentence, "at most # reaches its own weight") == [as_told(np.max(a * (1 - a)))]
