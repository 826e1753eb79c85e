"""What a sender is told of a value that was kept aside, or holds under another number now."""

from __future__ import annotations

from collections.abc import Mapping

from cme_referrals.domain.remarks import Doubt, Remark

MEND = "Kept aside and not used. Send the number as it stands in your records."
WRONG: Mapping[str, str] = {
    "upn": "the check letter or the form is wrong",
    "former_upns": "the check letter or the form is wrong",
    "nhs_number": "the check digit or the form is wrong",
    "uprn": "it is not a number of up to twelve figures",
    "school_urn": "it is neither a URN (six figures) nor a LAESTAB (seven)",
    "file_name": "no Common Transfer File of this kind is called so",
    "destination_laestab": "it is no authority and establishment, or not what the file's name says",
    "last_school_urn": "it is neither a URN (six figures) nor a LAESTAB (seven)",
}
"""By the last name in the field."""
TOLD: Mapping[Doubt, tuple[str, str]] = {
    Doubt.PLACEHOLDER: (
        "UN1 to UN5 stand where a child has no number yet",
        "Kept aside and not used. Leave it out until the child has a number.",
    ),
    Doubt.TEMPORARY: ("it is a temporary number", "It is used. Send the permanent one when the child has it."),
    Doubt.UNLISTED: (
        "no school on the council's list has this number",
        "Kept with the form and not used. Send the school's URN as GIAS has it.",
    ),
    Doubt.SUCCEEDED: ("the school has another number now: {instead}", "It was taken. Use {instead} from now on."),
}
"""What is wrong, and how to mend it. `{instead}` is a number of a public list."""


def in_words(text: str) -> tuple[str, str, str]:
    """A remark that is kept with a submission: its field, what is wrong, how to mend it. Never the value."""
    remark = Remark.of(text)
    last = next((name for name in reversed(remark.field.split(".")) if not name.isdecimal()), remark.field)
    wrong, mend = TOLD.get(remark.doubt) or (WRONG.get(last, "it cannot be right"), MEND)
    instead = remark.instead or ""
    return remark.field, wrong.format(instead=instead), mend.format(instead=instead)
