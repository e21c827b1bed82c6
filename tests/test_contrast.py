"""Every colour is seen: of text at least 4.5 to 1, of lines and marks at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).

On a dark page the player turns the colours about; what it paints there is read off the canvas.
"""

import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from helpers.figures import style
from helpers.figures.form import PATH, TEXT, UNIT
from helpers.figures.scene import Drawing
from tests.player_page import in_the_browser
from tests.test_recorder import Operation, read, shape
from tools.site.pages import HERE, NOTEBOOKS

WHITE, DARK = (255, 255, 255), (18, 18, 18)
GRID = (0xE3, 0xE3, 0xE3, 255)  # what stands behind and says nothing by itself


def contrast(one, other) -> float:
    """Return the contrast of two colours (red, green, blue from 0 to 255), as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = np.array(colour[:3]) / 255
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def bytes_of(colour) -> tuple:
    return tuple(round(255 * part) for part in to_rgb(colour))


def over(colour, below=WHITE) -> tuple:
    """Return what is seen of a colour (red, green, blue, alpha) over another."""
    return tuple(round(below[k] + (colour[k] - below[k]) * colour[3] / 255) for k in range(3))


def behind(operations: list[Operation]):
    """Give each text with the colour on which it stands: that of the last area painted there before it."""
    areas = []
    for one in operations:
        if one.kind == PATH and one.fill:
            points = shape(one.rest, one.flags & 8)[0]
            areas.append((points.min(axis=0), points.max(axis=0), over(one.fill)))
        elif one.kind == TEXT:
            anchor = one.rest[-2:].view("<i2") / UNIT
            at = [colour for low, high, colour in areas if (low <= anchor).all() and (anchor <= high).all()]
            yield one.fill, at[-1]


def test_what_an_explorer_paints_is_seen_on_what_it_is_painted_on(explorer):
    drawing = explorer._scene.record(explorer._state)
    operations = read(drawing.still) + read(drawing.moving)
    for text, area in behind(operations):
        assert contrast(over(text, area), area) >= 4.5, (text, area)
    strokes = {one.stroke[0] for one in operations if one.stroke} - {GRID}
    marks = {one.fill for one in operations if one.kind not in (PATH, TEXT) and one.fill and one.fill[3]}
    for colour in strokes | marks:
        assert colour[:3] == WHITE or contrast(over(colour), WHITE) >= 3, colour


@pytest.fixture
def on_a_dark_page(page):
    """Return what the player paints, on a page whose text is light, where colours are noted: {colour: colour there}."""
    page.evaluate("document.body.style.color = '#dddddd'; true")

    def turned(colours):
        figure = style.new_figure(10 * len(colours), 10)
        for k, colour in enumerate(colours):
            place = {"transform": figure.transFigure, "linewidth": 0}
            figure.patches.append(Rectangle((k / len(colours), 0), 1 / len(colours), 1, color=colour, **place))
        page.tell(Drawing.of(figure))
        shown = page.painted(page.show(10 * len(colours)))
        return {colour: tuple(map(int, shown[5, 10 * k + 5])) for k, colour in enumerate(colours)}

    yield turned
    page.evaluate("document.body.style.color = ''; true")


@in_the_browser
@pytest.mark.browser
def test_a_word_of_the_text_has_the_colour_of_its_curve_on_a_dark_page_of_the_site(on_a_dark_page):
    """As the player turns it about; in the light form the text says it itself."""
    text = "".join(path.read_text(encoding="utf-8") for path in NOTEBOOKS)
    colours = sorted(set(re.findall(r"<span style=.{,2}border-bottom: 2px solid (#\w{6})", text)))
    style_sheet = (HERE / "site.css").read_text(encoding="utf-8")
    dark = re.findall(r'"dark"\] span\[style\*="(#\w{6})"\] \{ border-color: (#\w{6}) !', style_sheet)
    turned = on_a_dark_page(colours)
    assert {light: bytes_of(colour) for light, colour in dark} == turned
    assert len(colours) >= 3


NAMED = {name: value for name, value in vars(style).items() if name.isupper() and str(value).startswith("#")}
READ = {"RULE", "GUESS", "BESIDE"}  # in which text is written, too


@in_the_browser
@pytest.mark.browser
def test_each_colour_of_the_style_is_seen_on_a_light_page_and_turned_about_on_a_dark_one(on_a_dark_page):
    dark = on_a_dark_page([*NAMED.values(), *style.FILLS.values()])
    for fill in style.FILLS.values():  # on which words stand
        assert contrast(dark[style.RULE], dark[fill]) >= 4.5, fill
    for name, colour in NAMED.items():
        least = 4.5 if name in READ else 3
        assert contrast(bytes_of(colour), WHITE) >= least, name
        assert contrast(dark[colour], DARK) >= least, name
