"""The count of what there is to read."""

from pathlib import Path

from tools.size import lines_of_code, main

HELPERS = Path(__file__).resolve().parents[1] / "helpers"

SOURCE = '''
"""A module

of one function."""

X = """text
that counts"""


class A:
    """Three."""

    # four
    y = [
        5,  # six
    ]
'''


def test_docstrings_comments_and_blank_lines_are_no_code():
    assert lines_of_code(SOURCE) == 6  # two of the text, the class and three of the list


def test_each_package_has_its_line_and_the_sum_is_theirs(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x = 1\ny = 2\n", encoding="utf-8")
    (tmp_path / "two.py").write_text("z = 3\n", encoding="utf-8")
    main([str(tmp_path)])
    words = [line.split()[-6:] for line in capsys.readouterr().out.splitlines()]
    assert sorted((line[0], line[2]) for line in words) == [("1", "1"), ("1", "2"), ("2", "3")]


def test_how_a_drag_becomes_a_line_on_the_screen_is_read_in_1200_lines():
    engine = [
        "explorers/live.py",
        "explorers/player.js",
        "figures/scene.py",
        "figures/recorder.py",
    ]
    assert sum(len((HELPERS / name).read_text(encoding="utf-8").splitlines()) for name in engine) <= 1200
