"""A net's chain of matrices, four ways to multiply it, and the gradient that enters it at the output."""

import numpy as np

from helpers.figures import style
from helpers.figures.cells import Cells, pixel_axes
from helpers.figures.parts import level
from helpers.figures.scene import Scene

N_LAYERS = 4
WIDEST = 8
ACCEPTED = -7  # log10 of the distance up to which a finite difference accepts a product
PANELS = ("finite difference", "newest left, S W", "oldest left, S W", "newest left, W S", "as printed")


def shape_text(shape) -> str:
    """Return a shape as it is read: ``1×3``."""
    return "×".join(map(str, shape))


class Shapes(Scene):
    """The factors of the chain product as cells, the row that they carry back, and what is left of its length."""

    height = 470
    pitch = 91  # CSS pixels from factor to factor
    log_limits = (-8.0, 4.0)

    def build(self):
        n_slots = 2 * N_LAYERS + 1
        labels = ["∇D", *(label for i in reversed(range(N_LAYERS)) for label in (f"∇$f_{i + 1}$", f"$W_{i}$"))]
        left = self.width - n_slots * self.pitch - 6
        self.x = left + self.pitch * (np.arange(n_slots) + 0.5)
        self.top = pixel_axes(self.figure, 0, 190, self.width, 280)
        for x, label in zip(self.x, labels, strict=True):
            self.top.text(x, 262, label, ha="center", va="center", fontsize=12)
        said = "the factors, output first (green: positive, purple: negative; darkest at the largest entry of each)"
        self.top.text(left + 5, 241, said, va="center", fontsize=8.5)
        self.top.text(left + 5, 61, "the row that they carry back", va="center", fontsize=8.5)
        self.cells = Cells(self.top, cell=10)

        self.length = self.figure.add_axes([left / self.width, 50 / 470, n_slots * self.pitch / self.width, 115 / 470])
        self.length.set(xlim=(0, n_slots), ylim=self.log_limits, xticks=[], yticks=[-8, -4, 0, 4])
        self.length.set_xlabel("one factor more, from the output to the input")
        self.length.set_title("log$_{10}$ of the length of the row")
        level(self.length, 0)
        (self.left,) = self.length.plot([], [], color=style.GRADIENT, marker="o", markersize=4)
        self.moves(self.cells, self.left)

    def move(self, state):
        n, matrices, words = len(state.factors), [], []
        for x, factor, row in zip(self.x, state.factors, state.rows, strict=False):
            matrices += [(factor, (x, 170)), (row, (x, 40))]
            words += [(shape_text(factor.shape), (x, 92)), (shape_text(row.shape), (x, 18))]
        self.cells.show(matrices, words)
        # A row of zeros has no place on a log axis; the sentence tells it.
        lengths = np.where(np.isneginf(state.log10_lengths), np.nan, state.log10_lengths)
        self.left.set_data(np.arange(n) + 0.5, np.clip(lengths, *self.log_limits))


class Candidates(Scene):
    """Four products against a finite difference, as cells, and how far each is from it."""

    height = 345
    log_limits = (-17.0, 3.0)

    def build(self):
        pitch = self.width / len(PANELS)
        self.x = pitch * (np.arange(len(PANELS)) + 0.5)
        self.top = pixel_axes(self.figure, 0, 150, self.width, 195)
        products = ["d$h_T$ / d$h_0$", "$S_T W ⋯ S_1 W$", "$S_1 W ⋯ S_T W$", "$W S_T ⋯ W S_1$", "$W^⊤ S_1 ⋯ W^⊤ S_T$"]
        for x, words, formula in zip(self.x, PANELS, products, strict=True):
            self.top.text(x, 184, words, ha="center", va="center")
            self.top.text(x, 162, formula, ha="center", va="center", fontsize=10)
        self.cells = Cells(self.top, cell=20)
        self.error = self.figure.add_axes([0.07, 0.08, 0.91, 0.29])
        lowest = (0.07 * self.width, 0.98 * self.width)  # so that a dot stands below its cells
        self.error.set(xlim=lowest, ylim=self.log_limits, xticks=[], yticks=[-16, -12, -8, -4, 0])
        self.error.set_title(
            "log$_{10}$ of the distance to the finite difference, relative (dotted: from here on rounding)"
        )
        level(self.error, 0)
        level(self.error, ACCEPTED, linestyle=":")
        (self.dots,) = self.error.plot([], [], "o", color=style.GRADIENT, markersize=8)
        self.moves(self.cells, self.dots)

    def move(self, state):
        self.cells.show([(matrix, (x, 74)) for matrix, x in zip(state.matrices, self.x, strict=True)])
        self.dots.set_data(self.x[1:], np.clip(state.log10_errors, *self.log_limits))


class OutputGradient(Scene):
    """The size of the gradient at the output and before it, for two losses, against the argument of the output."""

    height = 330
    log_limits = (-12.0, 6.0)
    z_limits = (-12.0, 12.0)

    def build(self):
        panels = self.figure.subplots(1, 2, sharey=True)
        self.figure.subplots_adjust(left=0.075, right=0.985, top=0.83, bottom=0.15, wspace=0.08)
        titles = ["at the output: |dD/dy|", "one factor ∇f further: |dD/dz|"]
        self.lines, self.dots = [], []
        for axes, title in zip(panels, titles, strict=True):
            axes.set(xlim=self.z_limits, ylim=self.log_limits, xlabel="argument z of the output, y = σ(z)")
            axes.set_title(title)
            level(axes, 0)
            looks = [
                (style.EDGE, "-", 5.0, "the error |y − d|"),
                (style.GRADIENT, "-", 1.7, "KL (cross-entropy)"),
                (style.STATE, "--", 1.7, "L2"),
            ]
            for colour, line, width, label in looks:
                self.lines += axes.plot([], [], line, color=colour, linewidth=width, label=label)
            self.dots += axes.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, clip_on=False)
        panels[0].set_ylabel("log$_{10}$ of the size")
        self.figure.legend(handles=self.lines[:3], loc="upper right", bbox_to_anchor=(0.99, 1), ncols=3)
        self.moves(*self.lines, *self.dots)

    def move(self, state):
        curves = [state.error, *state.sizes[:2], state.error, *state.sizes[2:]]
        for line, size in zip(self.lines, curves, strict=True):
            line.set_data(state.z_grid, np.log10(np.maximum(size, 1e-30)))
        for dots, at in zip(self.dots, (state.here[:2], state.here[2:]), strict=True):
            inside = np.clip(np.log10(np.maximum(np.abs(at), 1e-30)), *self.log_limits)
            dots.set_data([state.z, state.z], inside)
