"""What is wrong with the links of a site in a folder: dead ones, and files that would come from another host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# The attribute of an element that makes a browser load something.
LOADS = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "object": "data"}


class Links(HTMLParser):
    """The names in a page, and its links: (address, whether it is loaded)."""

    def __init__(self, text: str):
        super().__init__()
        self.names: set[str] = set()
        self.links: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Note the names and the links of an element."""
        found = dict(attributes)
        self.names |= {found[name] for name in ("id", "name") if found.get(name)}
        loaded = LOADS.get(tag)
        if found.get(loaded):
            self.links.append((found[loaded], True))
        elif found.get("href"):
            self.links.append((found["href"], False))


def faults(site: Path) -> list[str]:
    """Return a sentence for each dead link of the pages in ``site``, and for each file that another host would send."""
    pages = {path: Links(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for link, loaded in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                if loaded and address.scheme != "data":
                    found.append(f"{path.relative_to(site)} asks another host for {link}")
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            if target.is_dir():
                target /= "index.html"
            setting = "=" in address.fragment
            known = pages.get(target)
            if not target.exists() or (
                address.fragment and known and not setting and address.fragment not in known.names
            ):
                found.append(f"{path.relative_to(site)} links to {link}, which is not there")
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)", path.read_text("utf-8")):
            found.append(f"{path.relative_to(site)} asks another host for {address}")
    return found
