"""Each prediction is asked before it is answered, with no answer in sight; and a question answers as a page does."""

import html
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from helpers.exercises import CHOICES, EXERCISES, check
from helpers.exercises.answers import Choice, Repair
from helpers.explorers.live import WIDGET
from helpers.explorers.questions import question
from helpers.figures.style import RIGHT, WRONG

PATHS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
ASKS = re.compile(r'^(?:with )?question\("([\d.]+)"\)', flags=re.MULTILINE)
FOLD = re.compile(r"<details>.*?</details>", flags=re.DOTALL)


def shown(cell) -> str:
    """Return what a reader sees of a cell outside folds: text or code, and the text of what is stored."""
    if cell.cell_type == "markdown":
        return FOLD.sub("", cell.source)
    if ASKS.search(cell.source):
        return cell.source
    told = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join([cell.source, *told])


def unasked(cells) -> list[str]:
    """Return the texts that bid to predict and are not followed at once by as many questions."""
    return [
        cell.source
        for cell, following in zip(cells, [*cells[1:], None], strict=True)
        if cell.cell_type == "markdown" and "**Predict" in cell.source
        if cell.source.count("**Predict") != len(ASKS.findall(following.source if following else ""))
    ]


NUMBER = re.compile(r"(?<![\w.^-])-?\d+(?:\.\d+)?(?:\^-?\d+(?:\.\d+)?|e-?\d+)?(?![\d^])")


def numbers(text: str) -> set[str]:
    """Return the numbers of a text that are longer than a digit, which stands in every text; a power is one number."""
    plain = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: f"^{raised[0]}", text.replace("−", "-"))
    found = NUMBER.findall(plain.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    plainly = {one if "^" in one else f"{float(one):.12g}" for one in found}
    return {one for one in plainly if len(re.sub(r"\D", "", one)) > 1}


def gives_away(name: str, text: str) -> bool:
    """Return whether a text says the answer: its words and no other's, or a number that it alone has."""
    exercise = EXERCISES[name]
    if isinstance(exercise, Choice):
        others = [choice for choice in exercise.says if choice != exercise.answer]
        told = [choice for choice in exercise.says if len(choice) > 12 and choice.casefold() in text.casefold()]
        own = numbers(exercise.answer) - numbers(" ".join([exercise.ask, *others]))
        return told == [exercise.answer] or bool(own & numbers(text))
    return any(check(name, number).right for number in numbers(text) - numbers(exercise.ask) if "^" not in number)


def in_sight(cells) -> list[str]:
    """Return the questions whose answer stands in sight: above, from the last heading on, or in the cell below.

    A number of three digits that answers an exercise stands nowhere above: that is no accident.
    """
    found = []
    for place, cell in enumerate(cells):
        for name in ASKS.findall(cell.source):
            heading = max(k for k in range(place) if re.search(r"^#+ ", cells[k].source, flags=re.MULTILINE))
            above = re.split(r"^#+ .*$", shown(cells[heading]), flags=re.MULTILINE)[-1]
            near = [above, *map(shown, cells[heading + 1 : place]), *map(shown, cells[place + 1 : place + 2])]
            far = [shown(one) for one in cells[:place]]
            if any(gives_away(name, text) for text in near) or (
                not isinstance(EXERCISES[name], Choice)
                and len(re.sub(r"\D|0+$", "", f"{EXERCISES[name].answer:.3g}").lstrip("0")) > 2
                and any(gives_away(name, text) for text in far)
            ):
                found.append(name)
    return found


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def cells(request):
    return nbformat.read(request.param, as_version=4).cells


def test_every_prediction_has_its_question(cells):
    assert unasked(cells) == []


def test_no_answer_stands_in_sight_of_its_question(cells):
    assert in_sight(cells) == []


def found(cells) -> list[str]:
    """Return the lines of what the questions of a notebook have found."""
    pages = [page for cell in cells for output in cell.get("outputs", []) for page in [output.get("data", {})]]
    folds = [re.search(r"<pre>(.*)</pre></details>", page.get("text/html", ""), flags=re.DOTALL) for page in pages]
    return [line for fold in folds if fold for line in html.unescape(fold[1]).splitlines()]


def test_a_line_of_what_was_found_is_not_broken_in_its_field(cells):
    assert [line for line in found(cells) if len(line) > 100] == []  # 860 pixels hold 107 letters


# That the tests can fail


def cell_of(source, kind="markdown", told=""):
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}[kind]
    cell = make(source)
    if told:
        cell.outputs = [nbformat.v4.new_output("stream", text=told)]
    return cell


ASK = cell_of('question("01.5")', "code")


@pytest.mark.parametrize(
    ("cells", "seen"),
    [
        ([cell_of("# One\n\n**Predict:**"), ASK, cell_of("Look.")], False),
        ([cell_of("# One\n\nIt takes 30 times as long. **Predict:**"), ASK], True),
        ([cell_of("# One\n\n**Predict:**"), ASK, cell_of("About 30 times.")], True),
        ([cell_of("# One\n\n**Predict:**"), ASK, cell_of("x", "code", "29 and 955, 30 times as much")], True),
        ([cell_of("# One\n\n<details>30</details> **Predict:**"), ASK, cell_of("<details>30</details>")], False),
        ([cell_of("# One\n\n30 of them\n\n# Two\n\n**Predict:**"), ASK], False),
        (
            [cell_of("# One"), cell_of("x", "code", "0.905"), cell_of("# Two"), cell_of('question("01.1")', "code")],
            True,
        ),
    ],
)
def test_an_answer_in_sight_is_seen(cells, seen):
    assert bool(in_sight(cells)) == seen


@pytest.mark.parametrize("cells", [[cell_of("**Predict:**")], [cell_of("**Predict:** and **Predict**"), ASK]])
def test_a_prediction_without_its_question_is_seen(cells):
    assert unasked(cells) == [cells[0].source]


# A question by hand


def buttons(one):
    return {button.description: button for button in one.widget.children[1].children}


def test_a_question_presets_nothing_and_says_nothing():
    one = question("02.5")
    assert list(buttons(one)) == list(CHOICES["02.5"]["says"])
    assert "transparent" in one.widget.children[2].value
    assert not re.search("[✓✗]", one.widget.children[2].value)


def test_a_press_is_answered_by_the_verdict_of_check_with_sign_and_colour():
    one = question("02.5")
    for choice, colour, sign in (("still 0.02", WRONG, "✗"), ("almost 1", RIGHT, "✓")):
        buttons(one)[choice].click()
        said = one.widget.children[2].value
        assert f"{sign} {choice}: {check('02.5', choice).text}" in html.unescape(said)
        assert colour in said
        assert 'role="alert"' in said
        assert colour in str(buttons(one)[choice].layout.border or buttons(one)[choice].layout.border_top)


@pytest.mark.parametrize(("typed", "right"), [("0,905", True), ("0.9", False), ("a tenth", False)])
def test_a_number_that_is_typed_is_answered_when_it_is_entered(typed, right):
    one = question("01.1")
    field, _ = one.widget.children[1].children
    assert (field.description, field.value) == ("Your answer", "")
    field.value = typed
    assert html.escape(repr(check("01.1", typed))) in one.widget.children[2].value
    assert check("01.1", typed).right == right


def test_an_empty_field_is_no_answer_yet():
    one = question("01.1")
    one.widget.children[1].children[1].click()
    assert "No answer yet" in one.widget.children[2].value


def test_what_is_printed_inside_a_question_comes_with_the_verdict_and_stands_in_a_fold_where_there_is_none(capsys):
    with question("02.5") as one:
        print("0.02 < 0.98")
    assert capsys.readouterr().out == f"{one!r}\n"  # shown as the last line of a cell is
    bundle = one._repr_mimebundle_()
    assert "0.02" not in one.widget.children[2].value + FOLD.sub("", bundle["text/html"]).replace("still 0.02", "")
    assert "<pre>0.02 &lt; 0.98\n</pre></details>" in bundle["text/html"] == bundle["text/markdown"]
    one.answer("almost 0")
    assert "0.02 &lt; 0.98" in one.widget.children[2].value


def test_a_cell_that_fails_inside_a_question_fails_and_prints_again(capsys):
    def fail():
        with question("02.5"):
            print("lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    print("heard")
    assert capsys.readouterr().out == "heard\n"


def test_where_no_kernel_runs_a_question_is_text_with_its_choices():
    for name in [name for name, one in EXERCISES.items() if not isinstance(one, Repair)]:
        one = question(name)
        bundle = one._repr_mimebundle_()
        assert bundle[WIDGET]["model_id"] == one.widget.model_id
        assert f'data-question="{name}"' in bundle["text/html"]
        for told in (EXERCISES[name].ask, *getattr(EXERCISES[name], "says", ())):
            assert html.escape(told) in bundle["text/html"], name
            assert " ".join(told.split()) in " ".join(bundle["text/plain"].split()), name
        assert max(map(len, bundle["text/plain"].splitlines())) <= 75, name


@pytest.mark.parametrize("name", ["09.77", "03.1", None, ["01.1"]])
def test_what_is_no_question_is_refused_by_its_name(name):
    with pytest.raises(ValueError, match="no question is called"):
        question(name)


@pytest.mark.parametrize("colour", [RIGHT, WRONG])
@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_the_colour_of_a_verdict_is_seen_on_a_light_page_and_on_a_dark_one(colour, page):
    def light(one):
        parts = np.array(to_rgb(one))
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((light(colour), light(page)))
    assert (high + 0.05) / (low + 0.05) > 3  # WCAG 2.1 asks it of what is no text


def test_one_wrong_number_does_not_show_what_was_found_a_right_one_and_a_third_wrong_one_do():
    for answers, shown in (
        (["3"], False),
        (["3", "4", "about two"], False),  # what is no number is no try
        (["3", "4", "-6"], True),
        (["3", "2"], True),
    ):
        one = question("09.8")
        one.found = "it explodes where w_g is above 2.0000"
        for answer in answers:
            one.answer(answer)
        assert ("2.0000" in one._said.value) == shown, answers
