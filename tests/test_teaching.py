"""What docs/teaching.md says of the notebooks is so, and a student's copy holds no solution."""

import re
from pathlib import Path

import nbformat
import pytest

from helpers.exercises import CHOICES, EXERCISES
from tests.test_lessons import STATED, cells_of
from tools.claims import TREATED, read_ledger
from tools.handout import handout, main

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXT = " ".join((ROOT / "docs" / "teaching.md").read_text(encoding="utf-8").split())
PARTS = {part[:2]: part for part in re.split(r" ### (?=\d\d )", TEXT.partition(" ## Copies")[0])[1:]}


def claims_of(part: str) -> set[str]:
    """Return the statements that a part names: single ones, and "C8 to C27"."""
    named = re.findall(r"\b([CD])(\d+)(?: to [CD](\d+))?", part)
    return {f"{kind}{n}" for kind, low, high in named for n in range(int(low), int(high or low) + 1)}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_notebook_has_its_part_with_its_minutes_and_three_questions_of_its_own(path):
    number, cells = path.stem[:2], cells_of(path)
    part = PARTS[number]
    assert part.startswith(f"{number} {cells[0].source.splitlines()[0][2:].partition(':')[0]} ")
    assert f"{STATED.search(cells[0].source)[1]} minutes." in part
    assert re.findall(r" ([123])\. ", part.partition("**Ask**")[2])[:3] == ["1", "2", "3"]
    source = "\n".join(cell.source for cell in cells)
    named = re.findall(r"`(\d\d\.\d+)`", part)
    assert named
    assert all(f'question("{name}")' in source for name in named)


def test_what_is_often_answered_is_a_wrong_choice_that_the_checker_knows():
    pairs = re.findall(r"`(\d\d\.\d+)`[^`]*?Often answered: \*([^*]+)\*", TEXT)
    assert len(pairs) == TEXT.count("Often answered: ") > 25
    for name, choice in pairs:
        assert choice in CHOICES[name]["says"], (name, choice)
        assert choice != EXERCISES[name].answer


def test_each_statement_of_the_lecture_is_named_in_the_part_of_a_notebook_that_treats_it():
    for claim in read_ledger():
        if claim.name.startswith("C"):
            assert any(claim.name in claims_of(PARTS[number]) for number in claim.notebooks), claim.name
    assert claims_of(" ".join(PARTS.values())) == set(TREATED)


# The student's copy


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_students_copy_has_no_solution_and_all_else(path):
    whole, copy = nbformat.read(path, as_version=4), nbformat.read(path, as_version=4)
    solutions = handout(copy)
    nbformat.validate(copy)
    assert not re.search(r"<summary>(Solution|What was found)", nbformat.writes(copy))
    before, after = ("\n".join(cell.source for cell in one.cells) for one in (whole, copy))
    asked = before.count("<summary>Solution")
    assert len(solutions) == asked
    lost = len(before.split()) - len(after.split())
    assert lost <= sum(len(one.split()) for one in solutions) + 2 * asked
    code = [[cell.source for cell in one.cells if cell.cell_type == "code"] for one in (whole, copy)]
    assert code[0] == code[1]


def test_every_exercise_has_its_solution_in_the_other_file(tmp_path):
    main(PATHS, tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [path.name for path in PATHS]
    pages = (tmp_path / "solutions.md").read_text(encoding="utf-8").split("\n## ")
    assert len(pages) == len(PATHS) + 1
    for path, page in zip(PATHS, pages[1:], strict=True):
        source = "\n".join(cell.source for cell in cells_of(path))
        exercises = source.count('\ncheck("') + source.partition("\n## Exercises\n")[2].count('question("')
        assert page.count("### Solution") == exercises, path.stem
