"""All seeds of all rows of the table: who solved a task, by length; and of one row, when."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_beside, panel
from helpers.figures.scene import Scene

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
        for line, row in enumerate(state.rows):
            more = [r.n_tried for r, n in zip(row.reports, state.n_tried, strict=True) if r and r.n_tried > n]
            for axes in (self.names, *self.columns[: len(state.lengths)]):
                axes.axhline(line, color=style.EDGE, linewidth=0.4)
            self._text(self.names, 0.7 if more else 0.97, line + 0.5, row.label, ha="right")
            if more:
                self._text(
                    self.names, 0.97, line + 0.5, f"{max(more)} tried", ha="right", color=style.BESIDE, fontsize=7
                )
        for column, length in enumerate(state.lengths[: state.place + 1]):
            axes, n = self.columns[column], state.n_tried[column]
            self._text(axes, LEFT, -0.5, f"length {length}", va="bottom")
            self._text(
                axes, LEFT, -0.1, f"{n} setting{'s' * (n > 1)} tried", va="bottom", color=style.BESIDE, fontsize=7
            )
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
