"""From which loss, to which step, how much: temporal contributions to a gradient, and two runs that merge."""

import numpy as np

from helpers.figures import style
from helpers.figures.cells import Picture, decades, pixel_axes
from helpers.figures.parts import legend_above, level, note
from helpers.figures.scene import Scene

N_STEPS = 40
CELL = 8  # CSS pixels of a pair (t, k)


class Contributions(Scene):
    """The contribution of every pair (t, k), those of one step, and the gradient by lag."""

    height = 470
    log_limits = (-24.0, 2.0)

    def build(self):
        side = CELL * N_STEPS

        def at(step):
            return CELL * (step - 0.5)

        self.map = pixel_axes(self.figure, 52, 68, side, side)
        self.map.set_title("how much the loss at step t\ncontributes at step k to d Div / d W")
        for step in (1, 10, 20, 30, 40):
            self.map.text(at(step), -10, str(step), ha="center", va="center", fontsize=8.5)
            self.map.text(-8, side - at(step), str(step), ha="right", va="center", fontsize=8.5)
        self.map.text(side / 2, -28, "step k that it reaches back to", ha="center", va="center")
        self.map.text(-40, side / 2, "step t of the loss", ha="center", va="center", rotation=90)
        said = "full orange: the largest; one shade lighter for each factor of ten"
        self.figure.text(6 / self.width, 16 / self.height, said, va="center", fontsize=8.5)
        self.pairs = Picture(self.map, CELL, ("loss at step", 1, 1), ("at step", 1, 1))
        (self.row,) = self.map.plot([], [], color=style.STATE, linewidth=1.2, label="of the loss at step")
        (self.column,) = self.map.plot([], [], "--", color=style.STATE, linewidth=1.2, label="to step")
        (self.edge,) = self.map.plot([], [], ":", color=style.RULE, linewidth=1.4, label="window")
        (self.pair,) = self.map.plot([], [], "o", color=style.MARK, clip_on=False)
        self.map.plot([0, side, side, 0, 0], [0, 0, side, side, 0], color=style.EDGE, linewidth=0.8)

        self.step = self.figure.add_axes([0.51, 0.615, 0.475, 0.29])
        self.lag = self.figure.add_axes([0.51, 0.105, 0.475, 0.31])
        self.step.set(xlim=(1, N_STEPS), ylim=self.log_limits, xlabel="step", ylabel="log$_{10}$")
        self.step.set_title("the contributions of one step, beside the largest of all", pad=21)
        (self.back,) = self.step.plot([], [], color=style.STATE, label="of its loss, to the steps before")
        (self.ahead,) = self.step.plot([], [], "--", color=style.STATE, label="to it, of the losses after")
        (self.here,) = self.step.plot([], [], "o", color=style.MARK, clip_on=False)
        legend_above(self.step, 2, handles=[self.back, self.ahead])
        self.lag.set(xlim=(0, N_STEPS), ylim=self.log_limits, xlabel="lag t − k", ylabel="log$_{10}$")
        self.lag.set_title("the gradient by lag, beside the whole", pad=21)
        (self.by_lag,) = self.lag.plot([], [], color=style.GRADIENT, label="this lag")
        (self.error,) = self.lag.plot([], [], "--", color=style.OTHER, label="all lags beyond")
        (self.window,) = self.lag.plot([], [], ":", color=style.RULE, linewidth=1.4, label="window")
        legend_above(self.lag, 3, handles=[self.by_lag, self.error, self.window])
        self.note = note(self.step)
        self.shows(self.pairs, "log10_pairs", by=self.paint)
        self.shows(self.row, "step", by=lambda step: self.row.set_data([0, at(step)], [side - at(step)] * 2))
        self.shows(self.column, "step", by=lambda step: self.column.set_data([at(step)] * 2, [side - at(step), 0]))
        self.shows(self.edge, "window", by=lambda n: self.edge.set_data([0, side - CELL * n], [side - CELL * n, 0]))
        self.shows(self.pair, "step", "reached", by=lambda k, t: self.pair.set_data([at(k)], [side - at(t)]))
        self.shows(self.back, "log10_back", "steps_back")
        self.shows(self.ahead, "log10_ahead", "steps_ahead")
        self.shows(self.here, "log10_pair", "reached", inside=True)
        self.moves(self.note)
        self.shows(self.by_lag, "log10_by_lag")
        # Beyond the last lag lies nothing: a line that falls there would look like a fact of the net.
        self.shows(self.error, "log10_beyond")
        self.shows(self.window, "window", by=lambda n: self.window.set_data([n - 0.5] * 2, self.log_limits))
        values = {"x_value": lambda x, y: x / CELL + 0.5, "y_value": lambda x, y: (side - y) / CELL + 0.5}
        self.handle(self.pair, x="reached", y="step", **values)
        self.handle(self.here, x="reached")
        self.handle(self.window, x="window", x_value=lambda lag, _: lag + 0.5)

    def paint(self, logs: np.ndarray) -> None:
        """Show the table of contributions."""
        self.pairs.show(decades(logs, style.GRADIENT), logs, are_log10=True)

    def move(self, state):
        seen = max(state.log10_back.max(), state.log10_ahead.max()) > self.log_limits[0]
        self.note.set_text("" if seen else "all lie below the picture")


class Merging(Scene):
    """Two runs from different starts with the same inputs, their distance, and the gradient back to the start."""

    height = 330
    log_limits = (-25.0, 15.0)
    n_steps = 40

    def build(self):
        self.states, self.logs = self.figure.subplots(1, 2, width_ratios=[1, 1.15])
        self.figure.subplots_adjust(left=0.08, right=0.985, top=0.82, bottom=0.145, wspace=0.18)
        self.states.set(xlim=(0, self.n_steps), xlabel="step t", ylabel="state of one neuron")
        (self.one,) = self.states.plot([], [], color=style.STATE, label="from one start")
        (self.other,) = self.states.plot([], [], "--", color=style.OTHER, label="from another")
        self.states.set_title("forward: two runs with the same input", pad=21)
        legend_above(self.states, 2)
        self.logs.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="step t", ylabel="log$_{10}$")
        self.logs.set_title("how far apart they are, over the start; and dh$_t$/dh$_0$", pad=21)
        level(self.logs, 0)
        (self.apart,) = self.logs.plot([], [], color=style.STATE, label="distance of the runs")
        (self.gradient,) = self.logs.plot([], [], "--", color=style.GRADIENT, label="‖dh$_t$/dh$_0$‖")
        (self.bound,) = self.logs.plot([], [], ":", color=style.RULE, label="η$^t$, the bound")
        legend_above(self.logs, 3)
        self.note = note(self.logs)
        self.shows(self.one, "one")
        self.shows(self.other, "other")
        self.shows(self.apart, "log10_apart")
        self.shows(self.gradient, "log10_gradient")
        self.shows(self.bound, "log10_bound")
        self.moves(self.note)

    def stage_key(self, state):
        return state.activation

    def stage(self, state):
        bounded = {"sigmoid": (-0.05, 1.05), "tanh": (-1.1, 1.1)}
        self.states.set_ylim(*bounded.get(state.activation, (-5.0, 5.0)))

    def move(self, state):
        self.note.set_text("the runs have met: their distance is 0" if np.isneginf(state.log10_apart[-1]) else "")
