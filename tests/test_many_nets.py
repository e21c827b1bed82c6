"""Many nets at once: against single nets, autograd, central differences and their step Jacobians."""

from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.gru import GRU
from helpers.maths.lstm import LSTM, lstm_run
from helpers.maths.many_nets import MODELS, Parameters, Shape, nets, parameters, random_theta, single_net
from helpers.maths.rnn import RNN
from helpers.maths.tasks import TASKS, draw
from tests.at_random import rng
from tests.nets_one_by_one import alone, losses_of, rows_in_theta, slope_of

N_SETTINGS = 108  # three of each model on each task
GATES = {"tanh": 1, "irnn": 1, "lstm": 4, "gru": 3}
# Of those that came after: the rows of U for each state, and the size of what W is.
AFTER = {
    "min_gru": (2, lambda n: (2 * n, 0)),
    "diagonal": (1, lambda n: (2 * n, 1)),
    "relu_diagonal": (1, lambda n: (2 * n, 1)),
    "attention": (1, lambda n: (3 * n, n)),
    "set_attention": (1, lambda n: (3 * n, n)),
}


# --- the oracle: the same nets, rows for columns, from the papers ---


def logistic(z):
    return 1 / (1 + anp.exp(-z))


def step(model, W, U, b, state, x):
    """The next state of rows (S, B, n), or of (c, h)."""
    gates = [(W[:, rows], U[:, rows], b[:, rows]) for rows in np.split(np.arange(W.shape[1]), GATES[model])]

    def z(number, h):
        W, U, b = (anp.swapaxes(part, 1, 2) for part in gates[number])
        return anp.matmul(h, W) + anp.matmul(x, U) + b

    if model == "tanh":
        return anp.tanh(z(0, state))
    if model == "irnn":
        return anp.maximum(z(0, state), 0.0)
    if model == "gru":
        retain, reset = logistic(z(0, state)), logistic(z(1, state))
        return retain * state + (1 - retain) * anp.tanh(
            anp.matmul(reset * state, anp.swapaxes(gates[2][0], 1, 2)) + z(2, 0.0 * state)
        )
    c, h = state
    c = logistic(z(1, h)) * c + logistic(z(0, h)) * anp.tanh(z(3, h))
    return c, logistic(z(2, h)) * anp.tanh(c)


def state_after(model, P, X):
    """What the readout of a net that came after reads, rows (S, B, n), after X (T, S, m, B); a loop of real numbers."""
    W, U, b = P[:3]
    n = P[3].shape[-1]
    rows = [anp.matmul(np.swapaxes(x, 1, 2), anp.swapaxes(U, 1, 2)) + anp.swapaxes(b, 1, 2) for x in X]
    h = im = np.zeros((X.shape[1], X.shape[3], n))
    if model == "min_gru":
        for row in rows:
            z = logistic(row[..., :n])
            h = (1 - z) * h + z * row[..., n:]
    elif model in ("diagonal", "relu_diagonal"):
        nu, angle = (anp.swapaxes(part, 1, 2) for part in (W[:, :n], W[:, n:]))
        radius = anp.exp(-anp.exp(nu))
        for row in rows:
            x = anp.sqrt(1 - radius**2) * (row if model == "diagonal" else anp.maximum(row, 0.0))
            turned = anp.cos(angle) * h - anp.sin(angle) * im, anp.sin(angle) * h + anp.cos(angle) * im
            h, im = radius * turned[0] + x, radius * turned[1]
    else:
        W_q, W_k, W_v = (anp.swapaxes(W[:, k * n : (k + 1) * n], 1, 2) for k in range(3))
        if model == "attention":
            rows = [row + np.array([place(t, i, n) for i in range(n)]) for t, row in enumerate(rows)]
        query = anp.matmul(rows[-1], W_q)
        scores = [anp.exp(anp.sum(query * anp.matmul(row, W_k), axis=-1, keepdims=True) / n**0.5) for row in rows]
        h = sum(score * anp.matmul(row, W_v) for score, row in zip(scores, rows, strict=True)) / sum(scores)
    return h


def place(t, i, n):
    """The entry i of the sinusoids of Vaswani et al. 2017 at place t, which come in pairs of one frequency."""
    angle = t / 10000 ** (2 * (i // 2) / n)
    return np.cos(angle) if i % 2 else np.sin(angle)


def outputs_of(model, P, X):
    """Rows of outputs (S, B, p) after X (T, S, m, B)."""
    if model in AFTER:
        return anp.matmul(state_after(model, P, X), anp.swapaxes(P[3], 1, 2)) + anp.swapaxes(P[4], 1, 2)
    h = np.zeros((X.shape[1], X.shape[3], P[0].shape[-1]))
    state = (h, h) if model == "lstm" else h
    for x in X:
        state = step(model, *P[:3], state, np.swapaxes(x, 1, 2))
    h = state[1] if model == "lstm" else state
    return anp.matmul(h, anp.swapaxes(P[3], 1, 2)) + anp.swapaxes(P[4], 1, 2)


def loss_of(kind, Y, D):
    """The mean over the batch of each net's loss, summed over the nets, from rows Y and columns D."""
    D = np.swapaxes(D, 1, 2)
    if kind == "number":
        return 0.5 * anp.sum((Y - D) ** 2) / D.shape[1]
    Y = Y - np.max(getattr(Y, "_value", Y), axis=-1, keepdims=True)
    return anp.sum(anp.log(anp.sum(anp.exp(Y), axis=-1)) - anp.sum(Y * D, axis=-1)) / D.shape[1]


def draw_setting(seed, longest=30, largest=16):
    """Random nets with random biases, on batches of a task; long sequences are rarer, for autograd to be done soon."""
    r = rng(seed)
    model, task = list(MODELS)[seed % 9], list(TASKS.values())[seed // 9 % 4]
    n, B, S = int(r.integers(1, largest + 1)), int(r.integers(1, 9)), int(r.integers(1, 6))
    T = task.shortest + int((longest + 1 - task.shortest) * r.random() ** 3)
    shape = Shape(model, n, task.n_inputs, task.n_outputs)
    theta = np.stack([random_theta(shape, r, r.uniform(0.3, 1.3), r.uniform(-1, 2)) for _ in range(S)])
    theta += 0.2 * r.standard_normal(theta.shape)
    X, D = zip(*(draw(task.name, r, T, B) for _ in range(S)), strict=True)
    X, D = np.stack(X, axis=1), np.stack(D)
    return SimpleNamespace(r=r, shape=shape, task=task, theta=theta, X=X, D=D, T=T, S=S, n=n, B=B, model=model)


def solve(p, many=None, dtype=float):
    """The outputs and the gradient (S, P) of a setting, in `many`, or in arrays of its own; and what was sent back."""
    many = nets(p.shape, p.T, p.S, p.B, dtype) if many is None else many
    P, X = parameters(p.theta.astype(dtype), p.shape), p.X.astype(dtype)
    Y = many.run(P, X).copy()
    dY = slope_of(p.task.kind, Y, p.D).astype(dtype)
    gradient = np.full(p.theta.shape, np.nan, dtype)
    many.back(P, X, dY, parameters(gradient, p.shape))
    return SimpleNamespace(many=many, Y=Y, dY=dY, gradient=gradient)


@pytest.fixture(scope="module")
def settings():
    found = [draw_setting(seed) for seed in range(N_SETTINGS)]
    for p in found:
        p.ours = solve(p)
    return found


def test_the_random_settings_cover_what_they_are_meant_to(settings):
    assert {*GATES, *AFTER} == set(MODELS)
    assert {(p.model, p.task.name) for p in settings} == {(model, task) for model in MODELS for task in TASKS}
    assert {p.n for p in settings} == set(range(1, 17))
    assert {p.B for p in settings} == set(range(1, 9))
    assert {p.S for p in settings} == set(range(1, 6))
    assert min(p.T for p in settings) == 1
    assert max(p.T for p in settings) > 25


# --- against automatic differentiation and central differences ---


def test_outputs_and_gradients_are_those_of_autograd(settings):
    for p in settings:
        P = parameters(p.theta, p.shape)
        assert relative_error(p.ours.Y.mT, outputs_of(p.model, P, p.X)) < 1e-10
        wanted = grad(lambda P, p=p: loss_of(p.task.kind, outputs_of(p.model, P, p.X), p.D))(tuple(P))
        for name, ours, theirs in zip(P._fields, parameters(p.ours.gradient, p.shape), wanted, strict=True):
            assert ours.shape == theirs.shape
            assert relative_error(ours, theirs) < 1e-10, (p.shape, name)


def test_the_gradient_is_that_of_central_differences_along_a_random_direction(settings):
    """With a step so small that no ReLU is driven over its kink; its rounding is what the tolerance allows."""
    for p in settings:
        v, X, many = p.r.standard_normal(p.theta.shape), p.X, nets(p.shape, p.T, p.S, p.B)

        def loss(s, p=p, v=v, X=X, many=many):
            return loss_of(p.task.kind, many.run(parameters(p.theta + s * v, p.shape), X).mT, p.D)

        terms = p.ours.gradient * v
        measured = central_difference(loss, 0.0, step=3e-7)
        assert abs(measured - terms.sum()) < 1e-6 * np.abs(terms).sum() + 1e-8


@pytest.mark.parametrize("seed", range(36))
def test_each_entry_of_the_gradient_is_that_of_central_differences(seed):
    """Nets that differ in one parameter are run side by side."""
    p = draw_setting(seed, longest=10, largest=5)
    p.theta, p.X, p.D, p.S = p.theta[:1], p.X[:, :1], p.D[:1], 1
    n, step = p.theta.size, 3e-7
    theta = p.theta + step * np.concatenate([np.eye(n), -np.eye(n)])
    Y = nets(p.shape, p.T, 2 * n, p.B).run(parameters(theta, p.shape), p.X.repeat(2 * n, axis=1))
    above, below = np.split(losses_of(p.task.kind, Y, p.D).mean(axis=-1), 2)
    np.testing.assert_allclose(solve(p).gradient[0], (above - below) / (2 * step), rtol=1e-6, atol=1e-7)


# --- against the earlier modules ---


def test_the_outputs_after_each_step_are_those_of_runs_that_end_there(settings):
    """So none reads what comes after it."""
    for p in settings[:36]:
        P = parameters(p.theta, p.shape)
        whole = p.ours.many.outputs(P)
        for T in {1, (p.T + 1) // 2, p.T}:
            np.testing.assert_allclose(whole[T - 1], nets(p.shape, T, p.S, p.B).run(P, p.X[:T]), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("model", ["diagonal", "relu_diagonal", "attention", "set_attention"])
def test_a_run_and_its_gradients_are_those_of_pytorch(model):
    """By torch.autograd with complex numbers, and by its scaled_dot_product_attention with a causal mask."""
    torch = pytest.importorskip("torch")
    p = draw_setting(list(MODELS).index(model) + 18, longest=30)
    ours, n = solve(p), p.n
    after_each_step = ours.many.outputs(parameters(p.theta, p.shape))
    for s in range(p.S):
        parts = [torch.tensor(part[s]).requires_grad_() for part in parameters(p.theta, p.shape)]
        W, U, b, V, c = parts
        read = torch.tensor(p.X[:, s]).permute(2, 0, 1) @ U.T + b[:, 0]  # (B, T, n)
        if model.endswith("diagonal"):
            rate, h, steps = torch.exp(W[:n, 0]), 0.0, []
            lam, gamma = torch.exp(torch.complex(-rate, W[n:, 0])), torch.sqrt(1 - torch.exp(-2 * rate))
            for x in (read.relu() if model == "relu_diagonal" else read).unbind(1):
                h = lam * h + gamma * x
                steps.append(h.real)
            states = torch.stack(steps, 1)
        else:
            places = np.array([[place(t, i, n) for i in range(n)] for t in range(p.T)])
            E = read + torch.tensor(places) if model == "attention" else read
            q, k, v = (E @ part.T for part in W.split(n))
            states = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        Y = states @ V.T + c[:, 0]
        assert relative_error(after_each_step[:, s], Y.detach().permute(1, 2, 0).numpy()) < 1e-10
        (Y[:, -1] * torch.tensor(ours.dY[s].T)).sum().backward()
        for part, wanted in zip(parameters(ours.gradient, p.shape), parts, strict=True):
            assert relative_error(part[s], wanted.grad.numpy()) < 1e-10


def by_itself(p, s):
    return alone(p.theta[s], p.shape, p.task.kind, p.X[:, s], p.D[s])


def test_each_net_is_the_one_of_the_earlier_modules(settings):
    for p in settings:
        P = parameters(p.theta, p.shape)
        after_each_step = p.ours.many.outputs(P)  # which makes all of H where a run makes its last alone
        for s in range(p.S):
            theirs = by_itself(p, s)
            assert relative_error(p.ours.many.H[:, s].mT, theirs.run.H) < 1e-10
            assert relative_error(after_each_step[-1, s], theirs.Y) < 1e-10
            assert relative_error(p.ours.Y[s], theirs.Y) < 1e-10
            assert relative_error(p.ours.gradient[s], theirs.gradient()) < 1e-10, p.shape


def test_the_rows_of_all_steps_are_products_of_the_step_jacobians_of_the_earlier_modules(settings):
    for p in settings[:72]:
        rows = p.ours.many.rows()
        assert rows.shape == (p.T + 1, p.S, (2 if p.model in ("lstm", "diagonal", "relu_diagonal") else 1) * p.n, p.B)
        for s in range(p.S):
            for ours, theirs in zip(rows[:, s], by_itself(p, s).rows(), strict=True):
                assert relative_error(ours, theirs) < 1e-10


@pytest.mark.parametrize(("model", "kind"), [("tanh", RNN), ("irnn", RNN), ("lstm", LSTM), ("gru", GRU)])
def test_a_single_net_is_of_the_kind_of_its_model_and_a_copy(model, kind):
    shape = Shape(model, 3, 2, 1)
    theta = np.stack([random_theta(shape, rng(seed)) for seed in (0, 1)])
    before = theta.copy()
    net = single_net(theta, shape, 1)
    assert isinstance(net, kind)
    np.testing.assert_array_equal(rows_in_theta(shape, net.W), parameters(theta, shape).W[1])
    for part in (net.W, net.U, net.b):
        part += 1.0
    np.testing.assert_array_equal(theta, before)


# --- one net beside another, one run after another ---


def test_a_net_in_a_stack_is_what_it_is_alone(settings):
    """Each has its own products of matrices of the same sizes; for a matrix of one row numpy may take another way."""
    for p in settings:
        for s in range(p.S):
            lonely = SimpleNamespace(**vars(p) | {"theta": p.theta[[s]], "X": p.X[:, [s]], "D": p.D[[s]], "S": 1})
            found = solve(lonely)
            np.testing.assert_allclose(found.Y[0], p.ours.Y[s], rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(found.gradient[0], p.ours.gradient[s], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("model", MODELS)
def test_what_one_net_reads_and_is_does_not_reach_the_others(model):
    p = draw_setting(list(MODELS).index(model) + 36)
    p.S = 3
    p.theta, p.X, p.D = np.stack([p.theta[0]] * 3), np.stack([p.X[:, 0]] * 3, axis=1), np.stack([p.D[0]] * 3)
    before = solve(p)
    p.theta, p.X, p.D = p.theta.copy(), p.X.copy(), p.D.copy()
    p.theta[1] += 0.5
    p.X[:, 1] += 1.0
    after = solve(p)
    for s, same in ((0, True), (1, False), (2, True)):
        assert (before.Y[s] == after.Y[s]).all() == same
        assert (before.gradient[s] == after.gradient[s]).all() == same


@pytest.mark.parametrize("model", MODELS)
def test_the_members_of_a_batch_do_not_reach_each_other(model):
    p = draw_setting(list(MODELS).index(model) + 108)
    p.B, p.X, p.D = 2, np.concatenate([p.X[..., :1]] * 2, axis=-1), np.concatenate([p.D[..., :1]] * 2, axis=-1)
    before = solve(p)
    p.X[..., 1] += 1.0
    after = solve(p)
    np.testing.assert_array_equal(before.Y[..., 0], after.Y[..., 0])
    assert (before.Y[..., 1] != after.Y[..., 1]).any()
    np.testing.assert_array_equal(before.many.rows()[..., 0], after.many.rows()[..., 0])


@pytest.mark.parametrize("dtype", [float, np.float32])
@pytest.mark.parametrize("model", MODELS)
def test_the_arrays_can_be_used_again(model, dtype):
    """After any run and way back, a run on the same arrays is that on new ones; a second way back is the first."""
    p = draw_setting(list(MODELS).index(model) + 72)
    other = SimpleNamespace(**vars(p) | {"theta": 3 * p.theta + 1, "X": p.X[::-1] - 2.0})
    fresh = solve(p, dtype=dtype)
    many = solve(other, dtype=dtype).many
    for _ in range(2):
        again = solve(p, many, dtype)
        np.testing.assert_array_equal(again.Y, fresh.Y)
        np.testing.assert_array_equal(again.gradient, fresh.gradient)
        np.testing.assert_array_equal(again.many.rows(), fresh.many.rows())
    gradient, P = np.empty_like(fresh.gradient), parameters(p.theta.astype(dtype), p.shape)
    many.back(P, p.X.astype(dtype), fresh.dY, parameters(gradient, p.shape))
    np.testing.assert_array_equal(gradient, fresh.gradient)


def test_a_run_and_its_way_back_leave_their_arguments_as_they_were(settings):
    for p in settings[:8]:
        before = p.theta.copy(), p.X.copy(), p.D.copy()
        solve(p)
        for array, copy in zip((p.theta, p.X, p.D), before, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_single_precision_is_close_to_double(settings):
    """Its digits are 1e-7; sums over steps lose a few. A ReLU that it opens and double keeps shut may cost more."""
    for p in settings:
        found = solve(p, dtype=np.float32)
        for array in (found.Y, found.gradient, found.many.rows(), found.many.H):
            assert array.dtype == np.float32
        assert relative_error(found.Y, p.ours.Y) < 1e-4
        if p.model not in ("irnn", "relu_diagonal"):
            assert relative_error(found.gradient, p.ours.gradient) < 1e-3
    for model in ("irnn", "relu_diagonal"):
        some = [p for p in settings if p.model == model]
        kept = [relative_error(solve(p, dtype=np.float32).gradient, p.ours.gradient) for p in some]
        assert np.median(kept) < 1e-5


# --- parameters ---


def test_the_parameters_are_views_that_cover_every_entry_once():
    for model, (gates, size) in ({model: (G, lambda n, G=G: (G * n, n)) for model, G in GATES.items()} | AFTER).items():
        shape = Shape(model, 3, 2, 4)
        theta = np.zeros((2, np.prod(size(3)) + gates * 3 * (2 + 1) + 4 * (3 + 1)))
        P = parameters(theta, shape)
        assert isinstance(P, Parameters)
        sizes = [(2, *size(3)), (2, gates * 3, 2), (2, gates * 3, 1), (2, 4, 3), (2, 4, 1)]
        assert [part.shape for part in P] == sizes
        for part in P:
            assert np.shares_memory(part, theta) or not part.size
            part += 1.0
        np.testing.assert_array_equal(theta, 1.0)
        P.U[1, 0, 0] = 7.0
        assert theta[1, np.prod(size(3))] == 7


@pytest.mark.parametrize("model", MODELS)
def test_a_random_start_has_the_spread_and_the_biases_that_were_asked_for(model):
    n, m, p = 60, 40, 50
    shape = Shape(model, n, m, p)
    P = parameters(random_theta(shape, rng(1), gain=2.0, forget_bias=3.0, input_bias=-2.0)[None], shape)
    spread = {"U": 0.001 if model == "irnn" else m**-0.5, "V": n**-0.5}
    if model not in ("irnn", "min_gru", "diagonal", "relu_diagonal"):
        spread["W"] = 2 * n**-0.5
    for name, wanted in spread.items():
        part = getattr(P, name)
        assert abs(part.std() / wanted - 1) < 5 / np.sqrt(2 * part.size)
        assert abs(part.mean() / wanted) < 5 / np.sqrt(part.size)
    raised = {"lstm": [-2, 3, 0, 0], "gru": [3, 0, 0], "min_gru": [-3, 0]}.get(model, [0])
    np.testing.assert_array_equal(P.b[0, :, 0], np.repeat(raised, n))
    assert not P.c.any()


def test_a_tied_input_bias_makes_the_input_gate_what_the_forget_gate_leaves():
    """Where nothing else reaches the gates: sigmoid(-b) = 1 - sigmoid(b)."""
    shape = Shape("lstm", 4, 3, 1)
    theta = random_theta(shape, rng(3), gain=0.0, forget_bias=2.5, input_bias=-2.5)[None]
    run = lstm_run(single_net(theta, shape, 0), np.zeros((5, 3)))
    np.testing.assert_allclose(run.I + run.F, 1.0, rtol=1e-15)
    np.testing.assert_allclose(run.F, 1 / (1 + np.exp(-2.5)), rtol=1e-15)
    untied = random_theta(shape, rng(3), gain=0.0, forget_bias=2.5)
    assert (theta[0] != untied).sum() == 4  # the biases of the input gate: nothing else moves


@pytest.mark.parametrize("model", ["diagonal", "relu_diagonal"])
def test_a_diagonal_recurrence_starts_on_its_ring_with_slow_turns(model):
    """Orvieto et al. 2023: |λ|^2 even from .9^2 to .999^2, which a mean and both ends tell, and angles up to π/10."""
    W = parameters(random_theta(Shape(model, 2000, 1, 1), rng(4))[None], Shape(model, 2000, 1, 1)).W[0, :, 0]
    square, angle = np.exp(-2 * np.exp(W[:2000])), W[2000:]
    low, high = 0.9**2, 0.999**2
    assert low < square.min() < square.max() < high
    for part, ends in ((square, (low, high)), (angle, (0, np.pi / 10))):
        assert abs(part.mean() - np.mean(ends)) < 5 * np.ptp(ends) / np.sqrt(12 * 2000)
        assert ends[0] <= part.min() < part.max() <= ends[1]
        assert np.ptp(part) > 0.98 * np.ptp(ends)  # of 2000 draws, all but certain


def swapped(X, one, other):
    """The tokens in two places exchanged."""
    X = X.copy()
    X[[one, other]] = X[[other, one]]
    return X


@pytest.mark.claim("D22: true of one layer")
@pytest.mark.parametrize("seed", range(5))
def test_attention_answers_tokens_in_another_order_alike_where_it_knows_no_positions_and_otherwise_where_it_does(seed):
    """All but the last, which asks. So of AB and BA, exchanged, it has one wrong: a quarter of temporal order."""
    r, (X, D) = rng(seed), draw("order", rng(seed), 20, 64)
    for model, alike in (("set_attention", True), ("attention", False)):
        shape = Shape(model, 8, 6, 4)
        theta = 3 * random_theta(shape, r)[None]
        many, P = nets(shape, 20, 1, 64), parameters(theta, shape)
        Y = many.run(P, X[:, None]).copy()
        for one, other in ((2, 9), (0, 18), (4, 5)):
            change = np.abs(many.run(P, swapped(X, one, other)[:, None]) - Y).max()
            assert change < 1e-12 if alike else change > 1e-4
        assert np.abs(many.run(P, swapped(X, 2, 19)[:, None]) - Y).max() > 1e-4
    assert D.sum() == 64


def test_an_irnn_starts_as_identity_and_keeps_what_it_holds():
    """Le, Jaitly & Hinton 2015: W = I; then, without input, a state that is not negative stays, and so does its row."""
    shape = Shape("irnn", 4, 1, 1)
    theta = random_theta(shape, rng(2))[None]
    P = parameters(theta, shape)
    np.testing.assert_array_equal(P.W[0], np.eye(4))
    np.testing.assert_array_equal(parameters(random_theta(shape, rng(2), gain=0.5)[None], shape).W[0], 0.5 * np.eye(4))
    P.U[...], X = 1.0, np.zeros((30, 1, 1, 1))
    X[0] = 2.0
    many = nets(shape, 30, 1, 1)
    many.run(P, X)
    np.testing.assert_array_equal(many.H[1:], 2.0)
    many.back(P, X, np.ones((1, 1, 1)), parameters(np.empty_like(theta), shape))
    for row in many.rows():
        np.testing.assert_array_equal(row[0, :, 0], P.V[0, 0])


@pytest.mark.parametrize("model", MODELS)
def test_a_start_is_that_of_its_generator(model):
    shape = Shape(model, 3, 2, 1)
    one, same, other = (random_theta(shape, rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


# --- what is refused ---

SHAPE = Shape("tanh", 2, 3, 1)
P = parameters(np.zeros((4, 2 * 6 + 3)), SHAPE)
MANY = nets(SHAPE, n_steps=5, n_nets=4, batch=6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: parameters(np.zeros((1, 14)), SHAPE), r"theta must be \(S, 15\), got \(1, 14\)"),
        (lambda: parameters(np.zeros(15), SHAPE), r"theta must be \(S, 15\), got \(15,\)"),
        (lambda: parameters([0.0], SHAPE), r"theta must be \(S, 15\), got \(1,\)"),
        (lambda: parameters(np.zeros((1, 15)), SHAPE._replace(model="rnn")), "model must be one of .*, got 'rnn'"),
        (lambda: single_net(np.zeros((1, 14)), SHAPE, 0), r"theta must be \(S, 15\), got \(1, 14\)"),
        (lambda: random_theta(SHAPE._replace(model="rnn"), rng()), "model must be one of tanh, irnn, .*, got 'rnn'"),
        (
            lambda: single_net(np.zeros((1, 8)), Shape("min_gru", 1, 1, 1), 0),
            "model must be one of tanh, irnn, lstm, gru, got 'min_gru'",
        ),
        (lambda: random_theta(SHAPE._replace(n=0), rng()), "n must be at least 1, got 0"),
        (lambda: random_theta(SHAPE._replace(m=1.0), rng()), "m must be a whole number, got 1.0"),
        (lambda: random_theta(SHAPE._replace(p=-1), rng()), "p must be at least 1, got -1"),
        (lambda: random_theta(SHAPE, 0), "rng must be a numpy Generator .*, got 0"),
        (lambda: random_theta(SHAPE, rng(), gain=-1.0), "gain must be at least 0.0, got -1.0"),
        (lambda: random_theta(SHAPE, rng(), forget_bias=np.nan), "forget_bias must not hold NaN"),
        (lambda: random_theta(SHAPE, rng(), input_bias=np.inf), "input_bias must be finite"),
        (lambda: nets(SHAPE._replace(model="lstm "), 1, 1, 1), "model must be one of .*, got 'lstm '"),
        (lambda: nets(SHAPE, 0, 1, 1), "n_steps must be at least 1, got 0"),
        (lambda: nets(SHAPE, 1, 0, 1), "n_nets must be at least 1, got 0"),
        (lambda: nets(SHAPE, 1, 1, 2.0), "batch must be a whole number, got 2.0"),
        (lambda: nets(SHAPE._replace(n=0), 1, 1, 1), "n must be at least 1, got 0"),
        (lambda: MANY.run(P, np.zeros((5, 1, 3, 6))), r"X \(5, 4, 3, 6\), got .* and \(5, 1, 3, 6\)"),
        (lambda: MANY.run(P, np.zeros((4, 4, 3, 6))), r"X \(5, 4, 3, 6\), got .* and \(4, 4, 3, 6\)"),
        (lambda: MANY.run(P, np.zeros((5, 4, 3, 1))), r"X \(5, 4, 3, 6\), got .* and \(5, 4, 3, 1\)"),
        (lambda: MANY.run(P, np.zeros((5, 4, 2, 6))), r"X \(5, 4, 3, 6\), got .* and \(5, 4, 2, 6\)"),
        (
            lambda: MANY.run(Parameters(*(part[:1] for part in P)), np.zeros((5, 4, 3, 6))),
            r"U must be \(4, 2, 3\) and X .*, got \(1, 2, 3\) and",
        ),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
