"""A new invented child each time, so that the story can be told twice, and twice at once."""

import secrets
from datetime import date, timedelta
from typing import Any

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
    """As a school's admission register would have them. The number in the street keeps two stories apart."""
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
                "postcode": "ZZ99 9ZZ",
            }
        ],
        "parents": [
            {
                "name": f"Robin {surname}",
                "relationship": "mother",
                "telephones": ["01632 960123"],
            }
        ],
    }
