"""What one layer does to a gradient: slopes and full Jacobians; and what depth does, every neuron by layer."""

from functools import partial

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.figures import style
from helpers.figures.cells import Cells, pixel_axes
from helpers.figures.parts import RINGED, Panels, legend_above, legend_beside, level, note, panel

LARGEST_SIDE = 8


class Zoo(Panels):
    """An activation with its tangent at z, and its slope with the largest size that it has."""

    height = 320
    z_limits = (-6.0, 6.0)

    def build(self):
        self.value, self.slope = self.row(1, 1, left=0.06, top=0.9, wspace=0.17)
        panel(self.value, "", ("z", *self.z_limits), ("f(z)", -2.2, 4.2))
        panel(self.slope, " ", ("z", *self.z_limits), ("f ′(z)", -0.6, 2.1))
        level(self.slope, 1, linestyle=":")
        (self.curve,) = self.value.plot([], [], color=style.RULE)
        (self.slopes,) = self.slope.plot([], [], color=style.RULE)
        (self.gamma,) = self.slope.plot([], [], "--", color=style.OTHER)
        self.line(self.value, "tangent", style.GRADIENT, "--", x="tangent_z")
        ringed = RINGED | {"markersize": 6, "inside": True}
        self.dots = [self.here(self.value, "value", "z", **ringed), self.here(self.slope, "slope", "z", **ringed)]
        for dot in self.dots:
            self.handle(dot, x="z")

    def stage_key(self, state):
        return state.activation

    def stage(self, state):
        self.value.set_title(f"{state.activation_label} and its tangent at z")
        bound = "no γ: the slope has no bound" if np.isinf(state.act.gamma) else f"γ = {state.act.gamma:.6g} (dashed)"
        self.slope.set_title(f"its slope; {bound}")
        self.curve.set_data(state.z_grid, np.clip(state.values, -1e3, 1e3))
        self.slopes.set_data(state.z_grid, np.clip(state.slopes, -1e3, 1e3))
        self.gamma.set_data(self.z_limits, [min(state.act.gamma, 1e3)] * 2)

    def move(self, state):
        for dot, value in zip(self.dots, (state.value, state.slope), strict=True):
            low, high = dot.axes.get_ylim()
            dot.set_marker("^" if value > high else "v" if value < low else "o")  # an arrow to what is off the axes


class Squeeze(Panels):
    """The slopes that a layer of random arguments has, and what depth layers of them leave of a vector."""

    height = 320
    deepest = 60

    def build(self):
        slope, depth = self.row(1, 1.3, left=0.065, wspace=0.17)
        title = "the slopes of one layer"
        panel(slope, title, ("|f ′(z)|", -0.15, 1.9), ("share of the neurons", 0, 1), zero=None, pad=20)
        self.line(slope, "shares", style.GRADIENT, x="bins", drawstyle="steps-mid")
        self.line(slope, (0, 1), style.STATE, "--", "root mean square", x="rms")
        self.line(slope, (0, 1), style.RULE, ":", "γ, the bound", x="gamma")
        legend_above(slope)
        title = "a vector through layers of slopes alone (no weights)"
        panel(depth, title, ("layers", 0, self.deepest), ("what is left", -32, 8), powers="y")
        self.line(depth, "log10_left", style.GRADIENT, label="measured", linewidth=2.4)
        self.line(depth, "log10_typical", style.STATE, "--", "(root mean square)$^k$")
        self.line(depth, "log10_bound", style.RULE, ":", "γ$^k$")
        legend_above(depth, columnspacing=2.0)
        self.handle(self.here(depth, "log10_here", "depth", inside=True, markersize=6, **RINGED), x="depth")
        self.note = note(depth)
        self.moves(self.note)

    def move(self, state):
        gone = np.flatnonzero(np.isneginf(state.log10_left))
        self.note.set_text(f"exactly 0 from layer {gone[0]} on" if len(gone) else "")


class FullJacobian(Panels):
    """The Jacobian of one layer of activations as cells, and its singular values beside its diagonal."""

    height = 320

    def build(self):
        left = pixel_axes(self.figure, 28, 8, 274, 276)
        left.set_title("the Jacobian ∂h/∂z")
        cells = Cells(left, 32)
        self.shows(cells, "J", by=partial(cells.show_one, (137, 138)), names=["∂h/∂z"])
        values, ends = self.figure.add_axes([0.46, 0.15, 0.525, 0.69]), (0.5, LARGEST_SIDE + 0.5)
        across = "rank, from the largest to the smallest", *ends
        panel(values, "singular values, and the diagonal entries in size", across, ("size", -4.5, 1.5), powers="y")
        values.set_xticks(range(1, LARGEST_SIDE + 1))
        self.line(values, "log10_singular", style.GRADIENT, "o-", "singular values", x="ranks")
        self.line(values, "log10_diagonal", style.STATE, "s", "diagonal entries", x="ranks", fillstyle="none")
        self.line(values, "log10_bound", style.RULE, ":", "bound", x=ends)
        legend_above(values)


# What many layers do


SMALLEST_SINGLE = -44.85  # log10 of the smallest number above 0 in single precision


class Depth(Panels):
    """The length of the gradient against the layers that it has passed: all matrices different, and all the same."""

    height = 330
    n_layers = 50

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.75])
        across, up = ("layers between the output and here", 0, self.n_layers), ("gradient", -12, 8)
        panel(axes, "the gradient beside the output's", across, up, powers="y", yticks=range(-12, 9, 4))
        self.line(axes, "log10_deep", style.GRADIENT, "-", "a deep net: another W in each layer")
        self.line(axes, "log10_recurrent", style.STATE, "--", "a recurrent net: the same W in each")
        legend_beside(axes)


class Digits(Panels):
    """The gradient of the weights into every neuron, by layer, of a net that reads a digit; the digit; the loss."""

    width, height = 860, 460
    log_limits = (-60.0, 25.0)
    most_updates = 100

    def build(self):
        self.neurons = self.figure.add_axes([0.075, 0.115, 0.665, 0.77])
        across, up = "layer (1: the first; the last: the output)", ("|gradient|", *self.log_limits)
        panel(self.neurons, "the gradient of the weights into every neuron", (across,), up, powers="y")
        self.neurons.xaxis.set_major_locator(MaxNLocator(integer=True))
        level(self.neurons, SMALLEST_SINGLE, color=style.RULE, linewidth=1.0, linestyle="-.")
        right_end = {"x": 0.99, "transform": self.neurons.get_yaxis_transform()}
        note(self.neurons, y=SMALLEST_SINGLE - 0.6, **right_end).set_text("smallest number of single precision")
        dots = {"markersize": 2.2, "markeredgewidth": 0, "path": self.spread}
        neurons = self.line(self.neurons, "log10_norms", style.GRADIENT, "o", "one neuron", **dots)
        words = "below: the update is rounded away"
        lost = self.line(self.neurons, "log10_lost", style.RULE, ":", words, x="layers", linewidth=1.2)
        look = {"x": "layers", "markersize": 3, "linewidth": 1.4}
        levels = self.line(self.neurons, "log10_levels", style.STATE, "o-", "root mean square", **look)
        legend_above(self.neurons, [neurons, levels, lost])
        self.note = note(self.neurons, y=-58.5, va="bottom", **right_end)

        self.image = self.figure.add_axes([0.79, 0.56, 0.19, 0.355])
        self.image.set(xticks=[], yticks=[])
        self.image.grid(False)
        self.pixels = self.image.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=0, vmax=16, interpolation="none")
        loss = self.figure.add_axes([0.805, 0.115, 0.18, 0.31])
        panel(loss, "loss (chance: 2.3)", ("updates", 0, self.most_updates), ("", 0, 3.4), zero=np.log(10.0))
        self.line(loss, "losses", style.OTHER, ".-", inside=True, markersize=4, linewidth=1.0)
        self.moves(self.note)

    def spread(self, log10_norms: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of the neurons, those of a layer side by side."""
        places = [k + np.linspace(-0.32, 0.32, len(one)) for k, one in enumerate(log10_norms, 1)]
        return np.concatenate(places), np.clip(np.concatenate(log10_norms), -400, 400)

    def stage_key(self, state):
        return state.n_layers, state.batch

    def stage(self, state):
        self.neurons.set_xlim(0.3, state.n_layers + 0.7)
        self.pixels.set_data(state.image)
        self.image.set_title("what it reads" if state.batch == 1 else f"one of the {state.batch} digits")

    def move(self, state):
        seen = np.concatenate(state.log10_norms)
        below = int((seen < self.log_limits[0]).sum())
        self.note.set_text(f"{below} of {len(seen)} neurons below, or exactly 0" if below else "")
