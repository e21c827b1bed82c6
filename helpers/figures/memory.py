"""Memories that need not fade: worked by hand, three kinds beside one another, more taps, and residual steps."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import Panels, legend_above, legend_beside, panel

MOST_STEPS = 60


class ByHand(Panels):
    """A memory worked by a row of letters: what it holds, and what a change at each step leaves at the end."""

    height = 380

    def build(self):
        self.held, left = self.figure.subplots(2, 1, sharex=True)
        self.figure.subplots_adjust(left=0.075, right=0.985, top=0.93, bottom=0.12, hspace=0.4)
        panel(self.held, "what it holds (full dots: written; hollow dots: reset)", y=("memory $m_t$",))
        self.line(self.held, "M", style.STATE, drawstyle="steps-post")
        self.line(self.held, "M_written", style.STATE, "o", x="written", markersize=6)
        self.line(self.held, "M_reset", style.STATE, "o", x="resets", fillstyle="none", markersize=8)
        title = "what a change at step k leaves at the end: the product of the gates from k on"
        panel(left, title, ("step k", 0, MOST_STEPS), ("|d$m_T$/d$m_k$|", -12, 1), powers="y")
        self.line(left, "log10_left", style.GRADIENT, marker="o", markersize=3)

    def stage_key(self, state):
        largest = np.abs(state.M).max()
        return next(limit for limit in (3.2, 12.8, 64.0) if largest <= limit)

    def stage(self, state):
        limit = self.stage_key(state)
        self.held.set_ylim(-limit, limit)


class ThreeMemories(Panels):
    """An identity, a leaky and a gated memory under one input: what they hold and what their gradients keep."""

    height = 350
    n_steps = 100
    log_limits = (-12.0, 1.0)

    def build(self):
        held, left = self.row(1, 1, left=0.065, bottom=0.14)
        panel(held, "what they hold", ("step t", 0, self.n_steps), ("memory $m_t$", -25, 25))
        limits = ("|d$m_t$/d$m_0$|", *self.log_limits)
        panel(left, "what is left of the start", ("step t", 0, self.n_steps), limits, powers="y")
        looks = ((style.STATE, "-", "identity"), (style.OTHER, "--", "leaky"), (style.GRADIENT, "-.", "gated"))
        for kind, look in enumerate(looks):
            self.line(held, f"memories.{kind}", *look)
            self.line(left, f"log10_left.{kind}", *look)
        legend_above(held)
        legend_above(left)


class Taps(Panels):
    """The gradient of a linear recursion whose farthest tap is K steps back, and how far a given loss reaches."""

    height = 330
    n_steps = 100

    def build(self):
        lag, reach = self.row(1.25, 1, left=0.075, top=0.9)
        title = "where a hop of K lands (dots); dotted: one tap"
        panel(lag, title, ("lag", 0, self.n_steps), ("|d$h_t$/d$h_0$|", -6, 0.5), powers="y")
        self.line(lag, "log10_left", style.GRADIENT, "o", markersize=4)
        self.line(lag, "log10_one_tap", style.RULE, ":")
        title = "at the first landing at or past lag 100"
        panel(reach, title, ("taps K", 1, 30), ("left of the gradient", 0, 1.02), zero=None)
        self.line(reach, "left", x="taps")
        self.handle(self.here(reach, "left_here", "K"), x="K")


class Residual(Panels):
    """The gradient through residual steps, I + eps A, beside that through A alone, against the depth."""

    height = 330
    n_steps = 100

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.75])
        across, up = ("depth in steps", 0, self.n_steps), ("norm of the product", -12, 8)
        panel(axes, "the gradient against the depth", across, up, powers="y", yticks=range(-12, 9, 4))
        self.line(axes, "log10_residual", style.GRADIENT, label="residual: I + ε A", linewidth=2.2)
        self.line(axes, "log10_plain", style.STATE, "--", "plain: A alone")
        self.line(axes, "log10_bound", style.RULE, ":", "(1 + ε ‖W‖)$^t$, a bound")
        legend_beside(axes)
