"""How signing in is refused: a problem document that also has the `error` member of RFC 6749."""

from assay_kit.problems import Problem

from .actions import Refusal

_SAID = {
    Refusal.INVALID_GRANT: "The email address and password, or the refresh token, do not open a session.",
    Refusal.INVALID_CLIENT: "The client is not known by that name and secret.",
    Refusal.INVALID_SCOPE: "The client does not hold every scope it asks for.",
    Refusal.INVALID_REQUEST: "A parameter that this grant type needs is missing.",
    Refusal.UNSUPPORTED_GRANT_TYPE: "Use the grant type password, refresh_token or client_credentials.",
}


class GrantRefused(Problem):
    slug, title, status = "grant-refused", "No token is granted", 400

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(_SAID[refusal], headers={"Cache-Control": "no-store"}, error=refusal.value)


class ClientRefused(Problem):
    slug, title, status = "client-refused", "The client is not known", 401

    def __init__(self) -> None:
        super().__init__(
            _SAID[Refusal.INVALID_CLIENT],
            headers={"Cache-Control": "no-store", "WWW-Authenticate": 'Basic realm="assay"'},
            error=Refusal.INVALID_CLIENT.value,
        )
