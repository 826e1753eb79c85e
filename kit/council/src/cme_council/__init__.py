"""The values of the council whose policy this is, from one file. See the README for its form."""

from cme_council.council import Citation, Closure, Contact, Council, CouncilError, NotGivenError, load

__all__ = ["Citation", "Closure", "Contact", "Council", "CouncilError", "NotGivenError", "load"]
