"""What the domain's refusals become: a problem that names the field, what is wrong and how to mend it."""

from __future__ import annotations

import re

from cme_referrals.domain.errors import InTheFutureError, NotYourSchoolError, TooLittleError
from cme_web.problems import Answer, Answers, Fault, Problem

ANSWERS: Answers = {
    "not-your-school": Answer(403, "A school acts for itself only", "Leave school_urn out, or give the school's own."),
    "not-your-form": Answer(
        403,
        "This kind of form is not yours to send",
        "Use an access token of somebody who may send it, or another form.",
    ),
    "no-school": Answer(403, "A return comes from a school", "Use an access token that names the school (claim urn)."),
    "withdrawn": Answer(409, "This was withdrawn", "Send what holds as a new submission."),
    "terms-overlap": Answer(
        422,
        "The terms overlap those of the year before or after",
        "Correct the first and last days, or the other year's first.",
    ),
    "unknown-school": Answer(
        422, "This school is not on the council's list", "Ask the council to load the list of schools anew."
    ),
}
GIVE = {
    "child.forename": "Give the child's forename or surname; one is enough.",
    "child.date_of_birth": "Give the date of birth, or stated_age where nobody knows it.",
    "child.description": "Give the child's name, or a description by which they could be looked for.",
    "child.addresses": "Give the last known address: a line or a postcode is enough.",
    "referrer.email": "Give an e-mail address or a telephone number at which you can be told the outcome.",
}
SIBLING = re.compile(r"^siblings\.[0-9]+\.")


class _Told:
    """Turns refusals that concern a field into 422 with that field. Not a generator: one costs as much as a form's checks."""

    def __enter__(self) -> None:
        """Every refusal is raised within."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and (problem := _problem_of(error)):
            raise problem from error


told = _Told()
"""`with told: ...`"""


def _problem_of(error: BaseException) -> Problem | None:
    match error:
        case TooLittleError():
            faults = [
                Fault(field, "is missing", GIVE.get(SIBLING.sub("", field), "Give this field."))
                for field in error.fields
            ]
            return Problem(
                422,
                error.code,
                "Too little to look for the child",
                "Add the fields named in errors; anything else may follow later.",
                errors=faults,
            )
        case NotYourSchoolError():
            answer = ANSWERS[error.code]
            return Problem(
                answer.status,
                error.code,
                answer.title,
                answer.detail,
                errors=[Fault(error.field, "names another school than yours", "Leave it out, or give your own.")],
            )
        case InTheFutureError():
            return Problem(
                422,
                error.code,
                "A day lies in the future",
                "Mend the field named in errors and send it again.",
                errors=[Fault(error.field, "lies in the future", "Give a day up to today.")],
            )
        case _:
            return None
