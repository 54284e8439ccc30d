"""Puts the portal together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import Depends, FastAPI, Request
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.staticfiles import StaticFiles

from assay_kit.database import database_url
from assay_kit.keys import Keys, RemoteKeys
from assay_kit.logging import configure_logging
from assay_kit.settings import Settings
from portal.administration.routes import router as administration
from portal.applications.drafting import router as application_drafts
from portal.applications.routes import router as applications
from portal.assessments.reporting import router as reports
from portal.assessments.reviewing import router as reviews
from portal.assessments.routes import router as assessments
from portal.assessments.self_assessing import router as self_assessments
from portal.assessments.validating import router as validations
from portal.banner import BusinessClock
from portal.care_services.history import router as care_service_histories
from portal.care_services.routes import router as care_services
from portal.dashboard.routes import router as dashboard
from portal.doors import PortalDoor
from portal.failures import answer_with_pages, broken
from portal.health import router as health
from portal.home.routes import router as home
from portal.information.routes import router as information
from portal.interventions.deciding import router as measures
from portal.interventions.routes import router as interventions
from portal.lot_applications.deciding import router as decisions
from portal.lot_applications.evaluating import router as evaluations
from portal.lot_applications.routes import router as lot_applications
from portal.organisation.evidence import router as evidence
from portal.organisation.memberships import router as memberships
from portal.organisation.offers import router as offers
from portal.organisation.routes import router as organisation
from portal.pages import make_environment
from portal.register.routes import router as register
from portal.registration.routes import router as registration
from portal.remedial_plans.routes import router as remedial_plans
from portal.sessions import BrowserSessions
from portal.sign_in.routes import router as sign_in
from portal.upstream import TIMEOUT
from portal.visitors import get_visitor

STATIC = Path(__file__).parent / "static"
PAGES = (
    home,
    sign_in,
    registration,
    organisation,
    evidence,
    memberships,
    offers,
    applications,
    application_drafts,
    lot_applications,
    evaluations,
    decisions,
    assessments,
    reviews,
    self_assessments,
    validations,
    reports,
    remedial_plans,
    dashboard,
    care_services,
    care_service_histories,
    interventions,
    measures,
    administration,
    register,
    information,
)


def create_app(
    settings: Settings | None = None, *, keys: Keys | None = None, session_url: str | None = None
) -> FastAPI:
    """The portal as an ASGI application. `keys` and `session_url` are given by tests."""
    settings = settings or Settings()
    keys = keys or RemoteKeys(settings.service_url("directory"), issuer=settings.issuer, audience=settings.audience)
    engine = _session_engine(session_url or database_url(settings, "portal"), settings)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        configure_logging("portal", settings.log_level)
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
        async with httpx.AsyncClient(timeout=TIMEOUT, limits=limits) as client:
            app.state.client = client
            app.state.clock = BusinessClock(client, settings)
            await keys.start()
            yield
            await keys.stop()
        await engine.dispose()

    app = FastAPI(
        title="Portal", lifespan=living, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.settings = settings
    app.state.keys = keys
    app.state.engine = engine
    app.state.sessions = BrowserSessions(engine)
    app.state.pages = make_environment()
    app.include_router(health)
    for router in PAGES:
        app.include_router(router, dependencies=[Depends(_around_a_page), Depends(get_visitor)])
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    answer_with_pages(app)
    app.add_middleware(PortalDoor, broken=broken)
    return app


async def _around_a_page(request: Request) -> AsyncIterator[None]:
    """Know the business day before, and let go of uploaded files after."""
    await request.app.state.clock.ask()
    yield
    await request.close()


def _session_engine(url: str, settings: Settings) -> AsyncEngine:
    return create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_seconds,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=30s", "connect_timeout": 5},
    )
