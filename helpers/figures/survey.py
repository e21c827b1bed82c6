"""All seeds of all rows of the table: who solved a task, by length."""

from matplotlib.patches import Rectangle

from helpers.figures import style
from helpers.figures.scene import Scene

MOST_ROWS, MOST_COLUMNS = 11, 5
PER_LINE, STEP = 10, 0.045  # dots side by side, and their distance as a share of a column
LEFT, COUNT = 0.09, 0.60  # where in a column the dots begin and the count stands


class Survey(Scene):
    """A line for each model with its start, a column for each length, and a dot for each seed: full where it solved it.

    Beside the dots stand their number and the 95 % interval of their share. How many settings were tried stands under
    the length, and behind the name where it was more. Columns to the right of the length that is read off stay empty.
    """

    height = 430

    def build(self):
        self.table = self.figure.add_axes((0.185, 0.01, 0.81, 0.84))
        self.table.axis("off")
        what = "a dot is a seed, full where it solved the task; beside: how many did, and the 95 % interval"
        self.figure.text(0.99, 0.985, what, ha="right", va="top", fontsize=9)
        self.here = self.table.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor=style.MARK, linewidth=1.6))
        self.moves(self.here)

    def stage_key(self, state):
        return state.task, state.place

    def stage(self, state):
        for artist in [*self.table.collections, *self.table.texts, *self.table.lines]:
            artist.remove()
        self.table.set(xlim=(0, MOST_COLUMNS), ylim=(MOST_ROWS, 0))
        for column, length in enumerate(state.lengths[: state.place + 1]):
            n = state.n_tried[column]
            self._text(column + LEFT, -0.5, f"length {length}", va="bottom")
            self._text(
                column + LEFT, -0.1, f"{n} setting{'s' * (n > 1)} tried", va="bottom", color=style.EDGE, fontsize=7
            )
        dots = {True: ([], []), False: ([], [])}
        for line, row in enumerate(state.rows):
            self.table.axhline(line, color=style.EDGE, linewidth=0.4)
            more = {
                report.n_tried
                for report, n in zip(row.reports, state.n_tried, strict=True)
                if report and report.n_tried > n
            }
            self._text(-0.34 if more else -0.05, line + 0.5, row.label, ha="right")
            if more:
                self._text(-0.05, line + 0.5, f"{max(more)} tried", ha="right", color=style.EDGE, fontsize=7)
            for column, report in enumerate(row.reports[: state.place + 1]):
                if report is None:
                    self._text(column + LEFT, line + 0.5, "not trained", color=style.EDGE, fontsize=8)
                    continue
                ranked = sorted(report.solved_at, key=lambda update: (update is None, update))
                for number, update in enumerate(ranked):
                    x, y = dots[update is not None]
                    x.append(column + LEFT + STEP * (number % PER_LINE))
                    y.append(line + 0.32 + 0.36 * (number // PER_LINE))
                low, high = 100 * row.low[column], 100 * row.high[column]
                self._text(column + COUNT, line + 0.34, f"{report.n_solved}", fontweight="bold")
                self._text(column + COUNT, line + 0.72, f"{low:.0f}–{high:.0f} %", fontsize=7, color=style.EDGE)
        self.table.scatter(*dots[True], s=17, color=style.STATE, linewidths=0.8)
        self.table.scatter(*dots[False], s=17, facecolors="none", edgecolors=style.EDGE, linewidths=0.8)

    def move(self, state):
        self.here.set_bounds(state.place + 0.02, 0, 0.95, len(state.rows))

    def _text(self, x, y, text, **settings):
        self.table.text(x, y, text, **{"va": "center", "fontsize": 9} | settings)
