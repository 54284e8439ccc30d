"""What stood before a migration stands after it, and goes on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from make_facts import POLICY, facts
from psycopg import sql
from sqlalchemy import make_url, text
from sqlmodel import Session, select

from assay_kit.database import DatabaseRole, database_name, database_url, make_engine, server_url
from assay_kit.provisioning import create_database, migrate
from assay_kit.settings import Settings
from assay_kit.testing import NOON
from risk.bands.actions import refresh
from risk.bands.working import stored, work_out
from risk.main import SERVICE
from risk.tables import AssessmentRating, Intervention, ServiceBand, StandingResult

SERVICE_ID, PROVIDER_ID, OTHER_ID = UUID(int=1), UUID(int=2), UUID(int=3)
BEFORE = "0003"

PUT = """
INSERT INTO provider_copy (id, version, name, status, record)
VALUES (:provider_id, 1, 'Anchorage Care Ltd', 'active', '{}');
INSERT INTO care_service_copy (id, version, provider_id, name, type, cqc_location_ids, record)
VALUES (:care_service_id, 1, :provider_id, 'Alder', 'home_care', '{}', CAST(:record AS jsonb));
INSERT INTO assessment_rating (assessment_id, care_service_id, rating, published_on, is_imported)
VALUES (:other_id, :care_service_id, 'good', '2026-02-20', false);
INSERT INTO feed_heartbeat (id, feed, heard_at, reference, given_by, given_by_name, is_officers_word)
SELECT gen_random_uuid(), feed, :now, feed, 'cm', 'Case management', false
FROM unnest(ARRAY['safeguarding_decisions', 'unexpected_deaths', 'contracting_concerns']) AS feed;
INSERT INTO band_result (
    id, care_service_id, computed_at, model_version, band, points, readings, reasons, open_reasons, inputs, digest
)
VALUES (
    :other_id, :care_service_id, :now, 1, :band, :points, CAST(:readings AS jsonb), CAST(:reasons AS jsonb),
    CAST(:reasons AS jsonb), CAST(:inputs AS jsonb), :digest
);
INSERT INTO service_band (
    care_service_id, provider_id, result_id, band, computed_band, since, open_reasons, embargo_limits,
    has_default_notice, model_version, refreshed_at
)
VALUES (
    :care_service_id, :provider_id, :other_id, :band, :band, :now, CAST(:reasons AS jsonb), '[]', false, 1, :now
);
INSERT INTO intervention (
    id, reference, kind, status, provider_id, reason, review_on, continuity_plan, proposed_by, proposed_by_name,
    proposed_at, is_urgent
)
VALUES (
    :other_id, 'INT-1', 'termination_of_contract', 'proposed', :provider_id, 'It closes.', '2026-04-01', '{}', 'olga',
    'Olga', :now, false
)
"""


@pytest.fixture
def own(settings: Settings) -> Iterator[Settings]:
    """Settings for a database of this test's own, at the revision before."""
    alone = settings.model_copy(update={"database_prefix": f"{settings.database_prefix}_before"})
    create_database(alone, SERVICE.name)
    migrate(SERVICE.package, database_url(alone, SERVICE.name, DatabaseRole.OWNER), revision=BEFORE)
    yield alone
    address = make_url(server_url(alone)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        database = sql.Identifier(database_name(alone, SERVICE.name))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def green_before() -> dict[str, Any]:
    """A service that was worked out by what the tables said then."""
    about = {"is_regulated": False, "prepares_food": False, "requires_registered_manager": False}
    known = facts(**about, is_company=False, has_food_id=False, cqc=None, cqc_read=None, food=None, food_read=None)
    worked = work_out(known, POLICY, model_version=1)
    return {
        "provider_id": PROVIDER_ID,
        "care_service_id": SERVICE_ID,
        "other_id": OTHER_ID,
        "now": NOON,
        "record": json.dumps(
            {"zones": ["North"], "client_groups": ["autism"], "people_supported": 40, "ended_on": None} | about
        ),
        "band": worked.verdict.band.value,
        "points": worked.verdict.points,
        "readings": json.dumps([stored(each) for each in worked.readings]),
        "reasons": json.dumps(worked.verdict.reasons),
        "inputs": known.model_dump_json(),
        "digest": worked.digest,
    }


def test_a_service_that_had_a_band_is_listed_by_it_and_goes_on(own: Settings) -> None:
    owner = make_engine(database_url(own, SERVICE.name, DatabaseRole.OWNER), pool_size=1)
    said = green_before()
    with owner.begin() as connection:
        for statement in PUT.split(";\n"):
            connection.execute(text(statement), said)
    migrate(SERVICE.package, database_url(own, SERVICE.name, DatabaseRole.OWNER))
    with Session(owner, info={"service": SERVICE}) as session, session.begin():
        band = session.exec(select(ServiceBand)).one()
        assert (band.gravity, band.name, band.provider_name) == (4, "Alder", "Anchorage Care Ltd")
        standing = session.exec(select(StandingResult)).one()
        assert (standing.result_id, standing.digest, standing.refreshed_at) == (OTHER_ID, said["digest"], NOON)
        assert (band.search_text, band.zones, band.client_groups) == (
            "alder\nanchorage care ltd",
            ["North"],
            ["autism"],
        )
        heard = session.exec(select(AssessmentRating.heard_at)).one()
        assert heard is not None
        assert heard.isoformat() == "2026-02-20T00:00:00+00:00"
        assert session.exec(select(Intervention.plan_edition)).one() == 1
    with Session(owner, info={"service": SERVICE}) as session, session.begin():
        refresh(session, [SERVICE_ID], now=NOON + timedelta(hours=1))
        after = session.exec(select(ServiceBand)).one()
        assert (after.band, after.since) == ("green", NOON)
    owner.dispose()
