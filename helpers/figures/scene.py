"""A figure of which little moves: what stands still is drawn once and kept."""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures import style
from helpers.figures.form import MOST_OWNERS
from helpers.figures.panels import lines, panel
from helpers.figures.recorder import Recorder
from helpers.figures.shown import Handle, Shown, field, reading


class Drawing(NamedTuple):
    """What a page paints: lists of what stands still and of what moves, and what it must know beside them.

    ``facts`` holds the scene's ``width`` and ``height``, its ``panels`` (see ``panels.panel``) for a page that is too
    narrow for all of them beside one another, and how what is ``shown`` is read (``shown.reading``); ``places`` where
    its handles lie, in CSS pixels from the top left.
    """

    still: bytes
    moving: bytes
    facts: dict
    places: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, figure: Figure, recorder=None, shown: Sequence[Shown] = (), parts: dict | None = None) -> "Drawing":
        """Return the drawing of all of ``figure`` that is not animated; ``parts`` keeps what its axes gave."""
        recorder, parts = recorder or Recorder(figure), {} if parts is None else parts
        with style.styled():
            drawn = [figure.patch, *sorted(figure.get_children()[1:], key=Artist.get_zorder)]  # as the figure does it
            for part in (one for one in drawn if one not in parts):
                part.draw(recorder)
                found = [panel(part, recorder)] if isinstance(part, Axes) and part.get_visible() else []
                parts[part] = recorder.taken(), found
            loose = lines(recorder, *figure.legends, *figure.texts)  # what belongs to no axes comes first
            found = [{"box": [0, 0, 0, 0], "inside": None, "lines": loose}] if loose else []
            found += [one for axes in figure.axes for one in parts[axes][1]]
            width, height = (figure.get_size_inches() * style.CSS_DPI).round().tolist()
            facts = {"width": width, "height": height, "panels": found, "shown": [reading(one) for one in shown]}
            return cls(b"".join(parts[part][0] for part in drawn), b"", facts)


class Scene:
    """One matplotlib figure for the life of an explorer.

    A module of figures makes subclasses: ``build`` makes axes and artists, and says of each that moves which field of
    the state it shows (``self.shows``), ``stage`` sets what stands still while a slider moves (limits, labels, a map of
    colours), and ``stage_key`` says which settings need another stage. What shows no field, as a note, is given to
    ``self.moves``, and ``move`` sets it. What a hand may take hold of is given to ``self.handle``.

    ``draw`` paints a picture of a state, ``record`` notes a drawing of it, which a page paints, ``set`` does neither.
    What stands still is kept, of a drawing axes by axes: only those are noted anew in which a stage has set something.
    """

    width, height = 860, 420  # CSS pixels

    def __init__(self, density: float = style.DENSITY):
        self.density, self.keeps = density, {"picture": 1, "drawing": 24}  # of megabytes one, of kilobytes some
        self._moving, self.shown, self.handles = list[Artist](), list[Shown](), list[Handle]()
        self._staged: Hashable = None
        self._kept: dict[str, dict] = {"picture": {}, "drawing": {}}  # what stands still, by its key
        self._parts: dict[Artist, tuple] = {}  # of the drawing, what has not changed since
        with style.styled():
            self.figure = style.new_figure(self.width, self.height, density)
            self.build()
        self._recorder = Recorder(self.figure)  # one, because matplotlib keeps the layout of a text for every renderer

    def build(self) -> None:
        """Make the axes and the artists."""
        raise NotImplementedError

    def stage_key(self, state) -> Hashable:
        """Return what the parts that stand still depend on."""
        return "still"

    def stage(self, state) -> None:
        """Set what stands still: limits, labels, maps of colour."""

    def move(self, state) -> None:
        """Set what moves and shows no field."""

    def moves(self, *artists: Artist) -> None:
        """Take ``artists`` out of the still picture: they are drawn over it, in this order, at each update."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def shows(self, artist: Artist, y, x=None, inside=False, by: Callable | None = None, names=()) -> None:
        """Let ``artist`` move, and show the field of the state that is called ``y`` over the one called ``x``.

        In place of a name can stand numbers: limits, or steps; without an x they are 0, 1, 2, ... . One value beside
        several stands at each of them, and None shows nothing. A field whose name says log10 is a logarithm. What is
        too large or too small to be drawn leaves the axes, or lies on their edge where it is kept ``inside``.
        ``by(y)``, or ``by(x, y)``, shows them otherwise than as the data of a line. What a reader hears of each value
        follows from legend and axes; ``names`` are those of places that have no number, or of matrices.
        """
        self.moves(artist)
        self.shown.append(Shown(artist, y, x, inside, by, names))
        if len(self.shown) > MOST_OWNERS:
            raise ValueError(f"a scene shows at most {MOST_OWNERS} lines and matrices")
        artist.set_gid(str(len(self.shown)))  # whose is whose in a list

    def handle(self, mark, x="", y="", x_value=lambda x, y: x, y_value=lambda x, y: y, picks=()) -> None:
        """Let a hand move ``mark``: to the right it sets control ``x``, upwards ``y``; on axes ``picks`` by a click.

        ``x_value`` and ``y_value`` make a control's value of a place (x, y), where it is not what stands on the axis.
        """
        controls = {way: name for way, name in enumerate((x, y)) if name}
        self.handles.append(Handle(mark, controls, (x_value, y_value), picks))

    def draw(self, state) -> np.ndarray:
        """Return the picture of ``state``, (height, width, 4) uint8, a view that the next call overwrites."""
        canvas = self.figure.canvas
        with style.styled():
            canvas.restore_region(self._still("picture", state, self._paint_still))
            for artist in self._moving:
                artist.draw(canvas.get_renderer())
        return np.asarray(canvas.buffer_rgba())

    def record(self, state) -> Drawing:
        """Return the drawing of ``state``; raise NotImplementedError where it shows what cannot be recorded."""
        recorder = self._recorder
        recorder.taken()  # what was recorded when one before was interrupted
        with style.styled():
            drawing = self._still("drawing", state, lambda: Drawing.of(self.figure, recorder, self.shown, self._parts))
            for artist in self._moving:
                artist.draw(recorder)
            for shown in self.shown:
                if shown.in_words:
                    recorder.note_values(shown.artist.get_gid(), np.atleast_2d(field(state, shown.y)), shown.is_log10)
        return drawing._replace(moving=recorder.taken(), places=tuple(one.place for one in self.handles))

    @style.styled()
    def set(self, state) -> Hashable:
        """Let all artists show ``state``, paint none, and return the key of what stands still."""
        key = self.stage_key(state)
        if key != self._staged:
            self._staged = None  # so that a stage that fails or is interrupted is set again
            self.stage(state)
            self._parts = {part: known for part, known in self._parts.items() if not part.stale}
            self._staged = key
        for shown in self.shown:
            shown.set(state)
        self.move(state)
        return key

    def _still(self, kind: str, state, paint):
        """Return what ``paint`` makes of the parts that stand still, anew where they change."""
        key, kept = self.set(state), self._kept[kind]
        if key not in kept:
            if len(kept) >= self.keeps[kind]:
                kept.pop(next(iter(kept)))  # the oldest
            kept[key] = paint()
        return kept[key]

    def _paint_still(self):
        self.figure.canvas.draw()
        return self.figure.canvas.copy_from_bbox(self.figure.bbox)
