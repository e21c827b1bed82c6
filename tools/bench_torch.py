"""Backpropagation through time and training against PyTorch, on the CPU, in turns, in one run.

    make bench-torch

One forward and one backward pass of a tanh net with all gradients (W, U, b, h_0) against `nn.RNN`, from the same
numbers, in float64 on both sides, with the same number of threads. Then whole updates of LSTMs, five seeds of them
(forward, backward, clipping, Adam; the batch is drawn before), against the fused `nn.LSTM`, in float32 on both sides.
Medians. PyTorch is installed for this alone, into an environment of its own.
"""

import argparse
import os
import subprocess
import sys
import time
from statistics import median

N_CELLS, N_STEPS, BATCH, N_SEEDS = 16, 50, 32, 5  # of the training
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


def our_update(model="lstm", n_steps=N_STEPS):
    """Return a function that updates five seeds of our nets on the same batch, and how many sequences it reads."""
    from helpers.maths.training import Recipe, Training

    seeds = tuple(range(N_SEEDS))
    training = Training(
        Recipe("adding", n_steps, model, 1.0, hidden=N_CELLS, batch=BATCH, n_updates=10**9, seeds=seeds)
    )
    drawn = training._draw(training.active, 0, 0, BATCH)
    training._draw = lambda *_: drawn
    training._solvers = lambda who, theta: who[:0]  # a test every so many updates is not what is compared
    return training.update, BATCH * N_SEEDS


def torch_update():
    """Return a function that updates PyTorch's LSTM on the same batch, and the sequences that it reads."""
    import numpy as np
    import torch

    from helpers.maths.tasks import draw

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    X, D = (torch.from_numpy(A.astype(np.float32)) for A in draw("adding", np.random.default_rng(0), N_STEPS, BATCH))
    X = X.transpose(1, 2).contiguous()
    net, readout = torch.nn.LSTM(2, N_CELLS), torch.nn.Linear(N_CELLS, 1)
    weights = [*net.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(weights, 0.01)

    def update():
        optimiser.zero_grad(set_to_none=True)
        loss = 0.5 * ((readout(net(X)[0][-1]).T - D) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()

    return update, BATCH


def sequences_a_second(side: str, seconds: float = 2.0) -> float:
    """Return how many sequences a second one process trains on."""
    update, n = our_update() if side == "ours" else torch_update()
    for _ in range(5):
        update()
    began, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        update()
        count += n
    return count / spent


def in_processes(flag: str, value: str, threads: int, n_processes: int = 1) -> list[str]:
    """Return what this script prints with a flag, in processes of so many threads, which BLAS reads at its start."""
    environment = os.environ | dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)
    )
    command = [sys.executable, "-m", "tools.bench_torch", flag, value]
    some = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(n_processes)]
    said = [process.communicate()[0] for process in some]
    if any(process.returncode for process in some):
        raise RuntimeError(f"{' '.join(command)} failed")
    return said


def training(n_rounds: int = 5) -> None:
    """Print how many sequences a second are trained on, ours and PyTorch's, on one core and on all."""
    cores = os.cpu_count() or 1
    sides = {
        "ours, one process": ("ours", 1, 1),
        "ours, a process a core": ("ours", 1, cores),
        "nn.LSTM, one thread": ("torch", 1, 1),
        "nn.LSTM, a thread a core": ("torch", cores, 1),
        "nn.LSTM, a process a core": ("torch", 1, cores),
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(n_rounds):
        for name, (side, threads, n_processes) in sides.items():
            rates[name].append(sum(map(float, in_processes("--training", side, threads, n_processes))))
    best = max(median(some) for name, some in rates.items() if name.startswith("nn"))
    print(
        f"training of LSTMs, {N_CELLS} cells, {N_STEPS} steps, batches of {BATCH}; ours trains {N_SEEDS} seeds at once"
    )
    print(f"{'':28}{'sequences/s':>12}{'beside the best of nn.LSTM':>30}")
    for name, some in rates.items():
        print(f"{name:28}{median(some):12.0f}{median(some) / best:30.2f}")


def main() -> int:
    """Print a table for each number of threads, and the one of training."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int)
    parser.add_argument("--training", choices=("ours", "torch"))
    chosen = parser.parse_args()
    threads = chosen.threads
    if chosen.training:
        print(sequences_a_second(chosen.training))
        return 0
    if threads is None:
        for number in dict.fromkeys((1, os.cpu_count() or 1)):
            print(*in_processes("--threads", str(number), number), sep="", flush=True)
        training()
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
