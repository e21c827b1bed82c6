"""Tasks whose answer lies far back: sequences with a known gap between the cue and the question; texts as inputs.

Each task draws batches ``X`` (T, m, B), one column a sequence, and targets ``D`` (p, B): what a net that has read all
of X should say at the end. A class is a column with one 1; a number is a number.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from helpers.maths._check import generator, one_of, real_array, shown, whole_number

# Words that fill the gap between "Jane" and "Then", a class of words in a row.
CLASSES = {
    "subject": ("Jane", "John"),
    "verb": ("had", "saw", "made"),
    "article": ("a",),
    "very": ("very",),
    "adjective": ("quick", "late", "small"),
    "noun": ("lunch", "snack", "drawing"),
    "in": ("in",),
    "the": ("the",),
    "place": ("bistro", "park", "garden"),
    "and": ("and",),
    "left": ("left", "slept", "smiled"),
    "early": ("early", "again"),
    "stop": (".",),
    "then": ("Then",),
}
VOCABULARY = tuple(word for words in CLASSES.values() for word in words)
PRONOUNS = ("she", "he")
PHRASE = ("verb", "article", "adjective", "noun", "in", "the", "place")
SYMBOLS = ("A", "B", "c", "d", "e", "f")  # two that count, four that distract
ORDERS = ("AA", "AB", "BA", "BB")
FAR_OFF = 0.2  # a number that is wrong by more is wrong: a squared error above 0.04

ALPHABET = "abcdefghijklmnopqrstuvwxyz .,'"


class Task(NamedTuple):
    """A task: the numbers of inputs and outputs, its shortest length, and how a batch is drawn.

    kind : "class" (the largest output is the answer) or "number"
    chance : the share of wrong answers of the best constant answer
    source : where it comes from
    """

    name: str
    n_inputs: int
    n_outputs: int
    kind: str
    shortest: int
    chance: float
    source: str
    draw: Callable


def word_classes(gap):
    """Return the classes of the words between the subject and "Then": ``gap`` words, of which the last is the stop.

    gap : at least 1. Raises ValueError for another.

    >>> word_classes(8)
    ('verb', 'article', 'adjective', 'noun', 'in', 'the', 'place', 'stop')
    """
    gap = whole_number("gap", gap, at_least=1)
    if gap < 4:
        return (*("left", "early", "stop")[: gap - 1], "stop")
    if gap < 8:
        short = {4: PHRASE[:2] + PHRASE[3:4], 5: PHRASE[:4]}
        return (*short.get(gap, PHRASE[:2] + ("very",) * (gap - 5) + PHRASE[2:4]), "stop")
    phrases, left_over = divmod(gap, len(PHRASE) + 1)
    first = PHRASE[:2] + ("very",) * left_over + PHRASE[2:]
    return (*first, *(("and", *PHRASE) * (phrases - 1)), "stop")


def _jane(rng, length, batch):
    she = rng.integers(2, size=batch)
    first, n_words = _words_to_choose_from(length - 2)
    words = first + rng.integers(n_words, size=(length - 2, batch))
    then = np.full((1, batch), VOCABULARY.index("Then"))
    return _one_hot(np.concatenate([she[None], words, then]), len(VOCABULARY)), _one_hot(she, 2)


@cache
def _words_to_choose_from(gap):
    """The place in the vocabulary of the first word of each class of the gap, and how many there are, (gap, 1) each."""
    classes = [CLASSES[name] for name in word_classes(gap)]
    return np.array([[VOCABULARY.index(words[0]), len(words)] for words in classes]).T[..., None]


def _order(rng, length, batch):
    symbols = rng.integers(2, len(SYMBOLS), size=(length, batch))
    first = rng.integers(length // 10, 2 * length // 10 + 1, size=batch)
    second = rng.integers(4 * length // 10, 5 * length // 10 + 1, size=batch)
    marks = rng.integers(2, size=(2, batch))
    column = np.arange(batch)
    symbols[first, column], symbols[second, column] = marks
    return _one_hot(symbols, len(SYMBOLS)), _one_hot(2 * marks[0] + marks[1], len(ORDERS))


def _adding(rng, length, batch):
    X = np.zeros((length, 2, batch))
    X[:, 0] = rng.random((length, batch))
    marked = rng.integers(length // 2, size=batch), rng.integers(length // 2, length, size=batch)
    column, D = np.arange(batch), np.zeros((1, batch))
    for place in marked:
        X[place, 1, column] = 1.0
        D[0] += X[place, 0, column]
    return X, D


def _latch(rng, length, batch):
    X = 0.2 * rng.standard_normal((length, 1, batch))
    bit = rng.integers(2, size=batch)
    X[0, 0] = 2.0 * bit - 1.0
    return X, _one_hot(bit, 2)


def _one_hot(numbers, n):
    """Zeros with a 1 in place of each number, (..., n, B) of numbers (..., B)."""
    return (numbers[..., None, :] == np.arange(n)[:, None]).astype(float)


TASKS = {
    task.name: task
    for task in (
        Task("jane", len(VOCABULARY), 2, "class", 3, 0.5, "the lecture's Jane; Hochreiter & Schmidhuber 1997", _jane),
        Task("order", len(SYMBOLS), 4, "class", 10, 0.75, "Hochreiter & Schmidhuber 1997, 6a; Pascanu 2013", _order),
        Task("adding", 2, 1, "number", 2, 0.64, "Hochreiter & Schmidhuber 1997, 5.4; Le et al. 2015", _adding),
        Task("latch", 1, 2, "class", 1, 0.5, "Bengio, Simard & Frasconi 1994", _latch),
    )
}


def draw(task, rng, length, batch):
    """Return X (length, m, batch) and D (p, batch), sequences of the task with their answers.

    "jane"    Jane or John, length - 2 words, and "Then": she or he?
    "order"   distractors c to f, with A or B at a place from 1/10 to 2/10 of the length and again from 4/10 to 5/10:
              which two, in which order?
    "adding"  numbers from 0 to 1, of which one in each half is marked: their sum?
    "latch"   first 1 or -1, then noise of standard deviation 0.2: which was it?

    task : a name from TASKS. rng : a numpy Generator. length : at least the shortest of the task. batch : at least 1.
    Raises ValueError for other values.
    Source: claim C76; each task names its own.

    >>> X, D = draw("jane", np.random.default_rng(3), length=10, batch=1)
    >>> print(sentence(X[:, :, 0]), D[:, 0].tolist())
    John had a quick lunch in the bistro . Then [0.0, 1.0]
    """
    task = TASKS[one_of("task", task, TASKS)]
    length = whole_number("length", length, at_least=task.shortest)
    return task.draw(generator("rng", rng), length, whole_number("batch", batch, at_least=1))


def sentence(x):
    """Return the words of one sequence of "jane", x (T, m).

    Raises ValueError where a row is not a word of VOCABULARY.

    >>> sentence(np.eye(len(VOCABULARY))[:2])
    'Jane John'
    """
    x = real_array("x", x)
    one_hot = x.ndim == 2 and x.shape[1] == len(VOCABULARY) and np.isin(x, (0, 1)).all() and (x.sum(axis=1) == 1).all()
    if not one_hot:
        raise ValueError(f"x must be (T, {len(VOCABULARY)}) with one 1 in each row, got {shown(x)}")
    return " ".join(VOCABULARY[i] for i in x.argmax(axis=1))


def is_wrong(task, Y, D):
    """Return which answers are wrong: another class than the target's, or a number that is off by more than 0.2.

    task : a name from TASKS. Y, D : outputs and targets, (p, B), or with more axes before; the result has no p.
    Raises ValueError for shapes that do not fit. NaN is wrong.
    Source: Pascanu, Mikolov & Bengio 2013, section 4 (a squared error above 0.04).

    >>> is_wrong("adding", [[1.0, 1.0]], [[1.1, 1.3]]).tolist()
    [False, True]
    """
    task = TASKS[one_of("task", task, TASKS)]
    Y, D = real_array("Y", Y, nan_allowed=True), real_array("D", D)
    if Y.shape != D.shape or Y.ndim < 2 or Y.shape[-2] != task.n_outputs:
        raise ValueError(f"Y and D must be (..., {task.n_outputs}, B), got {Y.shape} and {D.shape}")
    if task.kind == "number":
        return ~(np.abs(Y - D)[..., 0, :] <= FAR_OFF)
    return (Y.argmax(axis=-2) != D.argmax(axis=-2)) | np.isnan(Y).any(axis=-2)


def wilson_interval(count, n):
    """Return the ends of the 95 % interval of a share of which `count` out of n were seen.

    (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n),   p = count/n, z = 1.96

    count : whole numbers from 0 to n, of any shape. n : at least 1. Raises ValueError for others.
    Source: Wilson 1927.

    >>> low, high = wilson_interval(0, 10)
    >>> float(low), round(float(high), 3)
    (0.0, 0.278)
    """
    n, count = whole_number("n", n, at_least=1), real_array("count", count, at_least=0.0)
    if (count > n).any() or (count % 1 > 0).any():
        raise ValueError(f"count must be whole numbers from 0 to {n}, got {shown(count)}")
    z, p = 1.959963984540054, count / n
    half = z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    low, high = ((p + z**2 / (2 * n) + side) / (1 + z**2 / n) for side in (-half, half))
    return np.where(count == 0, 0.0, low), np.where(count == n, 1.0, high)


def one_hot(text, alphabet=ALPHABET):
    """Return a text as inputs, shape (T, m): a row of zeros for each character, with a 1 in its place in the alphabet.

    text : at least one character, each in the alphabet once capitals are made small.
    alphabet : m different characters, none of them a capital.
    Raises ValueError for a text that is empty, a character that the alphabet does not have, and another alphabet.

    >>> one_hot("Ab", alphabet="abc").tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if not isinstance(text, str) or not text:
        raise ValueError(f"text must have at least one character, got {shown(text)}")
    if not isinstance(alphabet, str) or len(set(alphabet)) != len(alphabet) or alphabet != alphabet.lower():
        raise ValueError(f"alphabet must be a text of different characters without capitals, got {shown(alphabet)}")
    unknown = ", ".join(map(repr, sorted(set(text.lower()) - set(alphabet))))
    if unknown:
        wanted = f"be written in the alphabet {alphabet!r}, which does not have {unknown}"
        raise ValueError(f"text must {wanted}, got {shown(text)}")
    return np.eye(len(alphabet))[[alphabet.index(character) for character in text.lower()]]
