"""The gradients of a net that does not say what it is, and those of a guess."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level, log_line
from helpers.figures.scene import Scene


class Mystery(Scene):
    """Two gradients of a net that does not say what it is, and the same two of the reader's guess."""

    height = 350
    log_limits = (-25.0, 15.0)
    n_steps = 100

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.7])
        axes.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="lag in steps")
        axes.set_ylabel("log$_{10}$ ‖dc$_t$/dc$_0$‖")
        axes.set_title("the gradients of the mystery and of your guess", pad=20)
        level(axes, 0)
        draw = {"carousel": (style.STATE, "the carousel"), "whole": (style.GRADIENT, "all paths")}
        self.lines = {}
        for name, (colour, words) in draw.items():
            (self.lines[name],) = axes.plot([], [], color=colour, linewidth=2.2, label=f"{words}, the mystery")
            look = {"color": colour, "linewidth": 1.2, "linestyle": "--"}
            (self.lines[f"guess {name}"],) = axes.plot([], [], label=f"{words}, your guess", **look)
        legend_above(axes, 4)
        self.moves(*self.lines.values())

    def move(self, state):
        for name, line in self.lines.items():
            logs = state.logs[name]
            log_line(line, np.arange(len(logs)), logs)
