"""Count what there is to read: files and lines of code of each package, without docstrings, comments and blank lines.

python -m tools.size [helpers tests ...]
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines_of_code(source: str) -> int:
    """Return how many lines of ``source`` hold code.

    >>> lines_of_code('def f():  # one\\n    "Two."\\n\\n    return 3\\n')
    2
    """
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            lines.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def main(folders: list[str]) -> None:
    """Print a line for each package in the folders, and their sums."""
    for folder in folders:
        files, lines = Counter(), Counter()
        for path in sorted(Path(folder).rglob("*.py")):
            files[path.parent] += 1
            lines[path.parent] += lines_of_code(path.read_text(encoding="utf-8"))
        for package in files:
            print(f"{package!s:24} {files[package]:4} files {lines[package]:6} lines of code")
        print(f"{folder + ', all':24} {files.total():4} files {lines.total():6} lines of code")


if __name__ == "__main__":
    main(sys.argv[1:] or ["helpers", "tests", "tools"])
