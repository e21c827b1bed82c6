"""What the page and the kernel tell each other of a drawing; player.js says the same from the page's side."""

from pathlib import Path

import anywidget
from traitlets import Bool, Bytes, Dict, List, Unicode

from helpers.explorers.controls import HeardFromPage
from helpers.figures.scene import Drawing


class Player(HeardFromPage, anywidget.AnyWidget):
    """The drawing in a page: two display lists, which player.js paints once it has said that it lives there."""

    # The text, not its path: of a path anywidget keeps every widget that was ever made, to tell it of a change.
    _layout, _player = (Path(__file__).with_name(f"{name}.js").read_text("utf-8") for name in ("layout", "player"))
    _esm = _layout.rpartition("export default")[0] + _player
    lives = Bool().tag(sync=True)
    facts = Dict().tag(sync=True)
    still, moving = Bytes().tag(sync=True), Bytes().tag(sync=True)
    sentence = Unicode().tag(sync=True)
    handles = List().tag(sync=True)  # where each lies, how it is called, what it holds
    plays = Dict().tag(sync=True)  # the same of the control that goes on by itself, if there is one
    hand = Dict().tag(sync=True)  # what the page's reader does with one

    def show(self, drawing: Drawing, sentence: str, handles: list[dict], plays: dict) -> None:
        """Send ``drawing`` to the page, as far as it is new, as one message."""
        with self.hold_sync():
            self.facts, self.still, self.moving = drawing.facts, drawing.still, drawing.moving
            self.sentence, self.handles, self.plays = sentence, handles, plays
