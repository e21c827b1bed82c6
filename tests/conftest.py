"""What tests of several files share, made once in each process: every explorer, and a page that holds the player."""

import pytest

from helpers.explorers import guesses
from tests.player_page import PlayerPage
from tests.sweeping import close, defaults
from tools.explorers import makers

MAKERS = makers()


@pytest.fixture(autouse=True)
def nothing_guessed(monkeypatch):
    """Let no test see what another has guessed: an explorer that settles a question would draw it."""
    monkeypatch.setattr(guesses, "_made", {})


@pytest.fixture(scope="session", params=MAKERS)
def shared(request):
    """Return an explorer, wherever the test before has left it, for tests that only look or set all its controls.

    Pytest runs the tests of one explorer, from whatever file, in a row.
    """
    explorer = MAKERS[request.param]()
    explorer.name = request.param
    explorer._player.set_state({"lives": True})
    yield explorer
    close(explorer)


@pytest.fixture
def explorer(shared):
    """Return the shared explorer at its defaults, shown as a drawing."""
    if shared.settings != defaults(shared) or shared._state is None:
        shared.update(**defaults(shared))
    return shared


@pytest.fixture(scope="session")
def chromium():
    """Return a page without a screen of its own: ``player_page`` gives it one."""
    with PlayerPage() as page:
        yield page


@pytest.fixture
def page(chromium):
    """Return an empty page of the player, on a screen of density 1; nothing may be complained of."""
    chromium.fresh()
    yield chromium
    assert chromium.complaints == []
