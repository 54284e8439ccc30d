import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select, text

from assay_contracts.directory import EvidenceLapsed, EvidenceNotTheirs, RelyingObject
from assay_contracts.directory.client import DirectoryClient
from assay_contracts.roles import Role, Scope
from assay_contracts.seals import SealOpened
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import Time, do_due, given_keys, hear, token_for, told
from directory.evidence.store import EvidenceStore
from directory.main import SERVICE
from directory.tables import Evidence, Message

ClientAs = Callable[..., TestClient]
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj << >> endobj\n" * 20


def query(provider_id: UUID, **about: Any) -> dict[str, Any]:
    usual = {
        "provider_id": str(provider_id),
        "filename": "insurance.pdf",
        "kind": "employers_liability_insurance",
        "description": "Employer's liability, 10 million pounds",
    }
    return usual | about


def upload(client: TestClient, provider_id: UUID, body: Any = PDF, **about: Any) -> Any:
    return client.post("/v1/evidence", params=query(provider_id, **about), content=body)


def uploaded(client_as: ClientAs, provider_id: UUID) -> str:
    """The id of something that the provider put on its own shelf."""
    return str(upload(client_as(Role.PROVIDER_USER, org=provider_id), provider_id).json()["id"])


def stored_files(settings: Settings) -> set[str]:
    return {path.name for path in (settings.home / "evidence").glob("*")}


def beginnings_kept(settings: Settings, length: int) -> list[bytes]:
    """How each file in the folder begins; other processes keep theirs there meanwhile."""
    found = []
    for path in (settings.home / "evidence").glob("*"):
        with suppress(FileNotFoundError, IsADirectoryError), path.open("rb") as file:
            found.append(file.read(length))
    return found


def test_a_file_is_kept_with_its_hash_and_comes_back_as_an_attachment(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    client = client_as(Role.PROVIDER_USER, org=provider.id, name="Dee Manager")

    response = upload(client, provider.id, filename='insurance "2026" £.pdf', expires_on="2027-03-31")

    assert response.status_code == 201, response.text
    said = response.json()
    assert said["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (said["size"], said["media_type"], said["uploaded_by_name"]) == (len(PDF), "application/pdf", "Dee Manager")
    assert client.get(f"/v1/evidence/{said['id']}").json() == said
    assert client.get("/v1/evidence").json()["items"] == [said]
    back = client.get(f"/v1/evidence/{said['id']}/content")
    assert back.content == PDF
    assert back.headers["content-type"] == "application/pdf"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-length"] == str(len(PDF))
    assert back.headers["content-disposition"] == "attachment; filename*=UTF-8''insurance%20_2026_%20%C2%A3.pdf"


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "<x/>")
    return made.getvalue()


def workbook() -> bytes:
    """The list of contents comes last in it."""
    made = io.BytesIO()
    book = Workbook()
    sheet = book.create_sheet()
    for row in range(2_000):
        sheet.append([hashlib.sha256(str(row).encode()).hexdigest()])
    book.save(made)
    return made.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")
# As LibreOffice saves it: the list of contents comes late.
SAVED = (Path(__file__).parent / "files" / "plan.docx").read_bytes()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.mark.parametrize(
    ("filename", "body", "status", "bar"),
    [
        ("policy.docx", zipped(*WORD), 201, None),
        ("policy.docx", SAVED, 201, None),
        ("rota.xlsx", workbook(), 201, None),
        ("plan.xlsx", SAVED, 409, "name-disagrees"),
        ("macros.docx", zipped(*WORD, "word/vbaProject.bin"), 409, "name-disagrees"),
        ("empty.docx", zipped("[Content_Types].xml", "evil.exe"), 409, "name-disagrees"),
        ("cut.docx", SAVED[:9000], 409, "name-disagrees"),
        ("policy.odt", zipped("mimetype", "content.xml"), 201, None),
        ("rota.csv", b"name,hours\nA,12\n", 201, None),
        ("wages.csv", "name,wage\nA,£12\n".encode("cp1252"), 201, None),
        ("photo.PNG", PNG, 201, None),
        ("letter.txt", "Grüße".encode(), 201, None),
        ("empty.pdf", b"", 409, "empty"),
        ("page.html", b"<script>alert(1)</script>", 409, "kind-not-accepted"),
        ("page.pdf", b"<script>alert(1)</script>", 409, "name-disagrees"),
        ("program.pdf", b"MZ\x90\x00" + b"\x00" * 64, 409, "name-disagrees"),
        ("photo.jpg", PNG, 409, "name-disagrees"),
        ("rota.csv", b"\x00\x01\x02", 409, "name-disagrees"),
        ("policy.docx", zipped("evil.exe"), 409, "name-disagrees"),
        ("noending", PDF, 409, "kind-not-accepted"),
    ],
)
def test_the_content_decides_what_is_accepted(  # noqa: PLR0917 - what pytest passes, by name
    client_as: ClientAs, session: Session, settings: Settings, filename: str, body: bytes, status: int, bar: str | None
) -> None:
    provider = make.provider(session)
    mark = uuid4().hex.encode()
    response = upload(
        client_as(Role.PROVIDER_ADMIN, org=provider.id), provider.id, body and body + mark, filename=filename
    )
    assert response.status_code == status, response.text
    if bar is not None:
        assert make.bars_of(response) == [bar]
        assert not any(path.read_bytes().endswith(mark) for path in (settings.home / "evidence").glob("*"))


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    client_as: ClientAs, session: Session, settings: Settings, is_announced: bool
) -> None:
    provider = make.provider(session)
    size, head = settings.evidence_limit_bytes + 1, PDF + uuid4().hex.encode()
    body: Any = head + b" " * (size - len(head)) if is_announced else pieces(size, head)
    response = upload(client_as(Role.PROVIDER_ADMIN, org=provider.id), provider.id, body)
    assert (response.status_code, response.json()["limit"]) == (413, settings.evidence_limit_bytes)
    assert head not in beginnings_kept(settings, len(head))


def pieces(size: int, head: bytes = PDF, piece: int = 64 * 1024) -> Iterator[bytes]:
    yield head
    left = size - len(head)
    while left > 0:
        yield b" " * min(piece, left)
        left -= piece


async def arriving(size: int) -> Any:
    for piece in pieces(size):
        yield piece


@pytest.mark.anyio
async def test_forty_megabytes_pass_through_in_bounded_memory(settings: Settings) -> None:
    """A small file first, so that what is loaded once is not counted."""
    store, size = EvidenceStore(settings), 40 * 1024 * 1024
    await store.put(str(uuid4()), arriving(100_000), filename="small.pdf")
    tracemalloc.start()
    key = str(uuid4())
    stored = await store.put(key, arriving(size), filename="large.pdf")
    digest, read = hashlib.sha256(), 0
    async for piece in await store.open(key):
        digest.update(piece)
        read += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (stored.size, read) == (size, size)
    assert stored.sha256 == digest.hexdigest()
    assert peak < 18 * 1024 * 1024


def test_a_provider_sees_its_own_evidence_only(client_as: ClientAs, session: Session) -> None:
    own, other = make.provider(session), make.provider(session)
    mine, theirs = (uploaded(client_as, each.id) for each in (own, other))
    client = client_as(Role.PROVIDER_ADMIN, org=own.id)

    assert [each["id"] for each in client.get("/v1/evidence").json()["items"]] == [mine]
    assert client.get("/v1/evidence", params={"provider_id": str(other.id)}).json()["items"] == []
    assert upload(client, other.id).status_code == 404
    for path in (f"/v1/evidence/{theirs}", f"/v1/evidence/{theirs}/content"):
        assert client.get(path).status_code == 404
    assert client.delete(f"/v1/evidence/{theirs}").status_code == 404
    assert client_as(Role.ADULT_CARE_VIEWER).get(f"/v1/evidence/{mine}").status_code == 403


def test_a_shelf_is_the_providers_own_and_the_council_sees_what_is_used(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    owner = client_as(Role.PROVIDER_ADMIN, org=provider.id)
    first = upload(owner, provider.id).json()["id"]
    second = upload(owner, provider.id, PDF + b"2", renews=first).json()["id"]
    kept_back = uploaded(client_as, provider.id)
    asked_by_dps(client_as).rely_on_evidence([UUID(first)], provider_id=provider.id, by_object=answer())
    for role in (Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER, Role.AUDITOR):
        member = client_as(role)
        found = member.get("/v1/evidence", params={"provider_id": str(provider.id)}).json()["items"]
        assert [each["id"] for each in found] == [first]
        assert [each["id"] for each in member.get(f"/v1/evidence/{first}/editions").json()] == [first]
        assert member.get(f"/v1/evidence/{first}/content").content == PDF
        for hidden in (second, kept_back):
            for path in ("", "/content", "/editions", "/uses"):
                assert member.get(f"/v1/evidence/{hidden}{path}").status_code == 404
            assert member.delete(f"/v1/evidence/{hidden}").status_code == 403
        assert upload(member, provider.id).status_code == 403
    assert len(owner.get("/v1/evidence").json()["items"]) == 3


def shown(client_as: ClientAs, role: Role, provider_id: UUID) -> list[str]:
    found = client_as(role).get("/v1/evidence", params={"provider_id": str(provider_id)}).json()["items"]
    return sorted(each["id"] for each in found)


def test_the_files_of_a_tender_are_sealed_from_the_council_until_it_is_opened(
    client_as: ClientAs, session: Session, at: Time
) -> None:
    """What was sealed and is not opened, as a tender's that was withdrawn or a purchase's that was cancelled, never."""
    provider = make.provider(session)
    owner = client_as(Role.PROVIDER_ADMIN, org=provider.id)
    tendered, withdrawn, known = (uploaded(client_as, provider.id) for _ in range(3))
    directory, tender, cancelled = asked_by_dps(client_as), *(RelyingObject("invitation", uuid4()) for _ in range(2))
    about: dict[str, Any] = {"provider_id": provider.id, "is_sealed": True}
    directory.rely_on_evidence([UUID(one) for one in (tendered, withdrawn, known)], by_object=tender, **about)
    directory.rely_on_evidence([UUID(withdrawn)], by_object=cancelled, **about)
    directory.rely_on_evidence([UUID(known)], provider_id=provider.id, by_object=answer())

    at.now += timedelta(days=3_000)
    for role in (Role.COMMISSIONER, Role.COMMISSIONING_MANAGER, Role.AUDITOR):
        member = client_as(role)
        assert shown(client_as, role, provider.id) == [known]
        for path in ("", "/content", "/editions", "/uses"):
            assert member.get(f"/v1/evidence/{tendered}{path}").status_code == 404
        assert [each["kind"] for each in member.get(f"/v1/evidence/{known}/uses").json()] == ["lot_application"]
    assert owner.get(f"/v1/evidence/{tendered}/content").content == PDF
    assert [each["kind"] for each in owner.get(f"/v1/evidence/{tendered}/uses").json()] == ["invitation"]
    assert owner.delete(f"/v1/evidence/{tendered}").status_code == 409

    opened = SealOpened(kind=tender.kind, object_id=tender.id, evidence_ids=(UUID(tendered), uuid4()), at=at.now)
    hear(session, opened, source="assessment")
    assert shown(client_as, Role.COMMISSIONER, provider.id) == [known]  # only who sealed it opens it
    for _ in range(2):
        hear(session, opened, source="dps-admission")
        directory.rely_on_evidence([UUID(tendered)], by_object=tender, **about)
        assert shown(client_as, Role.COMMISSIONER, provider.id) == sorted((tendered, known))
    assert client_as(Role.COMMISSIONER).get(f"/v1/evidence/{tendered}/content").content == PDF
    assert client_as(Role.COMMISSIONER).get(f"/v1/evidence/{withdrawn}/content").status_code == 404
    assert client_as(scopes=(Scope.FEED_READ,)).get("/v1/feed").json()["items"] == []


def test_what_something_relies_on_stays(client_as: ClientAs, session: Session, settings: Settings) -> None:
    provider = make.provider(session)
    client = client_as(Role.PROVIDER_ADMIN, org=provider.id)
    kept, removed = (upload(client, provider.id).json()["id"] for _ in range(2))
    directory = asked_by_dps(client_as)
    relying = answer()
    for _ in range(2):
        [record] = directory.rely_on_evidence([UUID(kept)], provider_id=provider.id, by_object=relying)
        assert (str(record.id), record.sha256) == (kept, hashlib.sha256(PDF).hexdigest())

    assert client.get(f"/v1/evidence/{kept}").json()["is_relied_on"]
    assert client.delete(f"/v1/evidence/{kept}").json()["type"] == "/problems/evidence-relied-on"
    assert client.delete(f"/v1/evidence/{removed}").status_code == 204
    assert client.get(f"/v1/evidence/{removed}").status_code == 404
    assert kept in stored_files(settings)
    assert removed not in stored_files(settings)
    assert directory.rely_on_evidence([], provider_id=provider.id, by_object=answer()) == ()


def test_a_service_relies_on_evidence_of_the_provider_alone_and_on_all_or_none(
    client_as: ClientAs, session: Session
) -> None:
    own, other = make.provider(session), make.provider(session)
    mine, theirs = (UUID(uploaded(client_as, each.id)) for each in (own, other))
    directory, unknown = asked_by_dps(client_as), uuid4()

    with pytest.raises(EvidenceNotTheirs) as refused:
        directory.rely_on_evidence([mine, theirs, unknown], provider_id=own.id, by_object=answer())

    assert set(refused.value.evidence_ids) == {theirs, unknown}
    assert client_as(Role.PROVIDER_ADMIN, org=own.id).delete(f"/v1/evidence/{mine}").status_code == 204


def asked_by_dps(client_as: ClientAs) -> DirectoryClient:
    return DirectoryClient(client_as(scopes=(Scope.EVIDENCE_RELY,), name="dps-admission"), "")


def answer() -> RelyingObject:
    return RelyingObject("lot_application", uuid4())


@pytest.mark.parametrize("statement", ["UPDATE evidence SET sha256 = 'x'", "DELETE FROM evidence_reliance"])
def test_the_database_itself_keeps_what_was_told_of_a_file(
    client_as: ClientAs, session: Session, statement: str
) -> None:
    provider = make.provider(session)
    evidence_id = upload(client_as(Role.PROVIDER_ADMIN, org=provider.id), provider.id).json()["id"]
    asked_by_dps(client_as).rely_on_evidence([UUID(evidence_id)], provider_id=provider.id, by_object=answer())
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(text(statement))


def test_evidence_lapses_as_the_london_day_after_its_last_begins(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    reader = make.person(session, Role.PROVIDER_ADMIN, provider_id=provider.id)
    client = client_as(Role.PROVIDER_ADMIN, org=provider.id)
    evidence_id = upload(client, provider.id, expires_on="2026-06-30").json()["id"]
    upload(client, provider.id)
    work = session.info["service"].due[0]
    midnight = datetime(2026, 6, 30, 23, tzinfo=UTC)  # in London, in summer
    assert work.next(session) == midnight

    assert do_due(session, midnight - timedelta(seconds=1)) == 1  # the reminder, weeks before
    assert told(session, EvidenceLapsed) == []
    assert do_due(session, midnight) == 1
    assert do_due(session, midnight + timedelta(days=9)) == 0

    [event] = told(session, EvidenceLapsed)
    assert (str(event.evidence_id), event.expired_on) == (evidence_id, date(2026, 6, 30))
    letters = session.exec(select(Message).where(Message.person_id == reader.id)).all()
    [letter] = [each for each in letters if each.reference.startswith("evidence_lapsed:")]
    assert "30 June 2026" in letter.body
    assert work.next(session) is None
    assert session.exec(select(Evidence).where(col(Evidence.lapsed_at).is_not(None))).one()


def test_evidence_that_never_expires_keeps_nothing_else_from_lapsing(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    client = client_as(Role.PROVIDER_ADMIN, org=provider.id)
    work = session.info["service"].due[0]
    assert upload(client, provider.id, expires_on="9999-12-31").status_code == 201
    assert work.next(session) is None
    upload(client, provider.id, expires_on="9999-12-30")
    assert work.next(session) == datetime(9999, 12, 31, tzinfo=UTC)


def test_a_file_comes_back_when_its_transaction_is_over_before_the_first_byte(
    own_database: Engine, settings: Settings
) -> None:
    with Session(own_database) as session, session.begin():
        provider_id = make.provider(session).id
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    token = token_for(settings, Role.PROVIDER_USER, org=provider_id)
    client = TestClient(app, headers={"Authorization": f"Bearer {token}"})

    kept = upload(client, provider_id)

    assert kept.status_code == 201, kept.text
    assert client.get(f"/v1/evidence/{kept.json()['id']}/content").content == PDF
