"""Make the site: every notebook as a page whose explorers move without a kernel, and every explorer alone.

    python -m tools.site [--publish] [--lite PYTHON]

Writes build/site, which opens from its folder and asks no other host for anything. Films are recorded on all cores, and
kept in build/films: what makes a film is in its name, so that only what has changed is recorded again.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from ipywidgets import Widget
from tqdm import tqdm

from helpers.experiments import ONE_THREAD
from tools.site import address, links, lite, pages
from tools.site.films import ROOT, Strip, record, stills_of

BUILD = ROOT / "build"


def write(path: Path, content: str | bytes) -> None:
    """Write a file, and leave it alone where it holds this: what reads it would take it for new."""
    data = content.encode() if isinstance(content, str) else content
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def films(shown: list[pages.Shown], site: Path, kept: Path, workers: int | None = None) -> None:
    """Put the films of the explorers ``shown``, and their facts, into the folder ``films`` of ``site``.

    What is not in ``kept`` yet is recorded, by ``workers`` processes (as many as there are cores), 1 being this one.
    """
    kept.mkdir(parents=True, exist_ok=True)
    folder, needed = site / "films", {}

    def jobs() -> Iterator[tuple[str, Strip, Path, str]]:
        """Write the facts of one explorer after another, and give what of its films is to be recorded."""
        for one in shown:
            facts, named = pages.facts(one.call)
            facts |= pages.guess(one)
            Widget.close_all()  # what is not closed is kept, and with it what it shows
            write(folder / f"{one.name}.js", f"explorerFacts({pages.as_js(one.name)}, {pages.as_js(facts)});\n")
            needed[f"{one.name}.js"] = None
            for name, strip in named:
                if f"{name}.js" not in needed and not whole(kept, name):
                    yield one.call.source, strip, kept, name
                needed[f"{name}.js"] = name

    if workers == 1:
        for job in jobs():
            record(*job)
    else:
        os.environ.update(ONE_THREAD)
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context)
        with pool, tqdm(total=0, desc="recording", unit="strip") as bar:
            todo = []
            for job in jobs():  # one explorer after another: a process keeps the still parts of the last ones
                todo.append(pool.submit(record, *job))
                bar.total += 1
                todo[-1].add_done_callback(lambda _: bar.update())
            try:
                for done in as_completed(todo):
                    done.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    for file, name in list(needed.items()):
        if name:
            needed[f"{stills_of(kept / file)}.js"] = name
    for file, name in needed.items():
        if name and not (folder / file).exists():
            shutil.copy(kept / file, folder / file)
    for path in folder.iterdir():
        if path.name not in needed:
            path.unlink()


def whole(kept: Path, name: str) -> bool:
    """Return whether a strip was recorded, and its stills are there."""
    path = kept / f"{name}.js"
    return path.exists() and (kept / f"{stills_of(path)}.js").exists()


def sphinx(sources: dict[str, str], site: Path) -> subprocess.Popen:
    """Let Sphinx make the pages; the process in which it does."""
    folder = BUILD / "site-sources"
    for name, text in sources.items():
        write(folder / name, text)
    for path in folder.iterdir():
        if path.name not in sources:
            path.unlink()
    command = [sys.executable, "-m", "sphinx", "-q", "-j", "auto", "-c", pages.HERE, "-d", BUILD / "site-doctrees"]
    return subprocess.Popen([*command, "-W", "--keep-going", folder, site])


def standalone(shown: list[pages.Shown], site: Path) -> None:
    """Write what the explorers need beside their films: script, style, stills, and a page for each."""
    write(site / "site.js", pages.script())
    write(site / "site.css", (pages.HERE / "site.css").read_text("utf-8"))
    for one in shown:
        write(site / "stills" / one.still, one.png)
        if one.name == one.call.name:
            write(site / "explorers" / f"{one.name}.html", pages.alone(one))


def main(argv: list[str] | None = None) -> None:
    """Make the site."""
    parser = argparse.ArgumentParser("python -m tools.site", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs="*", metavar="EXPLORER", help="these explorers alone, and no pages of notebooks"
    )
    parser.add_argument("--publish", action="store_true", help="fail where pyproject.toml has no addresses")
    parser.add_argument("--lite", metavar="PYTHON", help="put a JupyterLite into it, by the environment of this python")
    arguments = parser.parse_args(argv)
    site, shown = BUILD / "site", pages.explorers()
    if arguments.only:
        shown = [one for one in shown if one.name in arguments.only]
        standalone(shown, site)
        films(shown, site, BUILD / "films")
        return
    try:
        found = address.urls(publish=arguments.publish)
    except ValueError as error:
        sys.exit(f"{parser.prog}: {error}")
    if len(found) < len(address.NAMES):
        print("pyproject.toml does not say where this will be published: no links to Binder and Colab, no copies.")
    else:
        for path in pages.NOTEBOOKS:
            copied = address.copy(nbformat.read(path, as_version=4), f"git+{found['Repository']}")
            write(site / "colab" / path.name, nbformat.writes(copied))
    making = sphinx(pages.sources(shown, found, lite=bool(arguments.lite)), site)
    standalone(shown, site)
    films(shown, site, BUILD / "films")
    if making.wait():
        sys.exit(making.returncode)  # Sphinx has said why
    if arguments.lite:
        lite.build(arguments.lite, BUILD / "lite", site, pages.NOTEBOOKS)
    else:
        shutil.rmtree(site / "lite", ignore_errors=True)  # of another day, to which no page leads
    (site / ".nojekyll").touch()
    # What nobody reads: maps of the theme's scripts, its templates, and its words in other languages.
    for path in (*site.rglob("*.map"), *site.glob("_static/*macros.html"), *site.glob("_static/locales/*/*/*")):
        path.unlink()
    wrong = links.faults(site)
    if wrong:
        sys.exit("\n".join(wrong))
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"{site / 'index.html'}: {size / 1e6:.1f} MB. Open it in a browser.")


if __name__ == "__main__":
    main()
