"""Nets in training: their right answers update by update, and their gradient by lag."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level, log_line
from helpers.figures.scene import Scene


class Gap(Scene):
    """A training: the right answers of every seed, update by update; the gradient by lag, before and now."""

    height = 350
    log_limits = (-20.0, 5.0)
    most_updates, longest, n_seeds = 200, 62, 3
    dashes = ("-", "--", "-.")  # a seed has the same one everywhere
    smooth = 10  # updates

    def build(self):
        self.right, self.flow = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.065, right=0.985, top=0.83, bottom=0.155, wspace=0.17)
        self.right.set(xlim=(0, self.most_updates), ylim=(0, 1.04), xlabel="updates", ylabel="right answers")
        self.right.set_title(f"while it learns (mean of {self.smooth} batches)", pad=20)
        level(self.right, 0.5, linestyle=":")
        self.curves = [
            self.right.plot([], [], dash, color=style.STATE, linewidth=1.2, label=f"seed {seed}")[0]
            for seed, dash in enumerate(self.dashes)
        ]
        # Without it the only point before the first update would not be seen.
        (self.heads,) = self.right.plot([], [], "o", color=style.STATE, markersize=4)
        (self.solved,) = self.right.plot([], [], "o", color=style.OTHER, markersize=8, label="solved")
        legend_above(self.right, 4)
        self.flow.set(xlim=(0, self.longest), ylim=self.log_limits, xlabel="steps back from the question")
        self.flow.set(ylabel="gradient, log$_{10}$ (0 at the end)")
        self.flow.set_title("the gradient at the state of each step", pad=20)
        level(self.flow, 0)
        self.before, self.now = (
            [self.flow.plot([], [], dash, color=colour, linewidth=width)[0] for dash in self.dashes]
            for colour, width in ((style.EDGE, 0.9), (style.GRADIENT, 1.5))
        )
        (self.first,) = self.flow.plot([], [], ":", color=style.MARK, linewidth=1.2)
        self.before[0].set_label("before training")
        self.now[0].set_label("now")
        self.first.set_label("the name")
        legend_above(self.flow, 3, handles=[self.before[0], self.now[0], self.first])
        self.moves(*self.curves, self.heads, self.solved, *self.before, *self.now, self.first)

    def move(self, state):
        for curve, right in zip(self.curves, state.right.T, strict=True):
            curve.set_data(np.arange(len(right)), right)
        ends = [np.flatnonzero(np.isfinite(right))[-1:] for right in state.right.T]
        heights = [right[end] for end, right in zip(ends, state.right.T, strict=True)]
        self.heads.set_data(np.concatenate(ends), np.concatenate(heights))
        self.solved.set_data(state.solved_at, np.full(len(state.solved_at), 1.0))
        for lines, flow in ((self.before, state.flow_before), (self.now, state.flow_now)):
            for line, logs in zip(lines, flow.T, strict=True):
                log_line(line, np.arange(len(logs)), logs)
        self.first.set_data([state.length - 1] * 2, self.log_limits)
