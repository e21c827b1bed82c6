"""The explorer of an LSTM whose forget bias and scale are to be found from its gradients (notebook 10)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount
from helpers.figures import mystery as figures
from helpers.maths.mystery import N_MYSTERIES, gradients, secret


@dataclass(frozen=True)
class MysteryState:
    """The gradients of a mystery and of a guess, log10 by lag: whole, carousel, guess whole, guess carousel."""

    number: int
    forget_bias: float
    scale: float
    logs: dict[str, np.ndarray]


@lru_cache
def mystery_gradients(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of a mystery, along all paths and along the carousel."""
    return gradients(number, *secret(number))


def mystery_state(forget_bias: float, scale: float, number: int) -> MysteryState:
    """Compute what the explorer of a mystery shows."""
    names = ("whole", "carousel", "guess whole", "guess carousel")
    logs = (*mystery_gradients(number), *gradients(number, forget_bias, scale))
    return MysteryState(number, forget_bias, scale, dict(zip(names, logs, strict=True)))


def describe_mystery(state: MysteryState) -> str:
    """Say what is left after 50 steps, of the mystery and of the guess."""
    told = {name: amount(logs[50]) for name, logs in state.logs.items()}
    return (
        f"Mystery {state.number}: after 50 steps the carousel keeps {told['carousel']}, all paths {told['whole']}. "
        f"Your guess, forget bias {state.forget_bias:g} and scale {state.scale:g}: carousel {told['guess carousel']}, "
        f"all paths {told['guess whole']}."
    )


def mystery_explorer(number: int = 1) -> Explorer:
    """Return the explorer of an LSTM whose forget bias and scale of W are to be found from its gradients."""
    controls = [
        Slider("forget_bias", "your forget bias b_f", 0, 5, 0, 0.1),
        Slider("scale", "your scale of W", 0.5, 5, 1, 0.1),
        Choice("number", "mystery", list(range(1, N_MYSTERIES + 1)), number),
    ]
    return Explorer(controls, mystery_state, figures.Mystery(), describe_mystery)
