"""Puts the service together."""

from fastapi import FastAPI
from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn
from assay_contracts.directory import CareServiceRecorded, EvidenceLapsed, ProviderRecorded
from assay_contracts.directory.copies import receive_provider
from assay_contracts.risk import BandChanged, EmbargoImposed, EmbargoLifted
from assay_contracts.wiring import TELLS
from assay_kit.service import Service, create_service
from dps_admission.applications.routes import router as applications
from dps_admission.applications.worklist_routes import router as worklist
from dps_admission.circumstances.receiving import mark_band, mark_rating, receive_lapse, unmark_rating
from dps_admission.circumstances.routes import router as circumstances
from dps_admission.due import DUE
from dps_admission.evaluations.letter_routes import router as letters
from dps_admission.evaluations.routes import router as evaluations
from dps_admission.memberships.change_routes import router as membership_changes
from dps_admission.memberships.receiving import receive_embargo, receive_lifting, receive_service
from dps_admission.memberships.routes import router as memberships
from dps_admission.memberships.upkeep_routes import router as upkeep
from dps_admission.placements.receiving import keep_band, keep_rating, receive_withdrawal
from dps_admission.placements.routes import router as placements
from dps_admission.procurements.routes import router as procurements
from dps_admission.question_sets.routes import router as question_sets
from dps_admission.register.ocds_routes import router as open_contracting
from dps_admission.register.routes import router as register
from dps_admission.schemes.routes import router as schemes
from dps_admission.tables import metadata


def _receive_rating(session: Session, event: RatingPublished) -> None:
    """A shortlist shows it; where it is low, the decisions it touches are marked."""
    keep_rating(session, event)
    mark_rating(session, event)


def _receive_withdrawal(session: Session, event: RatingWithdrawn) -> None:
    """No shortlist shows it any longer, and no decision stays marked for it."""
    receive_withdrawal(session, event)
    unmark_rating(session, event)


def _receive_band(session: Session, event: BandChanged) -> None:
    """A shortlist shows it; where it turned red, the decisions it touches are marked."""
    keep_band(session, event)
    mark_band(session, event)


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
        upkeep,
        membership_changes,
        procurements,
        placements,
        register,
        open_contracting,
    ),
    receives={
        ProviderRecorded: receive_provider,
        CareServiceRecorded: receive_service,
        EmbargoImposed: receive_embargo,
        EmbargoLifted: receive_lifting,
        RatingPublished: _receive_rating,
        RatingWithdrawn: _receive_withdrawal,
        BandChanged: _receive_band,
        EvidenceLapsed: receive_lapse,
    },
    tells=TELLS["dps-admission"],
    due=DUE,
)


def create_app() -> FastAPI:
    return create_service(SERVICE)
