"""The reader's guess, drawn beside what settles it."""

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from helpers.figures import style

WORDS = "your guess"


class Guess(Line2D):
    """A line across ``axes`` at a ``place`` on one of them, ``way`` "x" or "y", and at its end the words for it.

    It finds its place in whatever limits the axes have; what lies beyond them is said by an arrow. At None is nothing.
    """

    def __init__(self, axes: Axes, way: str):
        super().__init__([], [], color=style.GUESS, linestyle=(0, (7, 2, 1, 2)), transform=axes.transAxes)
        self.way, self.place = way, None
        self.words = Text(color=style.GUESS, fontsize=8.5, fontweight="bold", transform=axes.transAxes)
        self.words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
        for artist in (self, self.words):
            artist.set(figure=axes.figure)
            artist.axes = axes

    @property
    def limits(self) -> tuple[float, float]:
        """The numbers at both ends of the axis on which it lies."""
        return self.axes.get_xlim() if self.way == "x" else self.axes.get_ylim()

    def draw(self, renderer):
        """Draw it."""
        if self.place is None:
            return
        low, high = map(float, self.limits)
        share = (self.place - low) / (high - low)
        at = min(max(share, 0.0), 1.0)
        beyond = (share > 1) - (share < 0)
        if self.way == "x":
            self.set_data([at, at], [0, 1])
            text = {-1: f"← {WORDS}", 0: WORDS, 1: f"{WORDS} →"}[beyond]
            self.words.set(text=f" {text} ", position=(at, 0.97), ha="left" if at < 0.6 else "right", va="top")
        else:
            self.set_data([0, 1], [at, at])
            text = {-1: f"{WORDS} ↓", 0: WORDS, 1: f"{WORDS} ↑"}[beyond]
            self.words.set(text=text, position=(0.98, at), ha="right", va="center")
        if share == at:
            super().draw(renderer)
        self.words.draw(renderer)
