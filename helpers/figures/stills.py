"""What is seen of a figure where nothing runs, the still picture and its sentence; and what is seen where it fails."""

import base64
import html
import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from helpers.figures import style


def png(picture: np.ndarray) -> bytes:
    """Return ``picture`` (height, width, 4) as a PNG, made fast: ``tools/regenerate`` packs what is stored."""
    file = io.BytesIO()
    Image.fromarray(picture).convert("RGB").save(file, "PNG", compress_level=1)
    return file.getvalue()


def notice(text: str, scene) -> Figure:
    """Return a grey page as large as ``scene`` that says ``text``, for where there is nothing to draw."""
    return style.page_of_text(text, scene.width, scene.height, scene.density, grey=True)


def bundle(picture: np.ndarray, sentence: str, width: int, density: float, shown: bytes = b"") -> dict[str, str]:
    """Return, by MIME type, what stores ``picture`` (height, width, 4): a PNG that says its sentence below, and a page.

    The page is for what has no other place for a picture's alt. ``shown`` is the PNG of the picture, where there is
    one.
    """
    n_lines = style.n_lines(sentence, style.characters(width))
    caption = style.page_of_text(sentence, width, 14 + 18 * n_lines, density)
    still = png(np.concatenate([picture, style.painted(caption)]))
    return {"text/html": page(shown or png(picture), sentence, width), "image/png": base64.b64encode(still).decode()}


def page(shown: bytes, sentence: str, width: int) -> str:
    """Return HTML that shows a picture, a PNG, with ``sentence`` as its name by ear and as the text below it."""
    words = html.escape(sentence)
    return (
        f'<img alt="{words}" width="{width}" style="max-width: 100%; height: auto" '
        f'src="data:image/png;base64,{base64.b64encode(shown).decode()}"><p>{words}</p>'
    )
