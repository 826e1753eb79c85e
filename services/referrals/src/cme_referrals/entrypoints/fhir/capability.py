"""What this interface does, and nothing more: its CapabilityStatement."""

from __future__ import annotations

from typing import Any

from cme_referrals.entrypoints.fhir.answer import EVENT
from cme_referrals.entrypoints.fhir.task import OWNER, PROFILES
from cme_web.idempotency import RETENTION

DATE = "2026-11-24"
"""When what stands here last changed."""
READ = ("Bundle", "MessageHeader", "Patient", "RelatedPerson", "ServiceRequest", "Task", "Organization", "Practitioner", "PractitionerRole")  # fmt: skip
"""What is read of a message. Anything else in it is kept."""


def capability(base: str) -> dict[str, Any]:
    """The CapabilityStatement of the interface at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "cme-intake",
        "status": "active",
        "date": DATE,
        "publisher": OWNER,
        "kind": "instance",
        "software": {"name": "CME intake"},
        "implementation": {"description": "Takes notifications of children missing education", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "JSON only. Every answer that is not what was asked for is an OperationOutcome.",
                "security": {"description": "An access token of the council's issuer as Authorization: Bearer."},
                "resource": [
                    {
                        "type": "Task",
                        "supportedProfile": [PROFILES + "Task"],
                        "documentation": "The Task of a notification, for whoever sent it; its status follows the case.",
                        "interaction": [{"code": "read"}],
                        "versioning": "no-version",
                    }
                ],
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                        "documentation": (
                            "The Bundle itself is the body, and the answer comes at once. "
                            f"Event: {EVENT['system']}#{EVENT['code']}. The focus is one ServiceRequest or Task about one "
                            f"Patient. Read: {', '.join(READ)}; UK Core profiles are welcome and not demanded."
                        ),
                    }
                ],
            }
        ],
        "messaging": [
            {
                "endpoint": [
                    {
                        "protocol": {
                            "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                            "code": "http",
                        },
                        "address": f"{base}/$process-message",
                    }
                ],
                "reliableCache": int(RETENTION.total_seconds() // 60),
                "documentation": "The same message id and content get the same answer; other content is a conflict.",
            }
        ],
    }
