"""How large is the site, how soon does a page move, and how fast does it follow the hand?

    python -m tools.site.measure        after `make site`

From a server of this machine, in a real Chromium: what a page asks for until its first explorer moves (gzip, as
servers send it), how long that takes, and how long a picture stays while a slider is dragged, on a desktop and on a
telephone of 390 pixels with a processor four times slower. Times are of the machine on which it runs.
"""

import functools
import gzip
import itertools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tools.chromium import Page
from tools.site.__main__ import BUILD

WATCH = """
window.seen = [];
(function look() {
    if (!window.live && document.querySelector('.explorer.live canvas[style*="px"]')) window.live = performance.now();
    const shown = window.carousel?.explorers[0]?.shown();
    if (shown && seen.at(-1)?.[1] !== shown.frame) seen.push([performance.now(), shown.frame]);
    requestAnimationFrame(look);
})();
"""
SLIDER = "document.querySelector('.explorer input[type=range]')"


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that does not talk."""

    def log_message(self, *_):
        """Say nothing."""


def first_view(page: Page, address: str, site: Path) -> tuple[float, float]:
    """Return the megabytes, gzipped, that a page asks for until its first explorer moves, and the seconds."""
    page.send("Page.navigate", url=address)
    page.wait_for("window.live", "the first live drawing")
    asked = page.evaluate("performance.getEntriesByType('resource').filter(e => e.startTime < live).map(e => e.name)")
    files = [site / urlsplit(url).path.lstrip("/") for url in {address, *asked}]
    size = sum(len(gzip.compress(path.read_bytes())) for path in files if path.is_file())
    return size / 1e6, page.evaluate("live") / 1000


def gaps(page: Page) -> list[float]:
    """Return the milliseconds between two pictures while the first slider of the page is dragged."""
    page.evaluate(f"{SLIDER}.scrollIntoView({{block: 'center'}}); seen.length = 0")
    left, top, width, height = page.evaluate(
        f"(b => [b.left, b.top, b.width, b.height])({SLIDER}.getBoundingClientRect())"
    )
    page.drag((left + 0.2 * width, top + height / 2), (left + 0.8 * width, top + height / 2), seconds=3)
    times = [time for time, _ in page.evaluate("seen")]
    return [later - before for before, later in pairwise(times)]


def main() -> None:
    """Print the table."""
    site = BUILD / "site"
    kernel = site / "lite"  # which `make site LITE=1` puts there
    total = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and kernel not in path.parents)
    print(f"the whole site: {total / 1e6:.1f} MB (at most 30)")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with Page(1400, 1000) as page:
        page.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        for name in ("index", "explorers/memory_explorer", "explorers/regime_explorer", "explorers/digits_explorer"):
            size, seconds = first_view(page, f"{address}/{name}.html", site)
            print(f"{name}: first view {size:.2f} MB (at most 1.5), first drawing after {seconds:.2f} s (at most 1)")
        for kind, width, slower in (("desktop", 1400, 1), ("telephone, four times slower", 390, 4)):
            phone = width < 500
            page.send(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1 + phone, mobile=phone
            )
            page.send("Emulation.setCPUThrottlingRate", rate=slower)
            for name in ("memory_explorer", "regime_explorer"):
                drags = []
                for _ in range(3):
                    first_view(page, f"{address}/explorers/{name}.html", site)
                    drags.append(gaps(page))
                rates = [f"{len(found) / 3:.0f}" for found in sorted(drags, key=len)]
                gap = median(itertools.chain(*drags))
                print(f"{kind}, {name}: {', '.join(rates)} pictures a second in three drags, median gap {gap:.1f} ms")
    server.shutdown()


if __name__ == "__main__":
    main()
