"""Tasks with a gap: each target read anew from the inputs, where the marks lie, and what a guess achieves."""

from fractions import Fraction
from itertools import pairwise
from math import comb, floor
from statistics import NormalDist

import numpy as np
import pytest

from helpers.maths.tasks import (
    CLASSES,
    FAR_OFF,
    ORDERS,
    PRONOUNS,
    SYMBOLS,
    TASKS,
    VOCABULARY,
    draw,
    is_wrong,
    sentence,
    wilson_interval,
    word_classes,
)
from tests.at_random import rng

MANY = 20_000
LENGTHS = {"jane": (3, 8, 31), "order": (10, 25, 60), "adding": (2, 7, 40), "latch": (1, 2, 30)}
EACH_TASK_AND_LENGTH = [(name, length) for name in TASKS for length in LENGTHS[name]]


def columns(X, D):
    """One sequence (T, m) and its target (p,) after the other."""
    return [(X[:, :, i], D[:, i]) for i in range(X.shape[2])]


def letters(x):
    """The symbols of a sequence of "order"."""
    return "".join(SYMBOLS[np.flatnonzero(row == 1)[0]] for row in x)


def assert_share(events, share):
    """The events happen with this probability: within five standard errors of so many draws."""
    events = np.asarray(events)
    assert abs(events.mean() - share) <= 5 * np.sqrt(share * (1 - share) / events.size)


# --- what every task has in common ---


@pytest.mark.parametrize(("name", "length"), EACH_TASK_AND_LENGTH)
def test_a_batch_has_a_column_for_each_sequence(name, length):
    task = TASKS[name]
    X, D = draw(name, rng(), length, batch=5)
    assert X.shape == (length, task.n_inputs, 5)
    assert D.shape == (task.n_outputs, 5)


@pytest.mark.parametrize(("name", "length"), EACH_TASK_AND_LENGTH)
def test_the_same_generator_draws_the_same_batch_and_goes_on_to_another(name, length):
    one, two = rng(3), rng(3)
    X, D = draw(name, one, length, batch=20)
    for ours, same in zip((X, D), draw(name, two, length, batch=20), strict=True):
        np.testing.assert_array_equal(ours, same)
    assert (draw(name, one, length, batch=20)[0] != X).any()


@pytest.mark.parametrize("name", ["jane", "order"])
def test_a_word_is_a_column_with_one_1(name):
    X, _ = draw(name, rng(), 20, batch=50)
    assert set(np.unique(X)) == {0.0, 1.0}
    assert (X.sum(axis=1) == 1).all()


@pytest.mark.parametrize("name", ["jane", "order", "latch"])
def test_a_class_is_a_column_with_one_1_and_all_are_equally_likely(name):
    task = TASKS[name]
    assert task.kind == "class"
    _, D = draw(name, rng(), 20, batch=MANY)
    assert set(np.unique(D)) == {0.0, 1.0}
    assert (D.sum(axis=0) == 1).all()
    for row in D:
        assert_share(row, 1 / task.n_outputs)


# --- chance ---


@pytest.mark.parametrize("name", ["jane", "order", "latch"])
def test_the_best_constant_class_is_wrong_as_often_as_stated(name):
    task = TASKS[name]
    assert task.chance == 1 - 1 / task.n_outputs
    _, D = draw(name, rng(1), 12, batch=MANY)
    for answer in np.eye(task.n_outputs):
        assert_share(is_wrong(name, np.repeat(answer[:, None], MANY, axis=1), D), task.chance)


def sum_below(s):
    """P(sum of two uniforms < s): the area below the triangle density s for s < 1, 2 - s beyond."""
    s = np.clip(s, 0.0, 2.0)
    return np.where(s < 1, s**2 / 2, 1 - (2 - s) ** 2 / 2)


def test_the_best_constant_sum_is_1_and_wrong_as_often_as_stated():
    answers = np.arange(201) / 100
    right = sum_below(answers + FAR_OFF) - sum_below(answers - FAR_OFF)
    assert answers[right.argmax()] == 1
    assert 1 - right.max() == pytest.approx(TASKS["adding"].chance, abs=1e-12)
    assert pytest.approx(1 - (1 - 0.8**2)) == TASKS["adding"].chance
    _, D = draw("adding", rng(1), 12, batch=MANY)
    for answer, share in zip(answers[::20], right[::20], strict=True):
        assert_share(is_wrong("adding", np.full(D.shape, answer), D), 1 - share)


# --- Jane and John ---


@pytest.mark.claim("C76")
@pytest.mark.parametrize("length", [3, 4, 9, 10, 31, 62])
def test_after_jane_it_is_she_and_after_john_it_is_he(length):
    X, D = draw("jane", rng(length), length, batch=100)
    seen = set()
    for x, d in columns(X, D):
        first, *between, last = sentence(x).split()
        assert PRONOUNS[int(np.flatnonzero(d == 1)[0])] == {"Jane": "she", "John": "he"}[first]
        assert (len(between), between[-1], last) == (length - 2, ".", "Then")
        seen.add(first)
    assert seen == {"Jane", "John"}


@pytest.mark.claim("C76")
def test_the_words_between_tell_nothing_of_who_it_was():
    X, D = draw("jane", rng(5), 12, batch=MANY)
    for x in X[1:].reshape(-1, MANY):
        if x.any():
            assert_share(D[0, x == 1], 0.5)
    assert not (X[1:, :2] == 1).any()  # nobody is named again


def test_a_gap_has_its_number_of_words_each_of_the_class_that_is_its_turn():
    for gap in range(1, 61):
        classes = word_classes(gap)
        assert len(classes) == gap
        X, D = draw("jane", rng(gap), gap + 2, batch=40)
        for x, _ in columns(X, D):
            words = sentence(x).split()[1:-1]
            assert len(words) == gap
            assert all(word in CLASSES[name] for word, name in zip(words, classes, strict=True)), words


def test_a_sentence_can_be_said():
    """One stop, at the end; an article with its noun; "very" only before an adjective; "and" between two clauses."""
    followers = {
        "verb": {"article"},
        "article": {"adjective", "very", "noun"},
        "very": {"very", "adjective"},
        "adjective": {"noun"},
        "noun": {"in", "stop"},
        "in": {"the"},
        "the": {"place"},
        "place": {"and", "stop"},
        "and": {"verb"},
        "left": {"early", "stop"},
        "early": {"stop"},
    }
    for gap in range(1, 61):
        classes = word_classes(gap)
        assert classes.index("stop") == gap - 1
        assert classes[0] in ("verb", "left", "stop")
        for name, after in pairwise(classes):
            assert after in followers[name], gap


def test_the_words_of_a_class_are_equally_likely():
    length = 27
    X, _ = draw("jane", rng(7), length, batch=MANY)
    seen = set()
    for x, name in zip(X, ("subject", *word_classes(length - 2), "then"), strict=True):
        for word in CLASSES[name]:
            said = x[VOCABULARY.index(word)]
            assert_share(said, 1 / len(CLASSES[name]))
            seen.add(word)
    assert seen == set(VOCABULARY) - set(CLASSES["left"]) - set(CLASSES["early"])


def test_a_sentence_is_read_back_from_its_columns():
    words = "John left early . Then"
    x = np.array([[float(word == known) for known in VOCABULARY] for word in words.split()])
    assert sentence(x) == words
    assert len(set(VOCABULARY)) == len(VOCABULARY)


# --- the order of two symbols ---


@pytest.mark.parametrize("length", [10, 19, 25, 60, 100])
def test_the_answer_is_the_two_symbols_that_count_in_their_order(length):
    X, D = draw("order", rng(length), length, batch=300)
    for x, d in columns(X, D):
        counts = [symbol for symbol in letters(x) if symbol in "AB"]
        assert len(counts) == 2
        assert ORDERS[int(np.flatnonzero(d == 1)[0])] == "".join(counts)


@pytest.mark.parametrize("length", [10, 19, 25, 60, 100])
def test_the_symbols_that_count_stand_in_every_place_of_the_second_and_the_fifth_tenth(length):
    X, _ = draw("order", rng(length), length, batch=2000)
    counts = X[:, :2].any(axis=1)
    tenth = Fraction(length, 10)
    places = [np.flatnonzero(column) for column in counts.T]
    assert {first for first, _ in places} == set(range(floor(tenth), floor(2 * tenth) + 1))
    assert {second for _, second in places} == set(range(floor(4 * tenth), floor(5 * tenth) + 1))


def test_the_distractors_are_equally_likely():
    X, _ = draw("order", rng(2), 30, batch=2000)
    said = X[-1]  # no symbol that counts stands here
    for row, share in zip(said, [0, 0, 0.25, 0.25, 0.25, 0.25], strict=True):
        assert_share(row, share)


# --- adding ---


@pytest.mark.parametrize("length", [2, 3, 7, 40])
def test_the_sum_is_that_of_the_two_marked_numbers_one_in_each_half(length):
    X, D = draw("adding", rng(length), length, batch=2000)
    firsts, seconds = set(), set()
    for x, d in columns(X, D):
        first, second = np.flatnonzero(x[:, 1])
        assert x[first, 1] == x[second, 1] == 1
        assert d[0] == pytest.approx(x[first, 0] + x[second, 0], abs=1e-15)
        firsts.add(first)
        seconds.add(second)
    assert firsts == set(range(length // 2))
    assert seconds == set(range(length // 2, length))


def test_the_numbers_are_uniform_marked_or_not():
    X, _ = draw("adding", rng(4), 10, batch=MANY)
    numbers, marked = X[:, 0], X[:, 1] == 1
    assert numbers.min() >= 0
    assert numbers.max() < 1
    for part in (numbers[marked], numbers[~marked]):
        for quarter in (0.25, 0.5, 0.75):
            assert_share(part < quarter, quarter)


# --- the latch ---


def test_the_answer_is_the_sign_of_the_first_number_which_is_1_or_minus_1():
    X, D = draw("latch", rng(), 6, batch=1000)
    assert set(np.unique(X[0])) == {-1.0, 1.0}
    for x, d in columns(X, D):
        assert d.tolist() == ([0.0, 1.0] if x[0, 0] > 0 else [1.0, 0.0])


def test_the_rest_is_noise_of_a_fifth():
    X, D = draw("latch", rng(), 50, batch=1000)
    noise = X[1:, 0]
    assert abs(noise.mean()) < 5 * 0.2 / np.sqrt(noise.size)
    assert abs(noise.std() - 0.2) < 5 * 0.2 / np.sqrt(2 * noise.size)
    assert abs(np.corrcoef(noise.sum(axis=0), D[1])[0, 1]) < 5 / np.sqrt(1000)


# --- right and wrong ---


@pytest.mark.parametrize("name", TASKS)
def test_the_target_itself_is_right_and_another_is_wrong(name):
    _, D = draw(name, rng(), 20, batch=50)
    assert not is_wrong(name, D, D).any()
    other = D + 1 if name == "adding" else np.roll(D, 1, axis=0)
    assert is_wrong(name, other, D).all()


@pytest.mark.parametrize("name", TASKS)
def test_what_is_wrong_is_told_of_each_column_of_each_net(name):
    r, p = rng(6), TASKS[name].n_outputs
    Y = r.standard_normal((3, p, 40)) * (0.3 if name == "adding" else 1)
    D = np.stack([draw(name, r, 20, 40)[1] for _ in range(3)])
    D = D - 1 if name == "adding" else D
    wrong = is_wrong(name, Y, D)
    assert wrong.shape == (3, 40)
    for s, i in np.ndindex(3, 40):
        y, d = Y[s, :, i].tolist(), D[s, :, i].tolist()
        if name == "adding":
            assert wrong[s, i] == ((y[0] - d[0]) ** 2 > 0.04)
        else:
            assert wrong[s, i] == (y.index(max(y)) != d.index(1))
    assert wrong.any()
    assert not wrong.all()


def test_a_number_is_wrong_only_beyond_a_fifth():
    assert is_wrong("adding", [[0.2, -0.2, 0.2001, -0.2001]], np.zeros((1, 4))).tolist() == [False, False, True, True]


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_a_number_is_wrong_and_a_number_without_bound_too(name, value):
    """A class that is infinitely sure of the wrong answer is wrong; NaN is in any place."""
    _, D = draw(name, rng(), 20, batch=1)
    for place in range(len(D)):
        Y = D.copy()
        Y[place] = value
        sure_and_right = value == np.inf and name != "adding" and D[place, 0] == 1
        assert is_wrong(name, Y, D).tolist() == [not sure_and_right]


# --- how well a share is known ---


@pytest.mark.parametrize("n", [1, 10, 97])
def test_the_ends_of_an_interval_are_the_shares_from_which_the_seen_one_is_just_not_too_far(n):
    """(p - x)^2 = z^2 x (1 - x) / n at both ends x, with z such that a normal number lies within z in 95 of 100."""
    count = np.arange(n + 1)
    low, high = wilson_interval(count, n)
    z = NormalDist().inv_cdf(0.975)
    for end in (low, high):
        np.testing.assert_allclose((count / n - end) ** 2, z**2 * end * (1 - end) / n, rtol=1e-9, atol=1e-15)
    assert (low <= count / n).all()
    assert (count / n <= high).all()
    assert (low < high).all()
    assert (low[0], high[-1]) == (0, 1)
    np.testing.assert_allclose(low, 1 - high[::-1], atol=1e-15)


def test_an_interval_holds_the_true_share_in_95_of_100_on_the_average():
    """Over all shares alike and exactly, from the binomial; for one share it is more or less."""
    shares, n = (np.arange(1000) + 0.5) / 1000, 10
    low, high = wilson_interval(np.arange(n + 1), n)
    ways = np.array([comb(n, k) for k in range(n + 1)])[:, None]
    chance = ways * shares ** np.arange(n + 1)[:, None] * (1 - shares) ** (n - np.arange(n + 1))[:, None]
    held = (low[:, None] <= shares) & (shares <= high[:, None])
    assert (chance * held).sum(axis=0).mean() == pytest.approx(0.95, abs=0.01)


# --- what is refused ---

TWO_WORDS = np.eye(len(VOCABULARY))[:2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw("john", rng(), 10, 1), "task must be one of jane, order, adding, latch, got 'john'"),
        (lambda: draw(None, rng(), 10, 1), "task must be one of jane, order, adding, latch, got None"),
        (lambda: draw("jane", 0, 10, 1), "rng must be a numpy Generator .*, got 0"),
        (lambda: draw("jane", rng(), 2, 1), "length must be at least 3, got 2"),
        (lambda: draw("order", rng(), 9, 1), "length must be at least 10, got 9"),
        (lambda: draw("adding", rng(), 1, 1), "length must be at least 2, got 1"),
        (lambda: draw("latch", rng(), 0, 1), "length must be at least 1, got 0"),
        (lambda: draw("latch", rng(), 3.0, 1), "length must be a whole number, got 3.0"),
        (lambda: draw("latch", rng(), 3, 0), "batch must be at least 1, got 0"),
        (lambda: draw("latch", rng(), 3, True), "batch must be a whole number, got True"),
        (lambda: wilson_interval(3, 2), "count must be whole numbers from 0 to 2"),
        (lambda: wilson_interval([0.5], 2), "count must be whole numbers from 0 to 2"),
        (lambda: wilson_interval(-1, 2), "count must be at least 0.0, got -1"),
        (lambda: wilson_interval(0, 0), "n must be at least 1, got 0"),
        (lambda: word_classes(0), "gap must be at least 1, got 0"),
        (lambda: word_classes("8"), "gap must be a whole number, got '8'"),
        (lambda: sentence(TWO_WORDS[0]), r"x must be \(T, 26\) with one 1 in each row"),
        (lambda: sentence(TWO_WORDS[:, 1:]), r"x must be \(T, 26\)"),
        (lambda: sentence(0 * TWO_WORDS), "with one 1 in each row"),
        (lambda: sentence(TWO_WORDS[:1] + TWO_WORDS[1:]), "with one 1 in each row"),
        (lambda: sentence([[1.0, 2.0, -2.0] + [0.0] * 23]), "with one 1 in each row"),
        (lambda: sentence(TWO_WORDS * np.nan), "x must not hold NaN"),
        (lambda: is_wrong("sum", [[1.0]], [[1.0]]), "task must be one of .*, got 'sum'"),
        (lambda: is_wrong("adding", [1.0], [1.0]), r"Y and D must be \(..., 1, B\), got \(1,\) and \(1,\)"),
        (lambda: is_wrong("latch", [[1.0]], [[1.0]]), r"Y and D must be \(..., 2, B\), got \(1, 1\)"),
        (lambda: is_wrong("adding", [[1.0, 2.0]], [[1.0]]), r"got \(1, 2\) and \(1, 1\)"),
        (lambda: is_wrong("adding", [[1.0]], [[np.nan]]), "D must not hold NaN"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
