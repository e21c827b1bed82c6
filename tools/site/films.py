"""Films: what an explorer shows, recorded beforehand for a grid of settings, so that it moves where no kernel runs.

A *strip* is one run of settings: one slider moves over its stops, or two together, and all else stands still. An
explorer's film is its strips: each slider alone, for the choices that can be made. A strip is one file, and what stands
still in it another, because many strips share it. Both are named by what makes them: settings and source, or content.
So only what has changed is recorded again, and explorers that show the same have one file.

The file calls ``film(name, name of the stills, text)``. Decoded (base64) and inflated, the text is

    length of the head      4 bytes, low first
    head                    JSON: n, slots, ops, words; told, for each of the n frames what goes beside its list
    table                   4 * slots * n bytes: for each slot of a list, for each frame, which operation stands there
    lengths                 4 * ops bytes: the words of each operation
    words                   2 * words bytes

where operations are counted in the order in which they first appear, slot by slot. An entry of the table is noted as
what it is more than the one before. A word of an operation is noted as what it is more than the two operations before
it in its slot let expect, since a slider moves a line evenly: 2 a - b; a, where b has another length; 0, where a has.
Differences are folded (0, -1, 1, -2, ... are 0, 1, 2, 3, ...) and written bytewise: all lowest bytes, all next, ... .
"""

import ast
import base64
import hashlib
import inspect
import itertools
import json
import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer, Player
from tools.explorers import makers

ROOT = Path(__file__).resolve().parents[2]

# How many stops of a slider are recorded at most, of the first one and of another: as the explorer opens, with other
# choices, and with two other choices where there are many. What is left out lies evenly between.
FIRST, OTHER = (2001, 81, 41), (201, 41, 0)
PAIR = (101, 81)  # of the two that a handle drags together
# A net runs for each, and no frame tells of the next; sixteen choices, each with frames of its own.
COARSE_PAIRS = {"write_explorer": (36, 29), "contributions_explorer": (21, 21)}
# Two sliders of which a notebook moves one and then the other: recorded together for the choices as they open.
TOGETHER = {
    "by_lag_explorer": {"length": 21, "bias": 11},
    "candidates_explorer": {"n_steps": 5, "n": 9},
    "contributions_explorer": {"gain": 15, "window": 41},
    "depth_explorer": {"gain": 24, "seed": 10},
    "jacobian_explorer": {"spread": 26, "n": 10},
    "looking_back_explorer": {"scale": 9, "depth": 12},
    "lyapunov_explorer": {"size": 11, "seed": 5},
    "mystery_explorer": {"forget_bias": 51, "scale": 51},
    "nilpotent_explorer": {"a": 20, "s": 20},
    "stretch_rotate_explorer": {"theta": 46, "n": 30},
    "wall_explorer": {"b": 21, "max_norm": 11},
}
# Where else a text sends the reader: a picture each.
_TRAINED = [{"batch": 128}, {"n_updates": 100}, {"batch": 128, "n_updates": 100}]
_NETS = [("tanh", "glorot"), ("sigmoid", "glorot"), ("relu", "he")]
SENT_TO = {
    "by_hand_explorer": [{"program": "+.-.+0.+."}],
    "digits_explorer": [{"activation": f, "scheme": first} | there for f, first in _NETS for there in _TRAINED],
}
# Combinations of choices; where there are more, only the first two choices are recorded with one another.
ALL_CHOICES = 100
# An explorer whose pictures are dear: the choices that are recorded, and how many stops of its first slider.
SMALL = {"digits_explorer": (("activation", "scheme"), 7)}


class Strip(NamedTuple):
    """Settings that stand still, and the stops of those that move; the first of these moves fastest."""

    fixed: dict[str, Any]
    moving: dict[str, list[float]]

    @property
    def n_frames(self) -> int:
        """How many frames it has."""
        return math.prod(map(len, self.moving.values()))

    def settings(self) -> Iterator[dict[str, Any]]:
        """Give the settings of each frame."""
        names = list(self.moving)
        for values in itertools.product(*reversed(self.moving.values())):
            yield self.fixed | dict(zip(names, reversed(values), strict=True))


def stops(slider: Slider, most: int) -> list[float]:
    """Return at most about ``most`` values of a slider, with both ends and its default.

    >>> stops(Slider("lag", "lag", 1, 10, 7, 1), 20)
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    >>> stops(Slider("lag", "lag", 1, 10, 7, 1), 4)
    [1.0, 5.0, 7.0, 10.0]
    """
    low, high = slider.place(slider.low), slider.place(slider.high)
    n = round((high - low) / slider.step)
    sizes = (m * 10**power for power in range(6) for m in (1, 2, 5))
    step = slider.step * next(size for size in sizes if n / size <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    even = [slider.near(slider.value_at(k * step)) for k in range(first, last + 1)]
    return sorted({float(value) for value in (slider.low, *even, slider.default, slider.high)})


def strips(explorer: Explorer, name: str) -> list[Strip]:
    """Return what is recorded of ``explorer``, made by the function ``name``; what it opens with comes first."""
    opened = explorer.settings
    sliders = [spec for spec in explorer.specs.values() if isinstance(spec, Slider)]
    choices = [spec for spec in explorer.specs.values() if isinstance(spec, Choice)]
    chosen, most_first = SMALL.get(name, ([spec.name for spec in choices], None))
    options = [spec.samples if spec.name in chosen else [opened[spec.name]] for spec in choices]
    all_of_them = math.prod(map(len, options)) <= ALL_CHOICES
    pairs = {tuple(handle.controls.values()) for handle in explorer._scene.handles if len(handle.controls) == 2}

    found = []
    for values in itertools.product(*options):
        made = dict(zip((spec.name for spec in choices), values, strict=True))
        others = [name for name in made if made[name] != opened[name]]
        off = len(others)
        if off > 1 and not all_of_them and set(others) != {spec.name for spec in choices[:2]}:
            continue
        fixed = opened | made
        for place, slider in enumerate(sliders):
            most = (OTHER if place else FIRST)[min(off, 1 if all_of_them else 2)]
            if not most or slider.name in explorer._off(fixed):
                continue
            if most_first and off:
                most = 1 if place else most_first
            found.append(Strip(_without(fixed, slider.name), {slider.name: stops(slider, most)}))
        both = [dict(zip(pair, COARSE_PAIRS.get(name, PAIR), strict=True)) for pair in pairs]
        both += [TOGETHER[name]] if name in TOGETHER and not off else []
        for most_of in both:
            moving = {one: stops(explorer.specs[one], most) for one, most in most_of.items()}
            found.append(Strip(_without(fixed, *moving), moving))
        if not sliders:
            found.append(Strip(fixed, {}))
    found += [Strip(opened | there, {}) for there in SENT_TO.get(name, ())]
    return sorted(found, key=lambda strip: any(opened[name] != value for name, value in strip.fixed.items()))


def all_strips(call: "Call", explorer: Explorer) -> list[Strip]:
    """Return what is recorded of the explorer of a notebook: as it opens, and what its function without the notebook's
    settings leads to, which is the same in all notebooks that show it.
    """
    opened = explorer.settings
    first = [s for s in strips(explorer, call.name) if all(opened[name] == value for name, value in s.fixed.items())]
    return first + [strip for strip in _strips_of(call.plain(explorer)) if strip not in first]


@lru_cache
def _strips_of(call: "Call") -> list[Strip]:
    return strips(call.explorer(), call.name)


def _without(settings: dict, *names: str) -> dict:
    return {name: value for name, value in settings.items() if name not in names}


_makers = lru_cache(makers)


class Call(NamedTuple):
    """A line that makes an explorer, as it stands in a notebook: ``memory_explorer("tanh", w=0.9)``."""

    source: str

    @property
    def name(self) -> str:
        """The name of the function that is called."""
        return ast.parse(self.source, mode="eval").body.func.id

    def explorer(self) -> Explorer:
        """Return a new explorer, which records nothing: no page has said yet that it can paint."""
        return eval(self.source, dict(_makers()))

    def arguments(self) -> dict[str, Any]:
        """Return what the function is given, by name."""
        call = ast.parse(self.source, mode="eval").body
        given = [ast.literal_eval(value) for value in call.args]
        named = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        return inspect.signature(_makers()[self.name]).bind(*given, **named).arguments

    def baked(self, explorer: Explorer) -> dict[str, Any]:
        """Return the arguments that no control can change."""
        return _without(self.arguments(), *explorer.specs)

    def plain(self, explorer: Explorer) -> "Call":
        """Return the call that leaves each control of ``explorer`` at what the function itself sets."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.baked(explorer).items())
        return Call(f"{self.name}({arguments})")


# Recording


@lru_cache(maxsize=2)
def _explorer(source: str) -> Explorer:
    """Return an explorer that keeps each of its still parts, which is what takes longest, once it has been recorded."""
    explorer = Call(source).explorer()
    explorer._scene.keeps = {"picture": 1, "drawing": 10_000}
    explorer._sign.busy = lambda slow: nullcontext()  # nobody waits
    explorer._player.lives = True
    return explorer


def frame(explorer: Explorer, settings: dict[str, Any]) -> tuple[bytes, tuple[bytes, str], dict]:
    """Return what ``explorer`` shows: the list of what moves; that of what stands still, and its facts; what is told.

    What is told is all else that the kernel sends beside the lists (the sentence, the handles), and the controls
    that are off.
    """
    explorer.update(**settings)
    player = explorer._player
    told = {name: getattr(player, name) for name in TOLD}
    off = dict(explorer._off(explorer.settings))
    still = player.still, json.dumps(player.facts, separators=(",", ":"), ensure_ascii=False)
    return player.moving, still, told | ({"off": off} if off else {})


# What the kernel sends to the page beside the lists, whatever it is.
TOLD = sorted(set(Player.class_own_traits(sync=True)) - {"_esm", "lives", "facts", "still", "moving", "hand"})


def record(source: str, strip: Strip, folder: Path, name: str) -> None:
    """Record ``strip`` of the explorer that ``source`` makes, and write it and its stills into ``folder``."""
    explorer = _explorer(source)
    lists, told, stills = [], [], {}
    for settings in strip.settings():
        moving, still, words = frame(explorer, settings)
        lists.append(moving)
        told.append(words | {"still": stills.setdefault(still, len(stills))})
    kept = encode([still for still, _ in stills], [json.loads(facts) for _, facts in stills])
    kept_name = hashlib.sha256(kept).hexdigest()[:16]
    for which, more, content in ((kept_name, "", kept), (name, kept_name, encode(lists, told))):
        text = f'film("{which}", "{more}", "{base64.b64encode(content).decode()}");\n'
        path = folder / f"{which}.js"
        scratch = path.with_suffix(f".{name}.new")  # so that a file is whole or not there
        scratch.write_text(text, encoding="ascii")
        scratch.replace(path)


def stills_of(path: Path) -> str:
    """Return the name of the stills of the strip in the file ``path``."""
    with path.open(encoding="ascii") as file:
        return file.read(60).split('"')[3]


# How a film is written


def operations(drawing: bytes) -> list[bytes]:
    """Return the operations of a display list (see helpers/figures/recorder.py)."""
    words, at, found = np.frombuffer(drawing, "<u2"), 0, []
    while at < len(words):
        end = at + int(words[at + 1]) + 65536 * int(words[at + 2])
        found.append(drawing[2 * at : 2 * end])
        at = end
    return found


def encode(lists: Sequence[bytes], told: Sequence) -> bytes:
    """Return display lists, with what is told beside each, as one deflated text (see above)."""
    split = [operations(one) for one in lists]
    slots, numbers = max(map(len, split), default=0), {}
    table, words = np.zeros((slots, len(lists)), dtype=np.int64), []
    for slot in range(slots):
        before = [np.zeros(0, dtype=np.int64)] * 2
        for at, found in enumerate(split):
            if slot >= len(found):
                table[slot, at] = -1
            elif found[slot] in numbers:
                table[slot, at] = numbers[found[slot]]
            else:
                table[slot, at] = numbers[found[slot]] = len(numbers)
                new = np.frombuffer(found[slot], "<u2").astype(np.int64)
                words.append(new - _expected(new, *before))
                before = [before[1], new]
    differences = np.concatenate(words) if words else np.zeros(0, dtype=np.int64)
    lengths = np.array([len(one) // 2 for one in numbers], dtype="<u4")
    head = {"n": len(lists), "slots": slots, "ops": len(numbers), "words": len(differences), "told": told}
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    parts = [len(text).to_bytes(4, "little"), text, _folded(np.diff(table, axis=1, prepend=0).ravel(), 4)]
    return zlib.compress(b"".join([*parts, lengths.tobytes(), _folded(differences, 2)]), 9)


def _expected(new: np.ndarray, before: np.ndarray, last: np.ndarray) -> np.ndarray | int:
    """Return what the two operations before ``new`` let expect of it."""
    if len(last) != len(new):
        return 0
    return 2 * last - before if len(before) == len(new) else last


def _folded(numbers: np.ndarray, n_bytes: int) -> bytes:
    """Return numbers, modulo 256 ** n_bytes, small ones of either sign as small ones, byte by byte."""
    signed = numbers.astype(f"<i{n_bytes}")
    folded = ((signed << 1) ^ (signed >> (8 * n_bytes - 1))).astype(f"<u{n_bytes}")
    return folded.view(np.uint8).reshape(-1, n_bytes).T.tobytes()


# What makes a film


@lru_cache(maxsize=1)
def _sources() -> dict[str, tuple[str, set[str]]]:
    """Return for each module of helpers a hash of its source and the modules of helpers that it imports."""
    found = {}
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        text, needed = path.read_text(encoding="utf-8"), set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                needed |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        data = [one for one in path.parent.iterdir() if path.stem == "__init__" and one.suffix not in (".py", ".js")]
        content = b"".join(one.read_bytes() for one in sorted(data) if one.is_file())
        found[name] = hashlib.sha256(text.encode() + content).hexdigest(), needed
    return found


@lru_cache
def made_by(module: str) -> str:
    """Return a hash of the sources, data and versions on which what ``module`` shows depends.

    Of a module that is nowhere imported a change changes no film.
    """
    sources, todo, seen = _sources(), ["helpers", module], set()
    while todo:
        name = todo.pop()
        if name in sources and name not in seen:
            seen.add(name)
            todo += [*sources[name][1], name.rpartition(".")[0]]
    parts = [sources[name][0] for name in sorted(seen)] + [
        f"{name} {version(name)}" for name in ("numpy", "matplotlib")
    ]
    parts += map(inspect.getsource, (frame, record, encode, operations, _expected, _folded))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def strip_name(call: Call, explorer: Explorer, strip: Strip) -> str:
    """Return the name of the file of ``strip``: a hash of all that it shows."""
    made = [_makers()[call.name].__module__, call.name, call.baked(explorer), *strip]
    text = json.dumps([made_by(made[0]), *made], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
