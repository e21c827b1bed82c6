import re
from pathlib import Path

import pytest

from tools import claims


@pytest.fixture(scope="module")
def ledger():
    return claims.read_ledger()


@pytest.fixture(scope="module")
def quotations():
    return claims.read_quotations()


def of_the_lecture(ledger):
    return [claim for claim in ledger if claim.name.startswith("C")]


def test_every_claim_has_a_quotation_with_its_verdict_and_a_test(ledger, quotations):
    assert claims.gaps(ledger, quotations) == []


def test_a_claim_that_is_taken_out_is_missed(ledger, quotations):
    for name in claims.TREATED:
        rest = [claim for claim in ledger if claim.name != name]
        assert any(gap.startswith(f"{name} ") for gap in claims.gaps(rest, quotations)), name


def test_a_claim_without_a_test_is_missed(ledger, quotations):
    for name in claims.TREATED:
        bare = [claim._replace(tests=[]) if claim.name == name else claim for claim in ledger]
        assert claims.gaps(bare, quotations) == [f"{name} has no test"]


def test_a_quotation_that_is_taken_out_of_a_notebook_is_missed(ledger, quotations):
    shorter = quotations | {"C5": [row for row in quotations["C5"] if row[0] != "02"]}
    assert any(gap.startswith("C5 in notebook 02") for gap in claims.gaps(ledger, shorter))


def test_another_verdict_in_a_notebook_is_seen(ledger, quotations):
    changed = quotations | {"C4": [("01", quotations["C4"][0][1], "false")]}
    assert any(gap.startswith("C4 in notebook 01") for gap in claims.gaps(ledger, changed))


def test_a_verdict_that_is_changed_in_notebook_and_ledger_alike_is_seen_at_its_test(ledger, quotations):
    changed = [claim._replace(verdict="false") if claim.name == "C4" else claim for claim in ledger]
    printed = quotations | {"C4": [(book, quote, "false") for book, quote, _ in quotations["C4"]]}
    (gap,) = claims.gaps(changed, printed)
    assert gap.startswith("C4 is 'false' in the ledger, and ['true'] at its tests")


def test_a_claim_whose_tests_carry_no_verdict_is_missed(ledger, quotations):
    bare = [claim._replace(asserted=set()) if claim.name == "C4" else claim for claim in ledger]
    (gap,) = claims.gaps(bare, quotations)
    assert "nothing at its tests" in gap


def test_the_quotations_are_the_words_of_the_slides(ledger):
    """Up to white space, quotation marks, and the marks that set mathematics: $, & and backslash-bracket."""

    def words(text):
        return re.sub(r"""([\s$&"']|\\\(|\\\))+""", " ", text)

    slides = words(Path(__file__).with_name("lecture.txt").read_text(encoding="utf-8"))
    for claim in of_the_lecture(ledger):
        assert words(claim.quote).strip() in slides, claim.name


def test_the_readme_tells_how_far_the_ledger_has_come(ledger):
    readme = " ".join((claims.ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"These are all of its {len(of_the_lecture(ledger))} statements" in readme
    assert f"and {len(ledger) - len(of_the_lecture(ledger))} of our own" in readme


@pytest.mark.parametrize("gone", ["condition", "source"])
def test_a_statement_of_ours_without_its_condition_or_its_source_is_missed(gone, ledger, quotations):
    bare = [claim._replace(**{gone: ""}) if claim.name == "D4" else claim for claim in ledger]
    assert claims.gaps(bare, quotations) == ["D4 has no condition or no source"]
