"""The count of what there is to read."""

from tools.size import lines_of_code, main


def test_docstrings_comments_and_blank_lines_are_no_code():
    source = '"""A module\n\nof one function."""\n\nX = """text\nthat counts"""\n\n\nclass A:\n    """Three."""\n\n    # four\n    y = [\n        5,  # six\n    ]\n'
    assert lines_of_code(source) == 6  # two of the text, the class and three of the list


def test_each_package_has_its_line_and_the_sum_is_theirs(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x = 1\ny = 2\n", encoding="utf-8")
    (tmp_path / "two.py").write_text("z = 3\n", encoding="utf-8")
    main([str(tmp_path)])
    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(line[-6], line[-4]) for line in words] == [("1", "1"), ("1", "2"), ("2", "3")]
