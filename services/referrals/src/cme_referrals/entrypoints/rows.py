"""A row as the form it is, or what is wrong with it: however it was written, it is held against the same form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cme_referrals.adapters.records import Record
from cme_referrals.application.batches import FormRow, RefusedRow, RowFault
from cme_referrals.application.telling import Sender
from cme_referrals.domain.completeness import Kind
from cme_referrals.domain.errors import SubmissionError
from cme_referrals.entrypoints.ctf.sheet import CtfSheet
from cme_referrals.entrypoints.desk import Desk, partner_kind, parts_of, receipt_for, sameness
from cme_referrals.entrypoints.kinds import UnfitFormError, faults_of, read_form
from cme_referrals.entrypoints.sheets import Layout, Row
from cme_web.tokens import Caller

KEY = re.compile(r"[A-Za-z0-9._:/-]{1,64}")


class RowReader:
    """Reads the rows of one sender. Raises `Problem` 403 for a partner whose token does not say of what kind."""

    def __init__(self, desk: Desk, caller: Caller, sender: Sender) -> None:
        self._desk, self._caller, self._sender = desk, caller, sender
        self._partner_kind = partner_kind(caller)
        self._theirs = set[Kind]()

    def read(self, given: Record | Row, layout: Layout | CtfSheet) -> FormRow | RefusedRow:
        """The form, or the row to be given back."""
        row = layout.read(given) if isinstance(layout, Layout) and isinstance(given, Record) else given
        assert isinstance(row, Row)
        try:
            if row.values is None:
                raise UnfitFormError(*row.faults)
            return self._form(row, dict(row.values), layout)
        except UnfitFormError as error:
            faults = error.faults
        except SubmissionError as error:
            faults = faults_of(error)
        return _given_back(row, layout, _placed(row, faults, layout))

    def _form(self, row: Row, values: dict[str, Any], layout: Layout | CtfSheet) -> FormRow:
        key = values.pop("key", None)
        if key is not None and not (isinstance(key, str) and KEY.fullmatch(key)):
            raise UnfitFormError(
                RowFault(
                    "key", "does not have the right form", "Give 1 to 64 of A-Z a-z 0-9 . _ : / - or leave it out."
                )
            )
        kind, form = read_form(values)
        if kind.kind not in self._theirs:
            kind.may_send(self._caller)
            self._theirs.add(kind.kind)
        blinds, scope = self._desk.blinds, self._sender.scope
        receipt = receipt_for(self._desk, form, self._sender, self._partner_kind)
        contents = sameness(self._desk, kind, receipt)
        if row.sameness is not None:  # known by either: as this pupil, or as this form
            contents = (*blinds.tokens("pupil", scope, row.sameness), *contents)
        return FormRow(
            number=row.number,
            names=contents if key is None else blinds.tokens("key", scope, key),
            contents=contents,
            parts=parts_of(self._desk, kind, form, receipt),
            explain=lambda error: _placed(row, faults_of(error), layout),
            refused=lambda faults: _given_back(row, layout, faults),
        )


def _placed(row: Row, faults: Sequence[RowFault], layout: Layout | CtfSheet) -> tuple[RowFault, ...]:
    """The faults where the sender finds them: in a column, in CSV; in an element, in a transfer file."""
    return tuple(RowFault(layout.column_of(row, one.field), one.wrong, one.mend) for one in faults)


def _given_back(row: Row, layout: Layout | CtfSheet, faults: Sequence[RowFault]) -> RefusedRow:
    return RefusedRow(number=row.number, sent=row.sent, cells=layout.own(row), faults=tuple(faults))
