"""All seeds of all contenders: who solved a task, by length."""

import numpy as np

from helpers.figures import style
from helpers.figures.scene import Scene

ABOVE = {"loc": "lower left", "bbox_to_anchor": (0, 1.01), "borderaxespad": 0, "columnspacing": 1.2}
# Colour, marker and dash of a contender, so that it can be told apart in grey too.
LOOKS = {
    "tanh": (style.STATE, "o", "-"),
    "irnn": (style.DRIVE, "s", "--"),
    "gru": (style.OTHER, "D", "-."),
    "lstm 0": (style.NEGATIVE, "v", ":"),
    "lstm 1": (style.NEGATIVE, "^", "--"),
    "lstm 3": (style.GRADIENT, "P", "-"),
    "lstm ln": (style.RULE, "X", "--"),
    "lstm 5": (style.RULE, "X", "--"),
    "tanh 0.5": (style.STATE, "<", ":"),
    "tanh 1.5": (style.OTHER, "D", "-"),
}


class Survey(Scene):
    """Of every contender the share of seeds that solved the task, by length, and after how many updates."""

    height = 400

    def build(self):
        self.share, self.updates = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.065, right=0.985, top=0.82, bottom=0.135, wspace=0.19)
        (self.here,) = self.share.plot([], [], ":", color=style.MARK, linewidth=1.4)
        self.moves(self.here)

    def stage_key(self, state):
        return state.task, state.rate

    def stage(self, state):
        for axes in (self.share, self.updates):
            kept = [self.here] if axes is self.share else []
            for artist in [*axes.lines, *axes.collections]:
                if artist not in kept:
                    artist.remove()
            axes.set(xlim=(-0.5, len(state.lengths) - 0.5), xticks=range(len(state.lengths)), xlabel="length")
            axes.set_xticklabels(state.lengths)
        self.share.set(ylim=(-0.04, 1.04), ylabel="seeds that solved it")
        self.share.set_title(f"of {state.n_seeds} seeds (bar: 95 % interval)", pad=24)
        self.updates.set(ylim=(0, 1.05 * state.n_updates), ylabel="updates until solved")
        self.updates.set_title("how soon (a dot is a seed)", pad=24)
        handles = []
        for number, row in enumerate(state.rows):
            colour, marker, dash = LOOKS[row.key]
            place = np.arange(len(state.lengths)) + 0.6 * (number / max(len(state.rows) - 1, 1) - 0.5)
            look = {"color": colour, "marker": marker, "markersize": 5, "linewidth": 1.1}
            handles += self.share.plot(place, row.share, dash, label=row.label, **look)
            self.share.vlines(place, row.low, row.high, color=colour, linewidth=1.0, alpha=0.6)
            for x, solved_at in zip(place, row.solved_at, strict=True):
                self.updates.plot([x] * len(solved_at), solved_at, marker, color=colour, markersize=3.5)
        self.share.legend(handles=handles, ncols=7, **ABOVE, fontsize=8)

    def move(self, state):
        self.here.set_data([state.place] * 2, (-0.04, 1.04))
