"""What the police send, or an officer enters for them: an Operation Encompass notice."""

from __future__ import annotations

from pydantic import Field

from cme_referrals.application.forms import EncompassForm
from cme_referrals.entrypoints.fields import Day, School, Text, YesNo
from cme_referrals.entrypoints.people import SentForm


class EncompassNotice(SentForm):
    """Domestic abuse that a child lived through. The setting is to be told before its next school day begins."""

    incident_on: Day
    police_reference: Text | None = Field(default=None, description="Of the incident, to ask the police by.")
    school_urn: School | None = Field(default=None, description="The child's school, which is to be told.")
    on_roll: YesNo | None = Field(
        default=None, description="Is on its register. On no roll, the council's officer is told."
    )
    home_educated: YesNo | None = Field(default=None, description="Then the council's officer is told.")
    setting_told: YesNo | None = Field(default=None, description="Whether the police have told the setting themselves.")

    def form(self) -> EncompassForm:
        """What the use case takes."""
        return EncompassForm(
            about=self.child.about(),
            incident_on=self.incident_on,
            police_reference=self.police_reference,
            school_urn=self.school_urn,
            on_roll=self.on_roll,
            home_educated=self.home_educated,
        )
