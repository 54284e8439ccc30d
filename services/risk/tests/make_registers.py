"""A local HTTP server that stands for the outside registers, and answers of the shape that they document."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Said:
    """One answer: a status, a body, headers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class RegisterServer:
    """`answers[path]` are given in turn, the last one for ever; `asked` is every request, with its headers."""

    url: str
    answers: dict[str, list[Said]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def says(self, path: str, *answers: Said | dict[str, Any]) -> None:
        self.answers[path] = [each if isinstance(each, Said) else Said(body=each) for each in answers]

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def register_server() -> Iterator[RegisterServer]:
    state = RegisterServer(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            turns = state.answers.get(self.path, [Said(status=404, body={"message": "No such thing"})])
            said = turns.pop(0) if len(turns) > 1 else turns[0]
            body = said.body.encode() if isinstance(said.body, str) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def location(**about: Any) -> dict[str, Any]:
    """A CQC location whose older rating stands in the one place, and its newer one in the other."""
    usual = {
        "locationId": "1-700000001",
        "providerId": "1-700000000",
        "organisationType": "Location",
        "name": "Invented Home Care",
        "registrationStatus": "Registered",
        "dormancy": "N",
        "regulatedActivities": [{"name": "Personal care", "code": "RA1", "contacts": [manager()]}],
        "relationships": [],
        "currentRatings": {
            "overall": {
                "rating": "Requires improvement",
                "reportDate": "2023-05-18",
                "keyQuestionRatings": [
                    {"name": "Well-led", "rating": "Good"},
                    {"name": "Safe", "rating": "Inspected but not rated"},
                ],
            }
        },
        "assessment": [{"ratings": {"overall": [], "asgRatings": [group_rating()]}}],
    }
    return usual | about


def manager() -> dict[str, Any]:
    return {"personTitle": "Ms", "personFamilyName": "Invented", "personRoles": ["Registered Manager"]}


def group_rating(**about: Any) -> dict[str, Any]:
    usual = {"name": "Homecare agencies", "rating": "Good", "status": "Current", "assessmentDate": "2025-09-02"}
    return usual | about


def groups(*ratings: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"ratings": {"overall": [], "asgRatings": list(ratings)}}]


def establishment(value: str, rated: str = "2025-11-02T00:00:00") -> dict[str, Any]:
    return {
        "FHRSID": 700001,
        "BusinessName": "Invented House",
        "BusinessTypeID": 5,
        "RatingValue": value,
        "RatingDate": rated,
        "scores": {"Hygiene": 5, "Structural": 5, "ConfidenceInManagement": 5},
        "SchemeType": "FHRS",
    }


def company(**about: Any) -> dict[str, Any]:
    usual = {
        "company_name": "INVENTED CARE LTD",
        "company_number": "07000001",
        "company_status": "active",
        "accounts": {"overdue": False, "next_due": "2026-09-30"},
        "confirmation_statement": {"overdue": False},
        "has_insolvency_history": False,
    }
    return usual | about


def insolvency(*kinds: str) -> dict[str, Any]:
    return {
        "cases": [
            {"type": kind, "number": str(n), "dates": [{"type": "wound-up-on", "date": "2025-05-06"}]}
            for n, kind in enumerate(kinds, start=1)
        ]
    }
