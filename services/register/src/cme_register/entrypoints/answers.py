"""What the rules' refusals become for whoever asked, and how to go on."""

from __future__ import annotations

from cme_web.problems import Answer

ANSWERS = {
    "not-on-register": Answer(404, "Not found"),
    "case-not-open": Answer(409, "The case is not open", "Look at the case: it is closed, or waits behind a joined one."),
    "nothing-changes": Answer(409, "The case is like that already", "Nothing needs to be done."),
    "already-located": Answer(409, "The child was located before", "The case says how and when."),
    "child-not-located": Answer(
        409, "Nobody has recorded that the child was found", "Record it with its proof (/located), then close the case."
    ),
    "proof-does-not-fit": Answer(
        422, "This outcome asks for another proof", "Give a proof of the kind that the table of outcomes asks for, or keep the case open."
    ),
    "not-an-end": Answer(409, "This outcome ends no case", "A child who was not found stays on the register."),
    "closure-is-proposed": Answer(
        409, "A closure is proposed already", "It is agreed, refused or taken back first: look at the case's closure."
    ),
    "no-closure-proposed": Answer(409, "This closure does not wait to be agreed", "Look at the case's closure: it was decided, or fell through."),
    "not-yours-to-agree": Answer(
        409, "It is for somebody else to agree", "Another person agrees than who proposed it or has agreed, in a role that it waits for."
    ),
    "case-not-closed": Answer(409, "The case is not closed", "It is worked on, or waits behind a joined one: look at it."),
    "too-late-to-reopen": Answer(
        409, "The case was closed too long ago to be opened again", "Refer the child: a new case opens that follows this one."
    ),
    "child-has-an-open-case": Answer(409, "The child has an open case", "Work on that one; a child has one open case."),
    "no-such-sibling": Answer(422, "The child is not known as a brother or sister", "Choose one that the case's closure names."),
    "case-not-dormant": Answer(409, "The case is not on review", "It is worked on already."),
    "nothing-to-review": Answer(409, "Nothing has arrived since the case was closed", "Open it again, with a reason, if it must be worked on."),
    "not-a-lead-officer": Answer(422, "They are no active Lead Officer", "Choose one from /v1/officers."),
    "cover-is-no-lead-officer": Answer(422, "Who covers is no other active Lead Officer", "Choose one from /v1/officers."),
    "records-not-apart": Answer(409, "These are not two records that stand by themselves", "Look at both records first."),
    "records-not-joined": Answer(409, "The one record was not joined into the other", "Look at the record: it names what was joined into it."),
    "nothing-else-known": Answer(
        409, "The record is made of this submission alone",
        "It was taken for nobody else: separate the record where it was joined, or join it with the child whom it is about."
    ),
    "order-of-another-child": Answer(
        409, "This order number is another child's", "Check the number and whose page you are on; one order is about one child."
    ),
    "not-in-cohort": Answer(
        422, "A child in did_not_arrive was not expected there", "The cohort's page lists its children; refer any other."
    ),
    "no-open-case": Answer(
        409, "The child has no open case", "A place is sought in a case: refer the child, or record that home education is unsuitable."
    ),
    "step-does-not-fit": Answer(
        409, "That cannot follow where the placement stands", "The child's page shows its steps; begin another placement where it is about another place."
    ),
    "school-not-named": Answer(422, "No school is named", "Give school_urn and school_la: of an offer and all that follows a school is known."),
    "step-too-early": Answer(422, "on lies before the step that it follows", "Give the day on which it happened."),
    "decided-in-the-future": Answer(422, "decided_on lies in the future", "Give the day on which it was decided, up to today."),
    "signed-in-the-future": Answer(422, "signed_on lies in the future", "Give the day on which it was signed, up to today."),
    "not-signed": Answer(409, "The council has not signed these enquiries", "Look at the child's page: it shows who signed."),
    "no-such-check": Answer(422, "There is no such check", "Choose one from /v1/checks."),
    "no-such-group": Answer(422, "There is no such group", "Choose one from /v1/groups."),
    "no-such-support": Answer(422, "There is no such help", "Choose one from /v1/support."),
    "gateway-needed": Answer(422, "This body answers under a power that is named", "Give it in legal_gateway."),
    "check-runs": Answer(409, "This body is asked already", "Record its answer, or waive the check, before you ask again."),
    "check-settled": Answer(409, "The check was answered or waived before", "Look at the ledger; to ask again, request a new check."),
    "answered-out-of-time": Answer(
        422, "answered_at lies before the question, or in the future", "Give the instant at which the answer came."
    ),
    "may-not-waive": Answer(409, "This check is waived by somebody else", "Ask whom /v1/checks names in waived_by."),
    "may-not-lower": Answer(
        409, "The rules rate this case higher", "Ask a team manager or the service lead to decide, or record what has changed."
    ),
    "note-corrected": Answer(409, "Another note stands for this one", "Correct that one: the chronology says which."),
    "in-the-future": Answer(422, "It lies in the future", "Record it once it has happened."),
    "one-child": Answer(422, "Both are one child", "Give the id of the brother or sister."),
    "already-decided": Answer(
        409, "Somebody has decided this pair", "Look at both children; records that were joined in error can be separated."
    ),
    "deadline-would-move": Answer(
        409, "The absorbed record's case is due first", "Join the other way round, so that the earlier deadline stays."
    ),
}  # fmt: skip
