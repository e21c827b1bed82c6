"""A figure of which little moves: what stands still is drawn once and kept."""

import base64
import html
from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist

from helpers.figures import style
from helpers.figures.png import PaletteEncoder, encode_lossless


class Scene:
    """One matplotlib figure for the life of an explorer.

    A room of figures makes a subclass: ``build`` makes axes and artists (and gives the artists that move to
    ``self.moves``), ``stage`` sets what stands still while a slider moves (limits, labels, a map of colours), ``move``
    sets the data of the artists that move, and ``stage_key`` says which settings need another stage.

    Nothing here knows pyplot, so that no figure leaks and no figure is shown twice.
    """

    width, height = 860, 420  # CSS pixels

    def __init__(self, density: float = style.DENSITY):
        self.density = density
        self._moving: list[Artist] = []
        self._key: Hashable = None
        self._background = None
        self._encoder: PaletteEncoder | None = None
        with style.styled():
            self.figure = style.new_figure(self.width, self.height, density)
            self.build()

    def build(self) -> None:
        """Make the axes and the artists."""
        raise NotImplementedError

    def stage_key(self, state) -> Hashable:
        """Return what the parts that stand still depend on."""
        return "still"

    def stage(self, state) -> None:
        """Set what stands still: limits, labels, maps of colour."""

    def move(self, state) -> None:
        """Set the data of the artists that move."""
        raise NotImplementedError

    def moves(self, *artists: Artist) -> None:
        """Take ``artists`` out of the still picture: they are drawn over it, in this order, at each update."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def draw(self, state) -> np.ndarray:
        """Return the picture of ``state``, (height, width, 4) uint8, a view that the next call overwrites."""
        canvas = self.figure.canvas
        key = self.stage_key(state)
        with style.styled():
            if self._background is None or key != self._key:
                self._background = None  # so that a stage that fails or is interrupted is drawn again
                self.stage(state)
                canvas.draw()
                self._key, self._encoder = key, None
                self._background = canvas.copy_from_bbox(self.figure.bbox)
            canvas.restore_region(self._background)
            self.move(state)
            for artist in self._moving:
                (artist.axes or self.figure).draw_artist(artist)
        return np.asarray(canvas.buffer_rgba())

    def encode(self, picture: np.ndarray) -> bytes:
        """Return ``picture`` as a PNG, fast, for the eye (see ``png.PaletteEncoder``)."""
        if self._encoder is None:
            self._encoder = PaletteEncoder(picture, style.MEANINGS)
        return self._encoder(picture)

    def encode_small(self, picture: np.ndarray) -> bytes:
        """Return ``picture`` as a PNG, small, for the eye."""
        return PaletteEncoder(picture, style.MEANINGS)(picture, small=True)

    def page(self, png: bytes, sentence: str) -> str:
        """Return HTML that shows the picture ``png``, with ``sentence`` as its name by ear and as the text below it."""
        words = html.escape(sentence)
        return (
            f'<img alt="{words}" width="{self.width}" style="max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{base64.b64encode(png).decode()}"><p>{words}</p>'
        )

    def still(self, picture: np.ndarray, sentence: str) -> bytes:
        """Return ``picture`` without any loss as a PNG, with ``sentence`` below it: what is seen where nothing runs."""
        n_lines = style.n_lines(sentence, style.characters(self.width))
        caption = style.page_of_text(sentence, self.width, 14 + 18 * n_lines, self.density)
        return encode_lossless(np.concatenate([picture, caption]))
