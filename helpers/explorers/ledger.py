"""The explorers of the ledger of backpropagation through time (notebook 06)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount
from helpers.figures import ledger as figures
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.drives import one_hot, standardise
from helpers.maths.initial import recurrent_matrix
from helpers.maths.ledger import contribution_log10_norms, ledger, weight_gradients_by_lag
from helpers.maths.linear import log10_norm, product_norms, spectral_norm
from helpers.maths.rnn import RNN, run_rnn, step_jacobians

SENTENCE = "Jane had a quick lunch in the bistro. Then she paid and left."
DRIVES = {"nothing": "nothing", "noise": "noise", "the Nile": "nile", "a sentence": "sentence"}
NET_ACTIVATIONS = {"tanh": "tanh", "sigmoid": "sigmoid", "ReLU": "relu", "identity": "identity"}
N = 16  # neurons
LONG = 20  # a lag that counts as long
SEEN = 1  # the neuron whose two runs are drawn: one that ReLU leaves alive


@lru_cache
def drive_of(name: str, n_steps: int) -> np.ndarray:
    """Return the inputs (T, m) of that name: zeros, noise, the Nile from 1871 on, or the letters of SENTENCE."""
    if name == "nile":
        return standardise(nile()[1])[:n_steps, None]
    if name == "sentence":
        return one_hot(SENTENCE[:n_steps])
    return np.random.default_rng(7).standard_normal((n_steps, 4)) / 2 * (name == "noise")


@lru_cache
def parts(kind: str, drive: str, n_steps: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return W of gain 1, U and the inputs of a net of N neurons."""
    rng, X = np.random.default_rng(seed), drive_of(drive, n_steps)
    return recurrent_matrix(kind, N, 1.0, rng), rng.standard_normal((N, X.shape[1])), X


def net_of(
    kind: str, gain: float, activation: str, drive: str, n_steps: int, size: float = 1.0
) -> tuple[RNN, np.ndarray]:
    """Return the net of that gain, and its inputs (T, m), which it takes ``size`` times."""
    W, U, X = parts(kind, drive, n_steps)
    return RNN(gain * W, U, np.zeros(N), activation), X


@dataclass(frozen=True)
class LedgerState:
    """log10 of the contribution of each pair (t, k), of the gradient by lag, and of what a window leaves out."""

    gain: float
    label: str
    drive: str
    step: int
    window: int
    log10_pairs: np.ndarray
    log10_by_lag: np.ndarray
    log10_left_out: np.ndarray
    log10_total: float
    log10_long: float


@lru_cache
def readout(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return V (2, N) and the targets (T, 2) of the loss |V h_t - d_t|^2 / 2 at every step."""
    rng = np.random.default_rng(3)
    return rng.standard_normal((2, N)) / np.sqrt(N), rng.standard_normal((n_steps, 2))


def ledger_state(gain: float, step: float, window: float, activation: str, drive: str) -> LedgerState:
    """Compute what the explorer of the ledger shows."""
    net, X = net_of("gaussian", gain, activation, drive, figures.N_STEPS)
    run = run_rnn(net, np.full(N, 0.1), X)
    V, targets = readout(figures.N_STEPS)
    G = np.vstack([np.zeros(N), (run.H[1:] @ V.T - targets) @ V])
    book = ledger(net, run, G)
    by_lag = weight_gradients_by_lag(net, run, book).reshape(figures.N_STEPS, -1)
    # Summed from the longest lag on, for a sum that begins with the large ones has lost the small ones.
    beyond = np.cumsum(by_lag[::-1], axis=0)[::-1]
    return LedgerState(
        gain=gain,
        label=ACTIVATIONS[activation].label,
        drive=next(label for label, name in DRIVES.items() if name == drive),
        step=int(step),
        window=int(window),
        log10_pairs=contribution_log10_norms(net, run, book),
        log10_by_lag=log10_norm(by_lag),
        log10_left_out=np.append(log10_norm(beyond)[1:], -np.inf),
        log10_total=float(log10_norm(beyond[0])),
        log10_long=float(log10_norm(beyond[LONG])),
    )


def describe_ledger(state: LedgerState) -> str:
    """Say what one pair contributes, what long lags do, and what the window leaves out."""
    own, first = state.log10_pairs[state.step, state.step], state.log10_pairs[state.step, 1]
    told = "reaches back to step 1 alone"
    if state.step > 1:
        told = f"contributes {amount(first - own)} times as much at step 1 as at step {state.step} itself"
    left_out = amount(state.log10_left_out[state.window - 1] - state.log10_total)
    return (
        f"{state.label}, gain {state.gain:g}, reading {state.drive}: the loss at step {state.step} {told}. "
        f"The whole gradient has the length {amount(state.log10_total)}; all lags from {LONG} on together "
        f"{amount(state.log10_long)}. A window of {state.window} leaves out {left_out} of it."
    )


def ledger_explorer(gain: float = 0.9) -> Explorer:
    """Return the explorer of the temporal contributions of every pair (t, k)."""
    controls = [
        Slider("gain", "gain g of W", 0.1, 3, gain, 0.05),
        Slider("step", "step to see", 1, figures.N_STEPS, figures.N_STEPS, 1),
        Slider("window", "window of truncation", 1, figures.N_STEPS, 10, 1),
        Choice("activation", "activation f", NET_ACTIVATIONS, "tanh"),
        Choice("drive", "what it reads", DRIVES, "noise"),
    ]
    return Explorer(controls, ledger_state, figures.TimeLedger(), describe_ledger)


@dataclass(frozen=True)
class MergeState:
    """One neuron of two runs (T + 1,), how far apart they start, and log10 of their distance over that, of the norm of
    dh_t/dh_0, and of the bound of both."""

    gain: float
    activation: str
    drive: str
    one: np.ndarray
    other: np.ndarray
    start: float
    log10_apart: np.ndarray
    log10_gradient: np.ndarray
    log10_bound: np.ndarray


def merge_state(gain: float, activation: str, drive: str) -> MergeState:
    """Compute what the explorer of merging runs shows."""
    n_steps = figures.Merging.n_steps
    net, X = net_of("gaussian", gain, activation, drive, n_steps)
    starts = np.random.default_rng(5).uniform(-1.0, 1.0, (2, N))
    both = run_rnn(net, starts, np.repeat(X[:, None], 2, axis=1))
    one = run_rnn(net, starts[0], X)
    eta, log10_apart = ACTIVATIONS[activation].gamma * spectral_norm(net.W), log10_norm(both.H[:, 0] - both.H[:, 1])
    return MergeState(
        gain=gain,
        activation=activation,
        drive=next(label for label, name in DRIVES.items() if name == drive),
        one=both.H[:, 0, SEEN],
        other=both.H[:, 1, SEEN],
        start=float(10 ** log10_apart[0]),
        log10_apart=log10_apart - log10_apart[0],
        log10_gradient=product_norms(step_jacobians(net, one)),
        log10_bound=np.arange(n_steps + 1) * np.log10(eta),
    )


def describe_merge(state: MergeState) -> str:
    """Say how far apart the runs begin and end, and what the gradient is."""
    last = len(state.one) - 1
    left = f"{amount(state.log10_apart[-1])} times as far apart"
    if state.log10_apart[-1] < -13:
        left = "the same to the last digits"
    return (
        f"{ACTIVATIONS[state.activation].label}, gain {state.gain:g}, reading {state.drive}: the runs begin "
        f"{state.start:.3g} apart and after {last} steps are {left}; the norm of dh_{last}/dh_0 is "
        f"{amount(state.log10_gradient[-1])}. Neither can be above η^{last}, {amount(state.log10_bound[-1])}."
    )


def merge_explorer(gain: float = 0.8) -> Explorer:
    """Return the explorer of two runs that forget their starts, or do not."""
    controls = [
        Slider("gain", "gain g of W", 0.1, 3, gain, 0.05),
        Choice("activation", "activation f", NET_ACTIVATIONS, "tanh"),
        Choice("drive", "what it reads", DRIVES, "noise"),
    ]
    return Explorer(controls, merge_state, figures.Merging(), describe_merge)
