"""The bounds of a recurrent net's gradient: the ladder, the counterexample, and the map of the Lyapunov exponent."""

import numpy as np
from matplotlib.colors import to_rgb

from helpers.figures import style
from helpers.figures.cells import N_SHADES, Picture, pixel_axes
from helpers.figures.parts import legend_above, level, note
from helpers.figures.scene import Scene

N_STEPS = 40


class Ladder(Scene):
    """The gradient back to the start and the three bounds above it."""

    height = 350
    log_limits = (-30.0, 25.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.135, 0.905, 0.725])
        axes.set(xlim=(0, N_STEPS), ylim=self.log_limits, xlabel="steps t", ylabel="log$_{10}$")
        level(axes, 0)
        looks = (
            (style.GRADIENT, "-", 2.4, "‖dh$_t$/dh$_0$‖, the truth"),
            (style.STATE, "--", 1.7, "∏‖J$_i$‖"),
            (style.OTHER, "-.", 1.7, "∏η$_i$"),
            (style.RULE, ":", 1.9, "η$^t$, η = γ‖W‖"),
        )
        self.rungs = [
            axes.plot([], [], line, color=colour, linewidth=width, label=label)[0]
            for colour, line, width, label in looks
        ]
        legend_above(axes, 4)
        self.note = note(axes, x=0.01, y=0.04, ha="left", va="bottom")
        for line, name in zip(self.rungs, ("true", "product_of_norms", "product_of_etas", "power_of_eta"), strict=True):
            self.shows(line, f"log10_rungs.{name}")
        self.moves(self.note)

    def move(self, state):
        last = state.log10_rungs.true[-1]
        self.note.set_text("the truth ends below the picture" if last < self.log_limits[0] else "")


class Nilpotent(Scene):
    """A net at rest whose W has no eigenvalue but 0, and whose gradient explodes."""

    height = 320
    log_limits = (-20.0, 20.0)
    n_steps = 20

    def build(self):
        self.norms, self.growth = self.figure.subplots(1, 2, width_ratios=[1.2, 1])
        self.figure.subplots_adjust(left=0.07, right=0.985, top=0.83, bottom=0.15, wspace=0.19)
        self.norms.set(xlim=(0, self.n_steps), ylim=self.log_limits, xlabel="steps t", ylabel="log$_{10}$")
        self.norms.set_xticks(range(0, self.n_steps + 1, 5))
        self.norms.set_title("norms after t steps", pad=20)
        level(self.norms, 0)
        (self.net,) = self.norms.plot([], [], "o-", color=style.GRADIENT, markersize=3, label="the net at rest")
        (self.linear,) = self.norms.plot([], [], "--", color=style.STATE, label="W$^t$ alone")
        (self.bound,) = self.norms.plot([], [], ":", color=style.RULE, label="η$^t$")
        legend_above(self.norms, 3)
        self.growth.set(
            xlim=(0, 0.95), ylim=(0, 9), xlabel="s, where the second neuron rests", ylabel="factor per step"
        )
        self.growth.set_title("the eigenvalue of J: a s²")
        level(self.growth, 1)
        (self.curve,) = self.growth.plot([], [], color=style.RULE)
        (self.here,) = self.growth.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        self.shows(self.net, "log10_net")
        self.shows(self.linear, "log10_linear")
        self.shows(self.bound, "log10_bound")
        self.shows(self.curve, "eigenvalues", "s_grid")
        self.shows(self.here, "eigenvalue", "s")
        self.handle(self.here, x="s")


class LyapunovMap(Scene):
    """The Lyapunov exponent over the gain of W and the size of the input."""

    height = 430
    cell = 16
    range = 2.2  # the exponent at which a colour is full

    def build(self):
        self.map = pixel_axes(self.figure, 60, 62, self.cell * 30, self.cell * 21)
        side = (self.cell * 30, self.cell * 21)
        self.map.set_title("Lyapunov exponent: green grows, purple fades; dotted: γ‖W‖ = 1")
        self.pixels = Picture(self.map, self.cell, ("input of size", 2, -0.1), ("gain", 0.1, 0.1))
        self.map.plot([0, side[0], side[0], 0, 0], [0, 0, side[1], side[1], 0], color=style.EDGE, linewidth=0.8)
        for gain in (0.5, 1, 1.5, 2, 2.5, 3):
            self.map.text(self.column(gain), -10, f"{gain:g}", ha="center", va="center", fontsize=8.5)
        for size in (0, 0.5, 1, 1.5, 2):
            self.map.text(-8, self.row(size), f"{size:g}", ha="right", va="center", fontsize=8.5)
        self.map.text(side[0] / 2, -30, "gain g of W", ha="center", va="center")
        self.map.text(-42, side[1] / 2, "size of the input", ha="center", va="center", rotation=90)
        (self.border,) = self.map.plot([], [], ":", color=style.RULE, linewidth=1.6, label="γ‖W‖ = 1 at the gain")
        (self.here,) = self.map.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, markersize=9)
        self.cut = self.figure.add_axes([0.72, 0.145, 0.265, 0.77])
        self.cut.set(xlim=(0.1, 3), ylim=(-2.2, 0.8), xlabel="gain g of W")
        self.cut.set_title("exponent, this size of input")
        level(self.cut, 0)
        (self.exponents,) = self.cut.plot([], [], color=style.GRADIENT)
        (self.bound,) = self.cut.plot([], [], ":", color=style.RULE)
        (self.dot,) = self.cut.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, clip_on=False)
        self.shows(self.pixels, "exponents", by=self.paint)
        self.shows(self.border, "promised", by=lambda g: self.border.set_data([self.column(g)] * 2, [0, side[1]]))
        self.shows(self.here, "size", "gain", by=lambda g, s: self.here.set_data([self.column(g)], [self.row(s)]))
        self.shows(self.exponents, "row", "gains")
        self.shows(self.bound, self.cut.get_ylim(), "promised")
        self.shows(self.dot, "here", "gain", inside=True)
        self.handle(
            self.here,
            x="gain",
            y="size",
            x_value=lambda x, y: 0.1 + 2.9 * (x / self.cell - 0.5) / 29,
            y_value=lambda x, y: 2 * (y / self.cell - 0.5) / 20,
        )
        self.handle(self.dot, x="gain")

    def column(self, gain: float) -> float:
        """Return the x of a gain on the map."""
        return (gain - 0.1) / 2.9 * self.cell * 29 + self.cell / 2

    def row(self, size: float) -> float:
        """Return the y of a size of the input on the map."""
        return size / 2 * self.cell * 20 + self.cell / 2

    def paint(self, exponents: np.ndarray) -> None:
        """Show the map of exponents, the smallest size of the input at the bottom."""
        # The root, or what grows a little would be as white as what does neither.
        share = np.sqrt(np.clip(np.abs(exponents) / self.range, 0, 1))[..., None]
        share = np.ceil(share * N_SHADES) / N_SHADES
        full = np.where(exponents[..., None] > 0, to_rgb(style.POSITIVE), to_rgb(style.NEGATIVE))
        self.pixels.show((share * full + 1 - share)[::-1], exponents[::-1])
