"""Puts the directory together."""

from fastapi import FastAPI

from assay_contracts.wiring import TELLS
from assay_kit.service import Service, create_service
from directory.activity.routes import router as activity
from directory.api_clients.routes import router as api_clients
from directory.care_services.routes import router as care_services
from directory.clock.routes import router as clock
from directory.contracts.routes import router as contracts
from directory.copies.routes import router as copies
from directory.evidence.actions import LAPSING, REMINDING
from directory.evidence.routes import router as evidence
from directory.feed.actions import hear
from directory.feed.routes import router as feed
from directory.messages.routes import router as messages
from directory.people.routes import router as people
from directory.providers.claim_routes import router as claims
from directory.providers.routes import router as providers
from directory.search.routes import router as search
from directory.settings.routes import router as settings
from directory.sign_in.routes import router as sign_in
from directory.tables import metadata
from directory.timeline.routes import router as timeline

SERVICE = Service(
    name="directory",
    package="directory",
    title="Directory",
    metadata=metadata,
    routers=[
        sign_in,
        people,
        providers,
        claims,
        activity,
        care_services,
        contracts,
        copies,
        api_clients,
        evidence,
        messages,
        settings,
        search,
        feed,
        clock,
        timeline,
    ],
    receives_all=hear,
    due=[LAPSING, REMINDING],
    tells=TELLS["directory"],
)


def create_app() -> FastAPI:
    return create_service(SERVICE)
