"""Repeated multiplication: ellipses, growth rates, spectra, and norms of long products (notebook 05)."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import level, path
from helpers.figures.scene import Scene

PLANE = 3.25  # of the ellipses: beyond the largest singular value that the explorer offers
ANGLE_LIMITS = (0.0, 90.0)
GROWTH_LIMITS = (0.0, 3.3)
TURN_STEPS = 30
TURN_LOG_LIMITS = (-22.0, 15.5)
BUMP_STEPS = 100
BUMP_LOG_LIMITS = (-4.0, 7.5)
BUMP_FACTOR_LIMITS = (0.0, 5.6)
SPECTRUM_LIMIT = 3.4
SPECTRUM_STEPS = 20
SPECTRUM_LOG_LIMITS = (-15.0, 11.0)
NORM = {"color": style.GRADIENT, "marker": "o", "markersize": 3.0}
LARGEST = {"color": style.RULE, "linestyle": "--", "linewidth": 1.2}
LONG_RUN = {"color": style.RULE, "linestyle": ":", "linewidth": 1.8}


def plane(axes, limit) -> None:
    """Give ``axes`` the same scale and limits in both directions."""
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")


def circle(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the x and y of a circle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 121)
    return radius * np.cos(angle), radius * np.sin(angle)


class StretchRotate(Scene):
    """The unit circle under M and M^n, the norm of M^k, and the growth per step against the angle."""

    height = 440

    def build(self):
        self.shape = self.figure.add_axes([0.05, 0.225, 0.40, 0.72])
        self.norms = self.figure.add_axes([0.535, 0.60, 0.45, 0.345])
        self.growth = self.figure.add_axes([0.535, 0.105, 0.45, 0.345])

        plane(self.shape, PLANE)
        self.shape.set_title("what becomes of the unit circle")
        self.shape.plot(*circle(1.0), color=style.EDGE, label="unit circle")
        (self.once,) = self.shape.plot([], [], color=style.STATE, label="after one step, M")
        looks = {"color": style.GRADIENT, "linestyle": "--"}
        (self.often,) = self.shape.plot([], [], **looks, label="after n, scaled to length 1")
        (self.inputs,) = self.shape.plot([], [], ":", color=style.RULE, label="stretched by σ$_1$, σ$_2$")
        (self.outputs,) = self.shape.plot([], [], "-", color=style.RULE, linewidth=1.0, label="where they go")
        handles = self.shape.get_lines()
        self.figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=2, columnspacing=1.2)

        self.norms.set(xlim=(0, TURN_STEPS), ylim=TURN_LOG_LIMITS, xlabel="steps n", ylabel="log$_{10}$ of a norm")
        self.norms.set_title("n steps in a row")
        level(self.norms, 0)
        (self.largest,) = self.norms.plot([], [], **LARGEST, label="σ$_{max}^n$")
        (self.long_run,) = self.norms.plot([], [], **LONG_RUN, label="ρ$^n$")
        (self.norm,) = self.norms.plot([], [], **NORM, label="‖M$^n$‖")
        (self.step,) = self.norms.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        handles = [self.norm, self.largest, self.long_run]
        self.norms.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1.01), ncols=3, borderaxespad=0)

        self.growth.set(xlim=ANGLE_LIMITS, ylim=GROWTH_LIMITS, xlabel="angle θ in degrees", ylabel="factor a step")
        self.growth.set_xticks([0, 15, 30, 45, 60, 75, 90])
        self.growth.set_title("growth")
        level(self.growth, 1)
        (self.sigma1,) = self.growth.plot([], [], "--", color=style.STATE, linewidth=1.2, label="σ$_1$")
        (self.sigma2,) = self.growth.plot([], [], ":", color=style.STATE, linewidth=1.6, label="σ$_2$")
        (self.rho,) = self.growth.plot([], [], color=style.RULE, label="ρ(θ)")
        (self.critical,) = self.growth.plot([], [], "-.", color=style.MARK, linewidth=1.1, label="ρ = 1")
        (self.here,) = self.growth.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        handles = [self.sigma1, self.sigma2, self.rho, self.critical]
        placed = {"loc": "lower right", "bbox_to_anchor": (1, 1.01), "borderaxespad": 0, "columnspacing": 1.2}
        self.growth.legend(handles=handles, ncols=4, **placed)

        self.moves(self.once, self.often, self.inputs, self.outputs)
        self.moves(self.largest, self.long_run, self.norm, self.step)
        self.moves(self.sigma1, self.sigma2, self.rho, self.critical, self.here)
        self.handle(self.step, x="n")
        self.handle(self.here, x="theta")

    def move(self, state):
        self.once.set_data(*state.once)
        self.often.set_data(*state.often)
        self.inputs.set_data(*state.inputs)
        self.outputs.set_data(*state.outputs)
        k = np.arange(len(state.log10_norms))
        self.largest.set_data(k, k * np.log10(state.sigma_max))
        self.long_run.set_data(k, k * np.log10(state.rho))
        self.norm.set_data(k, state.log10_norms)
        self.step.set_data([state.n], [state.log10_norms[state.n]])
        for line, sigma in ((self.sigma1, state.sigma1), (self.sigma2, state.sigma2)):
            line.set_data(ANGLE_LIMITS, [sigma, sigma])
        self.rho.set_data(state.angles, state.growth)
        critical = [] if state.critical is None else [state.critical] * 2
        self.critical.set_data(critical, GROWTH_LIMITS[: len(critical)])
        self.here.set_data([state.theta], [state.rho])


class Bump(Scene):
    """The norm of the powers of a matrix that is not normal, and the growth per step that they amount to."""

    height = 340

    def build(self):
        self.norms, self.factors = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.065, right=0.985, top=0.82, bottom=0.145, wspace=0.17)
        for axes in (self.norms, self.factors):
            axes.set(xlim=(0, BUMP_STEPS), xlabel="power n")
        self.norms.set(ylim=BUMP_LOG_LIMITS, ylabel="log$_{10}$ of a norm")
        self.norms.set_title("the norm of W$^n$", pad=20)
        level(self.norms, 0)
        (self.largest,) = self.norms.plot([], [], **LARGEST, label="σ$_{max}^n$")
        (self.long_run,) = self.norms.plot([], [], **LONG_RUN, label="ρ$^n$")
        (self.norm,) = self.norms.plot([], [], color=style.GRADIENT, label="‖W$^n$‖")
        (self.peak,) = self.norms.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False, label="its peak")
        (self.gone,) = self.norms.plot([], [], "--", color=style.MARK, linewidth=1.1, label="below 1 for good")
        handles = [self.norm, self.largest, self.long_run, self.peak, self.gone]
        placed = {"loc": "lower left", "bbox_to_anchor": (0, 1.01), "borderaxespad": 0, "columnspacing": 1.0}
        self.norms.legend(handles=handles, ncols=5, handletextpad=0.4, handlelength=1.6, **placed)

        self.factors.set(ylim=BUMP_FACTOR_LIMITS, ylabel="factor a step")
        self.factors.set_title("the same as a factor a step", pad=20)
        level(self.factors, 1)
        (self.first,) = self.factors.plot([], [], **LARGEST, label="σ$_{max}$")
        (self.last,) = self.factors.plot([], [], **LONG_RUN, label="ρ")
        (self.factor,) = self.factors.plot([], [], color=style.GRADIENT, label="‖W$^n$‖$^{1/n}$")
        self.factors.legend(handles=[self.factor, self.first, self.last], ncols=3, **placed)
        self.moves(self.largest, self.long_run, self.norm, self.peak, self.gone)
        self.moves(self.first, self.last, self.factor)

    def move(self, state):
        n = np.arange(len(state.log10_norms))
        self.largest.set_data(n, n * np.log10(state.sigma_max))
        self.long_run.set_data(n, n * np.log10(state.rho))
        self.norm.set_data(n, state.log10_norms)
        self.peak.set_data([state.transient.peak_step], [state.transient.log10_peak])
        gone = [state.transient.gone_from] * 2 if state.transient.gone_from > 0 else []
        self.gone.set_data(gone, BUMP_LOG_LIMITS[: len(gone)])
        self.first.set_data([0, BUMP_STEPS], [state.sigma_max] * 2)
        self.last.set_data([0, BUMP_STEPS], [state.rho] * 2)
        self.factor.set_data(n[1:], state.factors)


class Spectrum(Scene):
    """The eigenvalues and the singular values of a random matrix, and the norms of long products of such."""

    height = 350

    def build(self):
        self.plane = self.figure.add_axes([0.055, 0.145, 0.29, 0.715])
        self.singular = self.figure.add_axes([0.405, 0.145, 0.22, 0.715])
        self.norms = self.figure.add_axes([0.69, 0.145, 0.295, 0.715])
        plane(self.plane, SPECTRUM_LIMIT)
        self.plane.set(xlabel="real part", ylabel="imaginary part")
        self.plane.set_title("eigenvalues of W")
        self.plane.plot(*circle(1.0), color=style.EDGE, label="radius 1")
        (self.gain,) = self.plane.plot([], [], "--", color=style.RULE, linewidth=1.2, label="radius g")
        (self.eigenvalues,) = self.plane.plot([], [], "o", color=style.STATE, markersize=3.5)
        self.plane.legend(handles=self.plane.get_lines()[:2], loc="lower left", ncols=2, columnspacing=1.0)

        self.singular.set(xlim=(-0.03, 1.03), ylim=(0, SPECTRUM_LIMIT), xlabel="share of all")
        self.singular.set_xticks([0, 0.5, 1])
        self.singular.set_title("singular values, sorted")
        level(self.singular, 1)
        (self.sigmas,) = self.singular.plot([], [], color=style.OTHER, marker="o", markersize=3)

        limits = {"xlim": (0, SPECTRUM_STEPS), "ylim": SPECTRUM_LOG_LIMITS}
        self.norms.set(**limits, xlabel="factors k", ylabel="log$_{10}$ of the norm")
        self.norms.set_xticks([0, 5, 10, 15, 20])
        self.norms.set_title("products of k factors")
        level(self.norms, 0)
        (self.largest,) = self.norms.plot([], [], **LARGEST, label="σ$_{max}^k$")
        (self.same,) = self.norms.plot([], [], **NORM, label="one W, k times")
        (self.different,) = self.norms.plot([], [], "-.", color=style.OTHER, label="k different draws")
        handles = [self.largest, self.same, self.different]
        self.norms.legend(handles=handles, loc="lower left", borderaxespad=0.2)
        self.moves(self.gain, self.eigenvalues, self.sigmas, self.largest, self.same, self.different)

    def move(self, state):
        self.gain.set_data(*circle(state.g))
        self.eigenvalues.set_data(state.eigenvalues.real, state.eigenvalues.imag)
        self.sigmas.set_data(np.linspace(0, 1, len(state.sigmas)), state.sigmas)
        k = np.arange(len(state.log10_same))
        self.largest.set_data(k, path(k * np.log10(state.sigmas[0])))
        self.same.set_data(k, state.log10_same)
        self.different.set_data(k, state.log10_different)
