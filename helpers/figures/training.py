"""Nets in training: their answers and gradients update by update, who learned, and what nets that hold a bit do."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import Panels, legend_above, level, panel

RING = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.8}
SPREAD = (0.618034 * np.arange(30)) % 1.0 - 0.5  # so that dots of one height do not cover one another


class Gap(Panels):
    """A training: the right answers of every seed, update by update; the gradient by lag, before and now."""

    height = 350
    log_limits = (-20.0, 5.0)
    most_updates, longest, n_seeds = 200, 62, 3
    dashes = ("-", "--", "-.")  # a seed has the same one everywhere
    smooth = 10  # updates

    def build(self):
        right, flow = self.row(1, 1, left=0.065, bottom=0.155, wspace=0.19)
        title = f"while it learns (mean of {self.smooth} batches)"
        panel(right, title, ("updates", 0, self.most_updates), ("right answers", 0, 1.04), zero=None)
        level(right, 0.5, linestyle=":")
        title = "the gradient at the state of each step"
        up = "gradient (1 at the end)", *self.log_limits
        panel(flow, title, ("steps back from the question", 0, self.longest), up, powers="y")
        runs = {
            "right": (right, style.STATE, "seed {}", 1.2),
            "log10_before": (flow, style.EDGE, "before training", 0.9),
            "log10_now": (flow, style.GRADIENT, "now", 2.2),  # in grey the width tells
        }
        (_, before, now) = (
            [
                self.line(axes, f"{name}.T.{seed}", colour, dash, label.format(seed), linewidth=width)
                for seed, dash in enumerate(self.dashes)
            ]
            for name, (axes, colour, label, width) in runs.items()
        )
        # Without it the only point before the first update would not be seen.
        self.line(right, "heads", style.STATE, "o", x="heads_at", markersize=4)
        self.line(right, 1.0, style.OTHER, "o", "solved", x="solved_at", markersize=8)
        name = self.line(flow, self.log_limits, style.MARK, ":", "the name", x="name_at", linewidth=1.2)
        legend_above(right)
        legend_above(flow, [before[0], now[0], name])


class Hearing(Panels):
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
        dots = self.figure.add_axes([0.085, 0.14, 0.5, 0.69])
        across = "gradient at the name before training", *self.heard_limits
        up = "solved after so many updates", 0, 272
        panel(dots, "thirty nets of one kind, one dot per net", across, up, 207, powers="x")
        dots.set_yticks([25, 50, 100, 150, 200, self.never], ["25", "50", "100", "150", "200", "not"])
        look, seen = {"x": "heard", "markersize": 6.5}, {"markeredgecolor": "white", "markeredgewidth": 0.5}
        self.line(dots, "solved_at", style.OTHER, "o", "solved", path=self.solved, **seen, **look)
        self.line(dots, "solved_at", style.RULE, "x", "not solved", path=self.unsolved, **look)
        median = {"x": "heard", "path": self.medians, "linewidth": 2.0}
        self.line(dots, "solved_at", style.MARK, "-", "median of each", **median)
        legend_above(dots, pad=24)
        shares = self.figure.add_axes([0.655, 0.14, 0.335, 0.69])
        up = "share that solved it", -0.06, 1.12
        panel(shares, "each kind, over sixty nets", ("median gradient at the name", -9.9, 3.1), up, None, powers="x")
        shares.set_yticks(np.linspace(0, 1, 6))
        for label, heard, share, low, high, offset in self.kinds:
            (bar,) = shares.plot([heard] * 2, [low, high], color=style.EDGE, linewidth=1.2)
            shares.plot([heard], [share], "o", color=style.STATE, markersize=5)
            side = {"ha": "right" if offset[0] < 0 else "left", "va": "center", "fontsize": 8}
            shares.annotate(label, (heard, share), offset, textcoords="offset points", **side)
        bar.set_label("95 % interval")
        here = self.line(shares, "place", style.MARK, "o", "this kind", path=self.kind_at, **RING)
        legend_above(shares, [here, bar], pad=24)

    def kind_at(self, place: int):
        """Return the place of a kind."""
        return [self.kinds[place][1]], [self.kinds[place][2]]

    def solved(self, heard: np.ndarray, solved_at: np.ndarray):
        """Return a place for each net that solved it."""
        some = solved_at > 0
        return self.at_edge(heard)[some], solved_at[some] + 14 * SPREAD[some]

    def unsolved(self, heard: np.ndarray, solved_at: np.ndarray):
        """Return a place for each net that did not."""
        some = solved_at <= 0
        return self.at_edge(heard)[some], self.never + 50 * SPREAD[some]

    def medians(self, heard: np.ndarray, solved_at: np.ndarray):
        """Return a path along the median of what those heard that solved it, and of those that did not."""
        x, y = [], []
        for some, low, high in ((solved_at > 0, 0, 205), (solved_at <= 0, 209, 272)):
            if some.any():
                x += [np.median(self.at_edge(heard)[some])] * 2 + [np.nan]
                y += [low, high, np.nan]
        return x, y

    def at_edge(self, heard: np.ndarray) -> np.ndarray:
        """Return ``heard`` such that nothing at all stands at the edge."""
        return np.maximum(heard, self.heard_limits[0] + 0.1)


class Bits(Panels):
    """Nets that learned to hold a bit over a few steps: how one answers at other lengths, and all their eigenvalues."""

    height = 370
    longest = 60

    def build(self):
        right = self.figure.add_axes([0.07, 0.14, 0.5, 0.7])
        title = "one of them, asked at other lengths"
        panel(right, title, ("length", 0, self.longest + 1), ("right answers", -0.04, 1.04), zero=None)
        level(right, 0.5, linestyle=":")
        odd, even = np.arange(1, self.longest + 1, 2), np.arange(2, self.longest + 1, 2)
        self.line(right, "right_odd", style.STATE, "o", "odd lengths", x=odd, markersize=5)
        self.line(right, "right_even", style.OTHER, "s", "even lengths", x=even, markersize=4)
        self.line(right, (-0.04, 1.04), style.MARK, ":", "learned here", x="trained", linewidth=1.4)
        tight = {"handletextpad": 0.4, "handlelength": 1.2}
        legend_above(right, **tight)
        plane = self.figure.add_axes([0.64, 0.14, 0.35, 0.7])
        turn = np.linspace(0, 2 * np.pi, 200)
        plane.plot(np.cos(turn), np.sin(turn), color=style.EDGE, linewidth=1.0)
        panel(plane, "largest eigenvalue of W, all nets", ("real", -3, 3), ("imaginary", -2.87, 2.87), aspect="equal")
        looks = {"holds": (style.STATE, "o"), "alternates": (style.OTHER, "s"), "forgets": (style.INPUT, "x")}
        for kind, look in looks.items():
            name = f"eigenvalues.{kind}"
            self.line(plane, f"{name}.imag", *look, kind, x=f"{name}.real", markersize=5)
        self.line(plane, "eigenvalue.imag", style.MARK, "o", "this one", x="eigenvalue.real", **RING)
        legend_above(plane, columnspacing=0.9, bbox_to_anchor=(-0.08, 1.01), **tight)
