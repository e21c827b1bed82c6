"""A net's chain of matrices, four ways to multiply it, and the gradient that enters it at the output."""

from functools import partial

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
        self.cells = []
        for slot, label in enumerate(labels):
            panel = pixel_axes(self.figure, left + slot * self.pitch, 190, self.pitch, 235)
            panel.text(self.pitch / 2, 222, label, ha="center", va="center", fontsize=12)
            self.cells.append(Cells(panel, 10))
            self.shows(
                self.cells[-1], "factors", "rows", by=partial(self.place, slot), names=[label, f"the row after {label}"]
            )
            if not slot:
                panel.set_title(
                    "the factors, output first, and below each the row that they carry back\n"
                    "(green: positive, purple: negative; darkest at the largest entry of each)",
                    fontsize=9,
                )
        self.length = self.figure.add_axes([left / self.width, 50 / 470, n_slots * self.pitch / self.width, 115 / 470])
        self.length.set(xlim=(-0.5, n_slots - 0.5), ylim=self.log_limits, xticks=[], yticks=[-8, -4, 0, 4])
        self.length.set_xlabel("one factor more, from the output to the input")
        self.length.set_title("log$_{10}$ of the length of the row")
        level(self.length, 0)
        (self.left,) = self.length.plot([], [], color=style.GRADIENT, marker="o", markersize=4)
        self.shows(self.left, "log10_lengths", names=labels)

    def place(self, slot: int, rows: list[np.ndarray], factors: list[np.ndarray]) -> None:
        """Draw one factor, if there are so many, and below it the row that they have become."""
        there = [(factors[slot], 165, 92), (rows[slot], 40, 18)] if slot < len(factors) else []
        middle = self.pitch / 2
        matrices = [(matrix, (middle, y)) for matrix, y, _ in there]
        self.cells[slot].show(matrices, [(shape_text(matrix.shape), (middle, y)) for matrix, _, y in there])


class Candidates(Scene):
    """Four products against a finite difference, as cells, and how far each is from it."""

    height = 345
    log_limits = (-17.0, 3.0)

    def build(self):
        pitch, self.cells = self.width / len(PANELS), []
        products = ["d$h_T$ / d$h_0$", "$S_T W ⋯ S_1 W$", "$S_1 W ⋯ S_T W$", "$W S_T ⋯ W S_1$", "$W^⊤ S_1 ⋯ W^⊤ S_T$"]
        for number, (words, formula) in enumerate(zip(PANELS, products, strict=True)):
            panel = pixel_axes(self.figure, number * pitch, 150, pitch, 195)
            panel.text(pitch / 2, 184, words, ha="center", va="center")
            panel.text(pitch / 2, 162, formula, ha="center", va="center", fontsize=10)
            cells = Cells(panel, 20)

            def place(matrix, cells=cells):
                cells.show([(matrix, (pitch / 2, 74))])

            self.shows(cells, f"matrices.{number}", by=place, names=[words])
        self.error = self.figure.add_axes([0.07, 0.08, 0.91, 0.29])
        ends = 0.07 * len(PANELS) - 0.5, 0.98 * len(PANELS) - 0.5  # so that a dot stands below its cells
        self.error.set(xlim=ends, ylim=self.log_limits, xticks=[], yticks=[-16, -12, -8, -4, 0])
        self.error.set_title(
            "log$_{10}$ of the distance to the finite difference, relative (dotted: from here on rounding)"
        )
        level(self.error, 0)
        level(self.error, ACCEPTED, linestyle=":")
        (self.dots,) = self.error.plot([], [], "o", color=style.GRADIENT, markersize=8)
        self.shows(self.dots, "log10_errors", np.arange(1, len(PANELS)), inside=True, names=PANELS[1:])


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
        names = ["log10_error", "log10_sizes.0", "log10_sizes.1", "log10_error", "log10_sizes.2", "log10_sizes.3"]
        for line, name in zip(self.lines, names, strict=True):
            self.shows(line, name, "z_grid")
        for panel, dots in enumerate(self.dots):
            self.shows(dots, f"log10_here.{panel}", "z", inside=True)
