"""The explorer of a GRU beside an LSTM (notebook 09)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.explorers.contributions import SENTENCE
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.lstm import N, run_of
from helpers.explorers.words import amount, number
from helpers.figures import lstm as figures
from helpers.maths.gru import GRU, VARIANTS, gru_log10_norms, gru_run, random_gru
from helpers.maths.lstm_paths import path_log10_norms

LABELS = {"cho": "Cho's", "cudnn": "cuDNN's"}


@dataclass(frozen=True)
class GatedUnitsState:
    """log10 of the norm of dh_t/dh_0 of the GRU, whole and by its z alone, and of dc_t/dc_0 of the LSTM; and log10 of
    the largest entries of h and c from the first step on."""

    bias: float
    scale: float
    variant: str
    log10_left: np.ndarray
    log10_h: np.ndarray
    log10_c: np.ndarray


@lru_cache
def net_of_scale_one(m: int) -> GRU:
    """Return a net of N units that reads m numbers; its W is scaled and its bias of z set by whoever shows it."""
    return random_gru(N, m, 1.0, np.random.default_rng(0))


def gated_units_state(bias: float, scale: float, variant: str) -> GatedUnitsState:
    """Compute both nets: the same bias for z and for f, the same scale of W, the same noise to read."""
    lstm, lstm_s_run = run_of(bias, scale, "noise", SENTENCE)
    one = net_of_scale_one(lstm_s_run.X.shape[1])
    gru = one._replace(W=scale * one.W, b=np.repeat([bias, 0.0, 0.0], N), variant=variant)
    run = gru_run(gru, np.zeros(N), lstm_s_run.X)
    logs = np.stack([*gru_log10_norms(gru, run), *path_log10_norms(lstm, lstm_s_run, ("whole",))])
    sizes = (np.log10(np.abs(states[1:]).max(axis=1)) for states in (run.H, lstm_s_run.C))
    return GatedUnitsState(bias, scale, variant, logs, *sizes)


def describe_gated_units(state: GatedUnitsState) -> str:
    """Say what each leaves at the end, and how large the states became."""
    whole, gates, lstm = (amount(logs[-1]) for logs in state.log10_left)
    return (
        f"Bias of z and of f {state.bias:g}, scale of W {state.scale:g}, {LABELS[state.variant]} GRU: after "
        f"{figures.N_STEPS} steps the norm of dh_t/dh_0 of the GRU is {whole}, of its product of z {gates}; that of "
        f"dc_t/dc_0 of the LSTM is {lstm}. The GRU's largest |h| is {number(10 ** state.log10_h.max())}, the LSTM's "
        f"largest |c| {number(10 ** state.log10_c.max())}."
    )


def gated_units_explorer(bias: float = 1.0) -> Explorer:
    """Return the explorer of a GRU beside an LSTM."""
    controls = [
        Slider("bias", "bias of z and of f", -2, 8, bias, 0.1),
        Slider("scale", "scale of W", 0, 8, 1, 0.1),
        Choice("variant", "variant of the GRU", {label: name for name, label in LABELS.items()}, VARIANTS[0]),
    ]
    return Explorer(controls, gated_units_state, figures.GatedUnits(), describe_gated_units)
