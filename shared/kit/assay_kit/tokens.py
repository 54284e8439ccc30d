"""Access tokens: ES256 JSON Web Tokens (RFC 7519, RFC 9068), signed by the directory and verified by everybody.

The only module that knows the library. Security time is real time, never the business clock.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.constants import ALGORITHMS
from jose.exceptions import JOSEError

ALGORITHM = ALGORITHMS.ES256
LEEWAY_SECONDS = 10

KeySet = Mapping[str, Mapping[str, Any]]
"""`kid` to public JSON Web Key (RFC 7517)."""


class TokenRefused(Exception):
    """The token is not one of ours, not for us, or not valid now. The message is safe to show."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What an access token says. Instants are seconds since 1970."""

    sub: str
    name: str
    jti: str
    exp: int
    iat: int
    sid: str = ""
    org: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)


def new_private_key() -> dict[str, Any]:
    """A new P-256 private key as a JSON Web Key with its own `kid`."""
    private: dict[str, Any] = jwk.construct(_pem(ec.generate_private_key(ec.SECP256R1())), ALGORITHM).to_dict()
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in private.items()}
    return texts | {"kid": secrets.token_hex(8), "use": "sig", "alg": ALGORITHM}


def public_part(private_key: Mapping[str, Any]) -> dict[str, Any]:
    """The half of a key that may be published."""
    return {name: value for name, value in private_key.items() if name != "d"}


def key_set(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """`{"keys": [...]}` as a KeySet; keys of another kind or use are left out."""
    keys: Sequence[Mapping[str, Any]] = document.get("keys", ())
    return {key["kid"]: key for key in keys if key.get("kty") == "EC" and key.get("alg") == ALGORITHM and "kid" in key}


def sign(claims: Mapping[str, Any], private_key: Mapping[str, Any]) -> str:
    """Sign `claims` (which must hold iss, aud, sub, exp, iat, jti)."""
    token: str = jwt.encode(dict(claims), dict(private_key), ALGORITHM, headers={"kid": private_key["kid"]})
    return token


def key_id(token: str) -> str:
    """The `kid` that a token claims to be signed with, or '' (nothing is verified)."""
    try:
        header = jwt.get_unverified_header(token)
    except JOSEError:
        return ""
    kid = header.get("kid", "")
    return kid if isinstance(kid, str) else ""


def verify(token: str, keys: KeySet, *, issuer: str, audience: str) -> Claims:
    """The claims of a token that is ours, for us and valid now; TokenRefused otherwise."""
    if len(token) > 8_192:
        raise TokenRefused("The token is too long.")
    key = keys.get(key_id(token))
    if key is None:
        raise TokenRefused("The token is signed with an unknown key.")
    options = {f"require_{name}": True for name in ("exp", "iat", "iss", "aud", "sub", "jti")}
    try:
        said = jwt.decode(
            token,
            dict(key),
            algorithms=[ALGORITHM],
            issuer=issuer,
            audience=audience,
            options={**options, "leeway": LEEWAY_SECONDS},
        )
    except (JOSEError, ValueError) as error:
        raise TokenRefused("The token is not valid or has expired.") from error
    return _claims(said)


def _claims(said: Mapping[str, Any]) -> Claims:
    try:
        return Claims(
            sub=str(said["sub"]),
            name=str(said.get("name", said["sub"])),
            jti=str(said["jti"]),
            sid=str(said.get("sid", "")),
            exp=int(said["exp"]),
            iat=int(said["iat"]),
            org=said.get("org"),
            roles=frozenset(map(str, said.get("roles", ()))),
            scopes=frozenset(str(said.get("scope", "")).split()),
        )
    except (TypeError, ValueError) as error:
        raise TokenRefused("The token's claims are not of the expected form.") from error


def claims_for(
    *,
    issuer: str,
    audience: str,
    subject: str,
    name: str,
    minutes: int,
    org: str | None = None,
    roles: Sequence[str] = (),
    scopes: Sequence[str] = (),
    session: str = "",
) -> dict[str, Any]:
    """The claims of a new access token, from now (real time) for `minutes`."""
    now = int(time.time())
    said = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "name": name,
        "org": org,
        "roles": sorted(roles),
        "scope": " ".join(sorted(scopes)),
        "jti": secrets.token_urlsafe(12),
        "sid": session,
        "iat": now,
        "nbf": now,
        "exp": now + minutes * 60,
    }
    return {claim: value for claim, value in said.items() if value is not None}


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
