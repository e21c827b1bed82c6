"""Nets that learned to hold one bit: how one answers at other lengths, and the eigenvalues of all."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene


class Bits(Scene):
    """Nets that learned to hold a bit over a few steps: how one answers at other lengths, and all their eigenvalues."""

    height = 370
    longest = 60

    def build(self):
        self.right = self.figure.add_axes([0.07, 0.14, 0.5, 0.7])
        self.right.set(xlim=(0, self.longest + 1), ylim=(-0.04, 1.04), xlabel="length", ylabel="right answers")
        self.right.set_title("one of them, asked at other lengths", pad=20)
        level(self.right, 0.5, linestyle=":")
        (self.odd,) = self.right.plot([], [], "o", color=style.STATE, markersize=5, label="odd lengths")
        (self.even,) = self.right.plot([], [], "s", color=style.OTHER, markersize=4, label="even lengths")
        (self.trained,) = self.right.plot([], [], ":", color=style.MARK, linewidth=1.4)
        self.trained.set_label("learned here")
        legend_above(self.right, 3, handles=[self.odd, self.even, self.trained], handletextpad=0.4, handlelength=1.2)
        self.plane = self.figure.add_axes([0.64, 0.14, 0.35, 0.7])
        self.plane.set(xlim=(-3, 3), ylim=(-2.87, 2.87), xlabel="real", ylabel="imaginary", aspect="equal")
        self.plane.set_title("largest eigenvalue of W, all nets", pad=20)
        turn = np.linspace(0, 2 * np.pi, 200)
        self.plane.plot(np.cos(turn), np.sin(turn), color=style.EDGE, linewidth=1.0)
        level(self.plane, 0)
        looks = {"holds": ("o", style.STATE), "alternates": ("s", style.OTHER), "forgets": ("x", style.DRIVE)}
        self.kinds = {
            kind: self.plane.plot([], [], mark, color=colour, markersize=5, label=kind)[0]
            for kind, (mark, colour) in looks.items()
        }
        look = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.8}
        (self.here,) = self.plane.plot([], [], "o", color=style.MARK, label="this one", **look)
        legend_above(self.plane, 4, columnspacing=0.6, handletextpad=0.4, handlelength=1.2)
        self.moves(self.odd, self.even, self.trained, *self.kinds.values(), self.here)

    def move(self, state):
        odd = state.lengths % 2 == 1
        self.odd.set_data(state.lengths[odd], state.right[odd])
        self.even.set_data(state.lengths[~odd], state.right[~odd])
        self.trained.set_data([state.trained] * 2, (-0.04, 1.04))
        for kind, dots in self.kinds.items():
            some = state.eigenvalues[np.array(state.kinds) == kind]
            dots.set_data(some.real, np.abs(some.imag))
        one = state.eigenvalues[state.net]
        self.here.set_data([one.real], [abs(one.imag)])
