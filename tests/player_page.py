"""player.js in a real Chromium with no kernel: a page whose models are set by the test."""

import base64
import io
import json
import os
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from helpers.explorers.player import Player
from helpers.figures.scene import Drawing
from tools.chromium import Page, find_chromium

# Where REQUIRE_BROWSER is set, as in CI, a missing browser is a failure and no reason to skip.
in_the_browser = pytest.mark.skipif(
    not find_chromium() and os.environ.get("REQUIRE_BROWSER") != "1", reason="no Chromium is installed on this machine"
)
PAGE = """(async () => {
document.body.style.margin = 0;
const url = URL.createObjectURL(new Blob([%s], {type: "text/javascript"}));
window.player = (await import(url)).default;
window.bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
window.makeModel = () => {
    const held = {facts: {}, sentence: ""}, heard = new Map(), sent = [];
    return {held, heard, sent, get: name => held[name],
        set(name, value) { held[name] = value; }, save_changes() { sent.push(held.hand); },
        send(told) { sent.push(told); },
        on(event, told) { heard.set(told, event); }, off(event, told) { heard.delete(told); },
        tell(news) { Object.assign(held, news); for (const [told, event] of heard) if (event === "change") told(); }};
};
window.views = [];
window.show = (model, width) => {
    const el = document.body.appendChild(document.createElement("div"));
    el.style.width = `${width}px`;
    views.push({el, leave: player.render({model, el})});
    return views.length - 1;
};
window.pixels = view => views[view].el.querySelector("canvas").toDataURL();
window.model = makeModel();
return true})()"""


def decoded(png: bytes) -> np.ndarray:
    """Return the pixels of a PNG (height, width, 3), from 0 to 255, of a kind that can be subtracted."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(np.int16)


class PlayerPage(Page):
    """A page that holds the player and one model, ``model``, with any number of views."""

    def __enter__(self):
        super().__enter__()
        self.evaluate(PAGE % json.dumps(Player._esm))
        return self

    def tell(self, drawing: Drawing, sentence="a sentence", handles: Sequence[dict] = (), plays: dict | None = None):
        """Give the model a drawing, as the kernel does."""
        lists = {name: base64.b64encode(getattr(drawing, name)).decode() for name in ("still", "moving")}
        more = {"facts": drawing.facts, "sentence": sentence, "handles": list(handles), "plays": plays or {}}
        binary = ", ".join(f"{name}: bytes('{words}')" for name, words in lists.items())
        self.evaluate(f"model.tell({{{binary}, ...{json.dumps(more)}}})")

    def show(self, width: int = 860) -> int:
        """Add a view and return its number."""
        return self.evaluate(f"show(model, {width})")

    def fresh(self, density: float = 1.0) -> None:
        """Take every view away, make another model, and have a screen of this density."""
        self.complaints.clear()
        self.screen(1000, density)
        self.evaluate("views.forEach(view => (view.leave(), view.el.remove())); views = []; model = makeModel(); true")

    def hand(self) -> list[dict]:
        """Return what the page has said of its handles since the last call."""
        return self.evaluate("model.sent.splice(0)")

    def screen(self, width: int, density: float) -> None:
        """Give the page another screen."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=density, mobile=False
        )

    def painted(self, view: int = 0) -> np.ndarray:
        """Return what a view shows after the next frames, (height, width, 3) from 0 to 255."""
        self.painted_frames()
        data = self.evaluate(f"pixels({view})").partition(",")[2]
        return decoded(base64.b64decode(data))
