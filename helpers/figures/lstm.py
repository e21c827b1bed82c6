"""An LSTM's gradient by path, its cell, its forget bias, its first version, its threshold; the GRU; the mysteries."""

from functools import partial

import numpy as np

from helpers.figures import style
from helpers.figures.cells import pixel_axes
from helpers.figures.parts import Panels, legend_above, level, panel

N_STEPS = 100
PATH_WORDS = ("whole", "carousel\nalone", "+ input\ngate", "+ forget\ngate", "+ cell\ninput", "+ output\ngate")


class Dissector(Panels):
    """What is left of a change of the cell, along all paths and along the carousel, and path by path at one lag."""

    height = 350
    log_limits = (-40.0, 20.0)

    def build(self):
        lags, paths = self.row(1.25, 1, bottom=0.165, wspace=0.16)
        panel(lags, "against the lag", ("lag in steps", 0, N_STEPS), ("log$_{10}$ ‖dc$_t$/dc$_0$‖", *self.log_limits))
        self.line(lags, "log10_paths.0", style.GRADIENT, label="all paths", linewidth=2.2)
        self.line(lags, "log10_paths.1", style.STATE, "--", "carousel alone")
        self.line(lags, "log10_bias", style.RULE, ":", "σ(b$_f$)$^t$")
        self.handle(self.line(lags, self.log_limits, style.MARK, ":", x="lag", linewidth=1.2), x="lag")
        legend_above(lags)
        panel(paths, "path by path, at this lag", ("", -0.6, 5.6), ("", *self.log_limits), pad=20)
        paths.set_xticks(range(6), PATH_WORDS, fontsize=8)
        self.line(paths, "log10_here", style.GRADIENT, "o", inside=True, names=PATH_WORDS, markersize=8)


class CellDrawing(Panels):
    """A drawing of the cell, each arrow as thick as the norm of what one step carries along it; beside it the norms."""

    height = 400
    most = 14.0  # points of the thickest arrow
    FLOWS = ("carousel", "forget gate", "input gate", "cell input", "output gate", "readout")

    def build(self):
        axes = pixel_axes(self.figure, 14, 8, 372, 352)
        axes.set_title("as thick as the norm of what one step carries")
        states = {"$c_k$": (34, 300), "$c_{k+1}$": (338, 300), "$h_k$": (34, 46), "$h_{k+1}$": (338, 46)}
        gates = {"f": (96, 185), "i": (158, 185), "g": (220, 185), "o": (282, 140)}
        places, radius = states | gates, {**dict.fromkeys(states, 24), **dict.fromkeys(gates, 20)}
        arrows = ("$c_k$", "$c_{k+1}$"), ("$h_k$", "f"), ("$h_k$", "i"), ("$h_k$", "g"), ("$h_k$", "o")
        for name, (start, end) in zip(self.FLOWS, (*arrows, ("$c_{k+1}$", "$h_{k+1}$")), strict=True):
            away = np.subtract(places[end], places[start])
            along = away / np.hypot(*away)
            ends = places[start] + radius[start] * along, places[end] - radius[end] * along
            colour = style.STATE if name == "carousel" else style.GRADIENT
            (line,) = axes.plot(*zip(*ends, strict=True), color=colour, solid_capstyle="butt", label=name)
            self.shows(line, f"flows.{name}", by=partial(self.thicken, line))
        for gate in "fig":
            x, y = gates[gate]
            axes.plot([x, x], [y + 14, 300], color=style.EDGE, linewidth=1.0)
        axes.plot([296, 324], [130, 66], color=style.EDGE, linewidth=1.0)
        for name, (x, y) in places.items():
            mark, size = ("o", 34) if name in states else ("s", 21)
            axes.plot([x], [y], mark, color="white", markeredgecolor=style.RULE, markersize=size)
            axes.text(x, y, name, ha="center", va="center", fontsize=11)
        norms = self.figure.add_axes([0.54, 0.145, 0.445, 0.755])
        panel(norms, "the norm of what one step carries, by path", ("", -0.6, 5.6), ("", 0, 9), zero=1)
        norms.set_xticks(range(6), [name.replace(" ", "\n") for name in self.FLOWS], fontsize=8)
        self.line(norms, "norms", style.GRADIENT, "o", inside=True, names=self.FLOWS, markersize=8)

    def thicken(self, line, size: float) -> None:
        """Draw an arrow as thick as what it carries."""
        line.set_linewidth(self.most * min(size / 2, 1))


class ForgetBias(Panels):
    """What a constant forget gate keeps against the lag, and the half-life of every forget bias."""

    height = 330
    longest = 1000

    def build(self):
        kept, half = self.row(1, 1, top=0.9, wspace=0.2)
        panel(
            kept,
            "σ(b$_f$)$^t$ (dotted: a half)",
            ("log$_{10}$ of the lag", 0, 3),
            ("left of the gradient", 0, 1.03),
            None,
        )
        level(kept, 0.5, linestyle=":")
        self.line(kept, "kept", style.GRADIENT, x="log10_lags")
        lag = self.line(kept, (0, 1.03), style.MARK, "--", x="log10_lag", linewidth=1.1)
        self.handle(lag, x="lag", x_value=lambda log10, _: 10**log10)
        title = "half-life of the forget bias (dashed: the lag)"
        panel(half, title, ("forget bias b$_f$", -2, 8), ("log$_{10}$ of the steps", -0.7, 3.6), zero=None)
        self.line(half, "log10_half_lives", x="biases")
        self.line(half, "log10_lag", style.MARK, "--", x=(-2, 8), linewidth=1.1)
        self.handle(self.here(half, "log10_half_life", "forget_bias"), x="forget_bias")


class ConstantInput(Panels):
    """The cells of 1997 and of 2000 under a constant input: what they hold, what they show, what h tells of c."""

    height = 330
    n_steps = 50
    log_limits = (-24.0, 1.0)

    def build(self):
        panels = self.row(1, 1, 1, left=0.05, top=0.82, wspace=0.28)
        titles = ("what they hold: c$_t$", "what they show: h$_t$", "readout: log$_{10}$ dh$_t$/dc$_t$")
        for axes, title, limits in zip(panels, titles, ((-2, 52), (-0.02, 0.54), self.log_limits), strict=True):
            panel(axes, title, ("step t", 0, self.n_steps), ("", *limits))
        bound = self.line(panels[0], "bound", style.RULE, ":", "|i g|/(1 − f)", x=(0, self.n_steps))
        tight = {"columnspacing": 0.8, "handlelength": 1.6}
        fields = ("C", 0, [bound]), ("H", 0, []), ("log10_readout", 1, [])
        for axes, (name, first, more) in zip(panels, fields, strict=True):
            steps = np.arange(first, self.n_steps + 1)
            one = self.line(axes, f"{name}.0", style.STATE, "-", "1997", x=steps)
            other = self.line(axes, f"{name}.1", style.OTHER, "--", "2000", x=steps)
            legend_above(axes, [one, other, *more], **(tight if more else {}))


class OneCell(Panels):
    """The factor per step of one cell at rest against w_g, with the two borders; its gradient against the lag."""

    height = 350
    n_steps = 50
    log_limits = (-30.0, 30.0)
    factors = (-2.6, 3.6)

    def build(self):
        rest, lags = self.row(1, 1, bottom=0.14, wspace=0.19)
        across = "weight w$_g$ from h to the cell input", -10, 10
        panel(
            rest, "f + i o w$_g$ (dashed: the borders)", across, ("factor per step, at rest", *self.factors), -1, pad=20
        )
        rest.set_xticks(range(-10, 11, 5))
        level(rest, 1)
        self.line(rest, "factors", x="weights")
        self.line(rest, "borders", style.GRADIENT, "--", path=self.both_borders, linewidth=1.2)
        self.handle(self.here(rest, "factor", "w_g"), x="w_g")
        panel(
            lags, "the run itself", ("lag in steps", 0, self.n_steps), ("log$_{10}$ |dc$_t$/dc$_0$|", *self.log_limits)
        )
        measured = self.line(lags, "log10_measured", style.GRADIENT, label="measured", linewidth=2.2)
        carousel = self.line(lags, "log10_carousel", style.STATE, "--", "carousel alone")
        power = self.line(lags, "log10_power", style.RULE, ":", "as at rest")
        legend_above(lags, [measured, power, carousel])

    def both_borders(self, borders: tuple[float, float]):
        """Return the path along both borders, with a gap between them."""
        (left, right), (low, high) = borders, self.factors
        return [left, left, np.nan, right, right], [low, high, np.nan, low, high]


class GatedUnits(Panels):
    """A GRU beside an LSTM of the same bias, scale and input: their gradients, and how large their states become."""

    height = 350
    log_limits = (-30.0, 15.0)

    def build(self):
        lags, sizes = self.row(1.3, 1, bottom=0.14, wspace=0.16)
        panel(lags, "gradient", ("lag in steps", 0, N_STEPS), ("log$_{10}$ of the norm", *self.log_limits))
        self.line(lags, "log10_gru", style.GRADIENT, label="GRU, whole", linewidth=2.2)
        self.line(lags, "log10_gates", style.STATE, "--", "GRU, product of z")
        self.line(lags, "log10_lstm", style.OTHER, "-.", "LSTM, whole")
        panel(sizes, "log$_{10}$ of the largest entry of the state", ("step t", 0, N_STEPS), ("", -3, 2.2))
        steps = np.arange(1, N_STEPS + 1)
        self.line(sizes, "log10_h", style.GRADIENT, label="GRU: |h$_t$|", x=steps, linewidth=2.2)
        self.line(sizes, "log10_c", style.OTHER, "-.", "LSTM: |c$_t$|", x=steps)
        legend_above(lags)
        legend_above(sizes)


class Mystery(Panels):
    """Two gradients of a net that does not say what it is, and the same two of the reader's guess."""

    height = 350
    log_limits = (-25.0, 15.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.7])
        title = "the gradients of the mystery and of your guess"
        panel(axes, title, ("lag in steps", 0, N_STEPS), ("log$_{10}$ ‖dc$_t$/dc$_0$‖", *self.log_limits))
        for name, colour, words in (("carousel", style.STATE, "the carousel"), ("whole", style.GRADIENT, "all paths")):
            self.line(axes, f"log10_{name}", colour, label=f"{words}, the mystery", linewidth=2.2)
            self.line(axes, f"log10_guess_{name}", colour, "--", f"{words}, your guess", linewidth=1.2)
        legend_above(axes)
