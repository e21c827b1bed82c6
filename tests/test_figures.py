import base64
import copy
import hashlib
import os
import re
import subprocess
import sys
import threading

import matplotlib
import matplotlib.style
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from helpers.explorers.lstm import dissector_explorer
from helpers.explorers.rnn import contributions_explorer
from helpers.explorers.scalar import first_look, memory_explorer, regime_explorer
from helpers.explorers.training import survey_explorer
from helpers.figures import stills, style
from tests.player_page import decoded
from tests.sweeping import not_compressed
from tests.thorough import all_if_thorough
from tools.regenerate import packed, small

PROPERTY = settings(deadline=None, max_examples=25, derandomize=True)


def noise(seed, height, width, n_colours):
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (n_colours, 4), dtype=np.uint8)
    colours[:, 3] = 255
    return colours[rng.integers(0, n_colours, (height, width))]


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_a_still_is_the_picture_to_the_last_bit_packed_or_not(seed, height, width):
    picture = noise(seed, height, width, 5000)
    png = stills.png(picture)
    for one in (png, base64.b64decode(small(base64.b64encode(png).decode()))):
        np.testing.assert_array_equal(decoded(one), picture[..., :3])


def test_what_is_stored_is_packed():
    """The picture and its text below without loss, the one in the page with 256 colours."""
    bundle, _ = memory_explorer()._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", bundle)
    notebook = packed(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("memory_explorer()", outputs=[output])])
    )
    data = notebook.cells[0].outputs[0].data
    assert data["image/png"] == small(bundle["image/png"])
    assert len(data["image/png"]) < 0.9 * len(bundle["image/png"])
    (png,), (stored,) = (re.findall('png;base64,([^"]+)"', html) for html in (bundle["text/html"], data["text/html"]))
    assert len(stored) < 0.5 * len(png)
    assert data["text/html"] == bundle["text/html"].replace(png, stored)


def test_a_picture_with_a_palette_cannot_be_told_from_the_picture():
    picture = memory_explorer().picture
    assert len(np.unique(picture.view(np.uint32))) > 256
    png = base64.b64encode(stills.png(picture)).decode()
    difference = np.abs(decoded(base64.b64decode(small(png, 256))) - picture[..., :3])
    assert difference.mean() < 0.1  # of 255, mean over pixels and channels
    assert (difference.max(axis=-1) > 32).mean() < 1e-4


def test_a_page_of_text_has_the_size_asked_for():
    page = style.page_of_text("no picture for w = 3", 400, 200, density=1.0, grey=True)
    assert style.painted(page).shape == (200, 400, 4)


@pytest.mark.parametrize("pair", [(a, b) for i, a in enumerate(style.MEANINGS) for b in style.MEANINGS[:i]])
def test_two_meanings_differ_in_colour(pair):
    one, other = (np.array(to_rgb(colour)) for colour in pair)
    assert np.linalg.norm(one - other) > 0.2  # black to white is 1.73


# The reader's own settings


def dark():
    matplotlib.style.use("dark_background")


def edited_in_place():
    """A list that is a default of matplotlib's, too."""
    matplotlib.rcParams["font.sans-serif"].insert(0, "STIXGeneral")
    matplotlib.rcParams["font.family"][:] = ["STIXGeneral"]


DEFAULTS = matplotlib.rcParamsDefault
HOSTILE = {
    "dark background": dark,
    "all styles at once": lambda: matplotlib.style.use([s for s in matplotlib.style.available if s[0] != "_"]),
    "LaTeX": lambda: matplotlib.rcParams.update({"text.usetex": True, "text.latex.preamble": r"\usepackage{nowhere}"}),
    "constrained layout": lambda: matplotlib.rcParams.update({"figure.constrained_layout.use": True}),
    "automatic layout": lambda: matplotlib.rcParams.update({"figure.autolayout": True}),
    "by hand": lambda: matplotlib.rcParams.update({"path.sketch": (3, 50, 2), "lines.antialiased": False}),
    "fonts": lambda: matplotlib.rcParams.update({"font.family": "serif", "font.size": 20, "font.weight": "bold"}),
    "formulas": lambda: matplotlib.rcParams.update({"mathtext.fontset": "stix", "mathtext.default": "regular"}),
    "no formulas": lambda: matplotlib.rcParams.update({"text.parse_math": False, "axes.unicode_minus": False}),
    "a list edited in place": edited_in_place,
    "the renderer's": lambda: matplotlib.rcParams.update(
        {"path.simplify": False, "agg.path.chunksize": 100, "text.hinting": "none", "text.antialiased": False}
    ),
    "axes": lambda: matplotlib.rcParams.update(
        {"axes.prop_cycle": matplotlib.cycler(color=["k"]), "axes.xmargin": 0.4, "axes.autolimit_mode": "round_numbers"}
    ),
    "ticks": lambda: matplotlib.rcParams.update(
        {"xtick.top": True, "ytick.minor.visible": True, "xtick.direction": "in", "axes.formatter.limits": (0, 0)}
    ),
    "the sizes of pictures": lambda: matplotlib.rcParams.update(
        {"figure.dpi": 30, "figure.figsize": (1, 1), "savefig.transparent": True, "figure.facecolor": "red"}
    ),
}


def all_at_once():
    for setting in HOSTILE.values():
        setting()


@pytest.fixture
def readers_settings():
    """Leave matplotlib as it was found, whatever the test sets, lists included."""
    found = [(table, copy.deepcopy(dict.copy(table))) for table in (matplotlib.rcParams, DEFAULTS)]
    yield
    for table, kept in found:
        for name, value in dict.items(table):
            if isinstance(value, list):
                value[:] = kept[name]
                kept[name] = value
        dict.update(table, kept)


def everything_that_is_drawn(before=lambda: None, later=lambda: None, make=memory_explorer, **change):
    """Return all pictures of an explorer's life: first, another stage, stored, and of a failure."""
    before()
    explorer = make()
    pictures = [explorer.picture]
    later()
    explorer.update(**change)
    pictures.append(explorer.picture)
    with not_compressed():
        bundle, _ = explorer._repr_mimebundle_()
    page = style.painted(style.page_of_text("no picture: $x$", 400, 200, density=1.0)).tobytes()
    return [*pictures, bundle["image/png"], bundle["text/html"], page]


def assert_the_same(pictures, others):
    for picture, other in zip(pictures, others, strict=True):
        np.testing.assert_array_equal(picture, other)


@pytest.fixture(scope="module")
def as_delivered():
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        return everything_that_is_drawn(activation="relu", w=1.2)


@pytest.mark.thorough
@pytest.mark.parametrize("setting", HOSTILE.values(), ids=HOSTILE)
def test_no_setting_of_the_reader_reaches_a_picture(setting, readers_settings, as_delivered):
    assert_the_same(everything_that_is_drawn(setting, activation="relu", w=1.2), as_delivered)


def test_what_the_reader_sets_while_an_explorer_lives_does_not_reach_it(readers_settings, as_delivered):
    assert_the_same(everything_that_is_drawn(later=all_at_once, activation="relu", w=1.2), as_delivered)


CHANGES = {
    survey_explorer: {"task": "adding"},  # words, ticks and marks
    regime_explorer: {"w": 4.0},  # a map of colours
    contributions_explorer: {"gain": 1.5},
    dissector_explorer: {"scale": 2.0},
}


@pytest.mark.parametrize("make", all_if_thorough(2, CHANGES))
def test_all_hostile_settings_at_once_reach_no_picture(make, readers_settings):
    change = CHANGES[make]
    usual = everything_that_is_drawn(make=make, **change)
    assert_the_same(everything_that_is_drawn(all_at_once, make=make, **change), usual)


def test_a_settings_file_of_the_reader_reaches_no_picture(tmp_path):
    """A matplotlibrc, which is read before anything of ours."""
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: k\nfont.size: 20\nfigure.autolayout: True\n", "utf-8")
    script = (
        "import hashlib, matplotlib; from helpers.explorers.scalar import first_look; "
        "print(matplotlib.rcParams['font.size'], hashlib.sha256(first_look().picture.tobytes()).hexdigest())"
    )
    environment = os.environ | {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc")}
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, env=environment, capture_output=True, check=True, encoding="utf-8")
    size, picture = run.stdout.split()
    assert float(size) != matplotlib.rcParams["font.size"]
    assert picture == hashlib.sha256(first_look().picture.tobytes()).hexdigest()


def test_what_the_reader_has_set_is_neither_touched_nor_hidden_from_another_thread(readers_settings):
    dark()
    before = dict(matplotlib.rcParams)
    seen = []

    def readers_thread():
        seen.append(dict(matplotlib.rcParams))
        matplotlib.rcParams["font.size"] = 17

    def ours_that_fails():
        assert matplotlib.rcParams["figure.facecolor"] == "#ffffff"
        thread = threading.Thread(target=readers_thread)
        thread.start()
        thread.join()
        assert matplotlib.rcParams["font.size"] == 9.5
        raise OSError("no font")

    with pytest.raises(OSError, match="no font"), style.styled():
        ours_that_fails()
    assert seen == [before]
    assert dict(matplotlib.rcParams) == before | {"font.size": 17}
