"""Every link leads to a file that is there, and to a heading that stands in it."""

import re
from pathlib import Path

import pytest

from tests.links import dead_links, text_of

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "helpers/**/*.md", "tests/**/*.md", ".github/**/*.md", "notebooks/*.ipynb")
    for path in sorted(ROOT.glob(pattern))
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_link_leads_somewhere(path):
    assert dead_links(text_of(path), path) == []


def named_and_gone(text):
    """Return the tests and tools that ``text`` names by their path and that are not there."""
    return [name for name in re.findall(r"\b(?:tests|tools)/\w+\.py", text) if not (ROOT / name).exists()]


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "CONTRIBUTING.md", "README.md", "docs/teaching.md"])
def test_each_test_that_is_named_is_there(name):
    assert named_and_gone((ROOT / name).read_text("utf-8")) == []
    assert named_and_gone("tests/test_floors.py tests/test_links.py") == ["tests/test_floors.py"]


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("[on](there.md) [up](#one-two) [on](there.md#three-four) [on](<there.md>)", []),
        ("[on](nowhere.md)", ["nowhere.md"]),
        ("[on](nowhere.md#three-four)", ["nowhere.md#three-four"]),
        ("[on](there.md#five)", ["there.md#five"]),
        ("[up](#five)", ["#five"]),
        ('<a href="nowhere.html">x</a> <img src="none.png">', ["nowhere.html", "none.png"]),
        ("[on]: nowhere.md", ["nowhere.md"]),
        ("[away](https://example.org/#x) `[no](link.md)`", []),
    ],
)
def test_a_link_to_what_is_not_there_is_seen(tmp_path, text, dead):
    (tmp_path / "there.md").write_text("# Three, four!\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"# One: two\n\n{text}\n", encoding="utf-8")
    assert dead_links(text_of(page), page) == dead
