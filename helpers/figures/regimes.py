"""Where one neuron has one stable fixed point, two, or a cycle of two; and the wall that a border raises in a loss."""

import numpy as np
from matplotlib.colors import ListedColormap

from helpers.figures import style
from helpers.figures.parts import RINGED, Panels, above, leaving, leaving_log10, legend_beside, log_limits, note, panel
from helpers.figures.scalar import STATE_LIMITS

MAP_LIMITS = {"w": (-10, 10), "b": (-8, 8)}
WALL_LIMITS = {"w": (3.0, 8.0), "b": (-5.0, -1.0)}


def coloured(axes, limits: dict, **colours):
    """Return an empty map of colours over (w, b) in these limits."""
    panel(axes, x=("weight w", *limits["w"]), y=("bias b", *limits["b"]), zero=None)
    axes.grid(False)
    place = {"extent": (*limits["w"], *limits["b"]), "origin": "lower", "aspect": "auto", "interpolation": "none"}
    return axes.imshow(np.ones((2, 2)), **place, **colours)


class Regimes(Panels):
    """The map over (w, b) with its exact borders, and two orbits from neighbouring starts with their gradients."""

    height = 440

    def build(self):
        grid = self.figure.add_gridspec(
            2, 2, left=0.065, right=0.985, top=0.94, bottom=0.105, hspace=0.42, wspace=0.21, width_ratios=[1, 1.05]
        )
        self.map = self.figure.add_subplot(grid[:, 0])
        self.time, self.gradient = self.figure.add_subplot(grid[0, 1]), self.figure.add_subplot(grid[1, 1])
        self.fill = coloured(self.map, MAP_LIMITS, cmap=ListedColormap(list(style.FILLS.values())), vmin=0.5, vmax=3.5)
        self.borders = [self.map.plot([], [], color=style.RULE, linewidth=1.2)[0] for _ in range(4)]
        self.words = [self.map.text(0, 0, "", ha="center", va="center", fontsize=9) for _ in range(3)]
        panel(self.time, "two runs from neighbouring starts", ("step t",), ("state $h_t$",), zero=None)
        panel(self.gradient, "the gradient along each run", ("step t",), ("|d$h_t$/d$h_0$|",), powers="y")
        self.handle(self.here(self.map, "b", "w", markersize=9, **RINGED), x="w", y="b")
        for run, look in enumerate(((style.STATE, "-"), (style.OTHER, "--"))):
            self.line(self.time, f"H.T.{run}", *look)
            self.line(self.gradient, f"log10_dh0.T.{run}", *look)
        self.time_note, self.note = above(self.time), above(self.gradient)
        self.moves(self.time_note, self.note)

    def stage_key(self, state):
        return state.activation, log_limits(state.log10_dh0)

    def stage(self, state):
        low, high = log_limits(state.log10_dh0)
        self.gradient.set(ylim=(low, high), yticks=np.arange(-3, 2) * high)
        self.fill.set_data(state.map)
        for border, (w, b) in zip(self.borders, state.borders, strict=True):
            border.set_data(w, b)
        for words, (w, b, text) in zip(self.words, state.places, strict=True):
            words.set_position((w, b))
            words.set_text(text)
        self.map.set_title(f"{state.activation_label}: where a run can end")
        self.time.set(xlim=(0, len(state.H) - 1), ylim=STATE_LIMITS[state.activation])
        self.gradient.set_xlim(0, len(state.H) - 1)

    def move(self, state):
        limits = self.gradient.get_ylim()
        self.time_note.set_text(leaving(state.H[:, 0], self.time.get_ylim()))
        self.note.set_text(leaving_log10(state.log10_dh0[:, 0], 0, limits))


class Wall(Panels):
    """A loss with a cliff: its surface over (w, b), a cut through it, and descent with and without clipping."""

    height = 440

    def build(self):
        grid = self.figure.add_gridspec(
            2, 2, left=0.075, right=0.975, top=0.94, bottom=0.105, hspace=0.42, wspace=0.2, width_ratios=[1.1, 1]
        )
        self.map = self.figure.add_subplot(grid[:, 0])
        self.cut, self.loss = self.figure.add_subplot(grid[0, 1]), self.figure.add_subplot(grid[1, 1])
        greys = ListedColormap([str(shade) for shade in np.linspace(0.99, 0.64, 12)])
        self.surface = coloured(self.map, WALL_LIMITS, cmap=greys, vmin=0, vmax=0.5)
        w = np.array([4.0, WALL_LIMITS["w"][1]])  # for a smaller weight the line attracts
        self.map.plot(w, -w / 2, color=style.RULE, linewidth=1.2, linestyle=":")
        self.map.text(6.9, -3.3, "the wall, b = −w/2", rotation=-32, ha="center", va="center", fontsize=8.5)
        panel(self.cut, x=("bias b", *WALL_LIMITS["b"]), y=("loss E", -0.03, 0.62), zero=None)
        (self.profile,) = self.cut.plot([], [], color=style.RULE)
        self.cut_words = note(self.cut)
        panel(self.loss, "loss after each update", ("update",), ("loss E", -0.03, 0.62), zero=None)

        # Under dashes that cross the dark plateau.
        self.line(self.map, "paths.0.1", "white", x="paths.0.0", linewidth=3.5)
        for run, look in enumerate(((style.GRADIENT, "--", "plain"), (style.STATE, "-", "clipped"))):
            self.line(self.map, f"paths.{run}.1", *look, x=f"paths.{run}.0", marker="o", markersize=3.5)
            self.line(self.loss, f"losses.{run}", *look)
        self.map.legend(loc="lower left")
        legend_beside(self.loss, bbox_to_anchor=(1, 1))
        self.handle(self.here(self.map, "b", "first_w", markersize=9, **RINGED), y="b")
        self.handle(self.here(self.cut, "first_loss", "b", markersize=6), x="b")
        self.map_note = above(self.map)
        self.moves(self.map_note)

    def stage_key(self, state):
        return state.n_steps

    def stage(self, state):
        self.surface.set_data(state.surface)
        self.map.set_title(f"loss at T = {state.n_steps} (faint: low)")
        self.cut.set_title("a cut along b at the weight of the start")
        self.cut_words.set_text(f"steepest slope of the cut: {state.steepest}")
        self.loss.set_xlim(0, state.n_updates)
        self.profile.set_data(state.cut_b, state.cut_loss)

    def move(self, state):
        left = state.left_at is not None and state.left_at <= state.updates
        self.map_note.set_text(f"plain leaves at update {state.left_at}" if left else "")
