"""Training of many nets on a task, one for each seed, side by side; small ones that learned to hold a bit (10)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import float_type, one_of, real_array, real_number, shown, whole_number
from helpers.maths.descent import OPTIMISERS, Moments, clip_by_norm, no_moments
from helpers.maths.many_nets import MODELS, Shape, nets, parameters, random_theta, single_net
from helpers.maths.tasks import TASKS, draw, is_wrong
from helpers.maths.vector_activations import l2_loss, softmax_cross_entropy

CHECK_EVERY = 25  # updates
SOLVED = 0.01  # a smaller share of wrong answers to fresh sequences solves a task: Pascanu, Mikolov & Bengio 2013
N_TEST, CHUNK = 10_000, 100  # sequences of a test, and of one run of it
N_SCREEN = 500  # sequences of the look that decides whether a test is worth its time
BATCH, TEST, FLOW = range(3)  # what sequences are drawn for


class Recipe(NamedTuple):
    """All that is needed to train the same nets again.

    task, length : as in `tasks.draw`. model : a name from MODELS. forget_bias, gain, input_bias : as in `random_theta`.
    hidden : states of a net. batch : sequences of an update. optimiser : a name from OPTIMISERS.
    max_norm : to which a gradient is clipped; None for no clipping. n_updates : at most so many.
    seeds : whole numbers, each a net with its own start and sequences of its own.
    """

    task: str
    length: int
    model: str
    forget_bias: float = 0.0
    gain: float = 1.0
    input_bias: float = 0.0
    hidden: int = 16
    batch: int = 32
    optimiser: str = "adam"
    learning_rate: float = 0.01
    max_norm: float | None = 1.0
    n_updates: int = 800
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)


class State(NamedTuple):
    """Where a training stands: theta (S, P), the Moments, and of each seed (S,) when it solved the task or diverged.

    solved_at, diverged_at : the number of the update, -1 before it
    """

    theta: np.ndarray
    moments: Moments
    solved_at: np.ndarray
    diverged_at: np.ndarray

    @property
    def n_updates(self):
        """The number of updates made."""
        return self.moments.n_updates


class Training:
    """Nets in training, to be left and taken up again at any update.

    Each batch is drawn from its seed and the number of its update, so what a seed learns depends neither on the seeds
    beside it (with one hidden state it does, in the eighth digit) nor on a pause. An update that was interrupted leaves
    the state as it was. A Training can be pickled.

    recipe : a Recipe. n_test : sequences of the test that a seed must pass. dtype : of the runs, np.float32, or float
    for digits that agree from machine to machine; parameters and moments are doubles. state : the State.
    history : (loss, wrong) of each update, each (S,): the mean loss and the share of wrong answers of the batch; NaN
    for a seed that trains no more, because it solved the task or overflowed.
    Raises ValueError for a recipe that cannot be followed.

    >>> training = Training(Recipe("latch", length=3, model="tanh", hidden=4, n_updates=2, seeds=(0,)))
    >>> [state.n_updates for state in training.updates()]
    [1, 2]
    """

    def __init__(self, recipe, n_test=N_TEST, dtype=np.float32):
        """Draw the nets."""
        self.dtype = float_type("dtype", dtype)
        self.recipe = recipe = _checked(recipe)
        self.n_test = whole_number("n_test", n_test, at_least=CHUNK)
        task = TASKS[recipe.task]
        self.shape = Shape(recipe.model, recipe.hidden, task.n_inputs, task.n_outputs)
        starts = (np.random.default_rng(seed) for seed in recipe.seeds)
        biases = recipe.forget_bias, recipe.input_bias
        theta = np.stack([random_theta(self.shape, rng, recipe.gain, *biases) for rng in starts])
        self.state = State(theta, no_moments(theta), *np.full((2, len(theta)), -1))
        self.history = []
        self._nets = {}

    def __getstate__(self):
        """Everything but the arrays of the runs, which are made anew."""
        return self.__dict__ | {"_nets": {}}

    def updates(self):
        """Make one update after another, and yield the State after each, until no seed is left to train."""
        while self.state.n_updates < self.recipe.n_updates and len(self.active):
            yield self.update()

    @property
    def active(self):
        """The places of the seeds that still train."""
        return np.flatnonzero((self.state.solved_at < 0) & (self.state.diverged_at < 0))

    def update(self):
        """Make one update of every seed that still trains, and return the State after it.

        Raises ValueError where no seed is left.
        """
        recipe, old, who = self.recipe, self.state, self.active
        if not len(who):
            raise ValueError(f"a seed must be left to train, got {old.n_updates} updates after which each is done")
        now = old.n_updates + 1
        loss, wrong, gradient = self._gradient(who, *self._draw(who, BATCH, now, recipe.batch))
        fine = np.isfinite(loss) & (np.abs(gradient) < 1e150).all(axis=1)  # Adam needs the squares
        gradient[~fine] = 0.0
        if recipe.max_norm is not None:
            gradient = clip_by_norm(gradient, recipe.max_norm, axis=1)
        moments = Moments(old.moments.first[who], old.moments.second[who], old.n_updates)
        with np.errstate(over="ignore"):
            theta, moments = OPTIMISERS[recipe.optimiser](old.theta[who], gradient, moments, recipe.learning_rate)
        fine &= (np.abs(theta) < np.finfo(self.dtype).max).all(axis=1) & np.isfinite(moments.second).all(axis=1)
        kept, diverged = who[fine], who[~fine]
        solved = kept[:0]
        if now % CHECK_EVERY == 0 or now == recipe.n_updates:
            solved = self._solvers(kept, theta[fine])
        state = State(
            _with(old.theta, kept, theta[fine]),
            Moments(*(_with(a, kept, b[fine]) for a, b in zip(old.moments[:2], moments[:2], strict=True)), now),
            _with(old.solved_at, solved, now),
            _with(old.diverged_at, diverged, now),
        )
        nothing = np.full(len(recipe.seeds), np.nan)
        row = _with(nothing, kept, loss[fine]), _with(nothing, kept, wrong[fine])
        self.history = [*self.history[: old.n_updates], row]
        self.state = state
        return state

    def test(self):
        """Return of each seed the share of wrong answers to n_test fresh sequences, always the same, and the loss."""
        everyone, runs = np.arange(len(self.recipe.seeds)), range(self.n_test // CHUNK)
        return np.mean([self._test(everyone, self.state.theta, number) for number in runs], axis=0)

    def outputs(self, X, state=None):
        """Return what the net of each seed says after each step of the inputs X (T, m, B), shape (T, S, p, B).

        X may be of any length. state : that of an earlier update; None for the present one.
        Raises ValueError for inputs of another shape.
        """
        X = real_array("X", X)
        if X.ndim != 3 or X.shape[1] != self.shape.m:
            raise ValueError(f"X must be (T, {self.shape.m}, B), got {X.shape}")
        S = len(self.recipe.seeds)
        X = np.broadcast_to(X[:, None], (len(X), S, *X.shape[1:]))
        if not isinstance(state, State | None):
            raise ValueError(f"state must be a State, got {shown(state)}")
        P = parameters((state or self.state).theta, self.shape)
        many = nets(self.shape, len(X), S, X.shape[-1])
        with np.errstate(over="ignore", invalid="ignore"):
            many.run(P, X)
            return many.outputs(P)

    def flow(self, n=CHUNK, slopes_of=None):
        """Return log10 of |dDiv/d(state)| by lag, (T + 1, S), the median over n fresh sequences; lag 0 is the end.

        The state is h, and c with it where there is one; Div is the loss of one sequence. -inf is a gradient of 0, in
        the single precision of the runs: what is smaller than 1e-45.
        slopes_of : a State of an earlier update, to ask what the slopes of tanh do: tanh of every state, of c in an
        LSTM, is then that of its run on the same sequences, and all else is the present.
        Raises ValueError for slopes_of where the state goes through no tanh.
        """
        everyone = np.arange(len(self.recipe.seeds))
        X, D = self._draw(everyone, FLOW, 0, whole_number("n", n, at_least=1))
        squashed = None
        if slopes_of is not None:
            self._run(slopes_of.theta, X)
            squashed = self._nets_for(X).squashed().copy()
        self._gradient(everyone, X, D, squashed)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            norms = np.linalg.norm(self._nets_for(X).rows().astype(float), axis=2) * X.shape[-1]
            return np.log10(np.median(norms, axis=-1))[::-1]

    def heard(self, n=CHUNK, slopes_of=None):
        """Return log10 of the gradient at the state after the first input, relative to that at the end, (S,).

        Arguments and errors as for `flow`. -inf where nothing arrives, even where the gradient at the end is 0 too.

        >>> Training(Recipe("latch", length=9, model="tanh", gain=0.0, seeds=(0,))).heard().tolist()
        [-inf]
        """
        flow = self.flow(n, slopes_of)
        return np.where(np.isneginf(flow[-2]), -np.inf, flow[-2] - np.where(np.isneginf(flow[0]), 0.0, flow[0]))

    def net(self, s):
        """Return the net of the seed in place s as an RNN, LSTM or GRU, without its outputs."""
        return single_net(self.state.theta, self.shape, s)

    def _draw(self, who, kind, number, batch):
        """X (T, S, m, B) and D (S, p, B) for the seeds in the places `who`."""
        rngs = (np.random.default_rng([self.recipe.seeds[s], kind, number]) for s in who)
        X, D = zip(*(draw(self.recipe.task, rng, self.recipe.length, batch) for rng in rngs), strict=True)
        return np.stack(X, axis=1, dtype=self.dtype, casting="same_kind"), np.stack(D)

    def _nets_for(self, X):
        """The Nets whose arrays have the size of these inputs; there are few sizes."""
        n_steps, n_nets, _, batch = X.shape
        if (n_nets, batch) not in self._nets:
            self._nets[n_nets, batch] = nets(self.shape, n_steps, n_nets, batch, self.dtype)
        return self._nets[n_nets, batch]

    def _run(self, theta, X):
        """The outputs (S, p, B) in double precision."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return self._nets_for(X).run(parameters(theta.astype(self.dtype), self.shape), X).astype(float)

    def _gradient(self, who, X, D, squashed=None):
        """The loss and the share of wrong answers of each seed, (S,), and the gradient of the loss, (S, P).

        squashed : what tanh made of the states, where the way back is not to take that of this run.
        """
        theta = self.state.theta[who]
        Y = self._run(theta, X)
        if squashed is not None:
            self._nets_for(X).squashed()[:] = squashed
        loss, dY = losses(self.recipe.task, Y, D)
        gradient = np.empty(theta.shape, self.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            dY = (dY / X.shape[-1]).astype(self.dtype)
            P, G = (parameters(array, self.shape) for array in (theta.astype(self.dtype), gradient))
            self._nets_for(X).back(P, X, dY, G)
        return loss, is_wrong(self.recipe.task, Y, D).mean(axis=1), gradient.astype(float)

    def _test(self, who, theta, number):
        """The share of wrong answers and the mean loss, (S,) each, of one run of the test."""
        X, D = self._draw(who, TEST, number, CHUNK)
        Y = self._run(theta, X)
        return is_wrong(self.recipe.task, Y, D).mean(axis=1), losses(self.recipe.task, Y, D)[0]

    def _solvers(self, who, theta):
        """Those of `who` that solve the task with theta: first a look, then for the few the whole test.

        Who has in the first run of the look as many wrong answers as the whole look allows is not looked at further.
        """
        look, done, wrong = min(N_SCREEN, self.n_test), 0, np.zeros(len(who))
        for n, most in ((CHUNK, SOLVED * look / CHUNK), (look, SOLVED), (self.n_test, SOLVED)):
            for number in range(done, n // CHUNK if len(who) else 0):
                wrong += self._test(who, theta, number)[0]
            done = n // CHUNK
            solves = wrong / done < most
            who, theta, wrong = who[solves], theta[solves], wrong[solves]
        return who


def losses(task, Y, D):
    """Return the mean loss of the batch, (S,), and the gradients of each sequence's loss, (S, p, B), as columns.

    The cross entropy of the softmax for classes, half the squared error for numbers. Y, D : outputs and targets,
    (S, p, B). A loss is NaN and its gradients are 0 where an output of the net is not finite or beyond 1e150.
    Raises ValueError for other shapes and another task.

    >>> losses("adding", [[[1.0, 1.0]]], [[[1.0, 3.0]]])[0].tolist()
    [1.0]
    """
    task = TASKS[one_of("task", task, TASKS)]
    Y, D = real_array("Y", Y, nan_allowed=True), real_array("D", D)
    if Y.shape != D.shape or Y.ndim != 3 or Y.shape[1] != task.n_outputs or not Y.size:
        raise ValueError(f"Y and D must be (S, {task.n_outputs}, B), got {Y.shape} and {D.shape}")
    loss = {"class": softmax_cross_entropy, "number": l2_loss}[task.kind]
    lost = ~(np.abs(Y) < 1e150).all(axis=(1, 2), keepdims=True)  # beyond, a squared error overflows
    side_by_side = (np.moveaxis(A, 1, 0).reshape(A.shape[1], -1) for A in (np.where(lost, 0.0, Y), D))
    with np.errstate(over="ignore", invalid="ignore"):
        value, rows = loss(*side_by_side)
        value = value.reshape(len(Y), -1).mean(axis=1)
    columns = np.moveaxis(rows.reshape(len(Y), -1, Y.shape[1]), 1, 2)
    return np.where(lost[:, 0, 0], np.nan, value), np.where(lost, 0.0, columns)


def _with(array, where, values):
    """A copy of the array with other values at some places."""
    array = array.copy()
    array[where] = values
    return array


def _checked(recipe):
    """The recipe, with its values in their working form."""
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe must be a Recipe, got {shown(recipe)}")
    task = one_of("task", recipe.task, TASKS)
    seeds = tuple(whole_number("each of seeds", s) for s in recipe.seeds) if isinstance(recipe.seeds, tuple) else ()
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be a tuple of different whole numbers, got {shown(recipe.seeds)}")
    max_norm = recipe.max_norm
    return Recipe(
        task,
        whole_number("length", recipe.length, at_least=TASKS[task].shortest),
        one_of("model", recipe.model, MODELS),
        real_number("forget_bias", recipe.forget_bias),
        real_number("gain", recipe.gain, at_least=0.0),
        real_number("input_bias", recipe.input_bias),
        whole_number("hidden", recipe.hidden, at_least=1),
        whole_number("batch", recipe.batch, at_least=1),
        one_of("optimiser", recipe.optimiser, OPTIMISERS),
        real_number("learning_rate", recipe.learning_rate, above=0.0),
        None if max_norm is None else real_number("max_norm", max_norm, above=0.0),
        whole_number("n_updates", recipe.n_updates, at_least=1),
        seeds,
    )


# Small tanh nets that learned to hold one bit over a few steps, and what becomes of it after more


N_NETS, LONGEST, N_ASKED = 30, 60, 200  # nets, the longest sequence that they are asked, and how many of each length
LATE = 20  # from longer sequences on, what a net does is what it does for ever
KINDS = ("holds", "alternates", "forgets")


class Holders(NamedTuple):
    """Nets after training, and the share of right answers at lengths 1 to LONGEST, (LONGEST, N_NETS)."""

    training: Training
    right: np.ndarray


_kept: dict[tuple[int, int], Holders] = {}


def train_holders(length, first_seed=0):
    """Train N_NETS tanh nets of 8 neurons on "latch" at one length, each from a seed of its own; yield the share done.

    length : at least 1. first_seed : the first of the seeds, at least 0. The result is kept for `holders`.
    Raises ValueError for others.
    Source: claims C3, C5, C75; Bengio, Simard & Frasconi 1994.

    >>> max(train_holders(3)) <= 1
    True
    """
    first_seed = whole_number("first_seed", first_seed, at_least=0)
    seeds = tuple(range(first_seed, first_seed + N_NETS))
    recipe = Recipe("latch", length, "tanh", gain=0.5, hidden=8, n_updates=300, seeds=seeds)
    training = Training(recipe, n_test=1000, dtype=float)
    for state in training.updates():
        yield state.n_updates / recipe.n_updates
    X, D = draw("latch", np.random.default_rng(0), LONGEST, N_ASKED)
    Y = training.outputs(X)
    _kept[length, first_seed] = Holders(training, 1.0 - is_wrong("latch", Y, np.broadcast_to(D, Y.shape)).mean(axis=-1))


def holders(length, first_seed=0):
    """Return the nets of `train_holders`, trained where they are not yet, and what they answer at all lengths.

    A sequence of "latch" is the beginning of a longer one, so that one run of LONGEST steps asks all lengths.
    length, first_seed : as for `train_holders`, which says what is refused.

    >>> holders(3).right.shape
    (60, 30)
    """
    if not is_trained(length, first_seed):
        for _ in train_holders(length, first_seed):
            pass
    return _kept[length, first_seed]


def is_trained(length, first_seed=0):
    """Return whether the nets of a length and these seeds are there already. Raises ValueError for others.

    >>> is_trained(59)
    False
    """
    return (whole_number("length", length, at_least=1), whole_number("first_seed", first_seed)) in _kept


def late_shares(right):
    """Return the mean share of right answers at the odd and at the even lengths above LATE.

    right : (n,), the share at lengths 1 to n, n at least LATE + 2. Raises ValueError for another shape.

    >>> late_shares(np.tile([1.0, 0.0], 20))
    (1.0, 0.0)
    """
    right = real_array("right", right)
    if right.ndim != 1 or len(right) < LATE + 2:
        raise ValueError(f"right must be (n,) with n at least {LATE + 2}, got {right.shape}")
    odd, even = right[LATE::2], right[LATE + 1 :: 2]  # right[0] is length 1, and LATE is even
    return float(odd.mean()), float(even.mean())


def kind(right):
    """Return the kind of a net: one of KINDS.

    "holds": right at all lengths; "alternates": right at the odd ones or at the even ones alone, and wrong at the
    others, so that it still knows; "forgets": anything else.
    right : as for `late_shares`, which says what is refused.
    Source: claim C75 (the orbit of period two is that of claim C5).

    >>> kind(np.tile([1.0, 0.0], 20))
    'alternates'
    """
    shares = late_shares(right)
    if min(shares) > 0.95:
        return "holds"
    return "alternates" if max(shares) > 0.95 and min(shares) < 0.05 else "forgets"
