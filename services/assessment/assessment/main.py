"""Puts the service together."""

from fastapi import FastAPI

from assay_contracts.directory import CareServiceRecorded, ProviderRecorded
from assay_contracts.directory.client import DirectoryClient
from assay_contracts.directory.copies import receive_provider
from assay_contracts.risk import BandChanged
from assay_contracts.wiring import TELLS
from assay_kit.callers import caller
from assay_kit.service import Service, create_service
from assay_kit.settings import Settings
from assessment.assessments.routes import router as assessments
from assessment.assignments.routes import router as assignments
from assessment.corrections.routes import router as corrections
from assessment.drafts.routes import router as drafts
from assessment.frameworks.routes import router as frameworks
from assessment.insight.figures import FIGURES
from assessment.insight.routes import router as insight
from assessment.programme.actions import hear_of_band, hear_of_care_service
from assessment.programme.due import ASKED_OF_ENDED, ENDED_SERVICES, REMINDERS, WINDOWS
from assessment.programme.routes import router as programme
from assessment.publications.routes import router as publications
from assessment.reassessments.routes import router as reassessments
from assessment.remedial_actions.due import ACTION_REMINDERS, LATE_ACTIONS, LATE_PLANS
from assessment.remedial_actions.routes import router as remedial_actions
from assessment.reports.export_routes import router as exports
from assessment.reports.routes import router as reports
from assessment.sections.routes import router as sections
from assessment.self_assessments.routes import router as self_assessments
from assessment.tables import metadata
from assessment.validations.routes import router as validations

SERVICE = Service(
    name="assessment",
    package="assessment",
    title="Assessment",
    metadata=metadata,
    routers=(
        frameworks,
        programme,
        assessments,
        assignments,
        self_assessments,
        sections,
        validations,
        drafts,
        corrections,
        publications,
        reports,
        remedial_actions,
        reassessments,
        insight,
        exports,
    ),
    receives={
        ProviderRecorded: receive_provider,
        CareServiceRecorded: hear_of_care_service,
        BandChanged: hear_of_band,
    },
    tells=TELLS["assessment"],
    # nobody is reminded of what is called off at the same instant
    due=(ASKED_OF_ENDED, REMINDERS, WINDOWS, ENDED_SERVICES, LATE_PLANS, LATE_ACTIONS, ACTION_REMINDERS, FIGURES),
)


def create_app() -> FastAPI:
    settings = Settings()
    app = create_service(SERVICE, settings)
    app.state.directory = DirectoryClient(caller(settings, SERVICE.name), settings.service_url("directory"))
    return app
