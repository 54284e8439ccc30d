"""For every operation of this service, a call that succeeds. The walk and the contract test make them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import make_directory as make
import obstore
from obstore.store import LocalStore
from sqlmodel import Session, select

from assay_contracts.directory import Commissioner
from assay_contracts.roles import Role, Scope
from assay_kit.clock import real_now
from assay_kit.identity import SYSTEM
from assay_kit.settings import Settings
from assay_kit.testing import NOON
from assay_kit.walk import Call, KnownCalls
from directory.api_clients import actions as clients
from directory.api_clients.repository import ApiClients
from directory.messages.actions import write_to
from directory.people.rules import PersonStatus
from directory.providers import actions as providers
from directory.providers.actions import Account
from directory.providers.repository import Claims
from directory.sign_in.passwords import hash_of_secret
from directory.tables import ApiClient, Contract, Evidence, Message, OneTimeLink, Person, Provider, ProviderClaim

REASON = {"reason": "As the panel decided on Monday"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
ANY_VERSION = {"if-match": "*"}


def _recorder(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMMISSIONER], **more)


def _admin(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.ADMINISTRATOR], **more)


def _owner(org: UUID, path: Mapping[str, Any], body: Any = None, **more: Any) -> Call:
    """A call on something that another provider must not even see."""
    return Call(path=path, body=body, roles=[Role.PROVIDER_ADMIN], org=org, hidden_from_others=True, **more)


def _machine(scope: Scope, path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, scopes=[scope], **more)


# Signing in


def _grant_token(session: Session) -> Call:
    person = make.person(session, Role.AUDITOR)
    form = {"grant_type": "password", "username": person.email, "password": make.PASSWORD}
    return Call(content=urlencode(form).encode(), headers=FORM)


# People


def _colleague(session: Session, **about: Any) -> tuple[Provider, Person]:
    provider = make.provider(session)
    person = make.person(session, Role.PROVIDER_USER, provider_id=provider.id)
    person.sqlmodel_update(about)
    session.flush()
    return provider, person


def _on_colleague(body: Any = None, **about: Any) -> Any:
    def call(session: Session) -> Call:
        provider, person = _colleague(session, **about)
        return _owner(provider.id, {"person_id": person.id}, body)

    return call


def _own_account(session: Session) -> Call:
    person = make.person(session, Role.AUDITOR)
    return Call(roles=[Role.AUDITOR], subject=str(person.id))


def _change_own_password(session: Session) -> Call:
    person = make.person(session, Role.AUDITOR)
    body = {"current": make.PASSWORD, "new": make.PASSWORD}
    return Call(roles=[Role.AUDITOR], subject=str(person.id), body=body)


def _set_password(session: Session) -> Call:
    token = uuid4().hex
    expires_at = real_now() + timedelta(hours=1)
    person = make.person(session, Role.AUDITOR)
    session.add(OneTimeLink(person_id=person.id, token_hash=hash_of_secret(token), expires_at=expires_at))
    session.flush()
    return Call(body={"token": token, "password": make.PASSWORD})


# Providers and claims


def _on_provider(role: Role = Role.COMMISSIONER, body: Any = None, **about: Any) -> Any:
    def call(session: Session) -> Call:
        return Call(path={"provider_id": make.provider(session, **about).id}, body=body, roles=[role])

    return call


def _on_own_provider(body: Any = None) -> Any:
    def call(session: Session) -> Call:
        provider = make.provider(session)
        return _owner(provider.id, {"provider_id": provider.id}, body)

    return call


def _claim(session: Session) -> ProviderClaim:
    values = {"provider_name": "Larkfield", "company_number": None, "cqc_provider_id": None, "statement": "It is ours"}
    claims = Claims(session)
    return claims.get(providers.claim(values, Account(**make.account_body()), claims, now=NOON))


def _confirm_claim(session: Session) -> Call:
    body = {"confirmed_with": "Ada Larkfield, on the telephone", "provider_id": str(make.provider(session).id)}
    return _recorder({"claim_id": _claim(session).id}, body)


CONTACT = {"contact_name": "Cy Clerk", "contact_email": "new@larkfield.example"}


# Care services, contracts, activity


def _on_own_service(body: Any = None) -> Any:
    def call(session: Session) -> Call:
        service = make.care_service(session, make.provider(session).id)
        return _owner(service.provider_id, {"care_service_id": service.id}, body)

    return call


def _record_care_service(session: Session) -> Call:
    provider = make.provider(session)
    body = make.care_service_body(provider_id=str(provider.id), cqc_location_id=f"1-{make.unique_number()}")
    return Call(body=body, roles=[Role.PROVIDER_ADMIN], org=provider.id, hidden_from_others=True)


def _record_succession(session: Session) -> Call:
    service = make.care_service(session, make.provider(session).id)
    body = {"new_location_id": "1-555666777", "succeeded_on": "2026-01-01", **REASON}
    return _recorder({"care_service_id": service.id}, body)


def _record_activity(session: Session) -> Call:
    service = make.care_service(session, make.provider(session).id)
    path = {"care_service_id": service.id, "month": "2026-01", "commissioner": "council"}
    return _machine(Scope.ACTIVITY_WRITE, path, {"people": 12, "hours": "100.50"})


def _contract_body(session: Session) -> dict[str, Any]:
    service = make.care_service(session, make.provider(session).id)
    return {
        "provider_id": str(service.provider_id),
        "reference": f"HC/{uuid4().hex[:8]}",
        "title": "Home care",
        "commissioner": Commissioner.COUNCIL,
        "arrangement": "spot",
        "starts_on": "2025-04-01",
        "care_service_ids": [str(service.id)],
        "rates": [{"care_service_id": None, "unit": "hour", "amount": "21.40", "starts_on": "2025-04-01"}],
    }


def _contract(session: Session) -> tuple[Contract, dict[str, Any]]:
    body = _contract_body(session)
    provider_id = body.pop("provider_id")
    about = {**body, "care_service_ids": [UUID(each) for each in body["care_service_ids"]], "provider_id": provider_id}
    contract = Contract.model_validate(about)
    session.add(contract)
    session.flush()
    return contract, body


def _read_contract(session: Session) -> Call:
    contract, _ = _contract(session)
    return _owner(contract.provider_id, {"contract_id": contract.id})


def _amend_contract(session: Session) -> Call:
    contract, body = _contract(session)
    return _recorder({"contract_id": contract.id}, body, headers=ANY_VERSION)


# API clients


def _client(session: Session) -> tuple[ApiClient, UUID]:
    name = f"client-{uuid4().hex[:8]}"
    made, secret, _ = clients.create(
        name,
        "A client",
        [Scope.FEED_READ],
        ApiClients(session),
        lasts=timedelta(days=1),
        by=SYSTEM,
        now=NOON,
        at=real_now(),
    )
    return made, secret.id


def _on_client(body: Any = None) -> Any:
    return lambda session: _admin({"client_id": _client(session)[0].id}, body)


def _revoke_secret(session: Session) -> Call:
    client, secret_id = _client(session)
    return _admin({"client_id": client.id, "secret_id": secret_id})


CLIENT = {"description": "A client of ours", "scopes": ["feed:read"]}


# Evidence


def _evidence(session: Session) -> Evidence:
    provider = make.provider(session)
    made = Evidence(
        provider_id=provider.id,
        filename="rota.txt",
        kind="rota",
        media_type="text/plain",
        size=0,
        sha256="0" * 64,
        description="A rota",
        uploaded_by="person:someone",
        uploaded_by_name="Someone",
        uploaded_at=NOON,
    )
    session.add(made)
    session.flush()
    folder = LocalStore(Settings().home / "evidence", mkdir=True)
    obstore.put(folder, str(made.id), b"")
    return made


def _upload(session: Session) -> Call:
    provider = make.provider(session)
    query = {"provider_id": provider.id, "filename": "rota.txt", "kind": "rota", "description": "A rota"}
    headers = {"content-type": "application/octet-stream"}
    about: dict[str, Any] = {"roles": [Role.PROVIDER_USER], "org": provider.id, "hidden_from_others": True}
    return Call(query=query, content=b"Monday: Ada\n", headers=headers, **about)


def _on_own_evidence(session: Session) -> Call:
    evidence = _evidence(session)
    return _owner(evidence.provider_id, {"evidence_id": evidence.id})


def _rely(session: Session) -> Call:
    evidence = _evidence(session)
    body = {
        "provider_id": str(evidence.provider_id),
        "evidence_ids": [str(evidence.id)],
        "kind": "lot_application",
        "object_id": str(uuid4()),
    }
    return _machine(Scope.EVIDENCE_RELY, body=body, name="dps-admission")


def _ask_standings(session: Session) -> Call:
    evidence = _evidence(session)
    body = {"provider_id": str(evidence.provider_id), "evidence_ids": [str(evidence.id)]}
    return _machine(Scope.EVIDENCE_RELY, body=body, name="assessment")


# Messages and settings


def _read_message(session: Session) -> Call:
    person = make.person(session, Role.AUDITOR)
    words = {"name": person.name, "provider": "Larkfield"}
    reference = f"letter:{uuid4()}"
    write_to(person, "claim_confirmed", words, session, reference=reference, now=NOON)
    message = session.exec(select(Message).where(Message.reference == reference)).one()
    return _admin({"message_id": message.id})


def _request_message(session: Session) -> Call:
    to = {"role": Role.AUDITOR}
    return _machine(Scope.MESSAGES_WRITE, body={"reference": "letter:1", "template": "claim_confirmed", "to": to})


SETTING = {"value": "Riverford Council", "effective_from": "2026-03-02", **REASON}
KEY = {"key": "council.name"}

CALLS: KnownCalls = {
    "grant_token": _grant_token,
    "revoke_token": lambda _: Call(content=b"token=unknown", headers=FORM),
    "read_key_set": lambda _: Call(),
    "list_revocations": lambda _: Call(),
    "invite_person": lambda _: _admin(
        body={"name": "Eve", "email": f"{uuid4().hex[:9]}@council.example", "roles": ["auditor"]}
    ),
    "list_people": lambda _: Call(roles=[Role.AUDITOR]),
    "read_own_account": _own_account,
    "change_own_password": _change_own_password,
    "read_person": _on_colleague(),
    "change_person": _on_colleague({"name": "Dee New", "roles": ["provider_user"]}),
    "disable_person": _on_colleague(REASON),
    "enable_person": _on_colleague(REASON, status=PersonStatus.DISABLED),
    "invite_person_again": _on_colleague(status=PersonStatus.INVITED),
    "set_password": _set_password,
    "ask_for_password_reset": lambda _: Call(body={"email": "nobody@council.example"}),
    "register_provider": lambda _: Call(body=make.provider_body() | {"administrator": make.account_body()}),
    "record_provider": lambda _: _recorder(body=make.provider_body()),
    "list_providers": lambda _: Call(roles=[Role.AUDITOR]),
    "read_provider": _on_own_provider(),
    "edit_provider": lambda session: _recorder(
        {"provider_id": make.provider(session).id}, make.provider_body(), headers=ANY_VERSION
    ),
    "edit_provider_contact": _on_own_provider(CONTACT),
    "confirm_provider": _on_provider(body=REASON, status="registering"),
    "close_provider": _on_provider(body=REASON),
    "reopen_provider": _on_provider(body=REASON, status="closed"),
    "read_provider_timeline": _on_own_provider(),
    "claim_provider": lambda _: Call(
        body={"provider_name": "Larkfield", "statement": "It is ours", "claimant": make.account_body()}
    ),
    "list_claims": lambda _: Call(roles=[Role.COMMISSIONER]),
    "confirm_claim": _confirm_claim,
    "refuse_claim": lambda session: _recorder({"claim_id": _claim(session).id}, REASON),
    "record_activity": _record_activity,
    "list_activity": lambda _: Call(roles=[Role.AUDITOR]),
    "record_care_service": _record_care_service,
    "list_care_services": lambda _: Call(roles=[Role.AUDITOR]),
    "read_care_service": _on_own_service(),
    "edit_care_service": _on_own_service(make.care_service_body()),
    "record_succession": _record_succession,
    "list_successions": _on_own_service(),
    "record_contract": lambda session: _recorder(body=_contract_body(session)),
    "list_contracts": lambda _: Call(roles=[Role.AUDITOR]),
    "read_contract": _read_contract,
    "amend_contract": _amend_contract,
    "copy_provider": lambda session: _machine(Scope.COPIES_READ, {"provider_id": make.provider(session).id}),
    "copy_person": lambda session: _machine(Scope.COPIES_READ, {"person_id": make.person(session, Role.AUDITOR).id}),
    "copy_care_service": lambda session: _machine(
        Scope.COPIES_READ, {"care_service_id": make.care_service(session, make.provider(session).id).id}
    ),
    "create_api_client": lambda _: _admin(body=CLIENT | {"name": f"client-{uuid4().hex[:8]}"}),
    "list_api_clients": lambda _: _admin(),
    "read_api_client": _on_client(),
    "change_api_client": _on_client(CLIENT),
    "give_secret": _on_client({}),
    "revoke_secret": _revoke_secret,
    "disable_api_client": _on_client(),
    "upload_evidence": _upload,
    "list_evidence": lambda _: Call(roles=[Role.AUDITOR]),
    "read_evidence": _on_own_evidence,
    "list_editions": _on_own_evidence,
    "list_uses": _on_own_evidence,
    "remove_evidence": _on_own_evidence,
    "download_evidence": _on_own_evidence,
    "rely_on_evidence": _rely,
    "read_standings": _ask_standings,
    "request_message": _request_message,
    "list_messages": lambda _: _admin(),
    "list_own_messages": lambda _: Call(roles=[Role.AUDITOR]),
    "read_message": _read_message,
    "list_settings": lambda _: Call(roles=[Role.AUDITOR]),
    "read_setting": lambda _: Call(path=KEY, roles=[Role.AUDITOR]),
    "set_setting": lambda _: _admin(KEY, SETTING),
    "read_setting_history": lambda _: Call(path=KEY, roles=[Role.AUDITOR]),
    "search_directory": lambda _: Call(query={"q": "lark"}, roles=[Role.AUDITOR]),
    "list_timeline": lambda _: _admin(),
    "read_feed": lambda _: _machine(Scope.FEED_READ),
    "read_demonstration_clock": lambda _: Call(),
    "move_demonstration_clock": lambda _: _admin(body={"days": 1}),
}
