"""What depth does to a gradient: its length against depth, and the deck's lost figure, every neuron by layer."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

SMALLEST_SINGLE = -44.85  # log10 of the smallest number above 0 in single precision


class Depth(Scene):
    """The length of the gradient against the layers that it has passed: all matrices different, and all the same."""

    height = 330
    log_limits = (-12.0, 8.0)
    n_layers = 50

    def build(self):
        axes = self.figure.add_axes([0.075, 0.145, 0.905, 0.75])
        axes.set(xlim=(0, self.n_layers), ylim=self.log_limits, yticks=range(-12, 9, 4))
        axes.set(xlabel="layers between the output and here", ylabel="log$_{10}$ of the gradient")
        axes.set_title("the gradient beside the output's")
        level(axes, 0)
        self.lines = [
            axes.plot([], [], line, color=colour, label=label)[0]
            for colour, line, label in (
                (style.GRADIENT, "-", "a deep net: another W in each layer"),
                (style.STATE, "--", "a recurrent net: the same W in each"),
            )
        ]
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.01), ncols=2, borderaxespad=0)
        self.shows(self.lines[0], "log10_deep")
        self.shows(self.lines[1], "log10_recurrent")


class Digits(Scene):
    """The gradient of the weights into every neuron, by layer, of a net that reads a digit; the digit; the loss."""

    width, height = 860, 460
    log_limits = (-60.0, 25.0)
    most_updates = 100

    def build(self):
        self.neurons = self.figure.add_axes([0.075, 0.115, 0.665, 0.77])
        self.neurons.set(ylim=self.log_limits)
        self.neurons.set(xlabel="layer (1: the first; the last: the output)", ylabel="log$_{10}$ |gradient|")
        self.neurons.set_title("the gradient of the weights into every neuron", pad=20)
        self.neurons.xaxis.set_major_locator(MaxNLocator(integer=True))
        level(self.neurons, 0)
        self.neurons.axhline(SMALLEST_SINGLE, color=style.RULE, linewidth=1.0, linestyle="-.")
        words = "smallest number of single precision"
        self.neurons.text(0.99, SMALLEST_SINGLE - 0.6, words, **self._right_end())
        dots = {"markersize": 2.2, "markeredgewidth": 0}
        (self.dots,) = self.neurons.plot([], [], "o", color=style.GRADIENT, label="one neuron", **dots)
        look = {"color": style.STATE, "linewidth": 1.4}
        (self.levels,) = self.neurons.plot([], [], "o-", markersize=3, label="root mean square", **look)
        look = {"color": style.RULE, "linewidth": 1.2, "linestyle": ":"}
        (self.lost,) = self.neurons.plot([], [], label="below: the update is rounded away", **look)
        legend_above(self.neurons, 3)
        self.note = self.neurons.text(0.99, -58.5, "", **(self._right_end() | {"va": "bottom"}))

        self.image = self.figure.add_axes([0.79, 0.56, 0.19, 0.355])
        self.image.set(xticks=[], yticks=[])
        self.image.grid(False)
        self.pixels = self.image.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=0, vmax=16, interpolation="none")
        self.loss = self.figure.add_axes([0.805, 0.115, 0.18, 0.31])
        self.loss.set(ylim=(0, 3.4), xlabel="updates", xlim=(0, self.most_updates))
        self.loss.set_title("loss (chance: 2.3)")
        level(self.loss, np.log(10.0))
        (self.losses,) = self.loss.plot([], [], ".-", color=style.OTHER, markersize=4, linewidth=1.0)
        self.shows(self.dots, "log10_norms", by=self.spread)
        self.shows(self.lost, "log10_lost", "layers")
        self.shows(self.levels, "log10_levels", "layers")
        self.shows(self.losses, "losses", inside=True)
        self.moves(self.note)

    def spread(self, log10_norms: list[np.ndarray]) -> None:
        """Draw the neurons of each layer side by side."""
        places = [k + np.linspace(-0.32, 0.32, len(one)) for k, one in enumerate(log10_norms, 1)]
        self.dots.set_data(np.concatenate(places), np.clip(np.concatenate(log10_norms), -400, 400))

    def _right_end(self):
        place = {"transform": self.neurons.get_yaxis_transform(), "ha": "right", "va": "top"}
        return place | {"fontsize": 8.5, "color": style.RULE}

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
