"""Memories that need not fade: worked by hand, three kinds beside one another, more taps, and residual steps."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

MOST_STEPS = 60


class ByHand(Scene):
    """A memory worked by a row of letters: what it holds, and what a change at each step leaves at the end."""

    height = 380
    log_limits = (-12.0, 1.0)

    def build(self):
        self.held, self.left = self.figure.subplots(2, 1, sharex=True)
        self.figure.subplots_adjust(left=0.075, right=0.985, top=0.93, bottom=0.12, hspace=0.4)
        self.held.set(xlim=(0, MOST_STEPS), ylabel="memory $m_t$")
        self.held.set_title("what it holds (full dots: written; hollow dots: reset)")
        level(self.held, 0)
        (self.states,) = self.held.plot([], [], color=style.STATE, drawstyle="steps-post")
        (self.written,) = self.held.plot([], [], "o", color=style.STATE, markersize=6)
        (self.resets,) = self.held.plot([], [], "o", color=style.STATE, fillstyle="none", markersize=8)
        self.left.set(ylim=self.log_limits, xlabel="step k", ylabel="log$_{10}$ |d$m_T$/d$m_k$|")
        self.left.set_title("what a change at step k leaves at the end: the product of the gates from k on")
        level(self.left, 0)
        (self.values,) = self.left.plot([], [], color=style.GRADIENT, marker="o", markersize=3)
        self.shows(self.states, "M")
        self.shows(self.written, "M_written", "written")
        self.shows(self.resets, "M_reset", "resets")
        self.shows(self.values, "log10_left")

    def stage_key(self, state):
        largest = np.abs(state.M).max()
        return next(limit for limit in (3.2, 12.8, 64.0) if largest <= limit)

    def stage(self, state):
        limit = self.stage_key(state)
        self.held.set_ylim(-limit, limit)


class ThreeMemories(Scene):
    """An identity, a leaky and a gated memory under one input: what they hold and what their gradients keep."""

    height = 350
    n_steps = 100
    log_limits = (-12.0, 1.0)

    def build(self):
        self.held, self.left = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.065, right=0.985, top=0.83, bottom=0.14, wspace=0.18)
        looks = ((style.STATE, "-", "identity"), (style.OTHER, "--", "leaky"), (style.GRADIENT, "-.", "gated"))
        self.held.set(xlim=(0, self.n_steps), ylim=(-25, 25), xlabel="step t", ylabel="memory $m_t$")
        self.held.set_title("what they hold", pad=20)
        level(self.held, 0)
        self.left.set(
            xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="step t", ylabel="log$_{10}$ |d$m_t$/d$m_0$|"
        )
        self.left.set_title("what is left of the start", pad=20)
        level(self.left, 0)
        self.states = [self.held.plot([], [], line, color=colour, label=label)[0] for colour, line, label in looks]
        self.gradients = [self.left.plot([], [], line, color=colour, label=label)[0] for colour, line, label in looks]
        legend_above(self.held, 3)
        legend_above(self.left, 3)
        for i in range(len(looks)):
            self.shows(self.states[i], f"memories.{i}")
            self.shows(self.gradients[i], f"log10_left.{i}")


class Taps(Scene):
    """The gradient of a linear recursion whose farthest tap is K steps back, and how far a given loss reaches."""

    height = 330
    n_steps = 100
    log_limits = (-6.0, 0.5)

    def build(self):
        self.lag, self.reach = self.figure.subplots(1, 2, width_ratios=[1.25, 1])
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.9, bottom=0.15, wspace=0.18)
        self.lag.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="lag", ylabel="log$_{10}$ |d$h_t$/d$h_0$|")
        self.lag.set_title("where a hop of K lands (dots); dotted: one tap")
        level(self.lag, 0)
        (self.hops,) = self.lag.plot([], [], "o", color=style.GRADIENT, markersize=4)
        (self.one,) = self.lag.plot([], [], ":", color=style.RULE)
        self.reach.set(xlim=(1, 30), ylim=(0, 1.02), xlabel="taps K", ylabel="left of the gradient")
        self.reach.set_title("at the first landing at or past lag 100")
        (self.curve,) = self.reach.plot([], [], color=style.RULE)
        (self.here,) = self.reach.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        self.shows(self.hops, "log10_left")
        self.shows(self.one, "log10_one_tap")
        self.shows(self.curve, "left", "taps")
        self.shows(self.here, "left_here", "K")
        self.handle(self.here, x="K")


class Residual(Scene):
    """The gradient through residual steps, I + eps A, beside that through A alone, against the depth."""

    height = 330
    n_steps = 100
    log_limits = (-12.0, 8.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.75])
        axes.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="depth in steps")
        axes.set(ylabel="log$_{10}$ of the norm of the product", yticks=range(-12, 9, 4))
        axes.set_title("the gradient against the depth")
        level(axes, 0)
        (self.residual,) = axes.plot([], [], color=style.GRADIENT, linewidth=2.2, label="residual: I + ε A")
        (self.plain,) = axes.plot([], [], "--", color=style.STATE, label="plain: A alone")
        (self.bound,) = axes.plot([], [], ":", color=style.RULE, label="(1 + ε ‖W‖)$^t$, a bound")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.01), ncols=3, borderaxespad=0)
        self.shows(self.residual, "log10_residual")
        self.shows(self.plain, "log10_plain")
        self.shows(self.bound, "log10_bound")
