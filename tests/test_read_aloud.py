"""What a notebook's text sends the reader to is in the picture, and its numbers are those of plain numpy."""

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from matplotlib.transforms import Bbox

from helpers.data import nile
from tests.notebook_text import text_of
from tools.explorers import makers
from tools.site import films

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
MAKERS = makers()

# (notebook, words of its text, the explorer there, the setting to which they send the reader)
SENT_TO = [
    ("00", "the sentence says *less than 10^-12 apart*", "first_look(w=0.9)", {"w": 0.4}),
    ("00", "drag the slider to 1.5", "first_look(w=0.9)", {"w": 1.5}),
    ("00", "slowly back through 1 to 0.5", "first_look(w=0.9)", {"w": 0.5}),
    ("00", "below −1 they swing", "first_look(w=0.9)", {"w": -2}),
    ("01", "set the number of steps to 1000, and w to 1", 'memory_explorer("tanh", w=0.9)', {"n_steps": 1000, "w": 1}),
    ("01", "move the first state $h_0$ to 0.9", 'memory_explorer("tanh", w=0.9)', {"h0": 0.9}),
    ("01", "slowly, to −8", 'memory_explorer("sigmoid", w=-5.5)', {"w": -8}),
    ("01", "at w = −5.87 the multiplier", 'memory_explorer("sigmoid", w=-5.5)', {"w": -5.87}),
    ("01", "w = 4 and b = −2", "three_activations(w=4.0)", {"b": -2}),
    ("01", "It opens with ReLU at w = 1", 'memory_explorer("relu", w=1.0, inputs="Nile")', {}),
    ("01", "Now choose tanh", 'memory_explorer("relu", w=1.0, inputs="Nile")', {"activation": "tanh"}),
    ("01", "then drag w to 2", 'memory_explorer("relu", w=1.0, inputs="Nile")', {"activation": "tanh", "w": 2}),
    ("02", "then set b to 0 in the picture", "regime_explorer(w=8.0, b=-4.0, h0=0.5)", {"b": 0}),
    ("02", "move the point over each border", "regime_explorer(w=8.0, b=-4.0, h0=0.5)", {"b": -6}),
    (
        "02",
        "with both activations",
        "regime_explorer(w=8.0, b=-4.0, h0=0.5)",
        {"activation": "tanh", "w": 4, "b": 0, "h0": 0},
    ),
    ("02", "On the left, beyond $w = -4$", "regime_explorer(w=8.0, b=-4.0, h0=0.5)", {"w": -8, "b": 3}),
    (
        "02",
        "A tanh neuron has the bias 0.2",
        "regime_explorer(w=8.0, b=-4.0, h0=0.5)",
        {"activation": "tanh", "w": 1.49, "b": 0.2, "h0": 0},
    ),
    ("02", "Move the start towards the wall", "wall_explorer()", {"b": -3.05}),
    ("02", "set b = −3 and T = 50", "wall_explorer()", {"b": -3, "n_steps": 50}),
    ("03", "Change k and the widths", "shapes_explorer()", {"k": 1}),
    ("03", "Choose softmax", "shapes_explorer()", {"k": 1, "activation": "softmax"}),
    (
        "03",
        "Of two neurons nothing else is left",
        "shapes_explorer()",
        {"k": 3, "activation": "layernorm", "n_out": 2},
    ),
    ("03", "drag T from one step to three", "candidates_explorer()", {"n_steps": 3}),
    ("03", "With **one neuron**", "candidates_explorer()", {"n": 1, "n_steps": 3}),
    ("03", "more and more wrong, then move z", "output_explorer()", {"z": -10}),
]
# As above; and on the site, which records one control at a time, the reader gets there, too.
ON_THE_SITE = [row for row in SENT_TO if row[0] in ("00", "01")] + [
    ("02", "Move the start towards the wall", "wall_explorer()", {"b": -3.2, "max_norm": 0.5}),
    ("03", "With **one neuron**", "candidates_explorer()", {"n": 1, "n_steps": 3}),
    ("03", "set the width of the output to 2", "shapes_explorer()", {"activation": "layernorm", "n_out": 2}),
    ("04", "with two neurons and small arguments", "jacobian_explorer()", {"n": 2, "spread": 0.1}),
    ("04", "try another draw", 'depth_explorer("identity", gain=1.0)', {"gain": 1.5, "seed": 3}),
    ("04", "to 128 digits", 'digits_explorer("tanh", "glorot")', {"batch": 128}),
    *(
        (
            "04",
            "for sigmoid with Glorot's weights",
            'digits_explorer("tanh", "glorot")',
            net | {"batch": 128, "n_updates": 100},
        )
        for net in ({}, {"activation": "sigmoid"}, {"activation": "relu", "scheme": "he"})
    ),
    ("05", "multiply step by step", "stretch_rotate_explorer(theta=0.0)", {"theta": 90, "n": 20}),
    ("05", "raise b from 0.1 to 2", "transient_explorer(a=0.9, b=0.1)", {"b": 2}),
    ("05", 'choose "orthogonal"', "spectrum_explorer(g=0.3)", {"g": 0.8, "kind": "orthogonal"}),
    ("05", "for g = 0.8, then choose it", "spectrum_explorer(g=0.3)", {"g": 0.8, "kind": "symmetric"}),
    ("06", "raise the gain. Which window", "contributions_explorer(gain=0.9)", {"gain": 2, "window": 5}),
    ("07", "raise the size of the input, and try", "lyapunov_explorer()", {"size": 0.4, "seed": 3}),
    ("08", "write it into the field", "by_hand_explorer(gate=1.0)", {"program": "+.-.+0.+."}),
    ("09", "Start the run at $c_0 = 0.1$", "one_cell_explorer(w_g=4.0, forget_bias=0.0)", {"c0": 0.1}),
    ("10", "Press **▶ Play** to train", 'gap_explorer(gap=40, model="tanh", updates=0)', {"updates": 200}),
    ("10", "Then choose the LSTM", 'gap_explorer(gap=40, model="tanh", updates=0)', {"updates": 25, "model": "lstm"}),
    (
        "10",
        "Lower the bias to 0",
        'gap_explorer(gap=40, model="tanh", updates=0)',
        {"updates": 25, "model": "lstm", "forget_bias": 0},
    ),
    ("10", "the mystery, and your guess", "mystery_explorer(number=1)", {"forget_bias": 2.5, "scale": 2.5}),
    ("11", "and raise the layers", "looking_back_explorer(length=100, scale=1.0)", {"scale": 0, "depth": 8}),
    ("11", "Raise the bias to 8", "by_lag_explorer(length=20, bias=3.0)", {"length": 200, "bias": 8}),
]
LEAVES = {  # what the text says, or the picture in words, to leave it
    "three_activations": {"ReLU"},
    "wall_explorer": {"loss at T = 20 (faint: low)", "loss at T = 50 (faint: low)"},
}


def pixels(line):
    """Return the points of a line in pixels, without those that are no numbers."""
    points = line.get_transform().transform(np.column_stack([np.asarray(v, float) for v in line.get_data()]))
    return points[np.isfinite(points).all(axis=1)]


def moving_lines(axes):
    return [line for line in axes.get_lines() if line.get_animated() and line.get_transform() == axes.transData]


def lines_that_leave(scene):
    """Return the titles of the axes that a moving line leaves."""
    gone = set()
    for axes in scene.figure.axes:
        frame = axes.bbox
        for line in moving_lines(axes):
            points = pixels(line)
            inside = (points >= frame.min - 1) & (points <= frame.max + 1)
            gone |= set() if inside.all() else {axes.get_title(loc="left")}
    return gone


def words_on_curves(scene):
    """Return the texts and legends that a curve runs through; those written along a line apart."""
    renderer, found = scene.figure.canvas.get_renderer(), []
    for axes in scene.figure.axes:
        words = [text for text in axes.texts if text.get_text() and text.get_rotation() == 0]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in words]
        boxes += [("legend", legend.get_window_extent(renderer)) for legend in [axes.get_legend()] if legend]
        inside = [(words, Bbox.intersection(box, axes.bbox)) for words, box in boxes]  # a curve ends at the frame
        for line in axes.get_lines():
            points = pixels(line)
            if len(points) > 1 and line.get_visible() and line.get_transform() == axes.transData:
                curve = Outline(points)
                found += [words for words, box in inside if box and curve.intersects_bbox(box, filled=False)]
    return found


CALL = re.compile(rf"^((?:{'|'.join(MAKERS)})\(.*?\))(?:\.settles\(.*\))?$", flags=re.MULTILINE)
OPENED = [(number, call) for number in ("00", "01", "02", "03") for call in CALL.findall(text_of(number))]


@pytest.mark.parametrize(("number", "words"), [row[:2] for row in SENT_TO])
def test_the_text_sends_the_reader_there(number, words):
    assert words in text_of(number)


@pytest.mark.parametrize(("number", "call"), OPENED)
def test_what_an_explorer_opens_with_and_what_the_text_sends_the_reader_to_are_in_the_picture(number, call):
    explorer = eval(call, dict(MAKERS))
    first = explorer.settings
    for settings in [{}, *(row[3] for row in SENT_TO if row[0] == number and row[2] == call)]:
        explorer.update(**first | settings)
        assert lines_that_leave(explorer._scene) <= LEAVES.get(call.split("(")[0], set()), settings
        assert words_on_curves(explorer._scene) == [], settings


@pytest.mark.parametrize(("number", "words", "source", "settings"), ON_THE_SITE)
def test_where_the_text_sends_the_reader_is_recorded_for_the_page_without_a_kernel(number, words, source, settings):
    assert words in text_of(number)
    call = films.Call(source)
    explorer = call.explorer()
    there = explorer.settings | settings
    assert any(strip.fixed.items() <= there.items() for strip in films.all_strips(call, explorer))


def test_every_place_that_the_text_names_belongs_to_an_explorer_of_its_notebook():
    assert {(number, call) for number, _, call, _ in SENT_TO} <= set(OPENED)


def test_a_curve_that_leaves_and_a_word_on_a_curve_are_seen():
    explorer = MAKERS["memory_explorer"]("tanh", w=0.9)
    scene = explorer._scene
    scene.gradient.set_ylim(-1, 1)
    assert lines_that_leave(scene) == {"what is left (dotted: 5 %)"}
    scene.gradient.set_ylim(-3, 1)
    scene.note.set_text("here")
    scene.note.set_transform(scene.gradient.transData)
    scene.note.set_position(scene.left.get_xydata()[25])
    assert words_on_curves(scene) == ["here"]


# --- the numbers of notebook 01, each by a loop of plain numpy ---


def tanh_run(w, h0, x):
    """Return the states of a tanh neuron and the slope of each step."""
    H, J = [h0], []
    for x_t in x:
        H.append(np.tanh(w * H[-1] + x_t))
        J.append(w * (1 - H[-1] ** 2))
    return np.array(H), np.array(J)


def relu_cut(x, years, w):
    """Return the year of the first slope of 0 of a ReLU neuron that starts at 0.1, None where there is none."""
    h = 0.1
    for x_t, year in zip(x, years, strict=True):
        h = w * h + x_t
        if h <= 0:
            return year
    return None


def steps_above(J, fraction=0.05):
    """Return after how many steps less than ``fraction`` is left for good."""
    left = np.concatenate([[1.0], np.abs(np.cumprod(J))])
    return int(np.flatnonzero(left >= fraction)[-1]) + 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def numbers_of_notebook_01():
    """Yield pieces of the notebook's text and outputs, made of numbers computed here."""
    years, flow = nile()
    silent = np.zeros(3000)
    weights = (0.9, 0.95, 0.99, 1.0, 1.01)
    for h0 in (0.1, 0.9):
        steps = {w: steps_above(tanh_run(w, h0, silent)[1]) for w in weights}
        yield f"from h_0 = {h0}, first step with less than 5 %: {steps}"
        if h0 == 0.1:
            yield f"From 0.1, at w = 0.9, less than 5 % is left from {steps[0.9]} steps on"
            yield f"so {steps[0.9]} whole steps"
        else:
            yield f"lose it within {max(steps.values())} steps"
    faded = [int((tanh_run(w, 0.9, silent)[0] < 0.05).argmax()) for w in (0.9, 1.0)]
    yield f"below 0.05 after {faded[0]} steps at w = 0.9, after {faded[1]} at w = 1"
    yield f"from 0.9 it takes {faded[1]} steps to fall below 0.05"
    h = tanh_run(1.0, 1.0, silent[:1000])[0][-1]
    yield f"h_1000 = {h:.7f}, and √(3/2000) = {np.sqrt(1.5 / 1000):.7f}"
    H, J = tanh_run(0.9, 0.9, silent[:50])
    yield f"h_50 = {H[-1]:.6f}"
    yield f"dh_50/dh_0 = {J.prod():.4e} = 10^{np.log10(J).sum():.4f}"

    h, errors = 0.0, []
    rest = 0.5
    for _ in range(200):
        rest = sigmoid(2 * rest)
    for _ in range(14):
        h = sigmoid(2 * h)
        errors.append(abs(h - rest))
    slope = np.log(errors[13] / errors[7]) / 6
    yield f"measured slope of ln|error|: {slope:.4f}; ln λ = {np.log(2 * rest * (1 - rest)):.4f}"

    for w in (0.5, 0.9, 0.99, 1.01, 1.1):
        h = tanh_run(w, 0.9, np.zeros(20_000))[0][-1]
        tau = -1 / np.log(w * (1 - h * h))
        yield f"w = {w:4}: τ = {tau:6.2f} steps, down to 5 % in {np.log(20) * tau:6.1f}"
        if w == 0.9:
            yield f"At w = 0.9 that is {np.log(20) * tau:.1f}"
    for w in (0.5, 1.0, 1.5):
        H, J = tanh_run(w, 0.3, silent[:50])
        yield f"w = {w}: h_50 = {H[-1]:.4f}, dh_50/dh_0 = {J.prod():.2e}"
    logs = np.log10(tanh_run(1.0, 0.9, np.zeros(10_000))[1])
    yield f"like t to the power {logs[1000:].sum():.3f}"
    left = np.cumprod(tanh_run(2.0, 1e-6, silent[:60])[1])
    yield f"largest at t = {left.argmax() + 1}: {left.max():.4g}; at t = 60: {left[-1]:.1e}"

    w = np.linspace(0, 60, 1201)
    runs = [np.array([0.0, 1.0])[:, None] + 0 * w]
    for _ in range(400):
        runs.append(sigmoid(w * runs[-1]))
    late = max(int((np.abs(run - runs[-1]) > 0.001).any()) * (t + 1) for t, run in enumerate(runs[:21]))
    yield f"within 0.001 of its rest after {late} steps at most"
    yield "within 0.001 of its rest in at most six steps"
    assert late == 6
    w = np.linspace(1.5, 1.8, 300_001)
    h = 0 * w + 0.5
    for _ in range(100):
        h = sigmoid(w * h)
    multiplier = w * h * (1 - h)
    yield f"the slowest is w = {w[multiplier.argmax()]:.4f}: λ = {multiplier.max():.5f}"
    low, high = 0.0, 1.0
    for _ in range(200):  # v e^v = 1/e, by halving
        v = (low + high) / 2
        low, high = (v, high) if v * np.exp(v) < np.exp(-1) else (low, v)
    yield f"That v is {v:.4f} (Lambert's function W₀ at 1/e), and w = −(1 + v)²/v, the −{(1 + v) ** 2 / v:.2f}"
    yield f"the border lies at {-((1 + v) ** 2) / v:.7f}"
    for w in (-4.0, -5.5, -5.8):
        run = [0.0]
        for _ in range(20_000):
            run.append(sigmoid(w * run[-1]))
        steps = np.flatnonzero(np.abs(np.array(run) - run[-1]) > 0.001)[-1] + 1
        yield f"w = {w}: within 0.001 of its rest for good after {steps} steps"
    h = 0.1
    for _ in range(2001):
        h = sigmoid(-8 * h)
    ends = sorted([h, sigmoid(-8 * h)])
    yield f"w = -8: from {ends[0]:.6f} to {ends[1]:.6f} and back"

    for w in (0.9, 1.0, 1.1):
        yield f"w = {w}: h_50 = {w**50:.6g}"

    yield f"1871 to 1898: {flow[:28].mean():.0f}; from 1899 on: {flow[28:].mean():.0f} "
    reading = (flow - flow.mean()) / flow.std()
    for w in (1.0, 2.0):
        J = tanh_run(w, 0.1, reading)[1][29:]
        left = np.concatenate([[1.0], np.cumprod(J)])
        if w == 1:
            yield f"less than 5 % is left from the {['first', 'second', 'third', 'fourth'][steps_above(J) - 1]} year on"
            yield f"reading the river: 10^{np.log10(left[-1]):.1f}"
        else:
            assert left.argmax() == 11
            yield f"to {left.max():.2f} times its size by the eleventh year"
            assert (J[5:11] > 1).all()  # 1905 to 1910: "each step multiplies by more than 1"
            assert years[29 + 5] == 1905
            assert np.log10(left[-1]) < -60 < np.log10(np.cumprod(tanh_run(1.0, 0.1, reading)[1][29:])[-1])
    quiet = tanh_run(1.0, 0.1, silent[:100])[1][29:]
    yield f"reading nothing: 10^{np.log10(quiet.prod()):.1f}"
    for told, known in (("all hundred years", flow), ("1871 to 1898", flow[:28]), ("1871 to 1890", flow[:20])):
        x = (flow - known.mean()) / known.std()
        year = relu_cut(x, years, 1.0)
        cut = f"is first cut in {year}" if year else "is never cut"
        grown = np.concatenate([[1.0], np.cumprod(tanh_run(2.0, 0.1, x)[1][29:])]).max()
        yield f"centred by {told}: ReLU w = 1 {cut}; tanh w = 2 has at most {grown:.2f} times the change"
    for w in (0.95, 0.9):
        yield f"ReLU w = {w} is first cut in {relu_cut(reading, years, w)}"
    yield f"w = exp(−1/10), about {np.exp(-0.1):.3f}"
    slope = 2 * (1 - 0.9**2)
    yield f"= {slope:.2f} at most. 0.38³ is {slope**3:.3f} and 0.38⁴ is {slope**4:.3f}, so 4 steps"


def test_the_numbers_of_notebook_01_are_those_of_plain_numpy():
    pieces, text = list(numbers_of_notebook_01()), text_of("01")
    assert len(pieces) > 40
    assert [piece for piece in pieces if piece not in text] == []
