"""Backpropagation through time against PyTorch's `nn.RNN`, on the CPU, with the same number of threads, in one run.

    make bench-torch

One forward and one backward pass of a tanh net with all gradients (W, U, b, h_0), from the same numbers, in float64 on
both sides, in turns; medians. PyTorch is installed for this alone, into an environment of its own.
"""

import argparse
import os
import subprocess
import sys
import time
from statistics import median

SIZES = [(8, 16, 50), (32, 16, 100), (32, 32, 100), (32, 64, 100), (32, 128, 100)]  # batch, neurons, steps


def measure(batch: int, n: int, n_steps: int, n_rounds: int = 15) -> tuple[float, float, float]:
    """Return milliseconds of ours and of PyTorch's, and the largest relative difference of the gradients."""
    import numpy as np
    import torch

    from helpers.maths.rnn import RNN, bptt, run_rnn

    rng = np.random.default_rng(0)
    W, U = (rng.standard_normal((n, n)) / np.sqrt(n) for _ in range(2))
    X, h0 = rng.standard_normal((n_steps, batch, n)), rng.standard_normal((batch, n))
    G = np.concatenate([np.zeros((1, batch, n)), rng.standard_normal((n_steps, batch, n))])
    net = RNN(W, U, np.zeros(n))

    def ours():
        return bptt(net, run_rnn(net, h0, X), G)

    module = torch.nn.RNN(n, n, bias=True).double()
    with torch.no_grad():
        module.weight_hh_l0.copy_(torch.from_numpy(W))
        module.weight_ih_l0.copy_(torch.from_numpy(U))
        module.bias_hh_l0.zero_()
        module.bias_ih_l0.zero_()
    inputs, rows = torch.from_numpy(X), torch.from_numpy(G[1:])
    start = torch.from_numpy(h0)[None].requires_grad_()

    def theirs():
        module.zero_grad(set_to_none=True)
        start.grad = None
        module(inputs, start)[0].backward(rows)
        return module.weight_hh_l0.grad, module.weight_ih_l0.grad, module.bias_hh_l0.grad, start.grad[0]

    pairs = zip(ours(), theirs(), strict=True)
    error = max(float(np.abs(a - b.numpy()).max() / np.abs(a).max()) for a, b in pairs)
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(n_rounds):
        for mine, function in ((True, ours), (False, theirs)):
            began = time.perf_counter()
            function()
            spent[mine].append(1000 * (time.perf_counter() - began))
    return median(spent[True]), median(spent[False]), error


def main() -> int:
    """Print a table for each number of threads, each in a process of its own: BLAS reads the number at its start."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int)
    threads = parser.parse_args().threads
    if threads is None:
        for number in (1, os.cpu_count() or 1):
            names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
            environment = os.environ | dict.fromkeys(names, str(number))
            command = [sys.executable, "-m", "tools.bench_torch", "--threads", str(number)]
            subprocess.run(command, check=True, env=environment)
        return 0
    import torch

    torch.set_num_threads(threads)
    print(f"one forward and backward pass, threads: {threads}, PyTorch {torch.__version__}; above 1 ours is faster")
    print(f"{'batch':>6}{'n':>6}{'T':>6}{'ours, ms':>12}{'nn.RNN, ms':>12}{'ratio':>8}{'difference':>12}")
    for batch, n, n_steps in SIZES:
        ours, theirs, error = measure(batch, n, n_steps)
        print(f"{batch:6}{n:6}{n_steps:6}{ours:12.2f}{theirs:12.2f}{theirs / ours:8.2f}{error:12.0e}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
