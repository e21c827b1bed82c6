"""Nets in training: their answers and gradients update by update, who learned, and what nets that hold a bit do."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

SPREAD = (0.618034 * np.arange(30)) % 1.0 - 0.5  # so that dots of one height do not cover one another


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
            [self.flow.plot([], [], dash, color=colour, linewidth=width, label=label)[0] for dash in self.dashes]
            for colour, width, label in ((style.EDGE, 0.9, "before training"), (style.GRADIENT, 1.5, "now"))
        )
        (self.first,) = self.flow.plot([], [], ":", color=style.MARK, linewidth=1.2, label="the name")
        legend_above(self.flow, 3, handles=[self.before[0], self.now[0], self.first])
        for name, lines in (("right", self.curves), ("log10_before", self.before), ("log10_now", self.now)):
            for seed, line in enumerate(lines):
                self.shows(line, f"{name}.T.{seed}")
        self.shows(self.heads, "heads", "heads_at")
        self.shows(self.solved, 1.0, "solved_at")
        self.shows(self.first, self.log_limits, "name_at")


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
        self.shows(self.solved, "solved_at", "heard", by=self.place_solved)
        self.shows(self.unsolved, "solved_at", "heard", by=self.place_unsolved)
        self.shows(self.medians, "solved_at", "heard", by=self.place_medians)
        self.shows(self.here, "place", by=lambda k: self.here.set_data([self.kinds[k][1]], [self.kinds[k][2]]))

    def place_solved(self, heard: np.ndarray, solved_at: np.ndarray) -> None:
        """Draw a dot for each net that solved it."""
        some = solved_at > 0
        self.solved.set_data(self.at_edge(heard)[some], solved_at[some] + 14 * SPREAD[some])

    def place_unsolved(self, heard: np.ndarray, solved_at: np.ndarray) -> None:
        """Draw a cross for each net that did not."""
        some = solved_at <= 0
        self.unsolved.set_data(self.at_edge(heard)[some], self.never + 50 * SPREAD[some])

    def place_medians(self, heard: np.ndarray, solved_at: np.ndarray) -> None:
        """Draw the median of what those heard that solved it, and of those that did not."""
        x, y = [], []
        for some, low, high in ((solved_at > 0, 0, 205), (solved_at <= 0, 209, 272)):
            if some.any():
                x += [np.median(self.at_edge(heard)[some])] * 2 + [np.nan]
                y += [low, high, np.nan]
        self.medians.set_data(x, y)

    def at_edge(self, heard: np.ndarray) -> np.ndarray:
        """Return ``heard`` such that nothing at all stands at the edge."""
        return np.maximum(heard, self.heard_limits[0] + 0.1)


class Bits(Scene):
    """Nets that learned to hold a bit over a few steps: how one answers at other lengths, and all their eigenvalues."""

    height = 370
    longest = 60

    def build(self):
        self.right = self.figure.add_axes([0.07, 0.14, 0.5, 0.7])
        self.right.set(xlim=(0, self.longest + 1), ylim=(-0.04, 1.04), xlabel="length", ylabel="right answers")
        self.right.set_title("one of them, asked at other lengths", pad=20)
        level(self.right, 0.5, linestyle=":")
        (self.odd,) = self.right.plot([], [], "o", color=style.STATE, markersize=5, label="odd lengths")
        (self.even,) = self.right.plot([], [], "s", color=style.OTHER, markersize=4, label="even lengths")
        (self.trained,) = self.right.plot([], [], ":", color=style.MARK, linewidth=1.4)
        self.trained.set_label("learned here")
        legend_above(self.right, 3, handles=[self.odd, self.even, self.trained], handletextpad=0.4, handlelength=1.2)
        self.plane = self.figure.add_axes([0.64, 0.14, 0.35, 0.7])
        self.plane.set(xlim=(-3, 3), ylim=(-2.87, 2.87), xlabel="real", ylabel="imaginary", aspect="equal")
        self.plane.set_title("largest eigenvalue of W, all nets", pad=20)
        turn = np.linspace(0, 2 * np.pi, 200)
        self.plane.plot(np.cos(turn), np.sin(turn), color=style.EDGE, linewidth=1.0)
        level(self.plane, 0)
        looks = {"holds": ("o", style.STATE), "alternates": ("s", style.OTHER), "forgets": ("x", style.INPUT)}
        self.kinds = {
            kind: self.plane.plot([], [], mark, color=colour, markersize=5, label=kind)[0]
            for kind, (mark, colour) in looks.items()
        }
        look = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.8}
        (self.here,) = self.plane.plot([], [], "o", color=style.MARK, label="this one", **look)
        legend_above(self.plane, 4, columnspacing=0.6, handletextpad=0.4, handlelength=1.2)
        self.shows(self.odd, "right_odd", np.arange(1, self.longest + 1, 2))
        self.shows(self.even, "right_even", np.arange(2, self.longest + 1, 2))
        self.shows(self.trained, (-0.04, 1.04), "trained")
        for kind, dots in self.kinds.items():
            self.shows(dots, f"eigenvalues.{kind}.imag", f"eigenvalues.{kind}.real")
        self.shows(self.here, "eigenvalue.imag", "eigenvalue.real")
