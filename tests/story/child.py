"""A new invented child each time, so that the story can be told twice, and twice at once."""

import secrets
import string
from datetime import date, timedelta
from typing import Any

LETTERS = string.ascii_uppercase
FORENAMES = (
    "Juniper",
    "Bracken",
    "Tansy",
    "Sorrel",
    "Linnet",
    "Fennel",
    "Merle",
    "Corin",
    "Isolde",
    "Perran",
)
SURNAMES = (
    "Quillfeather",
    "Oakhanger",
    "Thistlewade",
    "Marrowby",
    "Pennyquick",
    "Hollinshade",
    "Wintergate",
    "Larkwhistle",
)


def invented_child() -> dict[str, Any]:
    """As a school's admission register would have them. A home and a telephone of their own keep two stories apart."""
    born = date(2013, 9, 1) + timedelta(days=secrets.randbelow(900))
    surname = f"{secrets.choice(SURNAMES)}-{secrets.token_hex(3)}"
    return {
        "forename": secrets.choice(FORENAMES),
        "surname": surname,
        "date_of_birth": born.isoformat(),
        "sex": secrets.choice("FM"),
        "addresses": [
            {
                "lines": [f"{secrets.randbelow(900) + 1} Invented Row", "Fallowmere"],
                "postcode": f"ZZ99 {secrets.randbelow(10)}{secrets.choice(LETTERS)}{secrets.choice(LETTERS)}",
            }
        ],
        "parents": [
            {
                "name": f"Robin {surname}",
                "relationship": "mother",
                "telephones": [f"01632 960{secrets.randbelow(1000):03}"],
            }
        ],
    }
