"""Puts the service together."""

from fastapi import FastAPI

from assay_contracts.assessment import RatingPublished
from assay_contracts.directory import CareServiceRecorded, EvidenceLapsed, ProviderRecorded
from assay_contracts.directory.copies import receive_provider
from assay_contracts.risk import BandChanged, EmbargoImposed, EmbargoLifted
from assay_contracts.wiring import TELLS
from assay_kit.service import Service, create_service
from dps_admission.applications.routes import router as applications
from dps_admission.applications.worklist_routes import router as worklist
from dps_admission.circumstances.receiving import receive_band, receive_lapse, receive_rating
from dps_admission.circumstances.routes import router as circumstances
from dps_admission.due import DUE
from dps_admission.evaluations.letter_routes import router as letters
from dps_admission.evaluations.routes import router as evaluations
from dps_admission.memberships.receiving import receive_embargo, receive_lifting, receive_service
from dps_admission.memberships.routes import router as memberships
from dps_admission.question_sets.routes import router as question_sets
from dps_admission.register.routes import router as register
from dps_admission.schemes.routes import router as schemes
from dps_admission.tables import metadata

SERVICE = Service(
    name="dps-admission",
    package="dps_admission",
    title="DPS admission",
    metadata=metadata,
    routers=(
        schemes,
        question_sets,
        worklist,
        applications,
        evaluations,
        letters,
        circumstances,
        memberships,
        register,
    ),
    receives={
        ProviderRecorded: receive_provider,
        CareServiceRecorded: receive_service,
        EmbargoImposed: receive_embargo,
        EmbargoLifted: receive_lifting,
        BandChanged: receive_band,
        RatingPublished: receive_rating,
        EvidenceLapsed: receive_lapse,
    },
    tells=TELLS["dps-admission"],
    due=DUE,
)


def create_app() -> FastAPI:
    return create_service(SERVICE)
