"""The explorer of small nets that learned to hold one bit for a few steps (notebook 10)."""

from dataclasses import dataclass

import numpy as np

from helpers.explorers.controls import Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount
from helpers.figures import latching as figures
from helpers.maths.latching import LATE, LONGEST, N_NETS, holders, is_trained, kind, late_shares, train_holders
from helpers.maths.linear import product_norms
from helpers.maths.rnn import run_rnn, step_jacobians
from helpers.maths.tasks import draw

WORDS = {"holds": "hold the bit", "alternates": "turn it round at each step", "forgets": "do neither"}


@dataclass(frozen=True)
class BitsState:
    """How one of the nets answers at each length, and of all nets the eigenvalue of W that is largest, and the kind."""

    net: int
    trained: int
    lengths: np.ndarray
    right: np.ndarray
    eigenvalues: np.ndarray
    kinds: list[str]
    log10_left: float


def bits_state(net: float, trained: float) -> BitsState:
    """Compute what the explorer of nets that hold a bit shows; a generator, for training takes time."""
    net = int(net) - 1
    if not is_trained(int(trained)):
        yield from train_holders(int(trained))
    yield 1.0
    training, right = holders(int(trained))
    lengths = np.arange(1, len(right) + 1)
    spectra = [np.linalg.eigvals(training.net(s).W) for s in range(N_NETS)]
    X, _ = draw("latch", np.random.default_rng(1), LONGEST, 1)
    one = training.net(net)
    J = step_jacobians(one, run_rnn(one, np.zeros(len(one.W)), X[..., 0]))
    return BitsState(
        net=net,
        trained=int(trained),
        lengths=lengths,
        right=right[:, net],
        eigenvalues=np.array([some[np.abs(some).argmax()] for some in spectra]),
        kinds=[kind(right[:, s]) for s in range(N_NETS)],
        log10_left=float(product_norms(J[1:])[-1]),
    )


def describe_bits(state: BitsState) -> str:
    """Say how the net answers at odd and at even lengths, its eigenvalue, and what is left of its gradient."""
    odd, even = late_shares(state.right)
    top = state.eigenvalues[state.net]
    eigenvalue = f"{top.real:.2f}" if top.imag == 0 else f"{top.real:.2f} ± {abs(top.imag):.2f}i"
    counts = ", ".join(f"{state.kinds.count(name)} {words}" for name, words in WORDS.items())
    return (
        f"Net {state.net + 1} of {N_NETS}, which learned at length {state.trained}: above length {LATE} it is right in "
        f"{odd:.0%} of the odd and {even:.0%} of the even ones; largest eigenvalue of W {eigenvalue}. Over "
        f"{len(state.lengths) - 1} steps its gradient keeps {amount(state.log10_left)}. Of all nets {counts}."
    )


def bits_explorer(trained: int = 6) -> Explorer:
    """Return the explorer of small tanh nets that learned to hold one bit for a few steps."""
    controls = [
        Slider("net", "which net", 1, N_NETS, 4, 1),
        Slider("trained", "learned at length", 3, 12, trained, 1),
    ]
    return Explorer(controls, bits_state, figures.Bits(), describe_bits)
