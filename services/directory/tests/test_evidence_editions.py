"""Editions of one document, reminders before it expires, what relies on it, and that it cannot be taken away then."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from make_clam import EICAR, Clam, listening
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select, text
from test_evidence import PDF, asked_by_dps, upload, uploaded

from assay_contracts.directory import EvidenceLapsed, RelyingObject
from assay_contracts.directory.client import DirectoryClient
from assay_contracts.roles import Role, Scope
from assay_kit.settings import Settings
from assay_kit.testing import do_due, told
from directory.evidence.routes import get_store
from directory.evidence.store import EvidenceStore
from directory.main import SERVICE
from directory.tables import Message

ClientAs = Callable[..., TestClient]


@pytest.fixture
def provider_id(session: Session) -> UUID:
    return make.provider(session).id


@pytest.fixture
def client(client_as: ClientAs, provider_id: UUID) -> TestClient:
    return client_as(Role.PROVIDER_USER, org=provider_id, name="Dee Manager")


def marked(more: bytes = b"") -> bytes:
    """A file that is like no other."""
    return PDF + more + uuid4().hex.encode()


def is_kept(settings: Settings, body: bytes) -> bool:
    """Other processes keep files in the same folder meanwhile."""
    files = list((settings.home / "evidence").glob("*"))
    return any(path.is_file() and path.read_bytes() == body for path in files)


def letters(session: Session, template: str) -> list[Message]:
    return [each for each in session.exec(select(Message)) if each.reference.startswith(f"{template}:")]


def test_a_renewal_is_the_next_edition_of_the_same_document(client: TestClient, provider_id: UUID) -> None:
    first = upload(client, provider_id, expires_on="2026-06-30").json()
    assert (first["edition"], first["is_newest"]) == (1, True)
    second = upload(client, provider_id, PDF + b"2027", renews=first["id"], expires_on="2027-06-30").json()
    third = upload(client, provider_id, PDF + b"2028", renews=first["id"]).json()
    assert [each["edition"] for each in (second, third)] == [2, 3]
    assert {each["series_id"] for each in (first, second, third)} == {first["series_id"]}

    found = client.get(f"/v1/evidence/{second['id']}/editions").json()
    assert [(each["edition"], each["is_newest"]) for each in found] == [(3, True), (2, False), (1, False)]
    assert found[2]["sha256"] == first["sha256"] != second["sha256"]
    newest = client.get("/v1/evidence", params={"only_newest": True}).json()["items"]
    assert [each["id"] for each in newest] == [third["id"]]
    assert client.get(f"/v1/evidence/{first['id']}/content").content == PDF


def test_nobody_renews_what_is_not_theirs(
    client: TestClient, client_as: ClientAs, session: Session, provider_id: UUID, settings: Settings
) -> None:
    other = make.provider(session)
    theirs = uploaded(client_as, other.id)
    body = marked()
    assert upload(client, provider_id, body, renews=theirs).status_code == 404
    assert upload(client, provider_id, body, renews=str(uuid4())).status_code == 404
    assert not is_kept(settings, body)


@pytest.mark.parametrize("column", ["series_id", "edition", "description"])
def test_the_database_keeps_which_edition_it_is(
    client: TestClient, session: Session, provider_id: UUID, column: str
) -> None:
    evidence_id = upload(client, provider_id).json()["id"]
    value = {"series_id": f"'{uuid4()}'", "edition": "7", "description": "'Another'"}[column]
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(text(f"UPDATE evidence SET {column} = {value} WHERE id = '{evidence_id}'"))


def test_a_provider_is_reminded_once_four_weeks_before_evidence_expires(
    client: TestClient, session: Session, provider_id: UUID
) -> None:
    make.person(session, Role.PROVIDER_ADMIN, provider_id=provider_id)
    upload(client, provider_id, expires_on="2026-07-28")
    due = datetime(2026, 6, 29, 23, tzinfo=UTC)  # as 30 June begins in London
    assert min(at for work in SERVICE.due if (at := work.next(session))) == due
    assert do_due(session, due - timedelta(seconds=1)) == 0
    assert do_due(session, due) == 1
    assert do_due(session, due + timedelta(days=3)) == 0
    [letter] = letters(session, "evidence_expiring")
    assert "28 July 2026" in letter.body
    assert told(session, EvidenceLapsed) == []


def test_what_was_renewed_is_neither_reminded_of_nor_lapses(
    client: TestClient, session: Session, provider_id: UUID
) -> None:
    make.person(session, Role.PROVIDER_ADMIN, provider_id=provider_id)
    old = upload(client, provider_id, expires_on="2026-07-28").json()["id"]
    upload(client, provider_id, renews=old, expires_on="2027-07-28")
    assert do_due(session, datetime(2026, 8, 30, tzinfo=UTC)) == 0
    assert (letters(session, "evidence_expiring"), told(session, EvidenceLapsed)) == ([], [])
    assert do_due(session, datetime(2027, 7, 10, tzinfo=UTC)) == 1
    [letter] = letters(session, "evidence_expiring")
    assert "28 July 2027" in letter.body


def test_an_edition_that_something_relies_on_lapses_though_it_was_renewed(
    client: TestClient, client_as: ClientAs, session: Session, provider_id: UUID
) -> None:
    """Whoever relied on it has not seen what it was renewed by; its provider is not asked for what it has sent."""
    make.person(session, Role.PROVIDER_ADMIN, provider_id=provider_id)
    old = upload(client, provider_id, expires_on="2026-07-28").json()["id"]
    newer = upload(client, provider_id, renews=old, expires_on="2027-07-28").json()["id"]
    application = RelyingObject("application", uuid4())
    asked_by_dps(client_as).rely_on_evidence([UUID(old)], provider_id=provider_id, by_object=application)
    assert do_due(session, datetime(2026, 7, 28, 22, tzinfo=UTC)) == 0
    assert do_due(session, datetime(2026, 7, 28, 23, tzinfo=UTC)) == 1
    [event] = told(session, EvidenceLapsed)
    assert (str(event.evidence_id), str(event.renewed_by)) == (old, newer)
    assert letters(session, "evidence_lapsed") == letters(session, "evidence_expiring") == []


def test_what_has_expired_when_the_day_comes_lapses_and_is_not_reminded_of(
    client: TestClient, session: Session, provider_id: UUID
) -> None:
    make.person(session, Role.PROVIDER_ADMIN, provider_id=provider_id)
    upload(client, provider_id, expires_on="2026-03-20")
    assert do_due(session, datetime(2026, 4, 20, tzinfo=UTC)) == 1
    assert letters(session, "evidence_expiring") == []
    [letter] = letters(session, "evidence_lapsed")
    assert "20 March 2026" in letter.body
    assert [work.next(session) for work in SERVICE.due] == [None] * len(SERVICE.due)


def test_evidence_that_expires_on_the_first_or_last_of_days_is_reminded_of_all_the_same(
    client: TestClient, session: Session, provider_id: UUID
) -> None:
    make.person(session, Role.PROVIDER_ADMIN, provider_id=provider_id)
    for day in ("0001-01-02", "9999-12-31"):
        assert upload(client, provider_id, expires_on=day).status_code == 201
    assert do_due(session, datetime(2026, 3, 2, tzinfo=UTC)) == 1, "the first has lapsed, the last is far"
    assert letters(session, "evidence_expiring") == []
    assert do_due(session, datetime(9999, 12, 10, tzinfo=UTC)) == 1
    [letter] = letters(session, "evidence_expiring")
    assert "31 December 9999" in letter.body


def test_one_file_serves_many_and_says_which(
    client: TestClient, client_as: ClientAs, session: Session, provider_id: UUID
) -> None:
    evidence_id = upload(client, provider_id).json()["id"]
    last_year, this_year, application, case = uuid4(), uuid4(), uuid4(), uuid4()
    assessing = DirectoryClient(client_as(scopes=(Scope.EVIDENCE_RELY,), name="assessment"), "")
    watching = DirectoryClient(client_as(scopes=(Scope.EVIDENCE_RELY,), name="risk"), "")
    for directory, kind, object_id in (
        (assessing, "assessment", last_year),
        (assessing, "assessment", this_year),
        (asked_by_dps(client_as), "application", application),
        (watching, "case", case),
    ):
        directory.rely_on_evidence(
            [UUID(evidence_id)], provider_id=provider_id, by_object=RelyingObject(kind, object_id)
        )
    url = f"/v1/evidence/{evidence_id}/uses"
    told_to_provider = {each["object_id"] for each in client.get(url).json()}
    assert told_to_provider == {str(last_year), str(this_year), str(application)}
    everything = {each["object_id"] for each in client_as(Role.COMPLIANCE_OFFICER).get(url).json()}
    assert everything == told_to_provider | {str(case)}
    assert client_as(Role.PROVIDER_USER, org=make.provider(session).id).get(url).status_code == 404

    assert client.delete(f"/v1/evidence/{evidence_id}").status_code == 409
    for statement in (f"DELETE FROM evidence WHERE id = '{evidence_id}'", "DELETE FROM evidence_reliance"):
        with pytest.raises(DBAPIError, match=r"evidence_reliance|frozen"), session.begin_nested():
            session.execute(text(statement))


def test_a_service_that_relies_on_evidence_is_told_what_was_renewed_and_when_it_expires(
    client: TestClient, client_as: ClientAs, session: Session, provider_id: UUID
) -> None:
    old = upload(client, provider_id, expires_on="2026-06-30").json()["id"]
    new = upload(client, provider_id, PDF + b"2027", renews=old, expires_on="2027-06-30").json()["id"]
    single = upload(client, provider_id).json()["id"]
    theirs = uploaded(client_as, make.provider(session).id)
    asked = [UUID(each) for each in (old, new, single, theirs)] + [uuid4()]
    found = asked_by_dps(client_as).standing_of_evidence(asked, provider_id=provider_id)
    assert [(str(each.evidence.id), str(each.newest_id)) for each in found] == [
        (old, new),
        (new, new),
        (single, single),
    ]
    assert [str(each.evidence.expires_on) for each in found] == ["2026-06-30", "2027-06-30", "None"]
    assert asked_by_dps(client_as).standing_of_evidence([], provider_id=provider_id) == ()


# --- malware ----------------------------------------------------------------------------------------------


@pytest.fixture
def scanned_by(client: TestClient) -> Iterator[Callable[[str], None]]:
    app: Any = client.app

    def set_address(address: str) -> None:
        settings = app.state.settings.model_copy(update={"clamav": address})
        app.dependency_overrides[get_store] = lambda: EvidenceStore(settings)

    yield set_address
    app.dependency_overrides.pop(get_store, None)


def test_a_file_is_shown_to_the_scanner_whole_and_kept_where_it_finds_nothing(
    client: TestClient, provider_id: UUID, scanned_by: Callable[[str], None], settings: Settings
) -> None:
    clam = Clam()
    with listening(clam) as address:
        scanned_by(address)
        body = marked(b" " * 700_000)
        assert upload(client, provider_id, body).status_code == 201
    assert clam.seen == body
    assert is_kept(settings, body)


def test_a_file_in_which_the_scanner_finds_something_is_refused_and_leaves_nothing(
    client: TestClient, provider_id: UUID, scanned_by: Callable[[str], None], settings: Settings
) -> None:
    body = marked(EICAR)
    with listening(Clam()) as address:
        scanned_by(address)
        refused = upload(client, provider_id, body)
    assert (refused.status_code, make.bars_of(refused)) == (409, ["malware"])
    assert not is_kept(settings, body)
    assert client.get("/v1/evidence").json()["items"] == []


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b""])
def test_what_the_scanner_gives_no_verdict_on_is_not_kept(
    client: TestClient, provider_id: UUID, scanned_by: Callable[[str], None], settings: Settings, answer: bytes
) -> None:
    body = marked()
    with listening(Clam(answer)) as address:
        scanned_by(address)
        refused = upload(client, provider_id, body)
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/scanner-unavailable")
    assert not is_kept(settings, body)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "nonsense"])
def test_nothing_is_kept_while_the_scanner_is_out_of_reach(
    client: TestClient, provider_id: UUID, scanned_by: Callable[[str], None], settings: Settings, address: str
) -> None:
    body = marked()
    scanned_by(address)
    assert upload(client, provider_id, body).status_code == 503
    assert not is_kept(settings, body)
