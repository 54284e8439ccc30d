"""What a refresh found to be new: gathered service by service, written and told at once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.risk import Band as ToldBand
from assay_contracts.risk import BandChanged
from assay_contracts.roles import Role
from assay_kit.database import new_id
from assay_kit.events import Event, tell_all
from assay_kit.identity import SYSTEM
from assay_kit.timeline import Taken, write_all
from risk.bands.life import LIFE, TURNS, Step
from risk.bands.repository import Bands, Known, Standing
from risk.bands.rules import Band, Verdict
from risk.bands.working import Worked, as_kept
from risk.indicators.reading import as_json
from risk.interventions.rules import Extent
from risk.tables import Override


@dataclass(kw_only=True)
class Changes:
    """`standing` and `bands` as `Bands.write` takes them: what stands on another result, and a band for each service of
    which anything that lists show differs. `changed`: the services of either."""

    model_version: int
    now: datetime
    standing: list[dict[str, Any]] = field(default_factory=list)
    bands: list[dict[str, Any]] = field(default_factory=list)
    changed: set[UUID] = field(default_factory=set)
    steps: list[Taken[Band, Step]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def note(
        self,
        known: Known,
        worked: Worked,
        before: Standing | None,
        override: Override | None,
        *,
        was_red_by_rating: bool = False,
    ) -> tuple[Any, ...] | None:
        """Answers the result to be added (`RESULT_COLUMNS`), where it is another one than before."""
        result_id = before.result_id if before and before.digest == worked.digest else new_id()
        is_new = before is None or before.result_id != result_id
        if is_new:
            self.standing.append(self._standing(result_id, known, worked))
            self.changed.add(known.care_service_id)
        shown = Band(override.band) if override else worked.verdict.band
        band = _band(known, worked, shown, override)
        if before is None or band != before.shown():
            self._put(band, shown, before)
        stood = (before.band, before.computed_band) if before else None
        if stood != (shown, worked.verdict.band) or was_red_by_rating:
            self._note_change(band, worked, before.band if before else None, was_red_by_rating=was_red_by_rating)
        if worked.verdict.band is Band.RED and (before is None or before.computed_band is not Band.RED):
            self._propose_to_act(known.care_service_id, result_id, worked.verdict)
        return self._result(result_id, known, worked) if is_new else None

    def _put(self, band: dict[str, Any], shown: Band, before: Standing | None) -> None:
        as_before = before if before and before.computed_band == band["computed_band"] else None
        more = {
            "gravity": shown.gravity,
            "since": before.since if before and before.band is shown else self.now,
            "computed_since": as_before.computed_since if as_before else self.now,
            "embargo_limits": as_json(band["embargo_limits"]),
        }
        self.bands.append(band | more)
        self.changed.add(band["care_service_id"])

    def write(self, session: Session) -> None:
        session.flush()
        Bands(session).write(self.standing, self.bands)
        write_all(session, LIFE, self.steps, by=SYSTEM, now=self.now)
        tell_all(session, self.events)

    def _result(self, result_id: UUID, known: Known, worked: Worked) -> tuple[Any, ...]:
        """As `RESULT_COLUMNS` say."""
        return (
            result_id,
            known.care_service_id,
            self.now,
            self.model_version,
            worked.verdict.band.value,
            worked.verdict.points,
            as_kept(worked.readings),
            as_json(worked.verdict.reasons),
            as_json(worked.verdict.open_reasons),
            known.inputs,
            worked.digest,
        )

    def _standing(self, result_id: UUID, known: Known, worked: Worked) -> dict[str, Any]:
        return {
            "care_service_id": known.care_service_id,
            "result_id": result_id,
            "digest": worked.digest,
            "refreshed_at": self.now,
        }

    def _note_change(
        self, band: dict[str, Any], worked: Worked, before: Band | None, *, was_red_by_rating: bool
    ) -> None:
        verdict = worked.verdict
        shown = Band(band["band"])
        about = {name: band[name] for name in ("provider_id", "care_service_id")}
        stood = before or LIFE.start
        if before is None:
            self.steps.append(Taken(object_id=band["care_service_id"], before=stood, **about))
        if shown is not stood:
            self.steps.append(
                Taken(
                    object_id=band["care_service_id"],
                    before=stood,
                    step=TURNS[shown],
                    reason=" ".join(verdict.open_reasons) or None,
                    detail={"computed_band": verdict.band, "model_version": self.model_version},
                    **about,
                )
            )
        self.events.append(
            BandChanged(
                at=self.now,
                **about,
                band=ToldBand(shown),
                computed_band=ToldBand(verdict.band),
                previous_band=ToldBand(before) if before else None,
                reasons=verdict.open_reasons,
                model_version=self.model_version,
                follows_rating_alone=worked.follows_rating_alone,
                followed_rating_alone=was_red_by_rating,
            )
        )

    def _propose_to_act(self, care_service_id: UUID, result_id: UUID, verdict: Verdict) -> None:
        """Red proposes; it never imposes."""
        self.events.append(
            MessageRequested(
                at=self.now,
                about=care_service_id,
                reference=f"turned-red-{result_id}",
                template="service_turned_red",
                to=Recipient(role=Role.COMPLIANCE_OFFICER),
                personalisation={
                    "care_service_id": str(care_service_id),
                    "reasons": " ".join(verdict.open_reasons),
                },
            )
        )


def _band(known: Known, worked: Worked, shown: Band, override: Override | None) -> dict[str, Any]:
    """What lists show of a service from now on: as `Standing.shown` says it of what stood."""
    return {
        "care_service_id": known.care_service_id,
        "provider_id": known.provider_id,
        "band": shown.value,
        "computed_band": worked.verdict.band.value,
        "override_id": override.id if override else None,
        **_embargo(known),
        "has_default_notice": bool(known.facts.default_notices),
    }


def _embargo(known: Known) -> dict[str, Any]:
    """What all embargoes in force come to: the widest extent, every limit, the first day."""
    embargoes = known.facts.embargoes
    extents = {each.extent for each in embargoes}
    return {
        "embargo": None if not embargoes else Extent.WHOLE if Extent.WHOLE in extents else Extent.PART,
        "embargo_limits": [each.limit_text for each in embargoes if each.limit_text],
        "embargo_since": min((each.since for each in embargoes), default=None),
    }
