"""Each notebook as a lesson: how long it takes, a quick way through it, few statements in its text, one picture.

The time of a notebook is counted. The weights were set by hand, from what is known of reading:

* prose: 130 words a minute. Plain prose is read at about 240 (Brysbaert 2019), text that is studied at half of that;
  a word of a formula counts as one. Not counted: folds, which are opened at need, quotations in folds, and references.
* code: 10 lines a minute, which is a look at each: the reader runs it, and writes it in exercises alone.
* an explorer: 3 minutes, for the settings that the text asks for and one of the reader's own.
* a prediction: 1 minute. An exercise, and a function to be repaired: 4 minutes, with a hint read on the way.
"""

import re
from pathlib import Path

import nbformat
import pytest

from tests.plain_english import FOLD, REFERENCES, prose, read, turns
from tools.claims import QUOTATION
from tools.explorers import makers

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WORDS, LINES = 1 / 130, 1 / 10  # minutes
EXPLORER, PREDICTION, EXERCISE = 3, 1, 4
SHORT, QUICK = 25, (14, 26)  # minutes: what needs no quick way, and what "20 minutes" may be
STATED = re.compile(r"\*\*Time:\*\* (\d+) minutes")
QUICK_WAY = re.compile(r"^\*\*Quick way, 20 minutes:\*\* (.+)$", flags=re.MULTILINE)
CALL = re.compile(rf"^(?:{'|'.join(makers())})\(.*\)$", flags=re.MULTILINE)
NUMBER = re.compile(r"(?<![\w^])[−-]?\d[\d,.]*\d|(?<![\w^])[−-]?\d(?!\w)|[½¼¾⅛]")


def sections(cells) -> dict[str, float]:
    """Return the minutes of each section, by its heading; what stands above the first is called by the title."""
    minutes, here = {}, ""
    for cell in cells:
        if cell.cell_type == "code":
            minutes[here] += len(cell.source.splitlines()) * LINES if len(minutes) > 1 else 0  # not the imports
            minutes[here] += EXPLORER * len(CALL.findall(cell.source))
            if re.search(r"^check\(", cell.source, flags=re.MULTILINE) or (
                here == "Exercises" and "question(" in cell.source
            ):
                minutes[here] += EXERCISE
            elif "question(" in cell.source:
                minutes[here] += PREDICTION
        else:
            text = REFERENCES.sub("", FOLD.sub("", cell.source))
            for part in filter(str.strip, re.split(r"^(?=##? )", text, flags=re.MULTILINE)):
                heading = re.match(r"##? (.+)", part)
                here = heading[1] if heading else here
                minutes[here] = minutes.get(here, 0) + len(part.split()) * WORDS
    return minutes


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def cells(request):
    return cells_of(request.param)


def test_the_time_that_a_notebook_states_is_within_a_quarter_of_the_count(cells):
    stated = int(STATED.search(cells[0].source)[1])
    counted = sum(sections(cells).values())
    assert abs(stated - counted) <= counted / 4, f"stated {stated} minutes, counted {counted:.0f}"


@pytest.mark.parametrize("page", ["README.md", "notebooks/00_start_here.ipynb"])
def test_the_maps_state_the_same_times(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    if page.endswith("ipynb"):
        text = "\n".join(cell.source for cell in cells_of(ROOT / page))
    for path in PATHS:
        minutes = STATED.search(cells_of(path)[0].source)[1]
        (row,) = [line for line in text.splitlines() if re.match(rf"\| \[?{path.stem[:2]}\b", line)]
        assert f"| {minutes} |" in row, row


def faults_of_the_quick_way(cells) -> list[str]:
    """Return what is wrong with the quick way that a notebook names; nothing where there is none to name."""
    minutes = sections(cells)
    named = QUICK_WAY.search(cells[0].source)
    if sum(minutes.values()) <= SHORT:
        return ["a short notebook names a quick way"] if named else []
    if not named:
        return ["no quick way"]
    way = re.findall(r"\*(.+?)\*", named[1])
    missing = [f"no section is called {one!r}" for one in way if one not in minutes]
    total = sum(minutes.get(one, 0) for one in way)
    return missing or ([] if QUICK[0] <= total <= QUICK[1] else [f"takes {total:.0f} minutes"])


def test_a_quick_way_of_about_twenty_minutes_is_named_by_sections_that_are_there(cells):
    assert faults_of_the_quick_way(cells) == []


def test_few_statements_of_the_lecture_stand_in_the_text_and_the_others_in_a_fold(cells):
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    statements = [name for text in texts for name, *_ in QUOTATION.findall(FOLD.sub("", text))]
    assert len([name for name in statements if name.startswith("C")]) <= 5, statements


def test_one_picture_to_take_home_is_named_at_the_end(cells):
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    (place,) = [one.start() for one in re.finditer(r"\*\*The picture to take home:\*\*", text)]
    assert re.search(r"^## (What was measured|The map|References)", text[place - 2500 : place + 1500], flags=re.M)


def long_lists(text: str) -> list[str]:
    """Return the sentences of a text with more than four numbers, tables and folds aside."""
    lines = [line for line in prose(FOLD.sub("", text)).splitlines() if not line.startswith("|")]
    plain = re.sub(r"notebooks? \[?\d\d|\b[CDE]\d+|\(\d{4}\)|\*\*Quick way.*", "", "\n".join(lines))
    return [one for one in re.split(r"(?<=[.!?:])\s+|\n\n|\n\* ", plain) if len(NUMBER.findall(one)) > 4]


def test_no_sentence_has_more_than_four_numbers(cells):
    assert [one for cell in cells if cell.cell_type == "markdown" for one in long_lists(cell.source)] == []


def test_imports_stand_in_the_first_cell_of_code_which_takes_no_time_to_read(cells):
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert sections([*cells[:1], first]) == sections(cells[:1])


# The language


def test_each_text_speaks_plain_english():
    texts = read()
    assert len(texts) > 200
    assert {where: found for where, text in texts.items() if (found := turns(text))} == {}


@pytest.mark.parametrize(
    "said",
    [
        "a value that leaves the floats",
        "shrinks by a factor 0.9 a layer: the factor a step",
        "the gradient says nothing of the wall",
        "this function shall return it",
        "it goes on where it was",
        "the one way, the other the other way",
        "its color",
        "Asked is the number itself",
        "So it would be if only the singular values counted.",
        "0.1, with that at the end as 1",
    ],
)
def test_a_turn_of_the_dialect_is_seen(said):
    assert turns(said) != []


@pytest.mark.parametrize(
    "said", ["a kind of net", "says of each whether it is true", "by one step", "a factor of 2 per layer", "tells you"]
)
def test_plain_english_is_left_alone(said):
    assert turns(said) == []


# That the tests can fail


def cell(source, kind="markdown"):
    return {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}[kind](source)


def test_a_quick_way_that_names_what_is_not_there_or_takes_too_long_is_seen():
    long = [cell("# Title\n\n**Quick way, 20 minutes:** *One*"), cell("## One\n\n" + "word " * 2600)]
    long.append(cell("## Two\n\n" + "word " * 1300))
    assert faults_of_the_quick_way(long) == []
    gone = [cell("# Title\n\n**Quick way, 20 minutes:** *Three*"), *long[1:]]
    assert faults_of_the_quick_way(gone) == ["no section is called 'Three'"]
    slow = [cell("# Title\n\n**Quick way, 20 minutes:** *One* · *Two*"), *long[1:]]
    assert faults_of_the_quick_way(slow) == ["takes 30 minutes"]
    assert faults_of_the_quick_way([cell("# Title"), *long[1:]]) == ["no quick way"]


def test_the_count_takes_words_lines_explorers_questions_and_exercises():
    (name, *_) = makers()
    cells = [cell("# T"), cell("import numpy", "code"), cell("## A\n\n" + "word " * 128), cell("x = 1\ny = 2", "code")]
    one = sections(cells)["A"]
    assert one == pytest.approx(130 * WORDS + 2 * LINES)
    for source, more in ((f"{name}()", EXPLORER), ('question("01.1")', PREDICTION), ('check("03.1", f)', EXERCISE)):
        assert sections([*cells, cell(source, "code")])["A"] == pytest.approx(one + more + LINES)
    asked = sections([*cells, cell("## Exercises"), cell('question("01.1")', "code")])["Exercises"]
    assert asked == pytest.approx(2 * WORDS + EXERCISE + LINES)
    folded = sections([*cells, cell("<details><summary>x</summary>\n\n" + "word " * 500 + "</details>")])
    assert folded["A"] == pytest.approx(one)


def test_a_sentence_of_five_numbers_is_seen():
    assert long_lists("Of 1, 2, 3, 4 and 5 it is 6.") == ["Of 1, 2, 3, 4 and 5 it is 6."]
    assert long_lists("Of 1, 2, 3 and 4. It is 6.\n\n| 1 | 2 | 3 | 4 | 5 |") == []
