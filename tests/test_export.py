"""Exports: a page that runs nothing shows each picture, says its sentence and that it is a still, and cuts no code."""

import base64
import html
import io
import re
import shutil

import nbformat
import pytest
from matplotlib.image import imread

from helpers.exercises import EXERCISES
from tests.player_page import in_the_browser
from tests.thorough import all_if_thorough
from tools import export
from tools.chromium import Page
from tools.regenerate import NOTEBOOKS, WIDGET
from tools.site import links

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
NAMES = [path.stem for path in PATHS]
SITE = "https://owner.github.io/name"


def notebook(path):
    return nbformat.read(path, as_version=4)


def told(path):
    """Return the sentences of the explorers of a notebook."""
    outputs = [output.get("data", {}) for cell in notebook(path).cells for output in cell.get("outputs", [])]
    return [data["text/plain"] for data in outputs if "image/png" in data]


@pytest.fixture(scope="module", params=all_if_thorough(1, PATHS[1:3]), ids=["01", "02"])
def path(request):
    return request.param


@pytest.fixture(scope="module")
def made(path, tmp_path_factory):
    """Return the text of a notebook's page by kind; what lies beside is checked by the tests that ask for it."""
    folder = tmp_path_factory.mktemp("export")
    return {kind: export.export(path, kind, folder, [path.stem]) for kind in ("html", "slides", "markdown")}


@pytest.mark.parametrize("kind", ["html", "slides"])
def test_a_page_shows_each_picture_and_says_its_sentence_and_that_it_is_a_still(kind, path, made):
    page = made[kind].read_text("utf-8")
    open_to_all = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    images = re.findall(r'<img alt="(.*?)"[^>]*src="data:image/png;base64,([^"]+)"', open_to_all)
    sentences = told(path)
    assert [html.unescape(alt) for alt, _ in images] == sentences != []
    assert all(imread(io.BytesIO(base64.b64decode(data)), format="png").shape[1] > 1000 for _, data in images)
    for sentence in sentences:
        assert f"<p>{html.escape(sentence)}</p>" in page
    assert page.count("This is a still. It moves in the running notebook: make lab.") == len(sentences)


def test_markdown_has_each_picture_in_a_file_with_its_sentence_as_its_name_and_as_text(path, made):
    text = made["markdown"].read_text("utf-8")
    pictures = re.findall(r"!\[((?:\\.|[^\]])*)\]\(([^)]+)\)\n\n(.*)\n\n\*This is a still", text)
    sentences = told(path)
    assert [re.sub(r"\\(.)", r"\1", alt) for alt, _, _ in pictures] == sentences
    assert [html.unescape(words) for _, _, words in pictures] == sentences
    for _, file, _ in pictures:
        assert imread(made["markdown"].parent / file).shape[1] > 1000
    assert "data:image" not in text


def test_what_is_exported_asks_nothing_of_another_host_and_has_no_dead_link(made):
    assert links.faults(made["html"].parent) == []
    assert not re.search(r"<script[^>]+src|@import|url\(", made["html"].read_text("utf-8"))


def test_formulas_need_no_script(path, made):
    n_formulas = sum(
        len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", cell.source, flags=re.DOTALL))
        for cell in notebook(path).cells
        if cell.cell_type == "markdown"
    )
    for kind in ("html", "slides"):
        page = made[kind].read_text("utf-8")
        assert page.count("<math") == n_formulas > 0
        assert "\\mathrm" not in page


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem[:2])
def test_slides_are_one_a_section_and_lose_nothing(path):
    read = notebook(path)
    sections = export.sections(read)
    text = "\n".join(cell.source for cell in read.cells)
    again = "\n".join(cell.source for section in sections for cell in section)
    assert re.sub(r"\n+", "\n", again) == re.sub(r"\n+", "\n", text)
    code = [cell for section in sections for cell in section if cell.cell_type == "code"]
    assert code == [cell for cell in read.cells if cell.cell_type == "code"]
    headings = re.findall(r"^#{1,3} .+$", "\n".join(c.source for c in read.cells if c.cell_type == "markdown"), re.M)
    found = [re.findall(r"^#{1,3} .+$", section[0].source, re.MULTILINE) for section in sections]
    assert [heading for some in found for heading in some] == headings
    for section, some in zip(sections, found, strict=True):
        lines = [line for line in section[0].source.splitlines() if line]
        assert lines[: len(some)] == some != []  # two of them only where nothing stands between
        for cell in section[1:]:
            assert cell.cell_type == "code" or not re.search(r"^#{1,3} ", cell.source, re.MULTILINE)


def test_a_heading_in_a_fenced_block_begins_no_slide():
    read = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# One\n\n```\n# not this\n```\n\n## Two\n\nx")]
    )
    assert [section[0].source for section in export.sections(read)] == [
        "# One\n\n```\n# not this\n```\n",
        "## Two\n\nx",
    ]


def test_a_page_leads_to_the_pages_beside_it_and_says_where_the_still_moves(tmp_path):
    made = export.export(PATHS[0], "html", tmp_path, [PATHS[1].stem], SITE).read_text("utf-8")
    assert f'href="{PATHS[1].stem}.html"' in made
    assert PATHS[2].stem not in made
    assert f"make lab, and at {SITE}/{PATHS[0].stem}.html." in made


def test_a_notebook_that_jupyterlab_saved_is_exported_without_its_widgets(tmp_path):
    read = notebook(PATHS[0])
    for cell in read.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": "of another day"}
    saved = tmp_path / PATHS[0].name
    nbformat.write(read, saved)
    shutil.copy(PATHS[0], tmp_path / "plain.ipynb")
    for kind in ("html", "markdown"):
        page = export.export(saved, kind, tmp_path / "made").read_text("utf-8")
        plain = export.export(tmp_path / "plain.ipynb", kind, tmp_path / "made").read_text("utf-8")
        assert page.replace(PATHS[0].stem, "plain") == plain


def test_a_question_is_there_with_its_choices_and_what_was_found_in_a_fold(path, made):
    asked = re.findall(r'^(?:with )?question\("([\d.]+)"\)', "\n".join(c.source for c in notebook(path).cells), re.M)
    for kind in ("html", "markdown"):
        page = html.unescape(made[kind].read_text("utf-8"))
        assert asked
        assert all(EXERCISES[name].ask in page for name in asked)


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize("kind", ["html", "slides"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_no_code_is_cut_at_the_margin(kind, media, made):
    """650 pixels are A4 between margins of 15 mm."""
    with Page(650, 900) as page:
        page.send("Emulation.setEmulatedMedia", media=media)
        page.send("Page.navigate", url=made[kind].as_uri())
        page.wait_for("document.readyState === 'complete'", "the page")
        wide = "[...document.querySelectorAll('pre, table, img')].filter(one => one.scrollWidth > one.clientWidth + 1)"
        assert page.evaluate(f"{wide}.length") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 650
        assert page.complaints == []


@in_the_browser
@pytest.mark.browser
def test_the_keys_lead_from_slide_to_slide(made):
    with Page(1280, 800) as page:
        page.send("Page.navigate", url=made["slides"].as_uri())
        page.wait_for("document.readyState === 'complete'", "the page")
        at = "[...document.querySelectorAll('section')].findIndex(one => Math.abs(one.getBoundingClientRect().top) < 2)"
        for key, code, slide in (("ArrowRight", 39, 1), ("PageDown", 34, 2), ("ArrowLeft", 37, 1)):
            page.key(key, code)
            page.wait_for(f"{at} === {slide}", f"slide {slide}")


@in_the_browser
@pytest.mark.browser
def test_a_pdf_is_printed(path, tmp_path):
    made = export.export(path, "pdf", tmp_path).read_bytes()
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", made)) > 5
    assert [one.suffix for one in tmp_path.iterdir()] == [".pdf"]


def test_where_no_chromium_is_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(export, "find_chromium", lambda: None)
    with pytest.raises(RuntimeError, match="there is none"):
        export.export(PATHS[0], "pdf", tmp_path)
