"""Puts the service together."""

from fastapi import FastAPI

from assay_contracts.assessment import RatingPublished, RatingWithdrawn, RemedialActionOverdue
from assay_contracts.directory import ActivityRecorded, CareServiceRecorded, EvidenceLapsed, ProviderRecorded
from assay_contracts.wiring import TELLS
from assay_kit.due import DueWork
from assay_kit.service import Service, create_service
from risk import received
from risk.attachments.routes import router as attachments
from risk.bands import nights
from risk.bands.routes import router as bands
from risk.case_files import actions as case_files_due
from risk.case_files.routes import router as case_files
from risk.case_tasks.routes import router as case_tasks
from risk.dashboard.routes import router as dashboard
from risk.feeds.routes import router as feeds
from risk.imports.routes import router as imports
from risk.intelligence import waiting
from risk.intelligence.intake_routes import router as intake
from risk.intelligence.routes import router as intelligence
from risk.interventions import reviews
from risk.interventions.letter_routes import router as letters
from risk.interventions.routes import router as interventions
from risk.model_runs import actions as runs_due
from risk.model_runs import keeping as runs_kept
from risk.model_runs.routes import router as model_runs
from risk.overrides import actions as overrides_due
from risk.overrides.routes import router as overrides
from risk.own_services.routes import router as own_services
from risk.registers import nightly
from risk.registers.routes import router as registers
from risk.scoring_models import actions as models_due
from risk.scoring_models.routes import router as scoring_models
from risk.tables import metadata

SERVICE = Service(
    name="risk",
    package="risk",
    title="Early warning",
    metadata=metadata,
    routers=(
        dashboard,
        bands,
        overrides,
        interventions,
        letters,
        case_files,
        case_tasks,
        intelligence,
        attachments,
        intake,
        imports,
        feeds,
        registers,
        scoring_models,
        model_runs,
        own_services,
    ),
    receives={
        ProviderRecorded: received.receive_provider,
        CareServiceRecorded: received.receive_care_service,
        ActivityRecorded: received.receive_activity,
        EvidenceLapsed: received.receive_lapse,
        RatingPublished: received.receive_rating,
        RatingWithdrawn: received.receive_withdrawal,
        RemedialActionOverdue: received.receive_overdue_action,
    },
    tells=TELLS["risk"],
    due=(
        DueWork(name="end of overrides", next=overrides_due.next_end, do=overrides_due.expire),
        DueWork(name="alerts on what waits to be placed", next=waiting.next_alert, do=waiting.alert),
        DueWork(name="reading of registers", next=nightly.next_reading, do=nightly.read_due),
        DueWork(name="alerts on interventions", next=reviews.next_alert, do=reviews.alert),
        DueWork(name="alerts on case files", next=case_files_due.next_alert, do=case_files_due.alert),
        DueWork(name="activation of scoring models", next=models_due.next_activation, do=models_due.activate_due),
        DueWork(name="refresh of the estate", next=nights.next_refresh, do=nights.refresh_estate),
        DueWork(name="alert of a late refresh", next=nights.next_alert, do=nights.alert),
        DueWork(name="removal of old trials", next=runs_kept.next_removal, do=runs_kept.remove_old),
        DueWork(name="trials of scoring models", next=runs_due.next_run, do=runs_due.work_on),
    ),
)


def create_app() -> FastAPI:
    return create_service(SERVICE)
