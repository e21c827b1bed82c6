"""An LSTM's gradient by path, its cell, its forget bias, its first version, its threshold; the GRU; the mysteries."""

import numpy as np

from helpers.figures import style
from helpers.figures.cells import pixel_axes
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

N_STEPS = 100
PATH_WORDS = ("whole", "carousel\nalone", "+ input\ngate", "+ forget\ngate", "+ cell\ninput", "+ output\ngate")


class Dissector(Scene):
    """What is left of a change of the cell, along all paths and along the carousel, and path by path at one lag."""

    height = 350
    log_limits = (-40.0, 20.0)

    def build(self):
        self.lags, self.paths = self.figure.subplots(1, 2, width_ratios=[1.25, 1])
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.83, bottom=0.165, wspace=0.16)
        self.lags.set(
            xlim=(0, N_STEPS), ylim=self.log_limits, xlabel="lag in steps", ylabel="log$_{10}$ ‖dc$_t$/dc$_0$‖"
        )
        self.lags.set_title("against the lag", pad=20)
        level(self.lags, 0)
        (self.whole,) = self.lags.plot([], [], color=style.GRADIENT, linewidth=2.2, label="all paths")
        (self.carousel,) = self.lags.plot([], [], "--", color=style.STATE, label="carousel alone")
        (self.bias,) = self.lags.plot([], [], ":", color=style.RULE, label="σ(b$_f$)$^t$")
        (self.here,) = self.lags.plot([], [], ":", color=style.MARK, linewidth=1.2)
        legend_above(self.lags, 3, handles=[self.whole, self.carousel, self.bias])
        self.paths.set(xlim=(-0.6, 5.6), ylim=self.log_limits, xticks=range(6))
        self.paths.set_xticklabels(PATH_WORDS, fontsize=8)
        self.paths.set_title("path by path, at this lag", pad=20)
        level(self.paths, 0)
        (self.dots,) = self.paths.plot([], [], "o", color=style.GRADIENT, markersize=8)
        self.shows(self.whole, "log10_paths.0")
        self.shows(self.carousel, "log10_paths.1")
        self.shows(self.bias, "log10_bias")
        self.shows(self.here, self.log_limits, "lag")
        self.shows(self.dots, "log10_here", inside=True, names=PATH_WORDS)
        self.handle(self.here, x="lag")


class CellDrawing(Scene):
    """A drawing of the cell, each arrow as thick as the norm of what one step carries along it; beside it the norms."""

    height = 400
    most = 14.0  # points of the thickest arrow
    FLOWS = ("carousel", "forget gate", "input gate", "cell input", "output gate", "readout")

    def build(self):
        axes = pixel_axes(self.figure, 14, 8, 372, 352)
        axes.set_title("as thick as the norm of what one step carries")
        states = {"c before": (34, 300), "c after": (338, 300), "h before": (34, 46), "h after": (338, 46)}
        gates = {"f": (96, 185), "i": (158, 185), "g": (220, 185), "o": (282, 140)}
        places, radius = states | gates, {**dict.fromkeys(states, 24), **dict.fromkeys(gates, 20)}
        arrows = {
            "carousel": ("c before", "c after"),
            "forget gate": ("h before", "f"),
            "input gate": ("h before", "i"),
            "cell input": ("h before", "g"),
            "output gate": ("h before", "o"),
            "readout": ("c after", "h after"),
        }
        self.lines = {}
        for name, (start, end) in arrows.items():
            (x0, y0), (x1, y1) = places[start], places[end]
            long = np.hypot(x1 - x0, y1 - y0)
            along = np.array([x1 - x0, y1 - y0]) / long
            first = np.array(places[start]) + radius[start] * along
            last = np.array(places[end]) - radius[end] * along
            colour = style.STATE if name == "carousel" else style.GRADIENT
            look = {"color": colour, "solid_capstyle": "butt", "label": name}
            (self.lines[name],) = axes.plot(*zip(first, last, strict=True), **look)
        for gate in "fig":
            x, y = gates[gate]
            axes.plot([x, x], [y + 14, 300], color=style.EDGE, linewidth=1.0)
        axes.plot([296, 324], [130, 66], color=style.EDGE, linewidth=1.0)
        words = {"c before": "$c_k$", "c after": "$c_{k+1}$", "h before": "$h_k$", "h after": "$h_{k+1}$"}
        for name, (x, y) in places.items():
            mark, size = ("o", 34) if name in states else ("s", 21)
            axes.plot([x], [y], mark, color="white", markeredgecolor=style.RULE, markersize=size)
            axes.text(x, y, words.get(name, name), ha="center", va="center", fontsize=11)
        for name, line in self.lines.items():
            self.shows(
                line, f"flows.{name}", by=lambda size, line=line: line.set_linewidth(self.most * min(size / 2, 1))
            )
        self.norms = self.figure.add_axes([0.54, 0.145, 0.445, 0.755])
        self.norms.set(xlim=(-0.6, 5.6), ylim=(0, 9), xticks=range(6))
        self.norms.set_xticklabels([name.replace(" ", "\n") for name in self.FLOWS], fontsize=8)
        self.norms.set_title("the norm of what one step carries, by path")
        level(self.norms, 1)
        (self.dots,) = self.norms.plot([], [], "o", color=style.GRADIENT, markersize=8)
        self.shows(self.dots, "norms", inside=True, names=self.FLOWS)


class ForgetBias(Scene):
    """What a constant forget gate keeps against the lag, and the half-life of every forget bias."""

    height = 330
    longest = 1000

    def build(self):
        self.kept, self.half = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.9, bottom=0.15, wspace=0.2)
        self.kept.set(xlim=(0, 3), ylim=(0, 1.03), xlabel="log$_{10}$ of the lag", ylabel="left of the gradient")
        self.kept.set_title("σ(b$_f$)$^t$ (dotted: a half)")
        level(self.kept, 0.5, linestyle=":")
        (self.curve,) = self.kept.plot([], [], color=style.GRADIENT)
        (self.lag,) = self.kept.plot([], [], "--", color=style.MARK, linewidth=1.1)
        self.half.set(xlim=(-2, 8), ylim=(-0.7, 3.6), xlabel="forget bias b$_f$", ylabel="log$_{10}$ of the steps")
        self.half.set_title("half-life of the forget bias (dashed: the lag)")
        (self.lives,) = self.half.plot([], [], color=style.RULE)
        (self.wanted,) = self.half.plot([], [], "--", color=style.MARK, linewidth=1.1)
        (self.here,) = self.half.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        self.shows(self.curve, "kept", "log10_lags")
        self.shows(self.lag, (0, 1.03), "log10_lag")
        self.shows(self.lives, "log10_half_lives", "biases")
        self.shows(self.wanted, "log10_lag", (-2, 8))
        self.shows(self.here, "log10_half_life", "forget_bias")
        self.handle(self.lag, x="lag", x_value=lambda log10, _: 10**log10)
        self.handle(self.here, x="forget_bias")


class ConstantInput(Scene):
    """The cells of 1997 and of 2000 under a constant input: what they hold, what they show, what h tells of c."""

    height = 330
    n_steps = 50
    log_limits = (-24.0, 1.0)

    def build(self):
        self.panels = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.05, right=0.985, top=0.82, bottom=0.15, wspace=0.28)
        titles = ("what they hold: c$_t$", "what they show: h$_t$", "readout: log$_{10}$ dh$_t$/dc$_t$")
        for axes, title, limits in zip(self.panels, titles, ((-2, 52), (-0.02, 0.54), self.log_limits), strict=True):
            axes.set(xlim=(0, self.n_steps), ylim=limits, xlabel="step t")
            axes.set_title(title, pad=20)
            level(axes, 0)
        looks = ((style.STATE, "-", "1997"), (style.OTHER, "--", "2000"))
        self.pairs = [
            [axes.plot([], [], line, color=colour, label=label)[0] for colour, line, label in looks]
            for axes in self.panels
        ]
        (self.bound,) = self.panels[0].plot([], [], ":", color=style.RULE, label="|i g|/(1 − f)")
        legend_above(self.panels[0], 3, columnspacing=0.8, handlelength=1.6)
        for axes in self.panels[1:]:
            legend_above(axes, 2)
        self.shows(self.bound, "bound", (0, self.n_steps))
        for name, pair in zip(("C", "H", "log10_readout"), self.pairs, strict=True):
            for i, line in enumerate(pair):
                self.shows(line, f"{name}.{i}", np.arange(name == "log10_readout", self.n_steps + 1))


class OneCell(Scene):
    """The factor per step of one cell at rest against w_g, with the two borders; its gradient against the lag."""

    height = 350
    n_steps = 50
    log_limits = (-30.0, 30.0)
    factors = (-2.6, 3.6)

    def build(self):
        self.rest, self.lags = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.83, bottom=0.14, wspace=0.19)
        self.rest.set(
            xlim=(-10, 10), xticks=range(-10, 11, 5), ylim=self.factors, xlabel="weight w$_g$ from h to the cell input"
        )
        self.rest.set_ylabel("factor per step, at rest")
        self.rest.set_title("f + i o w$_g$ (dashed: the borders)", pad=20)
        for border in (-1, 1):
            level(self.rest, border)
        (self.curve,) = self.rest.plot([], [], color=style.RULE)
        (self.borders,) = self.rest.plot([], [], "--", color=style.GRADIENT, linewidth=1.2)
        (self.here,) = self.rest.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        self.lags.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="lag in steps")
        self.lags.set_ylabel("log$_{10}$ |dc$_t$/dc$_0$|")
        self.lags.set_title("the run itself", pad=20)
        level(self.lags, 0)
        (self.measured,) = self.lags.plot([], [], color=style.GRADIENT, linewidth=2.2, label="measured")
        (self.power,) = self.lags.plot([], [], ":", color=style.RULE, label="as at rest")
        (self.carousel,) = self.lags.plot([], [], "--", color=style.STATE, label="carousel alone")
        legend_above(self.lags, 3)
        self.shows(self.curve, "factors", "weights")
        self.shows(self.borders, "borders", by=self.place_borders)
        self.shows(self.here, "factor", "w_g")
        self.shows(self.measured, "log10_measured")
        self.shows(self.carousel, "log10_carousel")
        self.shows(self.power, "log10_power")
        self.handle(self.here, x="w_g")

    def place_borders(self, borders: tuple[float, float]) -> None:
        """Draw both borders, with a gap between them."""
        (left, right), (low, high) = borders, self.factors
        self.borders.set_data([left, left, np.nan, right, right], [low, high, np.nan, low, high])


class GatedUnits(Scene):
    """A GRU beside an LSTM of the same bias, scale and input: their gradients, and how large their states become."""

    height = 350
    log_limits = (-30.0, 15.0)

    def build(self):
        self.lags, self.sizes = self.figure.subplots(1, 2, width_ratios=[1.3, 1])
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.83, bottom=0.14, wspace=0.16)
        self.lags.set(xlim=(0, N_STEPS), ylim=self.log_limits, xlabel="lag in steps")
        self.lags.set_ylabel("log$_{10}$ of the norm")
        self.lags.set_title("gradient", pad=20)
        level(self.lags, 0)
        (self.gru,) = self.lags.plot([], [], color=style.GRADIENT, linewidth=2.2, label="GRU, whole")
        (self.gates,) = self.lags.plot([], [], "--", color=style.STATE, label="GRU, product of z")
        (self.lstm,) = self.lags.plot([], [], "-.", color=style.OTHER, label="LSTM, whole")
        legend_above(self.lags, 3)
        self.sizes.set(xlim=(0, N_STEPS), ylim=(-3, 2.2), xlabel="step t")
        self.sizes.set_title("log$_{10}$ of the largest entry of the state", pad=20)
        level(self.sizes, 0)
        (self.h,) = self.sizes.plot([], [], color=style.GRADIENT, linewidth=2.2, label="GRU: |h$_t$|")
        (self.c,) = self.sizes.plot([], [], "-.", color=style.OTHER, label="LSTM: |c$_t$|")
        legend_above(self.sizes, 2)
        self.shows(self.gru, "log10_gru")
        self.shows(self.gates, "log10_gates")
        self.shows(self.lstm, "log10_lstm")
        self.shows(self.h, "log10_h", np.arange(1, N_STEPS + 1))
        self.shows(self.c, "log10_c", np.arange(1, N_STEPS + 1))


class Mystery(Scene):
    """Two gradients of a net that does not say what it is, and the same two of the reader's guess."""

    height = 350
    log_limits = (-25.0, 15.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.7])
        axes.set(xlim=(0, N_STEPS), ylim=self.log_limits, xlabel="lag in steps")
        axes.set_ylabel("log$_{10}$ ‖dc$_t$/dc$_0$‖")
        axes.set_title("the gradients of the mystery and of your guess", pad=20)
        level(axes, 0)
        draw = {"carousel": (style.STATE, "the carousel"), "whole": (style.GRADIENT, "all paths")}
        self.lines = {}
        for name, (colour, words) in draw.items():
            (self.lines[name],) = axes.plot([], [], color=colour, linewidth=2.2, label=f"{words}, the mystery")
            look = {"color": colour, "linewidth": 1.2, "linestyle": "--"}
            (self.lines[f"guess {name}"],) = axes.plot([], [], label=f"{words}, your guess", **look)
        legend_above(axes, 4)
        for name, line in self.lines.items():
            self.shows(line, f"log10_{name.replace(' ', '_')}")
