"""What depth does to a gradient: its length against depth, and the deck's lost figure, every neuron by layer."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.figures import style
from helpers.figures.parts import Panels, legend_above, legend_beside, level, note, panel

SMALLEST_SINGLE = -44.85  # log10 of the smallest number above 0 in single precision


class Depth(Panels):
    """The length of the gradient against the layers that it has passed: all matrices different, and all the same."""

    height = 330
    n_layers = 50

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.75])
        across = "layers between the output and here", 0, self.n_layers
        panel(
            axes, "the gradient beside the output's", across, ("gradient", -12, 8), powers="y", yticks=range(-12, 9, 4)
        )
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
