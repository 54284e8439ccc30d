"""Calls that a rule refuses, one for each refusal that no generated request is likely to meet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from calls_directory import CALLS, CLIENT, FORM
from sqlmodel import Session, select

from assay_contracts.directory import RelyingObject
from assay_contracts.roles import Role, Scope
from assay_kit.identity import Principal
from assay_kit.testing import NOON
from assay_kit.walk import Call
from directory.bootstrap import ensure_clients
from directory.evidence import actions as evidence
from directory.evidence.repository import EvidenceShelf
from directory.tables import ApiClientSecret

Make = Callable[[Session], Call]


def _with(operation: str, **change: Any) -> Make:
    """The known call of `operation`, with something else in its body."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        return replace(known, body={**(known.body or {}), **change})

    return call


def _house_client(session: Session, body: Any = None) -> Call:
    [(client_id, secret_id)] = _house(session)
    path = {"client_id": client_id, "secret_id": secret_id}
    return Call(path=path, body=body, roles=[Role.ADMINISTRATOR])


def _house(session: Session) -> list[tuple[Any, Any]]:
    name = f"house-{uuid4().hex[:8]}"
    ensure_clients(session, [(name, uuid4().hex, [Scope.EVENTS_DELIVER])])
    newest = select(ApiClientSecret).order_by(ApiClientSecret.id.desc()).limit(1)  # type: ignore[attr-defined]  # a column
    secret = session.exec(newest).one()
    return [(secret.client_id, secret.id)]


def _without_secret_in_path(body: Any = None) -> Make:
    def call(session: Session) -> Call:
        known = _house_client(session, body)
        return replace(known, path={"client_id": known.path["client_id"]})

    return call


def _relied_on(session: Session) -> Call:
    known = CALLS["remove_evidence"](session)
    shelf = EvidenceShelf(session)
    relier = Principal(subject="dps", name="dps-admission")
    found = shelf.get(known.path["evidence_id"])
    by_object = RelyingObject("answer", uuid4())
    evidence.rely([found.id], by_object, shelf, provider_id=found.provider_id, by=relier, now=NOON)
    return known


def _renamed_upload(session: Session) -> Call:
    known = CALLS["upload_evidence"](session)
    return replace(known, query={**known.query, "filename": "rota.pdf"})


def _grant(**form: str) -> Make:
    return lambda _: Call(content=urlencode(form).encode(), headers=FORM)


def _elsewhere(operation: str, **path: Any) -> Make:
    """The known call of `operation`, for something that is not there."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        return replace(known, path={**known.path, **path})

    return call


def _for_nobody(operation: str) -> Make:
    return lambda session: replace(CALLS[operation](session), subject=str(uuid4()))


def _upload_elsewhere(session: Session) -> Call:
    known = CALLS["upload_evidence"](session)
    return replace(known, query={**known.query, "provider_id": uuid4()})


REFUSALS: list[tuple[str, int, Make]] = [
    ("grant_token", 400, _grant(grant_type="password", username="nobody@council.example", password="wrong")),
    ("grant_token", 401, _grant(grant_type="client_credentials", client_id="nobody", client_secret="wrong")),
    ("read_own_account", 404, _for_nobody("read_own_account")),
    ("change_own_password", 403, _with("change_own_password", current="not the password")),
    ("change_own_password", 404, _for_nobody("change_own_password")),
    ("change_own_password", 409, _with("change_own_password", new="short")),
    ("invite_person", 404, _with("invite_person", provider_id=str(uuid4()))),
    ("change_person", 409, _with("change_person", roles=["administrator"])),
    ("invite_person_again", 409, CALLS["disable_person"]),
    ("edit_provider", 409, _with("edit_provider", company_number=None)),
    ("record_care_service", 404, _with("record_care_service", provider_id=str(uuid4()))),
    ("record_care_service", 409, _with("record_care_service", is_regulated=False)),
    ("edit_care_service", 409, _with("edit_care_service", is_regulated=False)),
    ("record_activity", 404, _elsewhere("record_activity", care_service_id=uuid4())),
    ("record_activity", 409, _elsewhere("record_activity", month="2099-12")),
    ("record_contract", 404, _with("record_contract", provider_id=str(uuid4()))),
    ("amend_contract", 409, _with("amend_contract", ends_on="2001-01-01")),
    ("change_api_client", 409, _without_secret_in_path(CLIENT)),
    ("give_secret", 409, _without_secret_in_path({})),
    ("disable_api_client", 409, _without_secret_in_path()),
    ("revoke_secret", 409, _house_client),
    ("upload_evidence", 404, _upload_elsewhere),
    ("upload_evidence", 409, _renamed_upload),
    ("remove_evidence", 409, _relied_on),
    ("rely_on_evidence", 409, _with("rely_on_evidence", provider_id=str(uuid4()))),
    ("read_setting", 404, _elsewhere("read_setting", key="no.such")),
    ("read_setting_history", 404, _elsewhere("read_setting_history", key="no.such")),
    ("set_setting", 404, _elsewhere("set_setting", key="no.such")),
    ("set_setting", 409, _with("set_setting", value=7)),
    (
        "move_demonstration_clock",
        409,
        lambda _: Call(body={"to": "2001-01-01T00:00:00Z"}, roles=[Role.ADMINISTRATOR]),
    ),
]
