"""What holds for every test: the doctests of helpers/, tests/, and the notebooks."""

import gc
import os
import re
import sys
import threading

import hypothesis
import pytest

from helpers.experiments import ONE_THREAD

# One thread of BLAS for each process, here, in xdist's workers and in the notebooks' kernels: they share the cores.
os.environ |= ONE_THREAD | dict(os.environ)

# On import jsonschema, which nbval needs, makes 38 grammars of it, for addresses that no notebook has: 2.4 s a process.
sys.modules.setdefault("rfc3987_syntax", None)
pytest_plugins = ["nbval.plugin"]
collect_ignore = ["tools/site/conf.py"]  # needs Sphinx, which reads it

# What one worker runs in a row where there are several (``-n``), the longest first: what minds the clock, one after
# the other; the tests of one explorer, which is made once; else a file or a notebook, for its fixtures and its kernel.
ALONE = re.compile(r"tests/test_(browser|experiments)\.py::")
SHARING = "contrast|explorers|handles|notebooks|player|recorder|shown|values"
EXPLORER = re.compile(rf"tests/test_(?:{SHARING})\.py::\w+\[([a-z]\w+)\]$")

# A slow or busy machine is no reason to fail; where the tests decide whether a change goes in, they do not roll dice.
hypothesis.settings.register_profile("course", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("course")


def pytest_addoption(parser):
    """Let whoever doubts a sentence about random nets try it with other seeds."""
    parser.addoption(
        "--first-seed",
        type=int,
        default=0,
        metavar="N",
        help="the first of the seeds of which the tests marked draws take theirs (default: the notebooks' own, 0)",
    )
    parser.addoption(
        "--thorough",
        action="store_true",
        help="also run what takes long and has seldom found what the rest does not, as is done each week",
    )


@pytest.fixture(scope="session")
def thorough(request):
    """Return whether the tests are to take the time that they need."""
    return request.config.getoption("--thorough")


@pytest.fixture
def draws(request):
    """Return seeds that chose nothing: draws() is 30 of them in a row, draws(n) is n, from --first-seed on.

    Every test marked ``draws`` takes all its seeds from here.
    """
    first = request.config.getoption("--first-seed")
    return lambda n=30: range(first, first + n)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """Look for no examples in a file of tests, which has none: half a second a process."""
    found = yield
    is_test = file_path.name.startswith("test_")
    return [one for one in found if not (is_test and type(one).__name__ == "DoctestModule")]


def pytest_collectstart(collector):
    """Leave the HTML of an output to tests/test_notebooks.py, as nbval leaves a picture: it holds the picture again."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("text/html",)


def pytest_configure():
    """Let matplotlib look for its fonts now: where it does so for the first time, it may say so on stderr.

    A notebook that prints on stderr what it did not print when it was stored fails, as it should.
    """
    import matplotlib.font_manager  # noqa: F401


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand the workers of pytest-xdist what belongs together as one piece; the names of tests stay what they are."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return piece(nodeid)

    config.option.loadscopereorder = False  # the order is that of the collection, below
    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Of all tests, give one worker more than there are cores: the one with the browser waits half of its time."""
    return (os.cpu_count() or 1) + (not config.option.file_or_dir)


def piece(nodeid: str) -> str:
    """Return the name of what has to be run by one worker together with this test."""
    if ALONE.match(nodeid):
        return "what minds the clock"
    explorer = EXPLORER.match(nodeid)
    return explorer[1] if explorer else nodeid.split("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what is thorough, and where there are several workers, let what takes longest begin first."""
    if not config.getoption("--thorough"):
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    if "PYTEST_XDIST_WORKER" in os.environ:
        first = ("what minds the clock", "memory_explorer", "digits_explorer", "notebooks/", "tests/", "helpers/")
        items.sort(key=lambda item: next((k for k, one in enumerate(first) if piece(item.nodeid).startswith(one)), 4))


def pytest_collection_finish():
    """Take what was collected, which stays, out of the searches for garbage: there are thousands, of seconds in all."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def without_threads(monkeypatch):
    """Let no thread be started, as in a kernel that runs in the browser."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")  # what Pyodide says

    monkeypatch.setattr(threading.Thread, "start", refuse)


_closed = [0]  # how many widgets were closed since garbage was last looked for


@pytest.fixture(autouse=True)
def _no_explorer_outlives_its_test():
    """Close every widget that the test has made: ipywidgets keeps them all, and with them some 20 MB an explorer.

    Those of a fixture of a wider scope were there before, and are for the fixture to close.
    """
    before = set(_widgets())
    yield
    made = [widget for name, widget in _widgets().items() if name not in before]
    for widget in made:
        widget.close()
    _closed[0] += len(made)
    if _closed[0] > 300:  # those of some explorers
        del made
        gc.collect()
        _closed[0] = 0


def _widgets() -> dict:
    """Return the widgets that live, by name."""
    module = sys.modules.get("ipywidgets.widgets.widget")
    return dict(module._instances) if module else {}
