"""Make pages, slides and prints of notebooks as they are stored, for where no kernel runs; nothing needs a network.

    python -m tools.export [--to html|markdown|slides|pdf] [NOTEBOOK ...]

Writes build/export. A notebook that you have run and saved in JupyterLab is exported as you saved it. Each explorer is
a picture, its sentence as text and as the name of the picture, and a line that says where it moves. A pdf is printed by
Chromium, and needs one.
"""

import argparse
import base64
import html
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter, MarkdownExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from tools.chromium import Page, find_chromium
from tools.regenerate import NOTEBOOKS, WIDGET, chosen
from tools.site import address

BUILD = NOTEBOOKS.parent / "build" / "export"
ENDINGS = {"html": ".html", "markdown": ".md", "slides": ".slides.html", "pdf": ".pdf"}
_HEADING = re.compile(r"^#{1,3} .+$")
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\.ipynb\)")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 876px; margin: 0 auto; padding: .5rem; }
body { color: #222; background: white; }
pre, code { font: 13px/1.45 ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; }
.input_area { background: #f5f5f5; border: 1px solid #ddd; padding: 0 .6rem; }
.output_area { padding-left: .6rem; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .15rem .5rem; text-align: left; }
math { font-family: math, "STIX Two Math", "Latin Modern Math", "Cambria Math", "DejaVu Math TeX Gyre", serif; }
.math { overflow: auto hidden; padding: .2em 0; }
.still { color: #555; font-style: italic; }
.question { border-left: 4px solid #bbb; padding-left: .6rem; }
@page { margin: 15mm; }
@media print {
  body { max-width: none; font-size: 11pt; }
  img, pre, table, .question { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
}
"""
SLIDES = """
html { scroll-snap-type: y proximity; }
body { max-width: 960px; font-size: 20px; }
pre, code { font-size: 16px; }
section { min-height: 100vh; scroll-snap-align: start; box-sizing: border-box; padding: 1rem 0; }
@media print { section { break-after: page; min-height: 0; } }
"""
KEYS = """
addEventListener("keydown", (event) => {
  const way = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 }[event.key];
  if (!way || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("summary, a")) return;
  event.preventDefault();
  const slides = [...document.querySelectorAll("section")];
  const now = slides.findLastIndex((one) => one.getBoundingClientRect().top < 9);
  slides[Math.min(Math.max(now + way, 0), slides.length - 1)].scrollIntoView();
});
"""


class Renderer(IPythonRenderer):
    """Text with its formulas as MathML, which browsers show without a script and without fonts from elsewhere."""

    def inline_math(self, body):
        """Write a formula in a line."""
        return convert(body)

    def block_math(self, body):
        """Write a formula on a line of its own."""
        return f'<div class="math">{convert(body, display="block")}</div>'


class Exporter(HTMLExporter):
    """The cells of a notebook as HTML, without a page round them."""

    def markdown2html(self, source):
        """Return text as HTML."""
        return MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)

    def default_filters(self):
        """Give nbconvert's filters, and the one above."""
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html


def still(name: str, site: str = "") -> str:
    """Return the line that says of a picture that it is a still, and where it moves; ``site`` is an address.

    >>> still("01_one_neuron_for_ever")
    'This is a still. It moves in the running notebook: make lab.'
    """
    also = f", and at {site}/{name}.html" if site else ""
    return f"This is a still. It moves in the running notebook: make lab{also}."


def pictures(notebook: nbformat.NotebookNode, shown) -> dict[str, bytes]:
    """Show ``shown(sentence, name of its picture's file, its HTML)`` for each explorer; return the pictures by name."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(WIDGET, None)
            if "image/png" in data and "text/html" in data:
                picture = base64.b64decode(re.search(r"base64,([^\"]+)", data["text/html"])[1])
                found[f"{cell.id}.png"] = picture
                output.data = shown(data["text/plain"], f"{cell.id}.png", data["text/html"])
    return found


def sections(notebook: nbformat.NotebookNode) -> list[list[nbformat.NotebookNode]]:
    """Return the cells of a notebook by its sections; a heading within a cell begins another, in a cell of its own."""
    found: list[list] = [[]]
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            found[-1].append(cell)
            continue
        parts, fenced = [[]], False
        for line in cell.source.splitlines():
            fenced ^= line.startswith("```")
            bare = all(_HEADING.match(one) or not one for one in parts[-1])  # a heading that has nothing below it yet
            if _HEADING.match(line) and not fenced and not (parts[-1] and bare):
                parts.append([])
            parts[-1].append(line)
        for number, lines in enumerate(parts):
            if number:
                found.append([])
            if lines:
                found[-1].append(nbformat.v4.new_markdown_cell("\n".join(lines)))
    return [section for section in found if section]


def page(notebook: nbformat.NotebookNode, name: str, site: str = "", slides: bool = False) -> str:
    """Return ``notebook`` as one HTML file that holds all it shows."""
    line = f'<p class="still">{html.escape(still(name, site))}</p>'
    pictures(notebook, lambda sentence, file, shown: {"text/html": f'<div class="shown">{shown}{line}</div>'})
    exporter = Exporter(template_name="basic")
    exporter.config.CSSHTMLHeaderPreprocessor.style = "default"
    bodies, css = [], ""
    for cells in sections(notebook) if slides else [notebook.cells]:
        part = nbformat.from_dict({**notebook, "cells": cells})
        body, resources = exporter.from_notebook_node(part)
        bodies.append(f"<section>{body}</section>" if slides else body)
        css = "\n".join(resources["inlining"]["css"])
    title = re.sub(r"^# ", "", notebook.cells[0].source.splitlines()[0])
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>{css}{STYLE}{SLIDES if slides else ""}</style></head>
<body>
{"".join(bodies)}
{f"<script>{KEYS}</script>" if slides else ""}
</body>
</html>
"""


def markdown(notebook: nbformat.NotebookNode, name: str, site: str = "") -> tuple[str, dict[str, bytes]]:
    """Return ``notebook`` as Markdown, and its pictures by the names of their files, which lie in NAME_files."""

    def shown(sentence, file, _):
        alt = re.sub(r"([\[\]\\])", r"\\\1", sentence)
        text = html.escape(sentence, quote=False)
        return {"text/markdown": f"![{alt}]({name}_files/{file})\n\n{text}\n\n*{still(name, site)}*"}

    files = pictures(notebook, shown)
    return MarkdownExporter().from_notebook_node(notebook)[0], files


def printed(path: Path) -> bytes:
    """Return the HTML file at ``path`` as a pdf; raise RuntimeError where there is no Chromium to print it."""
    if not find_chromium():
        raise RuntimeError("a pdf is printed by Chromium, and there is none: print the page from your browser")
    with Page() as opened:
        opened.send("Page.navigate", url=path.resolve().as_uri())
        opened.wait_for("document.readyState === 'complete'", "the page")
        return base64.b64decode(opened.send("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])


def export(path: Path, kind: str, folder: Path, among: Sequence[str] = (), site: str = "") -> Path:
    """Write the notebook at ``path`` into ``folder`` and return the file; it links to those called ``among``."""
    notebook, name = nbformat.read(path, as_version=4), path.stem
    ending = ENDINGS[kind]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(
                lambda found: f"[{found[1]}]({found[2]}{ending})" if found[2] in among else found[1], cell.source
            )
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / (name + ending)
    if kind == "markdown":
        text, files = markdown(notebook, name, site)
        (folder / f"{name}_files").mkdir(exist_ok=True)
        for file, data in files.items():
            (folder / f"{name}_files" / file).write_bytes(data)
        made.write_text(text, "utf-8")
    elif kind == "pdf":
        source = made.with_suffix(".print.html")
        source.write_text(page(notebook, name, site), "utf-8")
        made.write_bytes(printed(source))
        source.unlink()
    else:
        made.write_text(page(notebook, name, site, slides=kind == "slides"), "utf-8")
    return made


def main(argv: list[str] | None = None) -> None:
    """Export what the arguments name."""
    parser = argparse.ArgumentParser("python -m tools.export", description=__doc__.splitlines()[0])
    parser.add_argument("--to", choices=ENDINGS, default="html", help="default: html")
    parser.add_argument("notebooks", nargs="*", help="default: all of the course")
    arguments = parser.parse_args(argv)
    paths = chosen(arguments.notebooks)
    site = address.urls().get("Site", "")
    try:
        for path in paths:
            print(export(path, arguments.to, BUILD, [one.stem for one in paths], site), flush=True)
    except (RuntimeError, ValueError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
