"""What must not be known of: security labels on a message, on a person in it, or on one address."""

from __future__ import annotations

from cme_referrals.entrypoints.fhir.reading import Element

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
RESTRICTED = frozenset({"R", "V"})
"""Restricted and very restricted: how the Personal Demographics Service marks somebody whose whereabouts are sensitive."""
MARK = "urn:cme:extension:confidential"
"""An extension of ours: FHIR has no label for one address."""


def restricted(*resources: Element) -> bool:
    """Whether any of these resources is labelled so that nobody but safeguarding may be told where people are."""
    labels = (label for one in resources if (meta := one.one("meta")) for label in meta.many("security"))
    return any(one.text("system") == CONFIDENTIALITY and one.text("code") in RESTRICTED for one in labels)


def marked(address: Element) -> bool:
    """Whether this address is marked by itself."""
    return any(one.text("url") == MARK and one.flag("valueBoolean") for one in address.many("extension"))
