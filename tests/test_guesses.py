"""The reader's guess is drawn where it says, beside the truth, in the notebook and on the site alike."""

import base64
import html
import math
import re

import nbformat
import numpy as np
import pytest

from helpers.exercises import EXERCISES
from helpers.explorers.lstm import forget_bias_explorer, one_cell_explorer
from helpers.explorers.questions import question
from helpers.explorers.scalar import memory_explorer
from helpers.figures import style
from tests.player_page import in_the_browser
from tests.sweeping import close, drawn
from tests.test_site import Watched, few, in_notebooks
from tools.site import __main__ as site
from tools.site import films, pages

DRAWN = {name: exercise for name, exercise in EXERCISES.items() if getattr(exercise, "guess", {})}

# Where each choice lies, as numbers that the axis counts; a choice of none lies beyond its end.
SAID = {
    "01.5": (29, 3 * 29, 30 * 29, math.inf),
    "05.7": (1, np.linalg.norm([[0.9, 2], [0, 0.9]], 2), 5),
    "06.6": (0.00253, 0.01, 0.5),
    "08.5": (0.9**100, 0.9**20, 0.9**5),
    "09.6": (1, 0.5, 0),
    "09.9": (2, 10, 100),
}


def test_a_guess_lies_where_its_choice_says():
    for name, numbers in SAID.items():
        places = np.array(DRAWN[name].guess["at"])
        assert len(places) == len(DRAWN[name].says) == len(numbers)
        np.testing.assert_allclose(10**places if "log10" in DRAWN[name].guess["field"] and name != "01.5" else places,
                                   numbers, rtol=0.02)  # fmt: skip
    assert DRAWN.keys() - SAID.keys() == {"09.8"}  # a number is its own place


def test_each_drawn_guess_is_settled_by_one_explorer_below_its_question():
    settled = {}
    for path in pages.NOTEBOOKS:
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        for name in re.findall(r'\.settles\("([\d.]+)"\)', text):
            assert 0 <= text.find(f'question("{name}")') < text.find(f'.settles("{name}")')
            settled[name] = settled.get(name, 0) + 1
    assert settled == dict.fromkeys(DRAWN, 1)


def line_of(explorer) -> tuple[float, float]:
    """Return the row and the column that hold most pixels of the colour of a guess; NaN where none does."""
    wanted = [int(style.GUESS[k : k + 2], 16) for k in (1, 3, 5)]
    rows, columns = np.nonzero((np.abs(explorer.picture[..., :3].astype(int) - wanted) < 3).all(axis=-1))
    counts = [np.bincount(one, minlength=1) for one in (rows, columns)]
    return tuple(np.flatnonzero(one > 0.8 * one.max()).mean() if len(rows) else math.nan for one in counts)


def pixel_of(explorer, field, x, y):
    """Return where in the picture data lie on the axes that show a field: row and column."""
    across, up = drawn(explorer, field).axes.transData.transform((x, y))
    return explorer.picture.shape[0] - up, across


def test_a_guess_that_is_made_is_drawn_at_its_number_in_explorers_before_and_after():
    before = forget_bias_explorer().settles("09.9")
    assert np.isnan(line_of(before)).all()
    question("09.9").answer("about 10")
    after = forget_bias_explorer().settles("09.9")
    for explorer in (before, after):
        assert line_of(explorer)[0] == pytest.approx(pixel_of(explorer, "log10_half_lives", 0, 1)[0], abs=2)
    other = forget_bias_explorer()
    assert np.isnan(line_of(other)).all()
    question("09.9").answer("about 100")
    assert line_of(before)[0] == pytest.approx(pixel_of(before, "log10_half_lives", 0, 2)[0], abs=2)
    for explorer in (before, after, other):
        close(explorer)


def test_a_number_that_is_typed_is_an_upright_line_and_what_is_none_changes_nothing():
    explorer = one_cell_explorer().settles("09.8")
    asked = question("09.8")
    asked.answer("2,5")
    for given in ("2,5", "many", ""):
        asked.answer(given)
        assert line_of(explorer)[1] == pytest.approx(pixel_of(explorer, "factors", 2.5, 0)[1], abs=2)
    close(explorer)


def test_a_guess_beyond_the_axes_is_an_arrow_until_they_reach_to_it():
    explorer = memory_explorer(w=1.0).settles("01.5")
    question("01.5").answer("about 30 times as long")
    guess = explorer.guess
    explorer.picture  # noqa: B018
    assert guess.words.get_text().strip() == "your guess →"
    explorer.update(n_steps=1000)
    explorer.picture  # noqa: B018
    assert guess.words.get_text().strip() == "your guess"
    assert line_of(explorer)[1] == pytest.approx(pixel_of(explorer, "log10_left", 870, 0)[1], abs=2)
    # It stands beside what settles it: 955 steps.
    assert line_of(explorer)[1] < pixel_of(explorer, "log10_left", 955, 0)[1]
    close(explorer)


@pytest.mark.parametrize("name", ["09.8", "02.3", "77.7", None])
def test_what_an_explorer_cannot_settle_is_refused(name):
    with pytest.raises(ValueError, match="is not settled by this explorer"):
        forget_bias_explorer().settles(name)


# On the site


CHOOSE = "[...document.querySelectorAll('.question button')].find(one => one.textContent === '{}').click()"
TYPE = "(field => {{ field.value = '{}'; field.onchange(); }})(document.querySelector('.question input'))"


@pytest.fixture(scope="module")
def watched():
    with Watched(900, 1000) as page:
        yield page


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize(
    ("explorer_name", "name", "answer", "answers"),
    [
        ("forget_bias_explorer", "09.9", CHOOSE, ("about 10", "about 100")),
        ("one_cell_explorer", "09.8", TYPE, ("4", "-1,5")),
    ],
)
def test_a_guess_is_painted_on_the_site_as_in_the_notebook(
    tmp_path, monkeypatch, watched, explorer_name, name, answer, answers
):
    monkeypatch.setattr(films, "FIRST", (3, 3, 3))
    few(monkeypatch)
    one = in_notebooks()[explorer_name]
    assert one.settles == name
    site.standalone([one], tmp_path)
    site.films([one], tmp_path, tmp_path / "kept", workers=1)
    ask = question(name)  # making films closes all that was there
    stored = pages.answerable(ask._repr_mimebundle_()["text/html"])
    (tmp_path / "page.html").write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><script defer src="site.js"></script>{stored}{one.element}', "utf-8"
    )
    explorer = one.call.explorer().settles(name)
    explorer._player.lives = True
    moving = "btoa(String.fromCharCode(...new Uint8Array(carousel.explorers[0].held.moving.buffer)))"
    watched.go((tmp_path / "page.html").as_uri())
    first = watched.evaluate(moving)
    for given in answers:
        watched.evaluate(answer.format(given))
        watched.wait_for(f"{moving} !== {first!r}", "the guess")
        ask.answer(given)
        first = watched.evaluate(moving)
        assert base64.b64decode(first) == explorer._player.moving
    assert watched.complaints == []
    assert html.unescape(watched.evaluate("document.querySelector('[role=status]').textContent"))
    close(explorer)


def test_of_each_axis_that_a_choice_gives_the_site_has_the_guesses():
    one = in_notebooks()["memory_explorer"]
    guess = pages.guess(one)["guess"]
    assert {(low, high) for low, high, _ in guess["lists"]} == {(0, 50), (0, 100), (0, 200), (0, 1000)}
    assert all(set(made) == set(DRAWN["01.5"].says) for *_, made in guess["lists"])
    assert pages.guess(in_notebooks()["memory_explorer-2"]) == {}


@in_the_browser
@pytest.mark.browser
def test_a_curve_that_the_sentence_names_is_underlined_on_the_site_as_in_the_notebook(tmp_path, monkeypatch, watched):
    few(monkeypatch)
    one = in_notebooks()["one_cell_explorer"]
    site.standalone([one], tmp_path)
    site.films([one], tmp_path, tmp_path / "kept", workers=1)
    explorer = one.call.explorer()
    explorer._player.lives = True
    parts = """[...document.querySelectorAll('.sentence span')].map(
        one => [getComputedStyle(one).borderBottomColor.match(/\\d+/g).map(Number), one.textContent])"""
    painted = """(([canvas]) => { const {width, height} = canvas;
        const bytes = canvas.getContext('2d').getImageData(0, 0, width, height).data, found = {};
        for (let k = 0; k < bytes.length; k += 4) {
            const key = bytes.slice(k, k + 3).join(); found[key] = (found[key] || 0) + 1; }
        return found })(document.querySelectorAll('.explorer canvas'))"""
    watched.go((tmp_path / "explorers" / "one_cell_explorer.html").as_uri())
    found = watched.evaluate(parts)
    assert watched.evaluate("document.querySelector('.sentence').textContent") == explorer.sentence
    watched.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    watched.wait_for(f"!({painted})['255,255,255']", "the dark form")
    dark, seen = watched.evaluate(parts), watched.evaluate(painted)
    watched.send("Emulation.setEmulatedMedia", features=[])
    assert watched.complaints == []
    wanted = re.findall(r'solid var\(--\w+, #(..)(..)(..)\)">(.*?)</span>', explorer._words.value)
    assert found == [[[int(part, 16) for part in rgb], name] for *rgb, name in wanted]
    assert found
    for (light, name), (colour, same) in zip(found, dark, strict=True):
        assert (same, colour != light) == (name, True)
        assert seen.get(",".join(map(str, colour)), 0) > 20, name  # it is the curve's
    close(explorer)
