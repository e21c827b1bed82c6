"""The explorers of the LSTM's gradient (notebook 09)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider, Typed
from helpers.explorers.ledger import SENTENCE
from helpers.explorers.live import Explorer
from helpers.explorers.scalar import amount, number
from helpers.figures import lstm as figures
from helpers.maths.drives import one_hot, standardise
from helpers.maths.lstm import LSTM, LSTMRun, lstm_run, lstm_terms, random_lstm, sigmoid
from helpers.maths.lstm_paths import VARIANTS, path_log10_norms
from helpers.maths.memory import chrono_bias, forget_bias_for, half_life

N = 16  # cells
DRIVES = {"noise": "noise", "the Nile": "nile", "the sentence": "sentence"}


def inputs_of(drive: str, sentence: str) -> np.ndarray:
    """Return the inputs (T, m) of that name; a text shorter than the run is read again from its start."""
    n_steps = figures.N_STEPS
    if drive == "nile":
        return standardise(nile()[1])[:n_steps, None]
    if drive == "sentence":
        spaced = one_hot(f"{sentence} ")
        return np.tile(spaced, (-(-n_steps // len(spaced)), 1))[:n_steps]
    return np.random.default_rng(7).standard_normal((n_steps, 4))


@lru_cache
def net_of_scale_one(m: int) -> LSTM:
    """Return a net of N cells that reads m numbers; its W is scaled and its forget bias set by whoever shows it."""
    return random_lstm(N, m, 1.0, np.random.default_rng(0))


def run_of(forget_bias: float, scale: float, drive: str, sentence: str) -> tuple[LSTM, LSTMRun]:
    """Return the net with this forget bias and scale of W, and its run."""
    X = inputs_of(drive, sentence)
    one = net_of_scale_one(X.shape[1])
    b = one.b.copy()
    b[N : 2 * N] = forget_bias
    net = one._replace(W=scale * one.W, b=b)
    return net, lstm_run(net, X)


@dataclass(frozen=True)
class DissectorState:
    """log10 of what is left of a change of the cells along each path, (6, T + 1), and the power of the bias alone."""

    forget_bias: float
    scale: float
    lag: int
    drive: str
    log10_paths: np.ndarray
    log10_bias: np.ndarray
    largest_forget: float


def dissector_state(forget_bias: float, scale: float, lag: float, drive: str, sentence: str) -> DissectorState:
    """Compute what the dissector shows."""
    net, run = run_of(forget_bias, scale, drive, sentence)
    logs = path_log10_norms(net, run) - 0.5 * np.log10(N)  # so that the identity counts 1
    kept = np.log10(sigmoid(forget_bias))
    largest = float(np.log10(run.F[: int(lag)]).sum(axis=0).max())
    label = next(label for label, name in DRIVES.items() if name == drive)
    t = np.arange(figures.N_STEPS + 1)
    return DissectorState(forget_bias, scale, int(lag), label, logs, kept * t, largest)


def describe_dissector(state: DissectorState) -> str:
    """Say what is left along all paths and along the carousel, and which gate's path adds most."""
    whole, carousel, *gates = state.log10_paths[:, state.lag]
    most = int(np.argmax(gates))
    added = f"With one gate's path open, the {VARIANTS[2 + most]} adds most: {amount(gates[most])}"
    return (
        f"Forget bias {state.forget_bias:g}, scale of W {state.scale:g}, reading {state.drive}: after {state.lag} "
        f"steps all paths together leave {amount(whole)} of a change of the cells, the carousel alone "
        f"{amount(carousel)} (its best cell {amount(state.largest_forget)}; σ(b_f)^t would be "
        f"{amount(state.log10_bias[state.lag])}). {added}."
    )


def dissector_explorer(forget_bias: float = 1.0, scale: float = 1.0) -> Explorer:
    """Return the explorer that takes the gradient of an LSTM apart, path by path."""
    controls = [
        Slider("forget_bias", "forget bias b_f", -2, 8, forget_bias, 0.1),
        Slider("scale", "scale of W", 0, 8, scale, 0.1),
        Slider("lag", "lag in steps", 1, figures.N_STEPS, 50, 1),
        Choice("drive", "what it reads", DRIVES, "sentence"),
        Typed("sentence", "a sentence of yours", SENTENCE, 100, ("a", "Jane had lunch. Then she left.")),
    ]
    return Explorer(controls, dissector_state, figures.Dissector(), describe_dissector)


@dataclass(frozen=True)
class CellState:
    """The size of what one step carries along each path, by name."""

    forget_bias: float
    scale: float
    step: int
    flows: dict[str, float]


def cell_state(forget_bias: float, scale: float, step: float) -> CellState:
    """Compute what the drawing of the cell shows: norms over sqrt(N), so that the identity counts 1."""
    net, run = run_of(forget_bias, scale, "noise", SENTENCE)
    terms, k = lstm_terms(net, run), int(step)
    sizes = {"carousel": np.linalg.norm(run.F[k])}
    names = ("input gate", "forget gate", "cell input", "output gate", "readout")
    sizes |= {name: np.linalg.norm(term[k]) for name, term in zip(names, terms, strict=True)}
    return CellState(forget_bias, scale, k, {name: float(size / np.sqrt(N)) for name, size in sizes.items()})


def describe_cell(state: CellState) -> str:
    """Say every flow."""
    told = ", ".join(f"{name} {number(size)}" for name, size in state.flows.items())
    return f"Forget bias {state.forget_bias:g}, scale of W {state.scale:g}, step {state.step}: {told}."


def cell_explorer(forget_bias: float = 1.0) -> Explorer:
    """Return the drawing of the cell in which an arrow is as thick as the gradient that flows along it."""
    controls = [
        Slider("forget_bias", "forget bias b_f", -2, 8, forget_bias, 0.1),
        Slider("scale", "scale of W", 0, 8, 1, 0.1),
        Slider("step", "step", 0, figures.N_STEPS - 1, 50, 1),
    ]
    return Explorer(controls, cell_state, figures.CellDrawing(), describe_cell)


@dataclass(frozen=True)
class ForgetBiasState:
    """What sigmoid(b)^t keeps over lags up to 1000, and the half-lives of a range of biases."""

    forget_bias: float
    lag: int
    half_life: float
    log10_lags: np.ndarray
    kept: np.ndarray
    biases: np.ndarray
    log10_half_lives: np.ndarray


def forget_bias_state(forget_bias: float, lag: float) -> ForgetBiasState:
    """Compute what the explorer of the forget bias shows."""
    log10_lags, biases = np.linspace(0, 3, 181), np.linspace(-2, 8, 101)
    life = float(half_life(forget_bias))
    kept = 0.5 ** (10**log10_lags / life)
    return ForgetBiasState(forget_bias, int(lag), life, log10_lags, kept, biases, np.log10(half_life(biases)))


def describe_forget_bias(state: ForgetBiasState) -> str:
    """Say the half-life, what is left at the lag, and the biases that would bridge it."""
    left = amount(-state.lag / state.half_life * np.log10(2.0))
    wanted, chrono = float(forget_bias_for(state.lag)), float(chrono_bias(state.lag))
    return (
        f"b_f = {state.forget_bias:g}: half is left after {number(state.half_life)} steps, and {left} after "
        f"{state.lag}. To keep a half over {state.lag} steps takes b_f = {wanted:.3g}; ln(T − 1) = {chrono:.3g} keeps "
        f"{number(0.5 ** (state.lag / half_life(chrono)))}."
    )


def forget_bias_explorer(forget_bias: float = 1.0) -> Explorer:
    """Return the explorer of what a forget bias bridges."""
    controls = [
        Slider("forget_bias", "forget bias b_f", -2, 8, forget_bias, 0.1),
        Slider("lag", "lag to be bridged", 2, figures.ForgetBias.longest, 100, 1),
    ]
    return Explorer(controls, forget_bias_state, figures.ForgetBias(), describe_forget_bias)
