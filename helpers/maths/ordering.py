"""Four ways to multiply the step Jacobians of a recurrent net, of which one is the derivative (notebook 03).

The net is h_{k+1} = tanh(W h_k): a net of equal layers, so that `mlp.forward` runs it.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from helpers.maths._check import vector, whole_number, within_floats
from helpers.maths.activations import activation as find_activation
from helpers.maths.mlp import Layer, forward
from helpers.maths.rnn import checked_square


class Candidates(NamedTuple):
    """Products (n, n) that have been taken for dh_T/dh_0; the first is it, the others are plausible mistakes.

    newest_left : S_T W ... S_1 W            oldest_left : S_1 W ... S_T W
    swapped : W S_T ... W S_1                as_printed : W^T S_1 ... W^T S_T, the slide's, with its W = W^T
    """

    newest_left: np.ndarray
    oldest_left: np.ndarray
    swapped: np.ndarray
    as_printed: np.ndarray


def last_state(W, h0, n_steps):
    """Return h_T of h_{k+1} = tanh(W h_k), shape (n,).

    W : (n, n). h0 : (n,). n_steps : T, at least 1. Raises ValueError for other shapes and values.
    Source: claim C23.

    >>> last_state([[0.0]], [1.0], 3).tolist()
    [0.0]
    """
    return _run(checked_square(W), h0, n_steps).H[-1]


@within_floats
def candidate_products(W, h0, n_steps):
    """Return the Candidates for dh_T/dh_0 of h_{k+1} = tanh(W h_k).

    dh_T/dh_0 = J_{T-1} ... J_0,   J_k = S_{k+1} W,   S_{k+1} = diag(tanh'(W h_k))

    Arguments and errors as for `last_state`. For n = 1 all four are the same number.
    Source: claims C60 to C64.

    >>> [float(product[0, 0]) for product in candidate_products([[2.0]], [0.0], 3)]
    [8.0, 8.0, 8.0, 8.0]
    """
    W = checked_square(W)
    run = _run(W, h0, n_steps)
    S = [np.diag(find_activation("tanh").derivative(z)) for z in run.Z]
    return Candidates(
        newest_left=reduce(lambda product, S_k: S_k @ W @ product, S, np.eye(len(W))),
        oldest_left=reduce(lambda product, S_k: product @ S_k @ W, S, np.eye(len(W))),
        swapped=reduce(lambda product, S_k: W @ S_k @ product, S, np.eye(len(W))),
        as_printed=reduce(lambda product, S_k: product @ W.T @ S_k, S, np.eye(len(W))),
    )


def _run(W, h0, n_steps):
    """The Forward of n_steps equal layers."""
    h0 = vector("h0", h0)
    if h0.shape != (len(W),):
        raise ValueError(f"h0 must be ({len(W)},), as W is, got {h0.shape}")
    return forward([Layer(W, "tanh")] * whole_number("n_steps", n_steps, at_least=1), h0)
