"""A net's chain of matrices, four ways to multiply it, and the gradient that enters it at the output."""

from functools import partial

import numpy as np

from helpers.figures import style
from helpers.figures.cells import Cells, pixel_axes
from helpers.figures.parts import RINGED, Panels, level, panel

N_LAYERS = 4
WIDEST = 8
ACCEPTED = -7  # log10 of the distance up to which a finite difference accepts a product
PANELS = ("finite difference", "newest left, S W", "oldest left, S W", "newest left, W S", "as printed")


def shape_text(shape) -> str:
    """Return a shape as it is read: ``1×3``."""
    return "×".join(map(str, shape))


class Shapes(Panels):
    """The factors of the chain product as cells, the row that they carry back, and what is left of its length."""

    height = 470
    pitch = 91  # CSS pixels from factor to factor

    def build(self):
        n_slots = 2 * N_LAYERS + 1
        labels = ["∇D", *(label for i in reversed(range(N_LAYERS)) for label in (f"∇$f_{i + 1}$", f"$W_{i}$"))]
        left = self.width - n_slots * self.pitch - 4
        self.cells = []
        for slot, label in enumerate(labels):
            factor = pixel_axes(self.figure, left + slot * self.pitch, 190, self.pitch, 235)
            factor.text(self.pitch / 2, 222, label, ha="center", va="center", fontsize=12)
            self.cells.append(Cells(factor, 10))
            said, place = [label, f"the row after {label}"], partial(self.place, slot)
            self.shows(self.cells[-1], "factors", "rows", by=place, names=said)
            if not slot:
                factor.set_title(
                    "the factors, output first, and below each the row that they carry back\n"
                    "(green: positive, purple with −: negative; strongest at the largest entry of each)",
                    fontsize=9,
                )
        length = self.figure.add_axes([left / self.width, 50 / 470, n_slots * self.pitch / self.width, 115 / 470])
        across = "one factor more, from the output to the input", -0.5, n_slots - 0.5
        panel(length, "the length of the row", across, ("", -8, 4), powers="y", xticks=[], yticks=[-8, -4, 0, 4])
        self.line(length, "log10_lengths", style.GRADIENT, names=labels, marker="o", markersize=4)

    def place(self, slot: int, rows: list[np.ndarray], factors: list[np.ndarray]) -> None:
        """Draw one factor, if there are so many, and below it the row that they have become."""
        there = [(factors[slot], 165, 92), (rows[slot], 40, 18)] if slot < len(factors) else []
        middle = self.pitch / 2
        matrices = [(matrix, (middle, y)) for matrix, y, _ in there]
        self.cells[slot].show(matrices, [(shape_text(matrix.shape), (middle, y)) for matrix, _, y in there])


class Candidates(Panels):
    """Four products against a finite difference, as cells, and how far each is from it."""

    height = 345

    def build(self):
        pitch = self.width / len(PANELS)
        products = ["d$h_T$ / d$h_0$", "$S_T W ⋯ S_1 W$", "$S_1 W ⋯ S_T W$", "$W S_T ⋯ W S_1$", "$W^⊤ S_1 ⋯ W^⊤ S_T$"]
        for number, (words, formula) in enumerate(zip(PANELS, products, strict=True)):
            product = pixel_axes(self.figure, number * pitch, 150, pitch, 195)
            product.text(pitch / 2, 184, words, ha="center", va="center")
            product.text(pitch / 2, 162, formula, ha="center", va="center", fontsize=10)
            cells = Cells(product, 20)
            self.shows(cells, f"matrices.{number}", by=partial(cells.show_one, (pitch / 2, 74)), names=[words])
        error = self.figure.add_axes([0.07, 0.08, 0.91, 0.29])
        title = "the distance to the finite difference, relative (dotted: from here on rounding)"
        ends = 0.07 * len(PANELS) - 0.5, 0.98 * len(PANELS) - 0.5  # so that a dot stands below its cells
        panel(error, title, ("", *ends), ("", -17, 3), powers="y", xticks=[], yticks=[-16, -12, -8, -4, 0])
        level(error, ACCEPTED, linestyle=":")
        places, dots = np.arange(1, len(PANELS)), {"inside": True, "names": PANELS[1:], "markersize": 8}
        self.line(error, "log10_errors", style.GRADIENT, "o", x=places, **dots)


class OutputGradient(Panels):
    """The size of the gradient at the output and before it, for two losses, against the argument of the output."""

    height = 330
    z_limits = (-12.0, 12.0)

    def build(self):
        panels = self.row(1, 1, left=0.075)
        titles = ["at the output: |dD/dy|", "one factor ∇f further: |dD/dz|"]
        for number, (axes, title) in enumerate(zip(panels, titles, strict=True)):
            panel(axes, title, ("argument z of the output, y = σ(z)", *self.z_limits), ("size", -12, 6), powers="y")
            kl, l2, over = f"log10_sizes.{2 * number}", f"log10_sizes.{2 * number + 1}", {"x": "z_grid"}
            lines = [
                self.line(axes, "log10_error", style.EDGE, "-", "the error |y − d|", **over, linewidth=5.0),
                self.line(axes, kl, style.GRADIENT, "-", "KL (cross-entropy)", **over, linewidth=1.7),
                self.line(axes, l2, style.STATE, "--", "L2", **over, linewidth=1.7),
            ]
        for number, axes in enumerate(panels):
            self.here(axes, f"log10_here.{number}", "z", inside=True, markersize=6, **RINGED)
        self.figure.legend(handles=lines, loc="upper right", bbox_to_anchor=(0.99, 1), ncols=3)
