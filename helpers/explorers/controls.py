"""The controls of an explorer: what each may hold, and the widgets in which it is shown."""

import math
import re
from collections.abc import Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
import numpy as np
from traitlets import Callable, Float, TraitError, Unicode, validate

LABEL_WIDTH = 172  # CSS pixels

# Whether the page, and not Python, is setting a widget just now.
from_page: ContextVar[bool] = ContextVar("from_page", default=False)


def tidy(value):
    """Return a float without the rounding error of a slider's last step; anything else as it is.

    >>> tidy(0.9000000000000004)
    0.9
    """
    return round(value, 10) if isinstance(value, float) else value


def labelled(label: str, width: int) -> dict[str, Any]:
    """Return what every widget with a label is made of, in a place of ``width`` CSS pixels."""
    style = {"description_width": f"{LABEL_WIDTH}px"}
    return {"description": label, "style": style, "layout": widgets.Layout(width=f"{width}px")}


class HeardFromPage:
    """A widget that lets its observers know whether the page or Python has set it."""

    def set_state(self, sync_data):
        """Take what the page says."""
        token = from_page.set(True)
        try:
            super().set_state(sync_data)
        finally:
            from_page.reset(token)


class _FloatSlider(HeardFromPage, widgets.FloatSlider):
    pass


def number_in(text: str) -> float | str:
    """Return the number that ``text`` writes, with a decimal point or a decimal comma; other text as it is.

    >>> number_in("0,5"), number_in("-1e-1"), number_in("−.25"), number_in("1,234.5")
    (0.5, -0.1, -0.25, '1,234.5')
    """
    plain = text.strip().replace("−", "-").replace(",", ".")
    number = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", plain, flags=re.IGNORECASE)
    return float(plain) if number else text


def written(number: float, _field=None) -> str:
    """Return ``number`` with as many digits as it needs, as a field shows it.

    >>> written(0.9000000000000004), written(3.0), written(1e-7)
    ('0.9', '3', '0.0000001')
    """
    return np.format_float_positional(tidy(number), trim="-")


class NumberField(HeardFromPage, widgets.Text):
    """A field with a number that ``check`` accepts; what is typed and is none is said in ``refusal``, and not taken.

    Not ``BoundedFloatText``: a browser whose language writes 0.5 drops the comma of 0,5 before anyone sees it, and 5 is
    taken. The page sees text, Python a number.
    """

    value = Float().tag(sync=True, to_json=written, from_json=lambda text, _: float(text))
    check = Callable()
    refusal = Unicode()

    @validate("value")
    def _in_range(self, proposal):
        try:
            return self.check(proposal.value)
        except ValueError as refusal:
            raise TraitError(str(refusal)) from None

    def set_state(self, sync_data):
        """Take what the page says, if it is a number in range."""
        typed = sync_data.get("value", written(self.value))
        self.refusal = ""
        try:
            number = self.check(number_in(typed))
        except ValueError as refusal:
            self.refusal = f"{refusal}. It stays at {written(self.value)}."
        else:
            super().set_state(sync_data | {"value": written(number)})
        if written(self.value) != typed:
            self.send_state("value")


class _Dropdown(HeardFromPage, widgets.Dropdown):
    pass


@dataclass(frozen=True)
class Slider:
    """A number between ``low`` and ``high``: a slider and, linked to it, a field with the name ``label``.

    The field is how the number is typed exactly, and what gives it a name by ear: a slider of ipywidgets has none.
    A slider that goes by powers of ten, whose ``step`` is one of ``log10``, stops at numbers of two digits.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float
    log10: bool = False

    def __post_init__(self):
        limits = (self.low, self.high, self.step)
        if not (all(map(math.isfinite, limits)) and self.low <= self.high and self.step > 0):
            raise ValueError(f"slider {self.name}: wanted low <= high and a step above 0, got {limits}")
        self.checked(self.default)

    @property
    def samples(self) -> list[float]:
        """The least, the default, the greatest value, and one between that nobody would choose."""
        low, high = self.place(self.low), self.place(self.high)
        odd = low + round(0.3819660 * (high - low) / self.step) * self.step
        return [self.low, self.default, self.high, min(self.value_at(odd), self.high)]

    @property
    def whole(self) -> bool:
        """Whether only whole numbers can be set."""
        return float(self.low).is_integer() and float(self.step).is_integer()

    def read(self, value: float) -> float | int:
        """Return what the widget holds as compute gets it: a whole number where only whole numbers can be set.

        >>> Slider("lag", "lag", 1, 100, 50, 1).read(31.0)
        31
        """
        return round(value) if self.whole else tidy(value)

    def place(self, value: float) -> float:
        """Return where the slider stands for ``value``."""
        return math.log10(value) if self.log10 else value

    def value_at(self, place: float) -> float:
        """Return the value for which the slider stands at ``place``."""
        return float(f"{10**place:.2g}") if self.log10 else tidy(place)

    def near(self, number: float) -> float:
        """Return what can be set and lies nearest to ``number``.

        >>> Slider("w", "weight w", -2, 2, 0, 0.1).near(0.449), Slider("w", "weight w", -2, 2, 0, 0.1).near(9)
        (0.4, 2.0)
        >>> Slider("rate", "learning rate", 1e-6, 1, 1e-4, 0.1, log10=True).near(0.00024)
        0.00025
        """
        low, place = self.place(self.low), self.place(min(max(number, self.low), self.high))
        return self.value_at(min(low + round((place - low) / self.step) * self.step, self.place(self.high)))

    def moved(self, value: float, n_steps: int) -> float:
        """Return what lies ``n_steps`` steps from ``value``, or the end of the range before it.

        >>> Slider("rate", "learning rate", 1e-6, 1, 1e-4, 0.1, log10=True).moved(0.001, 3)
        0.002
        """
        limits = self.place(self.low), self.place(self.high)
        place = min(max(self.place(value) + n_steps * self.step, limits[0]), limits[1])
        return self.near(10**place) if self.log10 else tidy(place)

    def position(self, value: float) -> tuple[float, float, float]:
        """Return ``value``, the least and the greatest."""
        return value, self.low, self.high

    def label_of(self, value: float) -> str:
        """Return what is read on the page for ``value``."""
        return written(value)

    def checked(self, value) -> float:
        """Return ``value`` as a float of this range; raise ValueError for anything else."""
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not (number and self.low <= value <= self.high and (value == round(value) or not self.whole)):
            kind = "whole number" if self.whole else "number"
            shown = value if number else repr(value)
            raise ValueError(f"{self.name} = {shown}: wanted a {kind} from {self.low:g} to {self.high:g}")
        return float(value)

    def widgets(self, width: int) -> list[widgets.Widget]:
        """Return what is shown in a row of ``width`` CSS pixels, first the widget that holds the value."""
        places = map(self.place, (self.default, self.low, self.high))
        limits = dict(zip(("value", "min", "max"), places, strict=True), step=self.step)
        layout = widgets.Layout(width=f"{width - LABEL_WIDTH - 100}px")
        slider = _FloatSlider(**limits, readout=False, layout=layout)
        look = labelled(self.label, LABEL_WIDTH + 80)
        field = NumberField(value=self.default, check=self.checked, continuous_update=False, **look)

        def follow(change):
            # The page puts a slider on the nearest step and reports that: what was typed between two steps stays.
            if abs(change.new - self.place(field.value)) > self.step / 2:
                field.value = self.value_at(change.new)

        def lead(change):
            # Not for a rounding error: the page would put a handle that is being dragged back to where it was.
            if abs(self.place(change.new) - slider.value) > self.step * 1e-6:
                slider.value = self.place(change.new)

        slider.observe(follow, "value")
        field.observe(lead, "value")
        return [field, slider]


@dataclass(frozen=True)
class Choice:
    """One of a few ``options``: a list of values, or a mapping from what is read on the page to the value."""

    name: str
    label: str
    options: Sequence[Hashable] | Mapping[str, Hashable]
    default: Hashable

    def __post_init__(self):
        self.checked(self.default)

    @property
    def samples(self) -> list:
        """Every value that can be chosen."""
        return list(self.options.values() if isinstance(self.options, Mapping) else self.options)

    def read(self, value):
        """Return what the widget holds as compute gets it."""
        return value

    def near(self, number: float):
        """Return the option, of numbers, that lies nearest to ``number``."""
        return min(self.samples, key=lambda option: abs(option - number))

    def moved(self, value, n_steps: int):
        """Return the option that stands ``n_steps`` places behind ``value``, or at the end before it."""
        return self.samples[round(min(max(self.samples.index(value) + n_steps, 0), len(self.samples) - 1))]

    def position(self, value) -> tuple[int, int, int]:
        """Return the place of ``value``, the first and the last."""
        return self.samples.index(value), 0, len(self.samples) - 1

    def label_of(self, value) -> str:
        """Return what is read on the page for ``value``.

        >>> Choice("f", "activation f", {"ReLU": "relu", "tanh": "tanh"}, "tanh").label_of("relu")
        'ReLU'
        """
        labels = self.options if isinstance(self.options, Mapping) else {str(option): option for option in self.options}
        return next(label for label, option in labels.items() if option == value)

    def checked(self, value):
        """Return ``value`` if it can be chosen; raise ValueError for anything else."""
        for option in self.samples:
            # True is not 1, and what cannot be hashed (an array) cannot be compared either.
            if isinstance(value, Hashable) and value == option and isinstance(value, bool) == isinstance(option, bool):
                return option
        raise ValueError(f"{self.name} = {value!r}: wanted one of {self.samples}")

    def widgets(self, width: int) -> list[widgets.Widget]:
        """Return what is shown in a row of ``width`` CSS pixels, first the widget that holds the value."""
        options = list(self.options.items() if isinstance(self.options, Mapping) else self.options)
        return [_Dropdown(options=options, value=self.default, **labelled(self.label, min(width, LABEL_WIDTH + 220)))]


class _TextField(HeardFromPage, widgets.Text):
    pass


@dataclass(frozen=True)
class Typed:
    """A text of at most ``most`` characters that the reader types; ``examples`` are others, of which tests make use.

    What a text may hold is for ``compute`` to say: its ValueError is shown in place of the picture.
    """

    name: str
    label: str
    default: str
    most: int
    examples: tuple[str, ...] = ()

    @property
    def samples(self) -> list[str]:
        """The default and the examples."""
        return [self.default, *self.examples]

    def read(self, value: str) -> str:
        """Return what the widget holds as compute gets it."""
        return value

    def checked(self, value) -> str:
        """Return ``value`` if it is a text of one to ``most`` characters; raise ValueError for anything else."""
        if not isinstance(value, str) or not 1 <= len(value) <= self.most:
            raise ValueError(f"{self.name} = {value!r}: wanted a text of 1 to {self.most} characters")
        return value

    def widgets(self, width: int) -> list[widgets.Widget]:
        """Return what is shown in a row of ``width`` CSS pixels, first the widget that holds the value."""
        return [_TextField(value=self.default, continuous_update=False, **labelled(self.label, width - 8))]


class Panel(widgets.HBox):
    """The rows of all controls, by name in ``controls`` what holds their values, and last a button and a ``sign``."""

    def __init__(self, specs: Sequence[Slider | Choice | Typed], width: int, sign: widgets.Widget):
        # The first control is the one that is dragged most: it has the whole width.
        widths = [width, *[width // 2 - 4] * (len(specs) - 1)]
        rows = [
            widgets.HBox(spec.widgets(wide), layout=widgets.Layout(width=f"{wide}px"))
            for spec, wide in zip(specs, widths, strict=True)
        ]
        self._rows = {spec.name: row for spec, row in zip(specs, rows, strict=True)}
        self.controls = {name: row.children[0] for name, row in self._rows.items()}
        self._labels = {spec.name: spec.label for spec in specs}
        self.reset = widgets.Button(description="Reset", tooltip="Set every control to its first value")
        layout = widgets.Layout(width=f"{width}px", max_width="100%", flex_flow="row wrap")
        super().__init__([*self._rows.values(), widgets.HBox([self.reset, sign])], layout=layout)

    def switch(self, off: Mapping[str, str]) -> None:
        """Turn off the controls that cannot act, and let their labels say why."""
        for name, row in self._rows.items():
            self.controls[name].description = off.get(name, self._labels[name])
            for part in row.children:
                part.disabled = name in off


class State(SimpleNamespace):
    """What an explorer shows: what compute found, each setting by its name, and of a Choice its label as NAME_label.

    A drawing and a sentence read what they need from it, so that no compute has to hand a setting on.

    >>> def compute(n, word):
    ...     return {"repeated": n * word}
    >>> controls = [Slider("n", "how often", 1, 9, 2, 1), Choice("word", "what", {"the sum": "+", "a dot": "."}, "+")]
    >>> state_of(controls, {"n": 3, "word": "."}, compute(3, "."))
    State(n=3, word='.', word_label='a dot', repeated='...')
    """


def state_of(controls: Sequence[Slider | Choice | Typed], settings: Mapping[str, Any], found: Mapping) -> State:
    """Return the State of these settings in which compute ``found`` a mapping of names to values.

    Raises TypeError where it found what a setting or a label is called.
    """
    labels = {f"{c.name}_label": c.label_of(settings[c.name]) for c in controls if isinstance(c, Choice)}
    return State(**settings, **labels, **found)
