"""Reports in words, for the documents that people file and send: days on London's calendar, ratings by their names."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from assay_kit.calendar import london_day
from assessment.rating.trace import Percent
from assessment.rating.words import limited, named

from .schemas import PlanReport, PublicSummary, ReportDomain, ReportQuestion, ReportRead

_NONE = "None"
_NOT_SELF_ASSESSED = {
    "overdue": "Not self-assessed: the provider's answers were overdue",
    "responsive_visit": "Not self-assessed: the visit was a responsive one",
}


def readable_report(report: ReportRead) -> dict[str, Any]:
    """What the templates of the assessment report are filled with."""
    kind = "Draft assessment report" if report.is_draft else "Assessment report"
    return {
        "kind": kind,
        "title": f"{kind} {report.reference}",
        "reference": report.reference,
        "note": report.note or "",
        "service_name": report.service_name,
        "provider_name": report.provider_name,
        "rating": named(report.rating),
        "facts": [_fact(name, value) for name, value in _facts(report).items()],
        "limiters": [limited(bite) for bite in report.limiters],
        "domains": [_domain(domain) for domain in report.domains],
        "visits": [
            {
                "on": day(visit.visited_on),
                "how": "announced" if visit.announced else "unannounced",
                "met": ", ".join(visit.roles_met),
            }
            for visit in report.visits
        ],
        "changes": [
            {
                "question": change.question,
                "sentence": f"{named(change.before)} became {named(change.rating)}, by {change.changed_name} on "
                f"{day(change.changed_at)}. {change.reason}",
            }
            for change in report.changes
        ],
        "working": report.working,
        "trace_hash": report.trace_hash,
    }


def readable_plan(plan: PlanReport) -> dict[str, Any]:
    """What the templates of the action plan are filled with."""
    facts = {
        "Service": plan.service_name,
        "Provider": plan.provider_name,
        "Assessment": plan.reference,
        "Rating": named(plan.rating),
        "Plan": _words(plan.status),
        "Plan due": day(plan.due_at),
        "Issues verified": f"{sum(issue.outcome is not None for issue in plan.issues)} of {len(plan.issues)}",
    }
    return {
        "title": f"Action plan {plan.reference}",
        "service_name": plan.service_name,
        "provider_name": plan.provider_name,
        "facts": [_fact(name, value) for name, value in facts.items()],
        "issues": [
            {
                "heading": f"{issue.question} {issue.question_text}",
                "rating": named(issue.rating),
                "finding": issue.finding or "",
                "outcome": "Not yet verified"
                if issue.outcome is None
                else f"{_words(issue.outcome)}, verified by {issue.verified_name} on {day(issue.verified_at)}. "
                f"{issue.outcome_reason}",
                "actions": [
                    {
                        "description": action.description,
                        "owner": action.owner,
                        "due": day(action.due_on),
                        "measure": action.measure,
                        "progress": _words(action.progress) + (" (overdue)" if action.is_overdue else ""),
                        "notes": [f"{day(note.noted_at)}, {note.noted_name}: {note.note}" for note in action.notes],
                    }
                    for action in issue.actions
                ],
            }
            for issue in plan.issues
        ],
    }


def readable_summary(summary: PublicSummary) -> dict[str, Any]:
    """What the template of the public summary is filled with."""
    facts = {
        "Service": summary.service_name,
        "Kind of service": _words(summary.service_type),
        "Provider": summary.provider_name,
        "Published": day(summary.published_on),
        "Next assessment due": day(summary.next_due_on),
    }
    return {
        "title": f"Quality rating of {summary.service_name}",
        "rating": named(summary.rating),
        "sentence": summary.sentence,
        "limiters": summary.limiters,
        "facts": [_fact(name, value) for name, value in facts.items()],
        "domains": [{"name": domain.name, "rating": named(domain.rating)} for domain in summary.domains],
        "how": summary.how,
    }


def day(value: date | datetime | None) -> str:
    """A day as people write it; an instant is its London day."""
    if value is None:
        return _NONE
    on = london_day(value) if isinstance(value, datetime) else value
    return f"{on:%-d %B %Y}"


def _facts(report: ReportRead) -> Mapping[str, str]:
    signed = f"Submitted {day(report.submitted_at)}, signed by {report.signed_name}, {report.signed_position}"
    without = report.not_self_assessed
    return {
        "Overall percentage": _percent(report.percent),
        "Framework": f"{report.framework_name}, version {report.framework_version}",
        "Self-assessment": signed if without is None else _NOT_SELF_ASSESSED[without.value],
        "Draft issued": day(report.draft_issued_at),
        "Published": day(report.published_at),
        "Next assessment due": day(date.fromisoformat(report.next_due_on) if report.next_due_on else None),
    }


def _domain(domain: ReportDomain) -> dict[str, Any]:
    return {
        "name": f"{domain.code} {domain.name}",
        "percent": _percent(domain.percent),
        "rating": named(domain.rating),
        "standards": [
            {
                "name": f"{standard.code} {standard.name}",
                "percent": _percent(standard.percent),
                "rating": named(standard.rating),
                "questions": [_question(question) for question in standard.questions],
            }
            for standard in domain.standards
        ],
    }


def _question(question: ReportQuestion) -> dict[str, str]:
    was = "" if question.rating == question.found_rating else f" (changed from {named(question.found_rating)})"
    return {
        "heading": f"{question.code} {question.text}",
        "critical": "Critical question." if question.critical else "",
        "own": named(question.own_rating) if question.own_rating else "No answer",
        "own_narrative": question.own_narrative,
        "own_evidence": "; ".join(f"{each.description} ({each.filename})" for each in question.own_evidence),
        "seen": ", ".join(_words(kind).lower() for kind in question.evidence_kinds),
        "rating": named(question.rating),
        "was": was,
        "reason": question.reason or "",
        "good_practice": question.good_practice or "",
    }


def _fact(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _percent(percent: Percent | None) -> str:
    return f"{percent.shown}%" if percent else _NONE


def _words(value: str) -> str:
    return str(value).replace("_", " ").capitalize()
