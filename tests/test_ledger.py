import re
from pathlib import Path

import pytest

from tools import claims

LEDGER, QUOTATIONS = claims.read_ledger(), claims.read_quotations()
LECTURE = [claim for claim in LEDGER if claim.name.startswith("C")]


def test_every_claim_has_a_quotation_with_its_verdict_and_a_test():
    assert claims.gaps(LEDGER, QUOTATIONS) == []


@pytest.mark.parametrize("name", claims.TREATED)
def test_a_claim_that_is_taken_out_is_missed(name):
    rest = [claim for claim in LEDGER if claim.name != name]
    assert any(gap.startswith(f"{name} ") for gap in claims.gaps(rest, QUOTATIONS))


@pytest.mark.parametrize("name", claims.TREATED)
def test_a_claim_without_a_test_is_missed(name):
    bare = [claim._replace(tests=[]) if claim.name == name else claim for claim in LEDGER]
    assert claims.gaps(bare, QUOTATIONS) == [f"{name} has no test"]


def test_a_quotation_that_is_taken_out_of_a_notebook_is_missed():
    shorter = QUOTATIONS | {"C5": [row for row in QUOTATIONS["C5"] if row[0] != "02"]}
    assert any(gap.startswith("C5 in notebook 02") for gap in claims.gaps(LEDGER, shorter))


def test_another_verdict_in_a_notebook_is_seen():
    changed = QUOTATIONS | {"C4": [("01", QUOTATIONS["C4"][0][1], "false")]}
    assert any(gap.startswith("C4 in notebook 01") for gap in claims.gaps(LEDGER, changed))


def test_a_verdict_that_is_changed_in_notebook_and_ledger_alike_is_seen_at_its_test():
    changed = [claim._replace(verdict="false") if claim.name == "C4" else claim for claim in LEDGER]
    printed = QUOTATIONS | {"C4": [(book, quote, "false") for book, quote, _ in QUOTATIONS["C4"]]}
    (gap,) = claims.gaps(changed, printed)
    assert gap.startswith("C4 is 'false' in the ledger, and ['true'] at its tests")


def test_a_claim_whose_tests_carry_no_verdict_is_missed():
    bare = [claim._replace(asserted=set()) if claim.name == "C4" else claim for claim in LEDGER]
    (gap,) = claims.gaps(bare, QUOTATIONS)
    assert "nothing at its tests" in gap


def test_the_quotations_are_the_words_of_the_slides():
    """Up to white space, quotation marks, and the marks that set mathematics: $, & and backslash-bracket."""

    def words(text):
        return re.sub(r"""([\s$&"']|\\\(|\\\))+""", " ", text)

    slides = words(Path(__file__).with_name("lecture.txt").read_text(encoding="utf-8"))
    for claim in LECTURE:
        assert words(claim.quote).strip() in slides, claim.name


def test_the_readme_tells_how_far_the_ledger_has_come():
    readme = " ".join((claims.ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"These are all of its {len(LECTURE)} statements" in readme
    assert f"and {len(LEDGER) - len(LECTURE)} of our own" in readme


@pytest.mark.parametrize("gone", ["condition", "source"])
def test_a_statement_of_ours_without_its_condition_or_its_source_is_missed(gone):
    bare = [claim._replace(**{gone: ""}) if claim.name == "D4" else claim for claim in LEDGER]
    assert claims.gaps(bare, QUOTATIONS) == ["D4 has no condition or no source"]
