"""Every colour is seen: of text at least 4.5 to 1, of lines and marks at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).

On a dark page the player turns the colours about; what it paints there is read off the canvas.
"""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from helpers.figures import style
from helpers.figures.scene import Drawing
from tests.player_page import in_the_browser

WHITE, DARK = (255, 255, 255), (18, 18, 18)
# Behind what is read, and nothing that is: the lines of a grid and what separates the rows of a table.
DECORATION = {"#e3e3e3"}


def contrast(one, other) -> float:
    """Return the contrast of two colours (red, green, blue from 0 to 255), as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = np.array(colour[:3]) / 255
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def bytes_of(colour) -> tuple:
    return tuple(round(255 * part) for part in to_rgb(colour))


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


NAMED = {name: value for name, value in vars(style).items() if name.isupper() and str(value).startswith("#")}
READ = {"RULE", "STATE", "GUESS"}  # in which text is written, too


@in_the_browser
@pytest.mark.browser
def test_each_colour_of_the_style_is_seen_on_a_light_page_and_turned_about_on_a_dark_one(on_a_dark_page):
    dark = on_a_dark_page(list(NAMED.values()))
    for name, colour in NAMED.items():
        if name == "EDGE":
            continue
        least = 4.5 if name in READ else 3
        assert contrast(bytes_of(colour), WHITE) >= least, name
        assert contrast(dark[colour], DARK) >= least, name
