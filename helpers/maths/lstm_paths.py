"""An LSTM's gradient taken apart: along the carousel, with one gate's path open, and whole (notebook 09)."""

import numpy as np

from helpers.maths.lstm import PATHS, lstm_terms
from helpers.maths.rnn import FAR

VARIANTS = ("whole", *PATHS)  # the last four: the carousel and this gate's path


def path_log10_norms(net, run):
    """Return log10 of the Frobenius norm of dc_t/dc_0, t = 0, ..., T, along each of VARIANTS, shape (6, T + 1).

    dc_{k+1} = f dc_k + A dh_k,   dh_{k+1} = E dc_{k+1} + R dh_k,   dc_0 = I, dh_0 = 0
    with A the sum of the terms of the input gate, the forget gate and the cell input, R that of the output gate, and E
    the readout (see `lstm_jacobians`); a variant keeps the terms of its paths.

    net : an LSTM. run : its LSTMRun, without a batch. -inf is an exact 0.
    Raises ValueError where net and run do not fit, and for a batch.
    Source: claim C91; claims.md 3E.

    >>> from helpers.maths.lstm import LSTM, lstm_run
    >>> net = LSTM(W=[[0.0], [0.0], [0.0], [2.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> logs = path_log10_norms(net, lstm_run(net, np.zeros((50, 1))))
    >>> [round(float(10 ** logs[row, 50]), 3) for row in (0, 5)], round(float(logs[1, 50]), 3)
    ([0.5, 0.0], -15.051)
    """
    terms = lstm_terms(net, run)
    if run.C.ndim != 2:
        raise ValueError(f"the paths are those of one run, got a batch: C {run.C.shape}")
    n = run.C.shape[1]
    E, A_of = terms.readout, np.stack(terms[:3])
    # Which of i, f, g and which of o each variant keeps; np.tensordot adds the terms that are kept.
    gates = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], float)
    through_o = np.array([1, 0, 0, 0, 0, 1], float)
    A = np.tensordot(gates, A_of, axes=1)
    both = np.concatenate([A, through_o[:, None, None, None] * terms.output_gate], axis=2)
    dc, dh = np.tile(np.eye(n), (len(VARIANTS), 1, 1)), np.zeros((len(VARIANTS), n, n))
    logs, scale = np.zeros((len(VARIANTS), len(run.C))), np.zeros(len(VARIANTS))
    logs[:, 0] = 0.5 * np.log10(n)
    for k in range(len(run.I)):
        moved = both[:, k] @ dh
        dc = run.F[k][:, None] * dc + moved[:, :n]
        dh = E[k][:, None] * dc + moved[:, n:]
        squares = np.einsum("vij,vij->v", dc, dc)
        with np.errstate(divide="ignore"):
            logs[:, k + 1] = 0.5 * np.log10(squares) + scale
        if squares.max() > FAR or squares.min() < 1 / FAR:
            size = np.sqrt(np.where(squares > 0, squares, 1.0))
            dc, dh = dc / size[:, None, None], dh / size[:, None, None]
            scale += np.log10(size)
    return logs
