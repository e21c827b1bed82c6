"""Code and notebooks pass ruff, under the one configuration in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_ruff_has_nothing_to_say(command):
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", *command.split(), "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert ruff.returncode == 0, f"ruff {command} .\n{ruff.stdout}{ruff.stderr}"


def test_there_is_one_configuration():
    others = {"ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", "pytest.ini", ".flake8"}
    assert not others & {path.name for path in ROOT.iterdir()}
