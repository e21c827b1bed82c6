"""An LSTM's gradient by path, its cell, its forget bias, its first version, its threshold; the GRU; the mysteries."""

from functools import partial

import numpy as np
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from helpers.figures import style
from helpers.figures.cells import pixel_axes
from helpers.figures.parts import Panels, legend_above, level, panel

N_STEPS = 100
# The drawing of the cell: where things stand, in CSS pixels from its lower left.
CELL_STATES = {"$c_k$": (34, 300), "$c_{k+1}$": (338, 300), "$h_k$": (34, 46), "$h_{k+1}$": (338, 46)}
CELL_GATES = {"f": (96, 185), "i": (158, 185), "g": (220, 185), "o": (282, 145)}
CELL_SIGNS = {(96, 300): "×", (189, 300): "+", (189, 247): "×", (338, 145): "×"}
# Of each flow the ends of the pieces of its arrow, between which stand signs, and where its number stands: on the arrow
# where it comes from h, because in the box of a gate it would be read as the gate's value.
CELL_PATHS = {
    "carousel": ([(58, 300), (86, 300), (106, 300), (179, 300), (199, 300), (314, 300)], (262, 318)),
    "forget gate": ([(34, 46), (96, 185)], (72, 132)),
    "input gate": ([(34, 46), (158, 185)], (111, 132)),
    "cell input": ([(34, 46), (220, 185)], (149, 132)),
    "output gate": ([(34, 46), (282, 145)], (188, 107)),
    "readout": ([(338, 276), (338, 226), (338, 208), (338, 155), (338, 135), (338, 70)], (312, 190)),
}
HEAD = Path([(0, 0.8), (1, 0), (0, -0.8), (0, 0.8)])  # of an arrow to the right
PATH_WORDS = ("all\npaths", "carousel\nalone", "+ input\ngate", "+ forget\ngate", "+ cell\ninput", "+ output\ngate")


class Dissector(Panels):
    """What is left of a change of the cell, along all paths and along the carousel, and path by path at one lag."""

    height = 350
    log_limits = (-40.0, 20.0)

    def build(self):
        lags, paths = self.row(1.25, 1, left=0.08, bottom=0.165, wspace=0.16)
        panel(lags, "against the lag", ("lag in steps", 0, N_STEPS), ("‖dc$_t$/dc$_0$‖", *self.log_limits), powers="y")
        self.line(lags, "log10_paths.0", style.GRADIENT, label="all paths", linewidth=2.2)
        self.line(lags, "log10_paths.1", style.STATE, "--", "carousel alone")
        self.line(lags, "log10_bias", style.RULE, ":", "σ(b$_f$)$^t$")
        self.handle(self.line(lags, self.log_limits, style.MARK, ":", x="lag", linewidth=1.2), x="lag")
        legend_above(lags)
        panel(paths, "path by path, at this lag", ("", -0.6, 5.6), ("", *self.log_limits), pad=20, powers="y")
        paths.set_xticks(range(6), PATH_WORDS, fontsize=8)
        self.line(paths, "log10_here", style.GRADIENT, "o", inside=True, names=PATH_WORDS, markersize=8)


class CellDrawing(Panels):
    """The cell with its products, each path an arrow as thick as the norm of what one step carries, and the norms."""

    height = 400
    most = 14.0  # points of the thickest arrow
    FLOWS = tuple(CELL_PATHS)

    def build(self):
        axes = pixel_axes(self.figure, 14, 8, 372, 352)
        axes.set_title("as thick as the norm of what one step carries")
        numbers = []
        for name, (ends, place) in CELL_PATHS.items():
            colour = style.STATE if name == "carousel" else style.GRADIENT
            ends = np.array(ends, float)
            along = (ends[-1] - ends[-2]) / np.hypot(*(ends[-1] - ends[-2]))
            if len(ends) == 2:  # from the rim of h to the edge of a gate's box
                ends += [24 * along, -20 / np.abs(along).max() * along]
            pieces = np.insert(ends, range(2, len(ends), 2), np.nan, axis=0)
            (line,) = axes.plot(*pieces.T, color=colour, solid_capstyle="butt", markevery=[-1], label=name)
            line.set_marker(MarkerStyle(HEAD, transform=Affine2D().rotate(np.arctan2(*along[::-1]))))
            line.set_markeredgewidth(0)
            number = axes.text(*place, "", ha="center", va="center", fontsize=8)
            number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
            self.shows(line, f"flows.{name}", by=partial(self.thicken, line, ends[-1], along, number))
            numbers.append(number)
        thin = {"arrowstyle": "-|>", "color": style.EDGE, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}
        axes.annotate("", (96, 290), (96, 205), arrowprops=thin)
        axes.annotate("", (184, 238), (163, 205), arrowprops=thin)
        axes.annotate("", (194, 238), (215, 205), arrowprops=thin)
        axes.annotate("", (189, 290), (189, 257), arrowprops=thin)
        axes.annotate("", (328, 145), (302, 145), arrowprops=thin)
        for (x, y), sign in CELL_SIGNS.items():
            axes.plot([x], [y], "o", color="white", markeredgecolor=style.EDGE, markersize=14)
            axes.text(x, y, sign, ha="center", va="center", fontsize=10)
        axes.text(338, 217, "tanh", ha="center", va="center", fontsize=8)
        for name, (x, y) in (CELL_STATES | CELL_GATES).items():
            mark, size = ("o", 34) if name in CELL_STATES else ("s", 29)
            axes.plot([x], [y], mark, color="white", markeredgecolor=style.RULE, markersize=size)
            axes.text(x, y, name, ha="center", va="center", fontsize=11)
        self.moves(*numbers)
        norms = self.figure.add_axes([0.54, 0.145, 0.445, 0.755])
        panel(norms, "the norm of what one step carries, by path", ("", -0.6, 5.6), ("", 0, 9), zero=1)
        norms.set_xticks(range(6), [name.replace(" ", "\n") for name in self.FLOWS], fontsize=8)
        self.line(norms, "norms", style.GRADIENT, "o", inside=True, names=self.FLOWS, markersize=8)

    def thicken(self, line, tip, along, number, size: float) -> None:
        """Draw an arrow as thick as what it carries, its head before it, and write the number beside it."""
        width = max(0.5, self.most * min(size / 2, 1))
        head = 5 + width / 2  # points from its base to its tip
        x, y = tip - head * style.CSS_DPI / 72 * along
        line.set(linewidth=width, markersize=2 * head)
        line.set_data([*line.get_xdata()[:-1], x], [*line.get_ydata()[:-1], y])
        number.set_text(f"{size:.2g}")


class ForgetBias(Panels):
    """What a constant forget gate keeps against the lag, and the half-life of every forget bias."""

    height = 330
    longest = 1000

    def build(self):
        kept, half = self.row(1, 1, top=0.9, wspace=0.2)
        up = "left of the gradient", 0, 1.03
        panel(kept, "σ(b$_f$)$^t$ (dotted: a half)", ("lag in steps", 0, 3), up, None, powers="x")
        level(kept, 0.5, linestyle=":")
        self.line(kept, "kept", style.GRADIENT, x="log10_lags")
        lag = self.line(kept, (0, 1.03), style.MARK, "--", x="log10_lag", linewidth=1.1)
        self.handle(lag, x="lag", x_value=lambda log10, _: 10**log10)
        title = "half-life of the forget bias (dashed: the lag)"
        panel(half, title, ("forget bias b$_f$", -2, 8), ("half-life in steps", -0.7, 3.6), zero=None, powers="y")
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
        titles = ("what they hold: c$_t$", "what they show: h$_t$", "readout: dh$_t$/dc$_t$")
        for axes, title, limits in zip(panels, titles, ((-2, 52), (-0.02, 0.54), self.log_limits), strict=True):
            panel(axes, title, ("step t", 0, self.n_steps), ("", *limits), powers="y" * (axes is panels[2]))
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
    log_limits = (-20.0, 10.0)
    factors = (-2.6, 3.6)

    def build(self):
        rest, lags = self.row(1, 1, bottom=0.14, wspace=0.19)
        across, up = ("weight w$_g$ from h to the cell input", -10, 10), ("factor per step, at rest", *self.factors)
        panel(rest, "f + i o w$_g$ (dashed: the borders)", across, up, -1, pad=20)
        rest.set_xticks(range(-10, 11, 5))
        level(rest, 1)
        self.line(rest, "factors", x="weights")
        self.line(rest, "borders", style.GRADIENT, "--", path=self.both_borders, linewidth=1.2)
        self.handle(self.here(rest, "factor", "w_g"), x="w_g")
        up = "|dc$_t$/dc$_0$|", *self.log_limits
        panel(lags, "the run itself", ("lag in steps", 0, self.n_steps), up, powers="y")
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
        panel(lags, "gradient", ("lag in steps", 0, N_STEPS), ("norm", *self.log_limits), powers="y")
        self.line(lags, "log10_gru", style.GRADIENT, label="GRU, whole", linewidth=2.2)
        self.line(lags, "log10_gates", style.STATE, "--", "GRU, product of z")
        self.line(lags, "log10_lstm", style.OTHER, "-.", "LSTM, whole")
        panel(sizes, "the largest entry of the state", ("step t", 0, N_STEPS), ("", -3, 2.2), powers="y")
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
        panel(axes, title, ("lag in steps", 0, N_STEPS), ("‖dc$_t$/dc$_0$‖", *self.log_limits), powers="y")
        dots = {"marker": "o", "markevery": 10, "markersize": 4.5}  # which tell in grey
        whole = ("whole", style.GRADIENT, "all paths", dots)
        for name, colour, words, more in (("carousel", style.STATE, "the carousel", {}), whole):
            self.line(axes, f"log10_{name}", colour, label=f"{words}, the mystery", linewidth=2.2, **more)
            self.line(axes, f"log10_guess_{name}", colour, "--", f"{words}, your guess", linewidth=1.2, **more)
        legend_above(axes)
