"""What a notebook's text sends the reader to is in the picture, and its numbers are those of plain numpy."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.path import Path as Outline
from matplotlib.transforms import Bbox

from tools.explorers import makers

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
MAKERS = makers()

# (notebook, words of its text, the explorer there, the setting to which they send the reader)
SENT_TO = [
    ("00", "the sentence says *less than 10^-12 apart*", "first_look(w=0.9)", {"w": 0.4}),
    ("00", "drag the slider to 1.5", "first_look(w=0.9)", {"w": 1.5}),
    ("00", "slowly back through 1 to 0.5", "first_look(w=0.9)", {"w": 0.5}),
    ("00", "below −1 they swing", "first_look(w=0.9)", {"w": -2}),
    ("01", "set the number of steps to 1000, drag w to 1", 'memory_explorer("tanh", w=0.9)', {"n_steps": 1000, "w": 1}),
    ("01", "move the first state $h_0$ to 0.9", 'memory_explorer("tanh", w=0.9)', {"n_steps": 1000, "w": 1, "h0": 0.9}),
    ("01", "go from w = 1 back to 0.9", 'memory_explorer("tanh", w=0.9)', {"n_steps": 1000, "w": 0.9, "h0": 0.9}),
    ("01", "*w = 1.0*, *w = 1.5*, or *the same*", 'memory_explorer("tanh", w=0.9)', {"w": 1.5, "h0": 0.3}),
    ("01", "slowly, to −8", 'memory_explorer("sigmoid", w=-5.5)', {"w": -8}),
    ("01", "At w = −5.87 the multiplier", 'memory_explorer("sigmoid", w=-5.5)', {"w": -5.87}),
    ("01", "set w = 4 and b = −2", "three_activations(w=1.1)", {"w": 4, "b": -2}),
    ("01", "Try tanh at w = 1", 'memory_explorer("tanh", w=1.0, drive="Nile")', {}),
    ("01", "then 2", 'memory_explorer("tanh", w=1.0, drive="Nile")', {"w": 2}),
    ("01", "then ReLU at 1", 'memory_explorer("tanh", w=1.0, drive="Nile")', {"activation": "relu"}),
    ("01", "With the bias b = 2", 'memory_explorer("sigmoid", w=-5.5)', {"b": 2, "w": -4.1}),
    ("02", "Set b to 0 and see", "regime_explorer(w=8.0, b=-4.0, h0=0.5)", {"b": 0}),
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
    ("03", "Set k = 1", "shapes_explorer()", {"k": 1}),
    ("03", "Choose softmax", "shapes_explorer()", {"k": 1, "activation": "softmax"}),
    (
        "03",
        "With a width of 2 nothing else is left",
        "shapes_explorer()",
        {"k": 3, "activation": "layernorm", "n_out": 2},
    ),
    ("03", "Drag it to 3", "candidates_explorer()", {"n_steps": 3}),
    ("03", "With **one neuron**", "candidates_explorer()", {"n": 1, "n_steps": 3}),
    ("03", "should be 1 and is close to 0", "output_explorer()", {"z": -10}),
]
LEAVES = {  # what the text says, or the picture in words, to leave it
    "three_activations": {"ReLU"},
    "wall_explorer": {"loss after 20 steps (dark: high)", "loss after 50 steps (dark: high)"},
}


def text_of(number):
    """Return the prose of a notebook, its code and what it stores."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    stored = [output.get("text", "") or output["data"]["text/plain"] for output in outputs]
    return "\n".join([*(cell.source for cell in cells), *stored])


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


CALL = re.compile(rf"^((?:{'|'.join(MAKERS)})\(.*\))$", flags=re.MULTILINE)
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


def test_every_place_that_the_text_names_belongs_to_an_explorer_of_its_notebook():
    assert {(number, call) for number, _, call, _ in SENT_TO} <= set(OPENED)


def test_a_curve_that_leaves_and_a_word_on_a_curve_are_seen():
    explorer = MAKERS["memory_explorer"]("tanh", w=0.9)
    scene = explorer._scene
    scene.gradient.set_ylim(-1, 1)
    assert lines_that_leave(scene) == {"what is left of a change (dotted: 5 %)"}
    scene.gradient.set_ylim(-3, 1)
    scene.note.set_text("here")
    scene.note.set_transform(scene.gradient.transData)
    scene.note.set_position(scene.left.get_xydata()[25])
    assert words_on_curves(scene) == ["here"]
