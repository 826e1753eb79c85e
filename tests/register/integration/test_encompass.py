"""That there is an Operation Encompass notice stands with the child; it opens no case, and nothing of the incident is known here."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from cme_contracts.encompass import EncompassReceived
from cme_contracts.sealed import Sealed
from tests.register.integration.county import Register
from tests.register.integration.desk import Desk
from tests.register.invented import NOVEMBER, child, referral


@pytest.mark.policy("9.1")
async def test_a_notice_is_matched_noted_and_no_case(register: Register, desk: Callable[..., Desk]) -> None:
    id_ = uuid4()
    notice = EncompassReceived(
        submission_id=id_, first_submission_id=id_, reference="CME-TEST", received_at=NOVEMBER, personal=Sealed(child())
    )
    await register.hear(notice)
    assert await register.told() == ["submission.matched"]
    await register.hear(referral())
    page = await desk().read(f"/v1/cases/{(await register.only('case.opened'))['case_id']}")
    [noted] = [line["detail"] for line in page["chronology"] if line["what"] == "register.evidence.noted"]
    assert (noted["kind"], noted["submission_id"]) == ("encompass_notice", str(id_))
