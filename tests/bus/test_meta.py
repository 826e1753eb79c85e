"""What travels beside an event says the same, whichever way it is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cme_bus.meta import Meta, new_id, new_ids


def test_headers_come_back_as_they_were_meant_whatever_a_request_calls_itself() -> None:
    sent = Meta(
        id=new_id(), type="cme.test.said.v1", source="/cme/test", subject="a", time=datetime(2026, 11, 3, 9, tzinfo=UTC),
        correlation_id='said "so"\\\n é', causation_id=str(new_id()), traceparent=f"00-{1:032x}-{2:016x}-01", tracestate="a=b",
    )  # fmt: skip
    headers = json.loads(sent.written())
    assert Meta.parse((name, text.encode()) for name, text in headers.items()) == sent
    assert (headers["ce_partitionkey"], headers["correlation_id"]) == ("a", sent.correlation_id)
    assert headers["ce_specversion"] == "1.0"


def test_ids_made_together_are_different_and_of_version_7() -> None:
    ids = new_ids(300)
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
