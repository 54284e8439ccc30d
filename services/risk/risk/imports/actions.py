"""Takes a file of rows in: all of it or nothing. A dry run does the same, and keeps nothing."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.problems import Conflict
from risk.bands.actions import refresh
from risk.feeds.actions import heard
from risk.imports.errors import ImportRefused
from risk.imports.rows import MOST_FAULTS, Fault, Promise, read_rows
from risk.imports.schemas import ImportReport, ImportWanted, RowError
from risk.intelligence import intake
from risk.intelligence.repository import Entries
from risk.intelligence.rules import FEEDS, Kind
from risk.intelligence.schemas import Sent
from risk.intelligence.waiting import say
from risk.tables import IntelligenceImport


def import_file(
    session: Session, wanted: ImportWanted, copies: Copies, *, by: Principal, now: datetime
) -> ImportReport:
    """ImportRefused names every fault, unless it is a dry run: then the report does."""
    system = wanted.system or by.subject
    if not by.roles and system != by.subject:
        raise ImportRefused([Fault(row=0, field="system", why="A machine sends references of its own only.")])
    faults: list[Fault] = []
    before = _before(session, wanted, system)
    if before is not None and before.sha256 == wanted.manifest.sha256:
        return _report(wanted, Counter(already_held=before.row_count), [], was_before=True)
    if before is not None:
        faults.append(Fault(row=0, field="delivery_reference", why="A file with other content came under it before."))
    promise = Promise(**wanted.manifest.model_dump(exclude={"delivery_reference"}))
    read = read_rows(wanted.kind, wanted.rows, promise, today=london_day(now))
    faults += read.faults
    became: Counter[str] = Counter()
    if not faults:
        became = _keep(session, wanted, read.sent, copies, faults, system=system, by=by, now=now)
    if faults and not wanted.is_dry_run:
        raise ImportRefused(faults)
    return _report(wanted, became, faults, was_before=False)


def _keep(
    session: Session,
    wanted: ImportWanted,
    sent: Mapping[int, Sent],
    copies: Copies,
    faults: list[Fault],
    *,
    system: str,
    by: Principal,
    now: datetime,
) -> Counter[str]:
    """Keep every row, or (a dry run, or a fault that only now came to light) none: what was written is undone."""
    became: Counter[str] = Counter()
    reached: set[UUID] = set()
    queued: list[UUID] = []
    trial = session.begin_nested()
    for row, each in sent.items():
        try:
            receipt, services = intake.take_one(session, Kind(wanted.kind), each, copies, system=system, by=by, now=now)
        except Conflict as refused:
            faults.append(Fault(row=row, field=None, why=str(refused)))
            continue
        became[receipt.outcome] += 1
        reached |= services
        if receipt.outcome == "queued" and receipt.intake_item_id is not None:
            queued.append(receipt.intake_item_id)
    if faults or wanted.is_dry_run:
        trial.rollback()
        return became
    trial.commit()
    _note(session, wanted, became, system=system, by=by, now=now)
    if queued:
        say(session, Entries(session).item(queued[0]), count=len(queued), now=now)
    refresh(session, reached, now=now)
    return became


def _note(
    session: Session, wanted: ImportWanted, became: Counter[str], *, system: str, by: Principal, now: datetime
) -> None:
    """That the file came, of zero rows too: its feed was alive on the last day of its period."""
    manifest = wanted.manifest
    session.add(
        IntelligenceImport(
            **manifest.model_dump(),
            kind=Kind(wanted.kind),
            system=system,
            recorded=became["recorded"],
            already_held=became["already_held"],
            queued=became["queued"],
            imported_at=now,
            imported_by_name=by.name,
        )
    )
    feed = FEEDS[Kind(wanted.kind)]
    reference = f"file {manifest.delivery_reference}"
    heard(session, feed, reference=reference, up_to=manifest.period_to, row_count=manifest.row_count, by=by, now=now)


def _before(session: Session, wanted: ImportWanted, system: str) -> IntelligenceImport | None:
    found = select(IntelligenceImport).where(
        IntelligenceImport.system == system,
        IntelligenceImport.kind == Kind(wanted.kind),
        IntelligenceImport.delivery_reference == wanted.manifest.delivery_reference,
    )
    return session.exec(found).one_or_none()


def _report(wanted: ImportWanted, became: Counter[str], faults: list[Fault], *, was_before: bool) -> ImportReport:
    return ImportReport(
        kind=wanted.kind,
        delivery_reference=wanted.manifest.delivery_reference,
        is_dry_run=wanted.is_dry_run,
        was_imported_before=was_before,
        row_count=wanted.manifest.row_count,
        recorded=became["recorded"],
        already_held=became["already_held"],
        queued=became["queued"],
        error_count=len(faults),
        errors=[RowError(row=each.row, field=each.field, why=each.why) for each in faults[:MOST_FAULTS]],
    )
