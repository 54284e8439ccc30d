"""Known calls of case files, outcomes, attachments, imports, and of a provider's view of its own services."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import make_risk as make
from calls_shared import PROPOSER, REASON, now_of, recorded
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.walk import Call, KnownCalls
from risk.attachments import actions as attachments
from risk.attachments.schemas import FileAdded
from risk.case_files import actions as case_files
from risk.case_files.schemas import CaseFileWanted
from risk.imports.rows import sha256_of
from risk.intelligence import actions as intelligence
from risk.intelligence.schemas import Outcome

OWNER = {"owner": "person:olga", "owner_name": "Olga Officer"}
FILE = {"filename": "rota.txt", "description": "The rota of that week"}
BYTES = {"content-type": "application/octet-stream"}


def _officer(path: dict[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMPLIANCE_OFFICER], **more)


# Case files


def _soon(session: Session) -> date:
    return now_of(session).date() + timedelta(days=30)


def _wanted(session: Session) -> CaseFileWanted:
    service = make.green_service(session)
    return CaseFileWanted(care_service_id=service.id, review_on=_soon(session), **OWNER, **REASON)


def opened(session: Session) -> UUID:
    return case_files.open_file(session, _wanted(session), by=PROPOSER, now=now_of(session)).id


def _on_file(body: Callable[[Session], Any]) -> Callable[[Session], Call]:
    return lambda session: _officer({"case_file_id": opened(session)}, body(session))


def closed(operation: str) -> Callable[[Session], Call]:
    """The known call of `operation`, on a case that is closed."""

    def call(session: Session) -> Call:
        known = CASEWORK_CALLS[operation](session)
        case_file_id = known.path["case_file_id"]
        case_files.close(session, case_file_id, REASON["reason"], by=PROPOSER, now=now_of(session))
        return known

    return call


# Intelligence


def settled(session: Session) -> Call:
    """To settle what was settled already."""
    known = CASEWORK_CALLS["settle_concern"](session)
    wanted = Outcome.model_validate(known.body)
    intelligence.settle(session, known.path["entry_id"], wanted, by=PROPOSER, now=now_of(session))
    return known


def _settle(session: Session) -> Call:
    entry_id, _ = recorded(session)
    return _officer({"entry_id": entry_id}, REASON | {"outcome": "unsubstantiated"})


def _add_attachment(session: Session) -> Call:
    entry_id, _ = recorded(session)
    return _officer({"entry_id": entry_id}, query=FILE, content=b"Monday: Ada\n", headers=BYTES)


def _download(session: Session) -> Call:
    entry_id, _ = recorded(session)
    said = FileAdded(**FILE)
    about: dict[str, Any] = {"kind": "text/plain", "by": PROPOSER, "now": now_of(session)}
    added = attachments.add_file(session, entry_id, said, b"Monday: Ada\n", **about)
    return _officer({"entry_id": entry_id, "attachment_id": added.id})


def in_a_file(session: Session, *, is_dry_run: bool, row_count: int = 1) -> Call:
    service = make.green_service(session)
    rows = f"source_reference,care_service_id,died_on\nUD-{uuid4().hex},{service.id},1995-01-05\n"
    manifest = {
        "delivery_reference": uuid4().hex,
        "period_from": "1995-01-01",
        "period_to": "1995-01-31",
        "row_count": row_count,
        "sha256": sha256_of(rows),
    }
    wanted = {"kind": "unexpected_death", "manifest": manifest, "rows": rows, "is_dry_run": is_dry_run}
    return _officer(body=wanted)


def _own_services(session: Session) -> Call:
    return Call(roles=[Role.PROVIDER_ADMIN], org=make.green_service(session).provider_id)


CASEWORK_CALLS: KnownCalls = {
    "list_case_files": lambda _: _officer(),
    "list_unattended_services": lambda _: _officer(),
    "open_case_file": lambda session: _officer(body=_wanted(session).model_dump(mode="json")),
    "assign_case_file": _on_file(lambda _: OWNER | REASON),
    "review_case_file": _on_file(
        lambda session: {"findings": "Nothing is amiss any more.", "next_review_on": _soon(session).isoformat()}
    ),
    "record_visit": _on_file(
        lambda _: {
            "visited_on": "1995-01-05",
            "is_announced": False,
            "purpose": "Follow-up",
            "findings": "Records are in order.",
        }
    ),
    "add_case_action": _on_file(lambda _: {"wording": "Ask for the training matrix."}),
    "close_case_file": _on_file(lambda _: REASON),
    "read_case_file": lambda session: _officer({"care_service_id": make.green_service(session).id}),
    "settle_concern": _settle,
    "add_attachment": _add_attachment,
    "download_attachment": _download,
    "import_intelligence": lambda session: in_a_file(session, is_dry_run=True),
    "list_intelligence_imports": lambda _: _officer(),
    "list_own_services": _own_services,
}
