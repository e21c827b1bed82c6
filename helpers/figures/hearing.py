"""Who heard the name before training, and who learned it: one dot per net."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

SPREAD = (0.618034 * np.arange(30)) % 1.0 - 0.5  # so that dots of one height do not cover one another


class Hearing(Scene):
    """Left the nets of one kind, what each heard against when it solved the task; right all kinds, the share of each.

    kinds : of each kind its label, the median of what its nets heard, the share that solved it and the ends of its
    interval, and where its label stands: (label, heard, share, low, high, (dx, dy)) with the offset in points.
    """

    height = 400
    heard_limits = (-9.5, 1.5)
    never = 240  # the height of those that did not solve it

    def __init__(self, kinds, **settings):
        self.kinds = kinds
        super().__init__(**settings)

    def build(self):
        self.dots = self.figure.add_axes([0.085, 0.14, 0.5, 0.69])
        self.dots.set(xlim=self.heard_limits, ylim=(0, 272), xlabel="gradient at the name before training, log$_{10}$")
        self.dots.set(yticks=[25, 50, 100, 150, 200, self.never])
        self.dots.set_yticklabels(["25", "50", "100", "150", "200", "not"])
        self.dots.set(ylabel="solved after so many updates")
        self.dots.set_title("thirty nets of one kind, one dot per net", pad=24)
        level(self.dots, 207)
        look = {"markersize": 6.5, "linestyle": "none"}
        (self.solved,) = self.dots.plot([], [], "o", color=style.OTHER, label="solved", alpha=0.75, **look)
        (self.unsolved,) = self.dots.plot([], [], "x", color=style.RULE, label="not solved", **look)
        median = {"color": style.MARK, "linewidth": 2.0}
        (self.medians,) = self.dots.plot([], [], label="median of each", **median)
        legend_above(self.dots, 3)
        self.shares = self.figure.add_axes([0.655, 0.14, 0.335, 0.69])
        self.shares.set(xlim=(-9.9, 3.1), ylim=(-0.06, 1.12), yticks=np.linspace(0, 1, 6))
        self.shares.set(xlabel="median gradient at the name, log$_{10}$", ylabel="share that solved it")
        self.shares.set_title("each kind, over sixty nets", pad=24)
        for label, heard, share, low, high, offset in self.kinds:
            self.shares.plot([heard] * 2, [low, high], color=style.EDGE, linewidth=1.2)
            self.shares.plot([heard], [share], "o", color=style.STATE, markersize=5)
            side = {"ha": "right" if offset[0] < 0 else "left", "va": "center", "fontsize": 8}
            self.shares.annotate(label, (heard, share), offset, textcoords="offset points", **side)
        ring = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.8}
        (self.here,) = self.shares.plot([], [], "o", color=style.MARK, label="this kind", **ring)
        (bar,) = self.shares.plot([], [], color=style.EDGE, linewidth=1.2, label="95 % interval")
        legend_above(self.shares, 2, handles=[self.here, bar])
        self.moves(self.solved, self.unsolved, self.medians, self.here)

    def move(self, state):
        heard = np.maximum(state.heard, self.heard_limits[0] + 0.1)  # nothing at all stands at the edge
        solved = state.solved_at > 0
        self.solved.set_data(heard[solved], state.solved_at[solved] + 14 * SPREAD[solved])
        self.unsolved.set_data(heard[~solved], self.never + 50 * SPREAD[~solved])
        x, y = [], []
        for some, low, high in ((solved, 0, 205), (~solved, 209, 272)):
            if some.any():
                x += [np.median(heard[some])] * 2 + [np.nan]
                y += [low, high, np.nan]
        self.medians.set_data(x, y)
        place = state.places[state.kind]
        self.here.set_data([self.kinds[place][1]], [self.kinds[place][2]])
