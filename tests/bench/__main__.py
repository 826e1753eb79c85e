"""`python -m tests.bench PART`: measure one part beside its own limit, in the same run."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    parts = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if "_" not in m.name)
    if len(argv) != 1 or argv[0] not in parts:
        print(f"make bench PART=... with one of: {', '.join(parts)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"tests.bench.{argv[0]}").main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
