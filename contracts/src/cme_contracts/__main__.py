"""`python -m cme_contracts build | check | release`: write the generated documents, check all, release what is new."""

import argparse
import sys
from pathlib import Path

from cme_contracts.documents import documents
from cme_contracts.release import faults, release


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cme_contracts", description=__doc__)
    parser.add_argument("command", choices=["build", "check", "release"])
    parser.add_argument("--folder", type=Path, default=Path("contracts"), help="where contracts/ lies")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    match arguments.command:
        case "build":
            for path, text in documents(folder).items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
            return 0
        case "check":
            problems = faults(folder)
        case _:
            problems = release(folder)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
