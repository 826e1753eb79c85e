"""One example of everything that is sent and answered, for the API's description. All of it is invented.

What is sent stands under the name of its operation, what is answered under the name of its schema.
"""

from __future__ import annotations

from pathlib import Path

from cme_web.examples import examples_in

example = examples_in(Path(__file__).parent)
