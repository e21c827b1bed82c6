"""How Sphinx makes the site (tools/site/__main__.py starts it)."""

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

project = "Gradient carousel"
author = "the gradient-carousel authors"
copyright = "the gradient-carousel authors. Text and figures: CC BY 4.0; code: BSD-3-Clause"
extensions = ["myst_nb", "sphinx_copybutton"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = project
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_start": [],
    "navbar_end": [],
    "navbar_persistent": [],
}
html_context = {"default_mode": "auto"}
html_use_index = False
html_math_renderer = "mathml"


def formula(text: str, display: str) -> str:
    """Return a formula as MathML, which browsers show without a script and without fonts from elsewhere."""
    return convert(text, display=display)


def inline(writer, node):
    """Write a formula in a line."""
    writer.body.append(formula(node.astext(), "inline"))
    raise SkipNode


def block(writer, node):
    """Write a formula on a line of its own."""
    writer.body.append(f'<div class="math">{formula(node.astext(), "block")}</div>')
    raise SkipNode


def with_explorers(app, pagename, templatename, context, doctree):
    """Let each page have the script and the style of the explorers, which lie beside it."""
    if doctree is not None:
        context["metatags"] = (
            context.get("metatags", "")
            + '\n<link rel="stylesheet" href="site.css">\n<script defer src="site.js"></script>'
        )


def setup(app):
    """Register both."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
    app.connect("html-page-context", with_explorers)
