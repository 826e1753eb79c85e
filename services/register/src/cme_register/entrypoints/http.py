"""The register's HTTP interface, as one app."""

from __future__ import annotations

from fastapi import FastAPI

from cme_register.adapters.postgres import RegisterTx
from cme_register.application.rules import Rules
from cme_register.entrypoints.absences import absences_api
from cme_register.entrypoints.access import ACCESS
from cme_register.entrypoints.answers import ANSWERS
from cme_register.entrypoints.belonging import belonging_api
from cme_register.entrypoints.casenotes import casenotes_api
from cme_register.entrypoints.cases import cases_api
from cme_register.entrypoints.checks import checks_api
from cme_register.entrypoints.children import children_api
from cme_register.entrypoints.cohorts import cohorts_api
from cme_register.entrypoints.home_education import home_education_api
from cme_register.entrypoints.joint_enquiries import joint_enquiries_api
from cme_register.entrypoints.matching import matching_api
from cme_register.entrypoints.placements import placements_api
from cme_register.entrypoints.recording import recording_api
from cme_register.entrypoints.support import support_api
from cme_register.settings import Settings
from cme_service.context import Context


def build_app(context: Context[Settings, RegisterTx], rules: Rules) -> FastAPI:
    """Every route behind its row of the access table."""
    routers = [
        cases_api(context.db, context.clock, rules),
        children_api(context.db, context.clock, rules),
        recording_api(context.db, context.clock),
        joint_enquiries_api(context.db, context.clock),
        matching_api(context.db, context.clock, rules),
        home_education_api(context.db, context.clock, rules),
        placements_api(context.db, context.clock, rules),
        cohorts_api(context.db, context.clock, rules),
        absences_api(context.db, context.clock),
        checks_api(context.db, context.clock, rules),
        casenotes_api(context.db, context.clock),
        support_api(context.db, context.clock, rules),
        belonging_api(context.db, context.clock, rules),
    ]
    return context.make_app(access=ACCESS, routers=routers, answers=ANSWERS)
