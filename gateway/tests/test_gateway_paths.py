"""A path is read in one way only, or refused."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_gateway import Running, status_of

from gateway.paths import LONGEST_PATH, clean_path, clean_query, written
from gateway.problems import BadPath, TooLong

TRICKS = [
    "",
    "*",
    "api/directory",
    "//",
    "//evil.test/api",
    "/api//directory/v1/echo",
    "/api/directory/v1/echo//",
    "/.",
    "/..",
    "/api/..",
    "/api/../internal/clock",
    "/api/directory/v1/../../events",
    "/api/directory/v1/./echo",
    "/api/directory/v1/echo/..",
    "/api/directory/v1/%2e%2e/events",
    "/api/directory/v1/%2E%2e/events",
    "/api/directory/v1/.%2e/events",
    "/api/directory/v1/%2e/echo",
    "/api/directory/v1/..;/events",
    "/api/directory/v1/..;a=b/events",
    "/api/directory/v1/.;/events",
    "/api/directory/v1/..%3b/events",
    "/api/directory/v1%2fecho",
    "/api%2Fdirectory/v1/echo",
    "/api/directory/v1/..%2fevents",
    "/api/directory/v1/..%5cevents",
    "/api/directory/v1/..\\events",
    "/api\\directory/v1/echo",
    "/api/directory/v1/%252e%252e/events",
    "/api/directory/v1/%252fevents",
    "/api/directory/v1/%25252e/events",
    "/api/directory/v1/%00",
    "/api/directory/v1/a%0d%0aX:1",
    "/api/directory/v1/a%7f",
    "/api/directory/v1/%zz",
    "/api/directory/v1/%",
    "/api/directory/v1/%2",
    "/api/directory/v1/%c0%ae%c0%ae/events",
    "/api/directory/v1/%ff",
    "/api/directory/v1/\xe9",
    "/api/directory/v1/a\tb",
    "/api/directory/v1/a\x00b",
    "/api/directory/v1/a b",
    "/api/directory/v1/a#b",
    "/api/directory/v1/a?b",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_refused(trick: str) -> None:
    with pytest.raises(BadPath):
        clean_path(trick.encode("latin-1"))


@pytest.mark.parametrize(
    "trick", [each for each in TRICKS if each.startswith("/") and not set(each) & set(" ?#\t\x00")]
)
def test_a_trick_at_the_door_reaches_no_service(running: Running, trick: str) -> None:
    for service in running.services.values():
        service.seen.clear()
    assert status_of(running.get_raw(trick)) == 400
    assert not any(running.seen(name) for name in running.services)


@pytest.mark.parametrize(
    ("plain", "path"),
    [
        ("/", "/"),
        ("/api/risk/v1/bands", "/api/risk/v1/bands"),
        ("/api/risk/v1/b%61nds", "/api/risk/v1/bands"),
        ("/%61pi/risk/v1/bands", "/api/risk/v1/bands"),
        ("/caf%C3%A9/", "/caf\xe9/"),
        ("/a%20b", "/a b"),
        ("/file.v1..2.pdf", "/file.v1..2.pdf"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
        ("/...", "/..."),
        ("/a;b=c", "/a;b=c"),
        ("/100%25", "/100%"),
        ("/a:b@c!$&'()*+,=~", "/a:b@c!$&'()*+,=~"),
    ],
)
def test_a_plain_path_is_decoded_once(plain: str, path: str) -> None:
    assert clean_path(plain.encode()) == path


def test_lengths_are_bounded() -> None:
    assert clean_path(b"/" + b"a" * (LONGEST_PATH - 1))
    with pytest.raises(TooLong):
        clean_path(b"/" + b"a" * LONGEST_PATH)
    with pytest.raises(TooLong):
        clean_query(b"a" * 10_000)


@pytest.mark.parametrize("query", [b"a=\x00", b"a=\xe9", b"a b", b"a#b", b"a\r\nX: 1"])
def test_a_query_that_cannot_be_passed_on_as_it_is_is_refused(query: bytes) -> None:
    with pytest.raises(BadPath):
        clean_query(query)


PIECES = st.sampled_from(
    [
        "/",
        ".",
        "..",
        "%2e",
        "%2E",
        "%2f",
        "%5c",
        "%25",
        "%252e",
        "%00",
        ";",
        "\\",
        "a",
        "v1",
        "events",
        "%61",
        "%c3%a9",
        "%",
    ]
)


@given(st.lists(PIECES, max_size=12).map(lambda pieces: "/" + "".join(pieces)))
def test_whatever_gets_through_means_the_same_to_the_next_reader(raw: str) -> None:
    try:
        path = clean_path(raw.encode())
    except BadPath:
        return
    assert path == unquote(raw)
    assert not {".", ".."} & set(path.split("/"))
    assert "//" not in path
    assert "\\" not in path
    assert path.count("/") == raw.count("/")
    # Written out and read again, also by somebody who decodes twice, it leads to no other place.
    assert clean_path(written(path).encode()) == path
    assert unquote(unquote(written(path))).split("/").count("..") == 0


@given(st.binary(max_size=40))
def test_any_bytes_are_either_read_or_refused(raw: bytes) -> None:
    try:
        path = clean_path(raw)
    except BadPath:
        return
    assert path.startswith("/")
    assert path.isprintable() or any(ord(character) > 127 for character in path)
