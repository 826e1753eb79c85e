"""Holds docs/policy.md and the tests' policy marks to each other: `python -m tests.policy check|build`.

Reads the tests as text (imports none of them), so that it takes a moment and needs no server.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/policy.md"
BEGIN, END = "<!-- clauses", "<!-- end of clauses"
ROW = re.compile(r"\| (?P<clause>\d+(?:\.\d+)+) \| (?P<sense>[^|]+) \|(?P<shown>[^|]*)\|")
NOT_BUILT = "not built"


@dataclass(frozen=True)
class Mark:
    """A test says that it shows a clause to hold."""

    clause: str
    path: Path
    line: int


class BadMarkError(Exception):
    """A mark that shows nothing, because pytest would not run it or nobody can say what it names."""


def marks(root: Path) -> Iterator[Mark]:
    """Every policy mark below `root/tests`. Raises BadMarkError."""
    for path in sorted((root / "tests").rglob("*.py")):
        text = path.read_text("utf-8")
        if "mark.policy" in text:
            yield from _marks_of(path, text, path.relative_to(root).as_posix())


def _marks_of(path: Path, text: str, name: str) -> Iterator[Mark]:
    tree = ast.parse(text)
    idle = {
        id(node)
        for owner in ast.walk(tree)
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef) and not owner.name.startswith("test")
        for decorator in owner.decorator_list
        for node in ast.walk(decorator)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.policy":
            if id(node) in idle or not path.name.startswith("test_"):
                raise BadMarkError(f"{name}:{node.lineno}: a policy mark on something that is not a test")
            match node.args:
                case [ast.Constant(value=str(clause))] if not node.keywords:
                    yield Mark(clause, path, node.lineno)
                case _:
                    raise BadMarkError(f'{name}:{node.lineno}: write the clause out: @pytest.mark.policy("7.2")')


def clauses(page: str) -> dict[str, str]:
    """Each clause of the page with what its last column says."""
    _, _, table = page.partition(BEGIN)
    table, end, _ = table.partition(END)
    if not end:
        raise ValueError(f"the page has no table between {BEGIN} and {END}")
    found = [(match["clause"], match["shown"].strip()) for match in map(ROW.fullmatch, table.splitlines()) if match]
    if len(found) != len(dict(found)):
        raise ValueError("a clause stands twice in the page")
    return dict(found)


def built(page: str, root: Path) -> str:
    """The page with its last column as the marks are now. What has no marked test keeps its words."""
    shown = {clause: _links(paths, root) for clause, paths in _by_clause(root).items()}
    return "\n".join(_filled(line, shown) for line in page.split("\n"))


def faults(page: str, root: Path) -> list[str]:
    """What page and tests do not agree on, in sentences. Empty when all is well."""
    said, tested = clauses(page), _by_clause(root)
    wrong = [
        f"{mark.path.relative_to(root).as_posix()}:{mark.line}: the policy has no clause {mark.clause}"
        for mark in marks(root)
        if mark.clause not in said
    ]
    for clause, words in said.items():
        if words.startswith(NOT_BUILT):
            if clause in tested:
                wrong.append(f'clause {clause} says "{NOT_BUILT}", but {len(tested[clause])} file(s) test it')
        elif clause not in tested:
            wrong.append(f'clause {clause} has neither a marked test nor the words "{NOT_BUILT}"')
    if not wrong and built(page, root) != page:
        wrong.append("the column of tests is out of date")
    return wrong


def _by_clause(root: Path) -> dict[str, list[Path]]:
    tested: dict[str, list[Path]] = {}
    for mark in marks(root):
        paths = tested.setdefault(mark.clause, [])
        if mark.path not in paths:
            paths.append(mark.path)
    return tested


def _links(paths: list[Path], root: Path) -> str:
    names = [path.relative_to(root).as_posix() for path in paths]
    return ", ".join(f"[{name.removeprefix('tests/').removesuffix('.py')}](../{name})" for name in names)


def _filled(line: str, shown: Mapping[str, str]) -> str:
    match = ROW.fullmatch(line)
    if not match:
        return line
    words = match["shown"].strip()
    kept = words if words.startswith(NOT_BUILT) else ""
    text = shown.get(match["clause"], kept)
    return f"| {match['clause']} | {match['sense']} | {text} |"


def main(arguments: list[str]) -> int:
    """0 when page and tests agree, or after building; 1 with the faults in sentences; 2 for a wrong call."""
    if arguments not in (["check"], ["build"]):
        print("usage: python -m tests.policy check|build", file=sys.stderr)
        return 2
    try:
        if arguments == ["build"]:
            PAGE.write_text(built(PAGE.read_text("utf-8"), ROOT), "utf-8")
        wrong = faults(PAGE.read_text("utf-8"), ROOT)
    except BadMarkError as error:
        wrong = [str(error)]
    for fault in wrong:
        print(f"docs/policy.md: {fault}", file=sys.stderr)
    if wrong and arguments == ["check"]:
        print("where only the column is wrong: python -m tests.policy build", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
