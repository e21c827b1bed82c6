"""Repeated multiplication: ellipses, growth rates, spectra, and norms of long products (notebook 05)."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import Panels, legend_above, legend_beside, panel

PLANE = 3.25  # of the ellipses: beyond the largest singular value that the explorer offers
ANGLE_LIMITS = (0.0, 90.0)
GROWTH_LIMITS = (0.0, 3.3)
TURN_STEPS = 30
BUMP_STEPS = 100
BUMP_LOG_LIMITS = (-4.0, 7.5)
SPECTRUM_LIMIT = 3.4
SPECTRUM_STEPS = 20
NORM = {"color": style.GRADIENT, "marker": "o", "markersize": 3.0}
LARGEST = {"color": style.RULE, "look": "--", "linewidth": 1.2}
LONG_RUN = {"color": style.RULE, "look": ":", "linewidth": 1.8}


def circle(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the x and y of a circle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 121)
    return radius * np.cos(angle), radius * np.sin(angle)


class StretchRotate(Panels):
    """The unit circle under M and M^n, the norm of M^k, and the growth per step against the angle."""

    height = 440

    def build(self):
        shape = self.figure.add_axes([0.05, 0.225, 0.40, 0.72])
        norms = self.figure.add_axes([0.535, 0.60, 0.45, 0.345])
        growth = self.figure.add_axes([0.535, 0.105, 0.45, 0.345])

        plane = ("", -PLANE, PLANE)
        panel(shape, "what becomes of the unit circle", plane, plane, zero=None, aspect="equal")
        (unit,) = shape.plot(*circle(1.0), color=style.EDGE, label="unit circle")
        once = self.line(shape, "once.1", style.STATE, "-", "after one step, M", "once.0")
        often = self.line(shape, "often.1", style.GRADIENT, "--", "after n, scaled to length 1", "often.0")
        inputs = self.line(shape, "inputs.1", style.RULE, ":", "stretched by σ$_1$, σ$_2$", "inputs.0")
        outputs = self.line(shape, "outputs.1", style.RULE, "-", "their images under M", "outputs.0", linewidth=1.0)
        turned = self.line(shape, "turned.1", style.MARK, "o", "(1, 0), turned by θ", "turned.0", markersize=8)
        handles = [unit, once, often, inputs, outputs, turned]
        self.figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=2, columnspacing=1.2)

        panel(norms, "n steps in a row", ("steps n", 0, TURN_STEPS), ("norm", -22, 15.5), powers="y")
        largest = self.line(norms, "log10_largest", label="σ$_{max}^n$", **LARGEST)
        long_run = self.line(norms, "log10_long_run", label="ρ$^n$", **LONG_RUN)
        norm = self.line(norms, "log10_norms", label="‖M$^n$‖", **NORM)
        legend_beside(norms, [norm, largest, long_run])
        self.handle(self.here(norms, "log10_norm", "n"), x="n")

        panel(growth, "growth", ("angle θ in degrees", *ANGLE_LIMITS), ("factor per step", *GROWTH_LIMITS), zero=1)
        growth.set_xticks(range(0, 91, 15))
        self.line(growth, "sigma1", style.STATE, "--", "σ$_1$", x=ANGLE_LIMITS, linewidth=1.2)
        self.line(growth, "sigma2", style.STATE, ":", "σ$_2$", x=ANGLE_LIMITS, linewidth=1.6)
        self.line(growth, "growth", label="ρ(θ)", x="angles")
        self.line(growth, GROWTH_LIMITS, style.MARK, "-.", "ρ = 1", x="border", linewidth=1.1)
        legend_beside(growth, columnspacing=1.2)
        self.handle(self.here(growth, "rho", "theta"), x="theta")
        self.handle(turned, x="theta", x_value=lambda x, y: np.degrees(np.arctan2(max(y, 0), max(x, 0))))


class Bump(Panels):
    """The norm of the powers of a matrix that is not normal, and the growth per step that they amount to."""

    height = 340

    def build(self):
        norms, factors = self.row(1, 1, left=0.065, top=0.82, bottom=0.145, wspace=0.17)
        panel(norms, "the norm of W$^n$", ("power n", 0, BUMP_STEPS), ("norm", *BUMP_LOG_LIMITS), powers="y")
        largest = self.line(norms, "log10_largest", label="σ$_{max}^n$", **LARGEST)
        long_run = self.line(norms, "log10_long_run", label="ρ$^n$", **LONG_RUN)
        norm = self.line(norms, "log10_norms", style.GRADIENT, label="‖W$^n$‖")
        peak = self.here(norms, "transient.log10_peak", "transient.peak_step", label="its peak")
        gone = self.line(norms, BUMP_LOG_LIMITS, style.MARK, "--", "below 1 for good", x="gone_from", linewidth=1.1)
        tight = {"columnspacing": 1.0, "handletextpad": 0.4, "handlelength": 1.6}
        legend_above(norms, [norm, largest, long_run, peak, gone], **tight)

        panel(factors, "the same as a factor per step", ("power n", 0, BUMP_STEPS), ("factor per step", 0, 5.6), zero=1)
        first = self.line(factors, "sigma_max", label="σ$_{max}$", x=(0, BUMP_STEPS), **LARGEST)
        last = self.line(factors, "rho", label="ρ", x=(0, BUMP_STEPS), **LONG_RUN)
        steps = np.arange(1, BUMP_STEPS + 1)
        factor = self.line(factors, "factors", style.GRADIENT, label="‖W$^n$‖$^{1/n}$", x=steps)
        legend_above(factors, [factor, first, last], columnspacing=1.0)


class Spectrum(Panels):
    """The eigenvalues and the singular values of a random matrix, and the norms of long products of such."""

    height = 350

    def build(self):
        plane = self.figure.add_axes([0.055, 0.145, 0.29, 0.715])
        singular = self.figure.add_axes([0.4, 0.145, 0.215, 0.715])
        norms = self.figure.add_axes([0.7, 0.145, 0.285, 0.715])
        ends = -SPECTRUM_LIMIT, SPECTRUM_LIMIT
        panel(plane, "eigenvalues of W", ("real part", *ends), ("imaginary part", *ends), zero=None, aspect="equal")
        (unit,) = plane.plot(*circle(1.0), color=style.EDGE, label="radius 1")
        gain = self.line(plane, "g", style.RULE, "--", "radius g", path=circle, linewidth=1.2)
        self.line(plane, "eigenvalues.imag", style.STATE, "o", x="eigenvalues.real", markersize=3.5)
        plane.legend(handles=[unit, gain], loc="lower left", ncols=2, columnspacing=1.0)

        panel(singular, "singular values, sorted", ("share of all", -0.03, 1.03), ("", 0, SPECTRUM_LIMIT), zero=1)
        singular.set_xticks([0, 0.5, 1])
        self.line(singular, "sigmas", style.OTHER, x="shares", marker="o", markersize=3)

        panel(norms, "products of k factors", ("factors k", 0, SPECTRUM_STEPS), ("norm", -15, 11), powers="y")
        norms.set_xticks(range(0, SPECTRUM_STEPS + 1, 5))
        self.line(norms, "log10_largest", label="σ$_{max}^k$", **LARGEST)
        self.line(norms, "log10_same", label="one W, k times", **NORM)
        self.line(norms, "log10_different", style.OTHER, "-.", "k different draws")
        norms.legend(loc="lower left", borderaxespad=0.2)
