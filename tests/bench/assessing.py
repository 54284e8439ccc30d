"""What measurements of assessment share: a self-assessment that is well filled, and what is asked of the database."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.roles import Role
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import given_keys, token_for
from assessment.main import SERVICE

sys.path.append(str(Path(__file__).parents[2] / "services" / "assessment" / "tests"))
import make_assessment as make
from stage_assessment import Stage

QUESTIONS, EVIDENCE = 64, 200


class Filled:
    """A self-assessment under the shipped framework: every question answered, `EVIDENCE` items named among them."""

    def __init__(self, engine: Engine, settings: Settings, portal: BlockingPortal) -> None:
        """All calls are answered on the loop of `portal`, as a server has one: not on a new one for each of them."""
        self._settings, self._portal = settings, portal
        self._app = create_service(SERVICE, settings, keys=given_keys(settings), engine=engine)
        with Session(engine, info={"service": SERVICE}) as session, session.begin():
            stage = Stage(session, with_small_framework=False)
            self.provider_id = stage.provider_id
            self.assessment_id = stage.assessing().id
        self.provider = self.client(Role.PROVIDER_USER, org=self.provider_id, name="Pat Provider")
        self.answers = self._fill()

    def client(self, *roles: str, org: UUID | None = None, name: str) -> TestClient:
        token = token_for(self._settings, *roles, org=org, name=name)
        client = TestClient(self._app, headers={"Authorization": f"Bearer {token}"})
        client.portal = self._portal
        return client

    @property
    def url(self) -> str:
        return f"/v1/assessments/{self.assessment_id}"

    def _fill(self) -> list[dict[str, object]]:
        items = self.provider.get(f"{self.url}/answers").raise_for_status().json()["items"]
        if len(items) < QUESTIONS:
            raise RuntimeError(f"Only {len(items)} questions are asked, so nothing was measured.")
        evidence = [make.evidence(self.provider_id) for _ in range(EVIDENCE)]
        self._app.state.directory = FakeDirectory(evidence=evidence)
        page = [
            {
                "question": item["question"],
                "rating": "good",
                "narrative": "What we do, for whom, how often, and how we know that it helps. " * 20,
                "evidence_ids": [str(each.id) for each in evidence[number :: len(items)]],
            }
            for number, item in enumerate(items)
        ]
        self.provider.put(f"{self.url}/answers", json={"answers": page}).raise_for_status()
        return page


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
