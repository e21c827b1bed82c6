"""A sentence holds at every setting: its numbers are read back and held against a loop of plain numpy."""

import re
from decimal import Decimal, localcontext

import numpy as np
import pytest

from helpers.data import nile
from helpers.explorers.scalar import first_look, memory_explorer
from helpers.maths.activations import ACTIVATIONS
from tests.sweeping import number_told, said

FIRST_LOOK, MEMORY = first_look(), memory_explorer()

# --- three starts (notebook 00) ---


def told_gap(words):
    """Return the size that a sentence tells, and whether it tells a bound alone."""
    if words == "less than 10^-12":
        return 1e-12, True
    return 10.0 ** float(words[3:]) if words.startswith("10^") else float(words), False


@pytest.mark.parametrize("w", [*np.linspace(-2, 2, 161).round(3), 0.001, 1e-9, 0.999, 1.001])
def test_the_first_look_tells_the_gaps_and_the_swing_of_plain_numpy(w):
    H = np.array([0.9, 0.3, -0.6])
    for _ in range(40):
        H = np.tanh(w * H)
    sentence = said(FIRST_LOOK, w=w)
    told = re.fullmatch(
        rf"w = {re.escape(f'{w:g}')}: the runs from 0.9 and 0.3 begin 0.6 apart and are (.+) apart after 40 steps; "
        r"those from 0.3 and -0.6 begin 0.9 apart and end (.+) apart\."
        r"( All three swing between (\S+) and (\S+) in the end\.)?",
        sentence,
    )
    assert told, sentence
    for words, gap in zip(told.groups()[:2], np.abs(np.diff(H)), strict=True):
        size, bound = told_gap(words)
        # "10^-12.3" has three digits of the exponent; another number three digits of its own.
        assert gap < size if bound else gap == pytest.approx(size, rel=0.13 if "^" in words else 0.006), sentence
    assert bool(told[3]) == (w < -1)
    if w < -1.05:  # nearer to the border it takes longer than this to settle
        for _ in range(2000):
            H = np.tanh(w * H)
        assert {f"{h:.3g}" for h in (*H, *np.tanh(w * H))} == {told[4], told[5]}


@pytest.mark.parametrize("w", ["0.1", "0.5", "1.05", "1.47", "1.48", "1.49", "2", "-0.3", "-1.7"])
def test_two_runs_are_as_near_as_the_first_look_says_also_in_fifty_digits(w):
    with localcontext() as context:
        context.prec = 50
        runs = [Decimal("0.9"), Decimal("0.3"), Decimal("-0.6")]
        for _ in range(40):
            runs = [1 - 2 / ((2 * Decimal(w) * h).exp() + 1) for h in runs]
        gaps = [float(abs(runs[k] - runs[k + 1])) for k in (0, 1)]
    words = re.findall(r"(?:are|end) (.+?) apart", said(FIRST_LOOK, w=float(w)))
    for gap, told in zip(gaps, words, strict=True):
        size, bound = told_gap(told)
        assert 0 < gap < size if bound else gap == pytest.approx(size, rel=0.13 if "^" in told else 0.006)


# --- one neuron and what it reads (notebook 01) ---

PLAIN = {  # f and f'
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + 2 * np.cosh(z))),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
}
LABELS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}


def river():
    _, flow = nile()
    return (flow - np.mean(flow)) / np.std(flow)


def input_of(inputs, n_steps):
    """Return what a neuron reads, and the first state that knows of the event."""
    t = np.arange(n_steps)
    return {
        "nothing": (0.0 * t, 0),
        "impulse": (1.0 * (t == 10), 11),
        "step": (1.0 * (t >= 10), 11),
        "noise": (np.random.default_rng(0).standard_normal(n_steps), 0),
        "Nile": (river(), 29),
    }[inputs]


def plain_run(activation, w, b, h0, x):
    """Return the states and the log10 of the size of each step's derivative."""
    f, slope = PLAIN[activation]
    H, logs = [h0], []
    with np.errstate(over="ignore", divide="ignore"):
        for x_t in x:
            z = w * H[-1] + b + x_t
            H.append(float(f(z)))
            logs.append(np.log10(abs(w * slope(z))))
    return np.array(H), np.array(logs)


def some_settings():
    """Return the ends of the controls and 150 settings between them."""
    rng = np.random.default_rng(11)
    kinds = ["nothing", "impulse", "step", "noise", "Nile"]
    settings = [
        (activation, w, b, h0, inputs, n_steps)
        for activation in PLAIN
        for w in (-8.0, 0.0, 1.0, 8.0)
        for b, h0 in ((0.0, 0.1), (4.0, 1.0), (-4.0, -1.0))
        for inputs, n_steps in (("nothing", 50), ("nothing", 1000), ("Nile", 50), ("step", 200))
    ]
    for _ in range(150):
        w, b, h0 = rng.uniform(-3, 3), rng.uniform(-2, 2) * rng.integers(2), rng.uniform(-1, 1)
        one = (rng.choice(list(PLAIN)), w, b, h0, rng.choice(kinds), rng.choice([50, 200, 1000]))
        settings.append((str(one[0]), *(round(float(v), 2) for v in one[1:4]), str(one[4]), int(one[5])))
    return settings


def log10_told(words):
    if words == "exactly 0":
        return -np.inf
    return float(words[3:]) if words.startswith("10^") else np.log10(float(words))


def close(told, exact):
    """Whether a logarithm is the one told, in three digits or in tenths."""
    return told == exact or abs(told - exact) <= 0.0501


@pytest.mark.parametrize("setting", some_settings(), ids=str)
def test_the_memory_explorer_tells_the_states_and_the_gradient_of_plain_numpy(setting):
    activation, w, b, h0, inputs, n_steps = setting
    x, event = input_of(inputs, n_steps)
    H, logs = plain_run(activation, w, b, h0, x)
    left = np.concatenate([[0.0], np.cumsum(logs[event:])])
    sentence = said(MEMORY, activation=activation, w=w, b=b, h0=h0, inputs=inputs, n_steps=n_steps)
    told = re.fullmatch(
        r"(\w+), w = (\S+), b = (\S+): the state goes from (\S+) to (.+?) in (\d+) steps\. (.+?)\. "
        r"Of a small change made at (.+?), (.+?) is left after (\d+) steps: (.+?)\."
        r"( At its largest, after (\d+) steps?, it is (\S+) times what it was\.)?",
        sentence,
    )
    assert told, sentence
    assert (told[1], float(told[2]), float(told[3]), float(told[4])) == (LABELS[activation], w, b, h0)
    if told[5] == "more than 10^308":
        assert np.isinf(H[-1])
    else:
        size, rounding = number_told(told[5])
        assert H[-1] == pytest.approx(size, rel=rounding, abs=1e-11)
    assert (int(told[6]), int(told[10])) == (len(x), len(x) - event)
    assert close(log10_told(told[9]), left[-1]), sentence
    small = left < np.log10(0.05)
    if told[11] == "more than 5 % of it to the end":
        assert not small.any()
    elif told[11] == "less than 5 % of it on the way, more at the end":
        assert small.any()
        assert not small[-1]
    else:
        steps = int(re.fullmatch(r"less than 5 % of it from (\d+) steps? on", told[11])[1])
        assert small[steps:].all()
        assert not small[steps - 1]
    if told[12]:
        assert close(log10_told(told[14]), left.max())
        assert left[int(told[13])] == pytest.approx(left.max(), abs=1e-9)
        assert left[-1] < left.max()
    else:
        assert left.max() < 0.0022 or left[-1] == left.max()
    # Where it settles: let it go on without an input.
    if re.search(r"without end", told[7]) or np.isinf(H[-1]):
        assert activation == "relu"
        assert H[-1] < plain_run(activation, w, b, H[-1], np.zeros(3))[0][-1] or np.isinf(H[-1])
        return
    multiplier, _ = number_told(re.search(r"multiplier (\S+) per step", told[7])[1])
    if "repels" not in told[7] and (multiplier < 0.98 or multiplier == 1):
        rest, _ = plain_run(activation, w, b, H[-1], np.zeros(2000))
        ends = map(number_told, re.search(r"(?:at|of two,) (.+?) \(", told[7])[1].split(" and "))
        tolerance = 0.05 if multiplier == 1 else 1e-6  # at 1 it settles like a root of t, or not at all
        for end, rounding in ends:
            assert np.abs(rest[-2:] - end).min() < tolerance + rounding * abs(end), sentence


def test_a_run_that_ends_at_0_is_said_to_end_at_0():
    for activation in ("selu", "sin", "mish", "arctan"):
        assert "It settles at 0 (" in said(MEMORY, activation=activation, w=0.9)


OTHERS = [name for name in MEMORY.specs["activation"].samples if name not in PLAIN]


@pytest.mark.parametrize("activation", OTHERS)
def test_of_an_activation_without_a_closed_form_the_sentence_tells_what_a_long_loop_does(activation):
    f, rng, told = ACTIVATIONS[activation].f, np.random.default_rng(5), set()
    settings = rng.uniform((-8, -2, -1), (8, 2, 1), (12, 3)).round(2)
    w, b, h = settings.T
    run = []
    with np.errstate(over="ignore"):
        for _ in range(6200):
            h = np.clip(f(np.clip(w * h + b, -1e300, 1e300)), -1e300, 1e300)
            run.append(h)
    for (w, b, h0), ends in zip(settings, np.transpose(run[6000:]), strict=True):
        sentence = said(MEMORY, activation=activation, w=w, b=b, h0=h0)
        if "grows without end" in sentence:
            assert abs(ends[-1]) > 1e15 or (np.diff(np.abs(ends)) > 0).all(), sentence
        elif found := re.search(r"(?:settles|stays) at (\S+?),? ", sentence):
            size, rounding = number_told(found[1])
            np.testing.assert_allclose(ends, size, rtol=rounding, atol=1e-6)
        elif found := re.search(r"a cycle of (\w+), (?:from )?(\S+) (?:and|to) (\S+) ", sentence):
            n = 2 if found[1] == "two" else int(found[1])
            np.testing.assert_allclose(ends[n:], ends[:-n], atol=1e-6)
            assert np.abs(ends[1:] - ends[:-1]).max() > 1e-6
            for end, words in zip((ends.min(), ends.max()), found.groups()[1:], strict=True):
                size, rounding = number_told(words)
                assert end == pytest.approx(size, rel=rounding, abs=1e-9)
        else:
            low, high = map(float, re.search(r"moves between (\S+) and (\S+?),? ", sentence).groups())
            assert low - 0.05 <= ends.min() <= ends.max() <= high + 0.05, sentence
        told.add(sentence)
    assert len(told) == 12
