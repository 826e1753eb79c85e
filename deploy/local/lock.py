"""Resolves the dependencies into `requirements.lock`: versions and hashes, no index host, none of our own packages.

What is pinned already stays pinned as long as it fits, so that adding one dependency does not move the others.
"""

import os
import re
import sys

from deploy.local import environment


def main() -> None:
    os.chdir(environment.CHECKOUT)
    environment.make_installer()
    compile_ = [
        str(environment.PYTHON),
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.12",
    ]
    shape = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    own = [argument for name in own_packages() for argument in ("--no-emit-package", name)]
    upgrade = [
        argument
        for name in sys.argv[1:]
        for argument in (["--upgrade"] if name == "all" else ["--upgrade-package", name])
    ]
    output = ["--group", "dev", "pyproject.toml", "--output-file", str(environment.LOCK)]
    environment.step([*compile_, *shape, *own, *upgrade, *output], "the dependencies could not be resolved")
    if hosts := re.findall(r"\w+://\S+", environment.LOCK.read_text()):
        sys.exit(f"cme: {environment.LOCK} names a host ({hosts[0]}): a dependency is not from a registry.")
    environment.say(f"{environment.LOCK} names {environment.LOCK.read_text().count('==')} packages")


def own_packages() -> list[str]:
    texts = [(member / "pyproject.toml").read_text() for member in environment.members()]
    return [name for text in texts for name in re.findall(r'(?m)^name = "([a-z0-9-]+)"', text)]


if __name__ == "__main__":
    main()
