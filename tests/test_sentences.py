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


def test_the_first_look_tells_the_gaps_and_the_swing_of_plain_numpy():
    for w in (*np.linspace(-2, 2, 161).round(3), 0.001, 1e-9, 0.999, 1.001):
        first_look_tells_plain_numpy(w)


def first_look_tells_plain_numpy(w):
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
    assert bool(told[3]) == (w < -1), sentence
    if w < -1.05:  # nearer to the border it takes longer than this to settle
        for _ in range(2000):
            H = np.tanh(w * H)
        assert {f"{h:.3g}" for h in (*H, *np.tanh(w * H))} == {told[4], told[5]}, sentence


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
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: 1.0 * (z > 0)),
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


def plain_runs(activation, w, b, h0, x):
    """Return the states of all neurons and the log10 of the size of each step's derivative, by neuron and step."""
    f, slope = PLAIN[activation]
    H, logs = [h0], []
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for x_t in np.transpose(x):
            z = w * H[-1] + b + x_t
            H.append(f(z))
            logs.append(np.log10(abs(w * slope(z))))
    return np.transpose(H), np.transpose(logs)


def some_settings(activation):
    """Return the ends of the controls and 50 settings between them."""
    rng = np.random.default_rng([11, list(PLAIN).index(activation)])
    kinds = ["nothing", "impulse", "step", "noise", "Nile"]
    settings = [
        (w, b, h0, inputs, n_steps)
        for w in (-8.0, 0.0, 1.0, 8.0)
        for b, h0 in ((0.0, 0.1), (4.0, 1.0), (-4.0, -1.0))
        for inputs, n_steps in (("nothing", 50), ("nothing", 1000), ("Nile", 50), ("step", 200))
    ]
    for _ in range(50):
        numbers = rng.uniform(-3, 3), rng.uniform(-2, 2) * rng.integers(2), rng.uniform(-1, 1)
        n_steps = int(rng.choice([50, 200, 1000]))
        settings.append((*(round(float(one), 2) for one in numbers), str(rng.choice(kinds)), n_steps))
    return settings


def log10_told(words):
    if words == "exactly 0":
        return -np.inf
    return float(words[3:]) if words.startswith("10^") else np.log10(float(words))


def close(told, exact):
    """Whether a logarithm is the one told, in three digits or in tenths."""
    return told == exact or abs(told - exact) <= 0.0501


@pytest.mark.parametrize("activation", PLAIN)
def test_the_memory_explorer_tells_the_states_and_the_gradient_of_plain_numpy(activation):
    settings = some_settings(activation)
    w, b, h0 = np.transpose([setting[:3] for setting in settings])
    events = [input_of(*setting[3:]) for setting in settings]
    x = np.array([np.pad(x, (0, 1000 - len(x))) for x, _ in events])
    H, logs = plain_runs(activation, w, b, h0, x)
    ends = np.array([states[len(x)] for states, (x, _) in zip(H, events, strict=True)])
    rests, _ = plain_runs(activation, w, b, ends, np.zeros((len(w), 2000)))  # let it go on without an input
    for setting, (x, event), states, factors, rest in zip(settings, events, H, logs, rests, strict=True):
        memory_explorer_tells(activation, setting, x, event, states[: len(x) + 1], factors[: len(x)], rest)


def memory_explorer_tells(activation, setting, x, event, H, logs, rest):
    w, b, h0, inputs, n_steps = setting
    left = np.concatenate([[0.0], np.cumsum(logs[event:])])
    sentence = said(MEMORY, activation=activation, w=w, b=b, h0=h0, inputs=inputs, n_steps=n_steps)
    told = re.fullmatch(
        r"(\w+), w = (\S+), b = (\S+): the state goes from (\S+) to (.+?) in (\d+) steps\. (.+?)\. "
        r"Of a small change made at (.+?), (.+?) is left after (\d+) steps: (.+?)\."
        r"( At its largest, after (\d+) steps?, it is (\S+) times what it was\.)?",
        sentence,
    )
    assert told, sentence
    assert (told[1], float(told[2]), float(told[3]), float(told[4])) == (LABELS[activation], w, b, h0), sentence
    if told[5] == "more than 10^308":
        assert np.isinf(H[-1]), sentence
    else:
        size, rounding = number_told(told[5])
        assert H[-1] == pytest.approx(size, rel=rounding, abs=1e-11), sentence
    assert (int(told[6]), int(told[10])) == (len(x), len(x) - event), sentence
    assert close(log10_told(told[9]), left[-1]), sentence
    small = left < np.log10(0.05)
    if told[11] == "more than 5 % of it to the end":
        assert not small.any(), sentence
    elif told[11] == "less than 5 % of it on the way, more at the end":
        assert small.any(), sentence
        assert not small[-1], sentence
    else:
        steps = int(re.fullmatch(r"less than 5 % of it from (\d+) steps? on", told[11])[1])
        assert small[steps:].all(), sentence
        assert not small[steps - 1], sentence
    if told[12]:
        assert close(log10_told(told[14]), left.max()), sentence
        assert left[int(told[13])] == pytest.approx(left.max(), abs=1e-9), sentence
        assert left[-1] < left.max(), sentence
    else:
        assert left.max() < 0.0022 or left[-1] == left.max(), sentence
    # Where it settles.
    if re.search(r"without end", told[7]) or np.isinf(H[-1]):
        assert activation == "relu", sentence
        assert H[-1] < rest[3] or np.isinf(H[-1]), sentence
        return
    multiplier, _ = number_told(re.search(r"multiplier (\S+) per step", told[7])[1])
    if "repels" not in told[7] and (multiplier < 0.98 or multiplier == 1):
        ends = map(number_told, re.search(r"(?:at|of two,) (.+?) \(", told[7])[1].split(" and "))
        tolerance = 0.05 if multiplier == 1 else 1e-6  # at 1 it settles like a root of t, or not at all
        for end, rounding in ends:
            assert np.abs(rest[-2:] - end).min() < tolerance + rounding * abs(end), sentence


def test_a_run_that_ends_at_0_is_said_to_end_at_0():
    for activation in ("selu", "sin", "mish", "arctan"):
        assert "It settles at 0 (" in said(MEMORY, activation=activation, w=0.9)


OTHERS = [name for name in MEMORY.specs["activation"].samples if name not in PLAIN]


@pytest.mark.parametrize("activation", OTHERS)
def test_of_an_activation_without_a_closed_form_the_sentence_tells_what_a_long_loop_does(activation, thorough):
    f, rng, told = ACTIVATIONS[activation].f, np.random.default_rng(5), set()
    settings = rng.uniform((-8, -2, -1), (8, 2, 1), (12 if thorough else 6, 3)).round(2)
    w, b, h = settings.T
    run = []
    with np.errstate(over="ignore"):
        for _ in range(6200):
            h = np.maximum(np.minimum(f(w * h + b), 1e300), -1e300)
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
    assert len(told) == len(settings)
