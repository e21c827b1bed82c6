"""Code and notebooks pass ruff, under the one configuration in pyproject.toml; the player passes oxlint."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_ruff_has_nothing_to_say(command):
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", *command.split(), "--no-cache", "."],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert ruff.returncode == 0, (
        f"ruff {command} . (`ruff check --fix .` and `ruff format .` mend most)\n{ruff.stdout}{ruff.stderr}"
    )


def test_oxlint_has_nothing_to_say_of_what_the_page_runs():
    command = [Path(sys.executable).with_name("oxlint"), "--deny-warnings", "helpers", "tools"]
    oxlint = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert oxlint.returncode == 0, oxlint.stdout


def opened_as_the_system_likes(source):
    """Return the lines that read or write text without saying in which encoding."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in ("open", "read_text", "write_text") or ast.unparse(node.func) in ("os.open", "Image.open"):
            continue
        given = [one.value for one in node.args if isinstance(one, ast.Constant)]
        binary = any(one in ("rb", "wb", "ab", "r+b") for one in given)
        if not (binary or "utf-8" in given or any(one.arg == "encoding" for one in node.keywords)):
            lines.append(node.lineno)
    return lines


SOURCES = [path for place in ("helpers", "tools", "tests") for path in sorted((ROOT / place).rglob("*.py"))]


def test_text_is_utf8_whatever_the_system_likes():
    """Windows would read and write CP1252."""
    found = {str(path.relative_to(ROOT)): opened_as_the_system_likes(path.read_text("utf-8")) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("line", ["open(name)", "open(name, 'a')", "path.read_text()", "path.write_text(words)"])
def test_an_encoding_that_is_left_out_is_seen(line):
    assert opened_as_the_system_likes(line) == [1]


def test_the_readers_work_where_the_system_s_encoding_knows_no_letter_beyond_ascii():
    """Stricter than CP1252: what would be read as other letters there cannot be read at all here."""
    script = (
        "import locale; assert locale.getpreferredencoding(False).lower() not in ('utf-8', 'utf8'); "
        "from helpers.data import digits, nile; digits(), nile(); "
        "from helpers.experiments import table; "
        "from helpers.explorers.training import survey_explorer; survey_explorer().picture; "
        "from tools import claims; claims.main()"
    )
    settings = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=settings, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr


def test_line_ends_are_the_same_everywhere():
    """A script that begins with ``bash`` and the line end of Windows does not run."""
    attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "* text=auto eol=lf" in attributes
    for path in (*SOURCES, ROOT / ".ci" / "run", ROOT / "Makefile"):
        assert b"\r" not in path.read_bytes(), path


def test_there_is_one_configuration():
    others = {"ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", "pytest.ini", ".flake8"}
    assert not others & {path.name for path in ROOT.iterdir()}
