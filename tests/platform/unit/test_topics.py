"""Every stream of the catalogue is created, and its owner is its only writer."""

from cme_contracts.catalogue import CATALOG
from deploy import topics


def test_streams_and_owners_are_those_of_the_catalogue() -> None:
    said = {event.stream: event.owner for event in CATALOG.values()}
    assert topics.read().owners == said


def test_partitions_and_retention_are_what_the_design_says() -> None:
    assert (topics.read().partitions, topics.read().retention_days) == (12, 7)
