"""The version that was read goes out in ETag and comes back in If-Match."""

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from assay_kit.etags import IfMatch, check_match, etag, set_etag
from assay_kit.problems import StaleEdit, answer_with_problems


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    answer_with_problems(app)

    @app.put("/draft")
    def save(read: IfMatch, response: Response) -> dict[str, int | None]:
        check_match(read, 3)
        set_etag(response, 4)
        return {"read": read}

    return TestClient(app)


def test_the_present_version_may_be_saved_over(client: TestClient) -> None:
    saved = client.put("/draft", headers={"If-Match": '"3"'})
    assert (saved.status_code, saved.json(), saved.headers["etag"]) == (200, {"read": 3}, '"4"')


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_a_caller_need_not_say_what_it_read(client: TestClient, headers: dict[str, str]) -> None:
    saved = client.put("/draft", headers=headers)
    assert (saved.status_code, saved.json()) == (200, {"read": None})


def test_a_stale_edit_is_refused_and_told_the_present_version(client: TestClient) -> None:
    refused = client.put("/draft", headers={"If-Match": '"2"'})
    assert refused.status_code == 412
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["etag"] == '"3"'
    assert "now at version 3" in refused.json()["detail"]


@pytest.mark.parametrize("mangled", ["3", 'W/"3"', '"three"', '""', '"3", "4"', '"-1"', '"' + "9" * 10 + '"'])
def test_a_mangled_header_is_an_invalid_request_that_names_it(client: TestClient, mangled: str) -> None:
    refused = client.put("/draft", headers={"If-Match": mangled})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "If-Match"


def test_the_contract_says_that_the_header_may_be_left_out_but_not_what_null_would_be(client: TestClient) -> None:
    [header] = client.get("/openapi.json").json()["paths"]["/draft"]["put"]["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("If-Match", "header", False)
    assert (header["schema"]["type"], header["schema"]["format"]) == ("string", "etag")


def test_the_header_is_quoted() -> None:
    assert etag(12) == '"12"'


def test_outside_a_request_it_is_the_same_rule() -> None:
    check_match(None, 7)
    check_match(7, 7)
    with pytest.raises(StaleEdit):
        check_match(6, 7)
