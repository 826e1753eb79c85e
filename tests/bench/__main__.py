"""`python -m tests.bench [PART ...]`: measure parts beside their own limits, each in one run. None named: all of them."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main(asked: list[str]) -> int:
    """Returns the worst exit status of the parts."""
    parts = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if "_" not in m.name)
    if unknown := sorted(set(asked) - set(parts)):
        print(f"There is no part {', '.join(unknown)}; the parts are {', '.join(parts)}.", file=sys.stderr)
        return 2
    return max(int(importlib.import_module(f"tests.bench.{part}").main() or 0) for part in asked or parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
