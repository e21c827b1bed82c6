"""An explorer driven through all that its controls can do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, product
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from helpers.explorers.controls import Choice, NumberField, Slider, Typed
from helpers.explorers.live import Explorer
from helpers.figures import stills
from helpers.figures.scene import Scene

# Controls that train a net, which takes long: they are moved alone and in one corner; elsewhere nothing is trained.
TRAINING = {"n_updates", "updates", "trained"}


class Swept(NamedTuple):
    """One stop of a sweep: settings, sentence, drawing and, where it is painted, the picture (height, width, 4)."""

    settings: dict[str, Any]
    sentence: str
    drawing: tuple[bytes, bytes]
    picture: np.ndarray | None


def sweep(explorer: Explorer, n_corners: int = 40, n_choices: int = 100) -> Iterator[Swept]:
    """Drive ``explorer`` to each of its ``stops`` but the pairs by one update, and yield what it became.

    Each is recorded as a drawing, as for a page that paints. By Agg it is painted, too, where one control alone is at
    its least or its greatest, once on each background. Stops that share a background follow one another, for to make
    one takes ten times as long as to move what moves.
    """
    explorer._player.set_state({"lives": True})
    staging, specs, first, seen = staging_sliders(explorer), explorer.specs, defaults(explorer), set()

    def rank(name):
        return name in TRAINING, isinstance(specs[name], Slider) and name not in staging

    order = sorted(specs, key=rank)

    def place(stop):
        return [specs[name].samples.index(stop[name]) for name in order]

    for stop in sorted(stops(explorer, False, n_corners, n_choices), key=place):
        try:
            explorer.update(**stop)
        except Exception as failure:
            failure.add_note(f"at {stop}")
            raise
        moved = [name for name in stop if stop[name] != first[name] and name not in TRAINING]
        ends = all(stop[name] in (extremes(specs[name])[0], extremes(specs[name])[-1]) for name in moved)
        background = explorer._player.still
        painted = explorer.picture if len(moved) <= 1 and ends and background not in seen else None
        if painted is not None:
            seen.add(background)
        yield Swept(explorer.settings, explorer.sentence, drawing(explorer), painted)


def extremes(spec: Slider | Choice | Typed) -> list:
    """Return the least and the greatest value of a slider, or all that can be chosen."""
    return [spec.low, spec.high] if isinstance(spec, Slider) else spec.samples


def defaults(explorer: Explorer) -> dict[str, Any]:
    """Return the settings with which ``explorer`` opens."""
    return {name: spec.default for name, spec in explorer.specs.items()}


def drawing(explorer: Explorer) -> tuple[bytes, bytes]:
    """Return what a page that paints now shows of ``explorer``: what stands still and what moves."""
    return explorer._player.still, explorer._player.moving


def said(explorer: Explorer, **settings) -> str:
    """Return what ``explorer`` says at these settings, the others at their defaults, without a picture."""
    return explorer._describe(explorer._run(defaults(explorer) | settings, None))


def drawn(explorer: Explorer, y: str, which: int = 0):
    """Return the artist that shows the field called ``y``: of several that do, the one of this number."""
    return [one.artist for one in explorer._scene.shown if one.y == y][which]


def number_told(words: str) -> tuple[float, float]:
    """Return the number that a sentence tells in three digits, or as a power of ten to a tenth, and its rounding."""
    sign, power, plain = re.fullmatch(r"(-?)(?:10\^(\S+)|(.+))", words).groups()
    size = 10.0 ** float(power) if power else float(plain)
    return (-size if sign else size), 0.13 if power else 0.006


def from_the_page(control, value):
    """Set a control as the page does: the message that a dragged slider or a field that is left sends."""
    if hasattr(control, "options"):
        control.set_state({"index": control._options_values.index(value)})
    else:
        control.set_state({"value": str(value) if isinstance(control, NumberField) else value})


def staging_sliders(explorer: Explorer) -> set[str]:
    """Return the names of the sliders that make the explorer draw another background."""
    if type(explorer._scene).stage_key is Scene.stage_key:
        return set()

    def key(spec, value):
        state = explorer._run(defaults(explorer) | {spec.name: spec.read(value)}, None)
        return explorer._scene.stage_key(state)

    sliders = [spec for spec in explorer.specs.values() if isinstance(spec, Slider) and spec.name not in TRAINING]
    return {one.name for one in sliders if len({key(one, value) for value in (one.low, one.default, one.high)}) > 1}


def stops(explorer: Explorer, pairs: bool = True, n_corners: int = 40, n_choices: int = 100) -> list[dict[str, Any]]:
    """Return settings of all controls, each once.

    Every control goes to its least, default, greatest and an odd middle value, or through ``n_choices`` of its choices,
    the others at their default; every three go to their corners, the others in some corner, as far as ``n_corners``
    reach; and every two, with ``pairs``, to all pairs of their extremes, the others at their default. Pairs and corners
    take at most eight choices of a control.
    """
    specs, first = explorer.specs, defaults(explorer)
    found = [first | {name: value} for name, spec in specs.items() for value in spread(spec.samples, n_choices)]
    moved = {name: spread(extremes(spec), 8) for name, spec in specs.items() if name not in TRAINING}
    untrained = first | {name: spec.samples[0] for name, spec in specs.items() if name in TRAINING}
    for one, other in combinations(moved, 2) if pairs else ():
        found += [untrained | {one: a, other: b} for a, b in product(moved[one], moved[other])]
    found += [untrained | corner for corner in corners(moved, n_corners)]
    if len(moved) < len(specs):
        trained = {name: spec.samples[-2] for name, spec in specs.items() if name in TRAINING}
        found.append(corners(moved, 1)[0] | trained)
    return list({tuple(stop.items()): stop for stop in ({n: stop[n] for n in specs} for stop in found)}.values())


def spread(choices: list, most: int) -> list:
    """Return at most so many of the choices, from the first on, at equal distances."""
    return choices[:: -(-len(choices) // most)]


def corners(ends: dict[str, list], most: int) -> list[dict[str, Any]]:
    """Return settings of all controls at once, such that every three of them meet in every combination of extremes.

    Each is the best of some that are drawn at random, from a seed that is always the same. There are at most ``most``:
    forty are enough for all but the explorers of many choices, where some combinations are left to chance.
    """
    rng, names = Random(1997), list(ends)
    size = min(3, len(names))

    def met(corner):
        return {tuple((name, corner[name]) for name in some) for some in combinations(names, size)}

    # In the order of the names, for the order of a set is another in each run.
    left = dict.fromkeys(
        tuple(zip(some, values, strict=True))
        for some in combinations(names, size)
        for values in product(*(ends[name] for name in some))
    )
    found = []
    while left and len(found) < most:
        first = dict(rng.choice(list(left)))
        drawn = [{name: first.get(name, rng.choice(ends[name])) for name in names} for _ in range(20)]
        found.append(max(drawn, key=lambda corner: sum(some in left for some in met(corner))))
        for some in met(found[-1]):
            left.pop(some, None)
    return found


@contextmanager
def not_compressed() -> Iterator[list[np.ndarray]]:
    """Store pictures as their pixels, which is faster than to compress them, and give a list of them."""
    stored = []

    def keep(picture):
        stored.append(picture.copy())
        return picture.tobytes()

    with patch.object(stills, "png", keep):
        yield stored


def close(explorer: Explorer) -> None:
    """Let go of the widgets of ``explorer``, which ipywidgets would keep."""
    todo = [explorer._box, explorer._player]  # the player hangs in no box before the page has it
    while todo:
        widget = todo.pop()
        todo += getattr(widget, "children", ())
        widget.close()
