"""The register's HTTP interface, as one app."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from cme_bus.database import Database
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
from cme_register.entrypoints.closures import closures_api
from cme_register.entrypoints.cohorts import cohorts_api
from cme_register.entrypoints.examples import example
from cme_register.entrypoints.home_education import home_education_api
from cme_register.entrypoints.joint_enquiries import joint_enquiries_api
from cme_register.entrypoints.matching import matching_api
from cme_register.entrypoints.placements import placements_api
from cme_register.entrypoints.recording import recording_api
from cme_register.entrypoints.support import support_api
from cme_register.settings import Settings
from cme_service.context import Context
from cme_timers import BusinessClock


def build_app(context: Context[Settings, RegisterTx], rules: Rules) -> FastAPI:
    """Every route behind its row of the access table."""
    return context.make_app(
        access=ACCESS, routers=routers(context.db, context.clock, rules), answers=ANSWERS, examples=example
    )


def routers(db: Database[RegisterTx], clock: BusinessClock, rules: Rules) -> list[APIRouter]:
    """All of the register's routes."""
    return [
        cases_api(db, clock, rules),
        closures_api(db, clock, rules),
        children_api(db, clock, rules),
        recording_api(db, clock),
        joint_enquiries_api(db, clock),
        matching_api(db, clock, rules),
        home_education_api(db, clock, rules),
        placements_api(db, clock, rules),
        cohorts_api(db, clock, rules),
        absences_api(db, clock),
        checks_api(db, clock, rules),
        casenotes_api(db, clock),
        support_api(db, clock, rules),
        belonging_api(db, clock, rules),
    ]
