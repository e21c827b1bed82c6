"""Where one neuron has one stable fixed point, two, or a cycle of two; and the wall that a border raises in a loss."""

import numpy as np
from matplotlib.colors import ListedColormap

from helpers.figures import style
from helpers.figures.parts import above, leaving, leaving_log10, level, log_limits, note
from helpers.figures.scalar import STATE_LIMITS
from helpers.figures.scene import Scene

MAP_LIMITS = {"w": (-10, 10), "b": (-8, 8)}
WALL_LIMITS = {"w": (3.0, 8.0), "b": (-5.0, -1.0)}
RUNS = ((style.STATE, "-"), (style.OTHER, "--"))


class Regimes(Scene):
    """The map over (w, b) with its exact borders, and two orbits from neighbouring starts with their gradients."""

    height = 440

    def build(self):
        grid = self.figure.add_gridspec(
            2, 2, left=0.065, right=0.985, top=0.94, bottom=0.105, hspace=0.42, wspace=0.17, width_ratios=[1, 1.05]
        )
        self.map = self.figure.add_subplot(grid[:, 0])
        self.time, self.gradient = self.figure.add_subplot(grid[0, 1]), self.figure.add_subplot(grid[1, 1])
        self.map.set(xlim=MAP_LIMITS["w"], ylim=MAP_LIMITS["b"], xlabel="weight w", ylabel="bias b")
        self.map.grid(False)
        extent = (*MAP_LIMITS["w"], *MAP_LIMITS["b"])
        colours = ListedColormap(list(style.FILLS.values()))
        empty = np.ones((2, 2))
        self.fill = self.map.imshow(
            empty,
            extent=extent,
            origin="lower",
            aspect="auto",
            cmap=colours,
            vmin=0.5,
            vmax=3.5,
            interpolation="none",
        )
        self.borders = [self.map.plot([], [], color=style.RULE, linewidth=1.2)[0] for _ in range(4)]
        self.words = [self.map.text(0, 0, "", ha="center", va="center", fontsize=9) for _ in range(3)]
        (self.cross,) = self.map.plot(
            [], [], "o", color=style.MARK, markeredgecolor=style.RULE, markersize=9, clip_on=False
        )

        self.time.set(xlabel="step t", ylabel="state $h_t$")
        self.time.set_title("two runs from neighbouring starts")
        self.gradient.set(xlabel="step t", ylabel="log$_{10}$ |d$h_t$/d$h_0$|")
        self.gradient.set_title("the gradient along each run")
        level(self.gradient, 0)
        self.orbits = [self.time.plot([], [], line, color=colour)[0] for colour, line in RUNS]
        self.gradients = [self.gradient.plot([], [], line, color=colour)[0] for colour, line in RUNS]
        self.time_note, self.note = above(self.time), above(self.gradient)
        self.shows(self.cross, "b", "w")
        for run in range(len(RUNS)):
            self.shows(self.orbits[run], f"H.T.{run}")
            self.shows(self.gradients[run], f"log10_dh0.T.{run}")
        self.moves(self.time_note, self.note)
        self.handle(self.cross, x="w", y="b")

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


class Wall(Scene):
    """A loss with a cliff: its surface over (w, b), a cut through it, and descent with and without clipping."""

    height = 440

    def build(self):
        grid = self.figure.add_gridspec(
            2, 2, left=0.075, right=0.975, top=0.94, bottom=0.105, hspace=0.42, wspace=0.2, width_ratios=[1.1, 1]
        )
        self.map = self.figure.add_subplot(grid[:, 0])
        self.cut, self.loss = self.figure.add_subplot(grid[0, 1]), self.figure.add_subplot(grid[1, 1])
        self.map.set(xlim=WALL_LIMITS["w"], ylim=WALL_LIMITS["b"], xlabel="weight w", ylabel="bias b")
        self.map.grid(False)
        greys = ListedColormap([str(shade) for shade in np.linspace(0.99, 0.64, 12)])
        extent = (*WALL_LIMITS["w"], *WALL_LIMITS["b"])
        self.surface = self.map.imshow(
            np.zeros((2, 2)),
            extent=extent,
            origin="lower",
            aspect="auto",
            cmap=greys,
            vmin=0,
            vmax=0.5,
            interpolation="none",
        )
        w = np.array([4.0, WALL_LIMITS["w"][1]])  # for a smaller weight the line attracts
        self.map.plot(w, -w / 2, color=style.RULE, linewidth=1.2, linestyle=":")
        self.map.text(6.9, -3.3, "the wall, b = −w/2", rotation=-32, ha="center", va="center", fontsize=8.5)

        self.cut.set(xlim=WALL_LIMITS["b"], ylim=(-0.03, 0.62), xlabel="bias b", ylabel="loss E")
        (self.profile,) = self.cut.plot([], [], color=style.RULE)
        (self.start,) = self.cut.plot([], [], "o", color=style.MARK, clip_on=False)
        self.cut_words = note(self.cut)
        self.loss.set(ylim=(-0.03, 0.62), xlabel="update", ylabel="loss E")
        self.loss.set_title("loss after each update")
        looks = [(style.GRADIENT, "--", "plain"), (style.STATE, "-", "clipped")]
        self.paths, self.losses = [], []
        for colour, line, label in looks:
            more = {"color": colour, "linestyle": line, "label": label}
            self.paths.append(self.map.plot([], [], marker="o", markersize=3.5, **more)[0])
            self.losses.append(self.loss.plot([], [], **more)[0])
        (self.halo,) = self.map.plot([], [], color="white", linewidth=3.5)  # under dashes that cross the dark plateau
        self.map.legend(loc="lower left")
        self.loss.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        (self.first,) = self.map.plot(
            [], [], "o", color=style.MARK, markeredgecolor=style.RULE, markersize=9, clip_on=False
        )
        self.map_note = above(self.map)
        self.shows(self.halo, "paths.0.1", "paths.0.0")
        for run in range(len(looks)):
            self.shows(self.paths[run], f"paths.{run}.1", f"paths.{run}.0")
            self.shows(self.losses[run], f"losses.{run}")
        self.shows(self.first, "b", "first_w")
        self.shows(self.start, "first_loss", "b")
        self.moves(self.map_note)
        self.handle(self.first, y="b")
        self.handle(self.start, x="b")

    def stage_key(self, state):
        return state.n_steps

    def stage(self, state):
        self.surface.set_data(state.surface)
        self.map.set_title(f"loss at T = {state.n_steps} (dark: high)")
        self.cut.set_title("a cut along b at the weight of the start")
        self.cut_words.set_text(f"steepest slope of the cut: {state.steepest:.2g}")
        self.loss.set_xlim(0, state.n_updates)
        self.profile.set_data(state.cut_b, state.cut_loss)

    def move(self, state):
        left = state.left_at is not None and state.left_at <= state.updates
        self.map_note.set_text(f"plain leaves at update {state.left_at}" if left else "")
