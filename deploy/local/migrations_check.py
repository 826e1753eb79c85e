"""Whether every set of migrations is numbered 0001, 0002 ... without a gap: two branches may each have added the same number."""

import sys

from cme_bus.migrate import MigrationError, steps
from deploy.local.environment import members
from deploy.local.folders import CHECKOUT


def main() -> None:
    folders = sorted(
        folder for member in members() for folder in (CHECKOUT / member / "src").glob("*/migrations") if folder.is_dir()
    )
    wrong = []
    for folder in folders:
        try:
            steps(folder)
        except MigrationError as error:
            wrong.append(str(error))
    if not folders or wrong:
        sys.exit("\n".join(wrong) or "no folder of migrations was found")


if __name__ == "__main__":
    main()
