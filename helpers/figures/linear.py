"""Repeated multiplication: ellipses, growth rates, spectra, and norms of long products (notebook 05)."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import legend_above, level
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
        (self.turned,) = self.shape.plot([], [], "o", color=style.MARK, markersize=8, label="(1, 0), turned by θ")
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

        self.growth.set(xlim=ANGLE_LIMITS, ylim=GROWTH_LIMITS, xlabel="angle θ in degrees", ylabel="factor per step")
        self.growth.set_xticks([0, 15, 30, 45, 60, 75, 90])
        self.growth.set_title("growth")
        level(self.growth, 1)
        (self.sigma1,) = self.growth.plot([], [], "--", color=style.STATE, linewidth=1.2, label="σ$_1$")
        (self.sigma2,) = self.growth.plot([], [], ":", color=style.STATE, linewidth=1.6, label="σ$_2$")
        (self.rho,) = self.growth.plot([], [], color=style.RULE, label="ρ(θ)")
        (self.critical,) = self.growth.plot([], [], "-.", color=style.MARK, linewidth=1.1, label="ρ = 1")
        (self.here,) = self.growth.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)
        handles = [self.sigma1, self.sigma2, self.rho, self.critical]
        legend_above(self.growth, 4, handles=handles, loc="lower right", bbox_to_anchor=(1, 1.01))

        for line, name in (
            (self.once, "once"),
            (self.often, "often"),
            (self.inputs, "inputs"),
            (self.outputs, "outputs"),
            (self.turned, "turned"),
        ):
            self.shows(line, f"{name}.1", f"{name}.0")
        self.shows(self.largest, "log10_largest")
        self.shows(self.long_run, "log10_long_run")
        self.shows(self.norm, "log10_norms")
        self.shows(self.step, "log10_norm", "n")
        self.shows(self.sigma1, "sigma1", ANGLE_LIMITS)
        self.shows(self.sigma2, "sigma2", ANGLE_LIMITS)
        self.shows(self.rho, "growth", "angles")
        self.shows(self.critical, GROWTH_LIMITS, "critical")
        self.shows(self.here, "rho", "theta")
        self.handle(self.step, x="n")
        self.handle(self.here, x="theta")
        self.handle(self.turned, x="theta", x_value=lambda x, y: np.degrees(np.arctan2(max(y, 0), max(x, 0))))


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
        legend_above(self.norms, 5, handles=handles, columnspacing=1.0, handletextpad=0.4, handlelength=1.6)

        self.factors.set(ylim=BUMP_FACTOR_LIMITS, ylabel="factor per step")
        self.factors.set_title("the same as a factor per step", pad=20)
        level(self.factors, 1)
        (self.first,) = self.factors.plot([], [], **LARGEST, label="σ$_{max}$")
        (self.last,) = self.factors.plot([], [], **LONG_RUN, label="ρ")
        (self.factor,) = self.factors.plot([], [], color=style.GRADIENT, label="‖W$^n$‖$^{1/n}$")
        legend_above(self.factors, 3, handles=[self.factor, self.first, self.last], columnspacing=1.0)
        self.shows(self.largest, "log10_largest")
        self.shows(self.long_run, "log10_long_run")
        self.shows(self.norm, "log10_norms")
        self.shows(self.peak, "transient.log10_peak", "transient.peak_step")
        self.shows(self.gone, BUMP_LOG_LIMITS, "gone_from")
        self.shows(self.first, "sigma_max", (0, BUMP_STEPS))
        self.shows(self.last, "rho", (0, BUMP_STEPS))
        self.shows(self.factor, "factors", np.arange(1, BUMP_STEPS + 1))


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
        self.shows(self.gain, "g", by=lambda g: self.gain.set_data(*circle(g)))
        self.shows(self.eigenvalues, "eigenvalues.imag", "eigenvalues.real")
        self.shows(self.sigmas, "sigmas", "shares")
        self.shows(self.largest, "log10_largest")
        self.shows(self.same, "log10_same")
        self.shows(self.different, "log10_different")
