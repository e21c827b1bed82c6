"""Nets in training: their answers and gradients, who learned, what nets that hold a bit do; the table of all seeds."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import Panels, legend_above, legend_beside, level, panel
from helpers.figures.scene import Scene

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

        def runs(axes, name, colour, label, width):
            looks = {"color": colour, "linewidth": width}
            seeds = enumerate(self.dashes)
            return [self.line(axes, f"{name}.T.{k}", look=dash, label=label.format(k), **looks) for k, dash in seeds]

        runs(right, "right", style.STATE, "seed {}", 1.2)
        before = runs(flow, "log10_before", style.EDGE, "before training", 0.9)
        now = runs(flow, "log10_now", style.GRADIENT, "now", 2.2)  # in grey the width tells
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


# All seeds of all rows of the table: who solved a task, by length; and of one row, when


MOST_ROWS, MOST_COLUMNS = 11, 5
WIDEST = 0.81 / 4  # a column, as a share of the figure: on a telephone it stands beside the names
PER_LINE, STEP = 10, 0.045  # dots side by side, and their distance as a share of a column
LEFT, COUNT = 0.09, 0.60  # where in a column the dots begin and the count stands
TABLE = 430  # CSS pixels from the top
LOOKS = ("-", "--", "-.", ":", ".-")


class Survey(Scene):
    """A line for each model with its start, a column for each length, and a dot for each seed: full where it solved it.

    Beside the dots stand their number and the 95 % interval of their share. How many settings were tried stands under
    the length, and behind the name where it was more. Columns to the right of the length that is read off stay empty.
    A narrow page shows the names before each column. Below stands, of the row that is marked, how many seeds had solved
    the task after how many updates, a curve for each length.
    """

    height = 600

    def build(self):
        share = TABLE / self.height
        bottom, tall = 1 - 0.99 * share, 0.84 * share
        self.names = self.figure.add_axes((0.005, bottom, 0.18, tall))
        self.names.set_label("aside")
        self.columns = [self.figure.add_axes((0, bottom, 1, tall)) for _ in range(MOST_COLUMNS)]
        for axes in (self.names, *self.columns):
            axes.axis("off")
            axes.set(xlim=(0, 1), ylim=(MOST_ROWS, 0))
        what = "a dot is a seed, full where it solved the task; beside: how many did, and the 95 % interval"
        self.figure.text(0.99, 1 - 0.015 * share, what, ha="right", va="top", fontsize=9)
        look = {"color": style.MARK, "linewidth": 1.6, "clip_on": False}
        self.marks = [axes.plot([], [], **look)[0] for axes in self.columns]
        for k, mark in enumerate(self.marks):
            self.shows(mark, "place", "rows", by=lambda rows, place, k=k: self.frame(k, len(rows), place))
        self.marked = [axes.plot([], [], **look | {"linewidth": 1.2})[0] for axes in (self.names, *self.columns)]
        for k, mark in enumerate(self.marked):
            self.shows(mark, "place", "line", by=lambda line, place, k=k: self.mark(k, line, place))
        (self.here,) = self.columns[0].plot([], [], color=style.MARK, linewidth=3.0, clip_on=False)
        self.shows(self.here, "place", by=lambda place: self.here.set_data([place + 0.02, place + 0.97], [0.0, 0.0]))
        self.handle(self.here, x="length", x_value=self.length_at)
        (self.row,) = self.names.plot([], [], color=style.MARK, linewidth=5.0, clip_on=False)
        self.shows(self.row, "line", by=lambda line: self.row.set_data([0.02, 0.02], [line, line + 1]))
        picks = (self.names, *self.columns)
        self.handle(self.row, y="row", y_value=lambda _, y: min(y, self.n_rows - 0.5) + 0.5, picks=picks)
        self.lengths, self.n_rows = [], MOST_ROWS

        self.curves = self.figure.add_axes((0.07, 44 / self.height, 0.905, 96 / self.height))
        panel(self.curves, "the marked row", ("updates",), ("seeds solved", -0.7, 21), yticks=range(0, 21, 5))
        self.lines = [self.curves.plot([], [], look, color=style.STATE)[0] for look in LOOKS]
        for k, line in enumerate(self.lines):
            self.shows(line, f"solved_by.{k}", "checks")

    def frame(self, k: int, n_rows: int, place: int) -> None:
        """Draw a frame round column ``k``, if it is the one that is read off."""
        self.marks[k].set_data(*([0.02, 0.97, 0.97, 0.02, 0.02], [0, 0, n_rows, n_rows, 0]) if k == place else ([], []))

    def mark(self, k: int, line: int, place: int) -> None:
        """Draw lines above and below the row ``line`` in names (0) and columns, as far as these are seen."""
        seen = k <= place + 1
        self.marked[k].set_data([0, 1, np.nan, 0, 1] * seen, [line, line, np.nan, line + 1, line + 1] * seen)

    def length_at(self, x: float, _y: float) -> float:
        """Return the length of the column at ``x``, counted in columns."""
        return self.lengths[min(max(int(x), 0), len(self.lengths) - 1)]

    def stage_key(self, state):
        return state.task, state.place

    def stage(self, state):
        self.lengths, self.n_rows = state.lengths, len(state.rows)
        self.curves.set_xlim(0, state.n_updates)
        wide = min(0.81 / len(state.lengths), WIDEST)
        for k, axes in enumerate(self.columns):
            _, bottom, _, tall = axes.get_position().bounds
            axes.set_position((0.185 + k * wide, bottom, wide, tall))
        for k, line in enumerate(self.lines):
            line.set_label(f"length {state.lengths[k]}" if k < len(state.lengths) else "_")
        legend_beside(self.curves, self.lines[: state.place + 1])
        for k, axes in enumerate((self.names, *self.columns)):
            axes.set_visible(k <= state.place + 1)
            for artist in [*axes.collections, *axes.texts, *(line for line in axes.lines if not line.get_animated())]:
                artist.remove()
            x, y = np.meshgrid([0, 1, np.nan], range(self.n_rows))  # a line above each row
            axes.plot(x.ravel(), y.ravel(), color=style.EDGE, linewidth=0.4)
        for line, row in enumerate(state.rows):
            more = [r.n_tried for r, n in zip(row.reports, state.n_tried, strict=True) if r and r.n_tried > n]
            self._text(self.names, 0.7 if more else 0.97, line + 0.5, row.label, ha="right")
            if more:
                self._beside(self.names, 0.97, line + 0.5, f"{max(more)} tried", ha="right")
        for column, length in enumerate(state.lengths[: state.place + 1]):
            axes, n = self.columns[column], state.n_tried[column]
            self._text(axes, LEFT, -0.5, f"length {length}", va="bottom")
            self._beside(axes, LEFT, -0.1, f"{n} setting{'s' * (n > 1)} tried", va="bottom")
            dots = {True: ([], []), False: ([], [])}
            for line, row in enumerate(state.rows):
                report = row.reports[column]
                if report is None:
                    self._beside(axes, LEFT, line + 0.5, "not trained", fontsize=8)
                    continue
                ranked = sorted(report.solved_at, key=lambda update: (update is None, update))
                for number, update in enumerate(ranked):
                    x, y = dots[update is not None]
                    x.append(LEFT + STEP * (number % PER_LINE))
                    y.append(line + 0.32 + 0.36 * (number // PER_LINE))
                low, high = 100 * row.low[column], 100 * row.high[column]
                self._text(axes, COUNT, line + 0.34, f"{report.n_solved}", fontweight="bold")
                self._beside(axes, COUNT, line + 0.72, f"{low:.0f}–{high:.0f} %")
            axes.scatter(*dots[True], s=17, color=style.STATE, linewidths=0.8)
            axes.scatter(*dots[False], s=17, facecolors="none", edgecolors=style.EDGE, linewidths=0.8)

    def _text(self, axes, x, y, text, **settings):
        axes.text(x, y, text, **{"va": "center", "fontsize": 9} | settings)

    def _beside(self, axes, x, y, text, fontsize=7, **settings):
        self._text(axes, x, y, text, color=style.BESIDE, fontsize=fontsize, **settings)
