"""The explorers of repeated multiplication (notebook 05)."""

from contextlib import suppress
from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, number
from helpers.figures import linear as figures
from helpers.maths import linear as maths

ANGLES = np.linspace(*figures.ANGLE_LIMITS, 361)
NEARLY = 1.0  # degrees from the critical angle at which the sentence names it
NEAR_ONE = 5e-5  # a growth per step this near to 1 is called 1


def fate(rho: float) -> str:
    """Say what a growth per step leads to in the long run."""
    if abs(rho - 1) < NEAR_ONE:
        return "neither grows nor fades by a factor per step"
    return "grows" if rho > 1 else "fades"


def turn_state(theta: float, sigma1: float, sigma2: float, n: int) -> dict:
    """Compute where circle and axes go, points (2, points), growth per step, and log10 of the norms of M^0, M^1, ..."""
    angle = np.radians(theta)
    M, inputs = maths.stretch_rotate(sigma1, sigma2, angle), maths.stretch_rotate(1.0, 1.0, angle).T
    rho = float(maths.stretch_rotate_growth(sigma1, sigma2, angle))
    log10_norms = maths.power_norms(M, figures.TURN_STEPS)
    critical, turned = None, theta >= ANGLES  # the curve is drawn as far as that, so that it does not answer before
    with suppress(ValueError):  # most pairs have no critical angle
        critical = float(np.degrees(maths.critical_angle(sigma1, sigma2)))
    return {
        "turned": np.array([np.cos(angle), np.sin(angle)]),
        "once": maths.circle_image(M, 1),
        "often": maths.circle_image(M, n) / 10 ** log10_norms[n],  # scaled to length 1
        "inputs": spokes(inputs),  # the directions that M stretches, and where it puts them
        "outputs": spokes(M @ inputs),
        "log10_norms": log10_norms,
        "log10_norm": log10_norms[n],
        "log10_largest": powers(max(sigma1, sigma2), figures.TURN_STEPS),
        "rho": rho,
        "log10_long_run": powers(rho, figures.TURN_STEPS),
        "critical": critical,
        "border": critical if critical is not None and critical <= theta else None,
        "angles": ANGLES[turned],
        "growth": turn_growth(sigma1, sigma2)[turned],
    }


def powers(factor: float, n_steps: int) -> np.ndarray:
    """Return log10 of ``factor`` to the power of 0, ..., n_steps."""
    return np.arange(n_steps + 1) * np.log10(factor)


def spokes(ends: np.ndarray) -> np.ndarray:
    """Return the path from the first column of ``ends`` (2, 2) to the centre and on to the second."""
    return np.stack([ends[:, 0], np.zeros(2), ends[:, 1]], axis=1)


@lru_cache
def turn_growth(sigma1: float, sigma2: float) -> np.ndarray:
    """Return the growth per step over ANGLES."""
    return maths.stretch_rotate_growth(sigma1, sigma2, np.radians(ANGLES))


def describe_turn(state) -> str:
    """Say what the singular values promise and what the powers do."""
    other = ""
    if state.critical is not None and abs(state.theta - state.critical) < NEARLY:
        other = f" The border lies at {state.critical:.4f}°."
    return (
        f"θ = {state.theta:g}°: one step stretches by {state.sigma1:g} and {state.sigma2:g}, whatever the angle; in "
        f"the long run the factor per step is ρ = {state.rho:.4g}, so M^n {fate(state.rho)}. After n = "
        f"{counted(state.n)} its norm is {amount(state.log10_norm)}; σ_max^n would be "
        f"{amount(state.log10_largest[state.n])}.{other}"
    )


def stretch_rotate_explorer(theta: float = 30.0, sigma1: float = 2.0, sigma2: float = 0.25) -> Explorer:
    """Return the explorer of a matrix that turns and stretches, again and again; the arguments are its first setting.

    >>> stretch_rotate_explorer(48.19).sentence
    'θ = 48.19°: one step stretches by 2 and 0.25, whatever the angle; in the long run the factor per step is ρ = 1, \
so M^n neither grows nor fades by a factor per step. After n = 8 steps its norm is 3.49; σ_max^n would be 256. \
The border lies at 48.1897°.'
    """
    controls = [
        Slider("theta", "angle θ (degrees)", *figures.ANGLE_LIMITS, theta, 0.01),
        Slider("sigma1", "singular value σ1", 0.2, 3, sigma1, 0.01),
        Slider("sigma2", "singular value σ2", 0.2, 3, sigma2, 0.01),
        Slider("n", "steps n", 1, figures.TURN_STEPS, 8, 1),
    ]
    return Explorer(controls, turn_state, figures.StretchRotate(), describe_turn, plays="n")


def bump_state(a: float, b: float) -> dict:
    """Compute log10 of the norms of W^0, W^1, ..., what they amount to per step from n = 1 on, and their Transient."""
    W, n_steps = np.array([[a, b], [0.0, a]]), figures.BUMP_STEPS
    log10_norms, course = maths.power_norms(W, n_steps), maths.transient(W, n_steps)
    sigma_max, rho = float(maths.spectral_norm(W)), float(maths.spectral_radius(W))
    return {
        "sigma_max": sigma_max,
        "rho": rho,
        "log10_norms": log10_norms,
        "log10_largest": powers(sigma_max, n_steps),
        "log10_long_run": powers(rho, n_steps),
        "factors": 10 ** (log10_norms[1:] / np.arange(1, n_steps + 1)),
        "transient": course,
        "gone_from": course.gone_from if course.gone_from > 0 else None,
    }


def describe_bump(state) -> str:
    """Say how high the bump is and when it is gone."""
    peak, last = state.transient, len(state.log10_norms) - 1
    if peak.peak_step == 0:
        course = "The norm of W^n is never above 1, its value at n = 0"
    elif peak.peak_step == last:
        course = "Its powers still grow"
    else:
        course = f"The norm of W^n peaks at {amount(peak.log10_peak)}, at n = {peak.peak_step}"
    gone = f"is below 1 for good from n = {state.gone_from}" if state.gone_from else "is not below 1 for good"
    return (
        f"W = [[{state.a:g}, {state.b:g}], [0, {state.a:g}]]: σ_max = {state.sigma_max:.4g}, ρ = {state.rho:.4g}. "
        f"{course}; up to n = {last} it {gone}. At n = {last} it is {amount(state.log10_norms[-1])}, a factor of "
        f"{state.factors[-1]:.4g} per step."
    )


def transient_explorer(a: float = 0.9, b: float = 2.0) -> Explorer:
    """Return the explorer of the powers of [[a, b], [0, a]]; the arguments are its first setting.

    >>> transient_explorer().sentence
    'W = [[0.9, 2], [0, 0.9]]: σ_max = 2.345, ρ = 0.9. The norm of W^n peaks at 7.77, at n = 9; up to n = 100 it is \
below 1 for good from n = 44. At n = 100 it is 0.0059, a factor of 0.95 per step.'
    """
    controls = [Slider("a", "a, both eigenvalues", 0.5, 1.1, a, 0.01), Slider("b", "b, the coupling", 0, 5, b, 0.01)]
    return Explorer(controls, bump_state, figures.Bump(), describe_bump)


KINDS = {"Gaussian": "gaussian", "orthogonal": "orthogonal", "symmetric, σ of the Gaussian": "symmetric"}


def draw_factor(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return a matrix (n, n) of gain 1 of the kind called ``kind``."""
    if kind == "orthogonal":
        return maths.orthogonal(n, rng)
    W = maths.gaussian(n, 1.0, rng)
    if kind == "gaussian":
        return W
    signs = np.where(np.arange(n) % 2, -1.0, 1.0)
    return maths.with_spectrum(rng, eigenvalues=signs * np.linalg.svd(W, compute_uv=False))


@lru_cache
def draw(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return eigenvalues and falling singular values of a random matrix, and log10 of the norms of its products.

    Those of W^0, ..., W^SPECTRUM_STEPS, and of products of as many different draws.
    """
    rng = np.random.default_rng(seed)
    factors = np.stack([draw_factor(kind, n, rng) for _ in range(figures.SPECTRUM_STEPS)])
    W = factors[0]
    same, different = maths.power_norms(W, figures.SPECTRUM_STEPS), maths.product_norms(factors)
    return np.linalg.eigvals(W), np.linalg.svd(W, compute_uv=False), same, different


def spectrum_state(g: float, kind: str, n: int, seed: int) -> dict:
    """Compute what ``draw`` returns for a gain of 1, scaled by g."""
    eigenvalues, sigmas, same, different = draw(kind, n, seed)
    return {
        "eigenvalues": g * eigenvalues,
        "sigmas": g * sigmas,
        "shares": np.linspace(0, 1, n),
        "log10_largest": powers(g * sigmas[0], figures.SPECTRUM_STEPS),
        "log10_same": same + powers(g, figures.SPECTRUM_STEPS),
        "log10_different": different + powers(g, figures.SPECTRUM_STEPS),
    }


def describe_spectrum(state) -> str:
    """Say the largest singular value, the largest eigenvalue and what long products become."""
    kind = {
        "gaussian": "A Gaussian W",
        "orthogonal": "An orthogonal W",
        "symmetric": "A symmetric W with the singular values of the Gaussian one",
    }[state.kind]
    above = np.count_nonzero(state.sigmas > 1 + NEAR_ONE)
    return (
        f"{kind}, size {state.n}, g = {state.g:g}. Of its singular values {above} are above 1, the largest is "
        f"{number(state.sigmas[0])}. Its largest eigenvalue has the size {number(np.abs(state.eigenvalues).max())}. "
        f"W^{figures.SPECTRUM_STEPS} has the norm {amount(state.log10_same[-1])}, a product of "
        f"{figures.SPECTRUM_STEPS} different draws has the norm {amount(state.log10_different[-1])}."
    )


def spectrum_explorer(g: float = 0.8, kind: str = "gaussian") -> Explorer:
    """Return the explorer of the spectrum of a random matrix; the arguments are its first setting.

    >>> spectrum_explorer(1.0, "orthogonal").sentence[-68:]
    'W^20 has the norm 1, a product of 20 different draws has the norm 1.'
    """
    controls = [
        Slider("g", "gain g", 0.2, 1.5, g, 0.01),
        Choice("kind", "kind of matrix", KINDS, kind),
        Choice("n", "size n", [10, 30, 60], 60),
        Choice("seed", "seed of the draw", [0, 1, 2, 3, 4], 0),
    ]
    return Explorer(controls, spectrum_state, figures.Spectrum(), describe_spectrum)
