"""One example of everything that is sent, for the API's description, under the name of its operation. All of it is invented."""

from __future__ import annotations

from pathlib import Path

from cme_web.examples import examples_in

example = examples_in(Path(__file__).parent)
