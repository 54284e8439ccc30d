"""Who calls: a token is verified once and remembered until it expires or is revoked."""

import time
from collections import OrderedDict
from collections.abc import Callable

from assay_kit import tokens
from assay_kit.problems import NotSignedIn, Unavailable
from gateway.keys import KeyRing

REMEMBERED = 20_000


class Callers:
    def __init__(self, ring: KeyRing, *, issuer: str, audience: str, remembered: int = REMEMBERED) -> None:
        self._ring = ring
        self._issuer = issuer
        self._audience = audience
        self._remembered = remembered
        self._known: OrderedDict[bytes, tokens.Claims] = OrderedDict()
        self._known_by = ring.keys

    async def identify(self, authorization: bytes, *, before_verifying: Callable[[], None]) -> tokens.Claims:
        """The claims of the caller; NotSignedIn if there are none to be had.

        `before_verifying` may refuse: checking a signature costs more than all else here together.
        """
        if self._known_by is not self._ring.keys:
            self._known.clear()
            self._known_by = self._ring.keys
        claims = self._known.get(authorization)
        if claims is None:
            before_verifying()
            claims = await self._verified(authorization)
            self._remember(authorization, claims)
        elif claims.exp <= time.time():
            del self._known[authorization]
            raise NotSignedIn("The token has expired.")
        else:
            self._known.move_to_end(authorization)
        if self._ring.is_revoked(claims):
            raise NotSignedIn("The token has been revoked.")
        return claims

    async def _verified(self, authorization: bytes) -> tokens.Claims:
        scheme, _, credentials = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not credentials:
            raise NotSignedIn
        token = credentials.strip().decode("latin-1")
        await self._ring.look_for(tokens.key_id(token))
        if not self._ring.keys:
            raise Unavailable("The keys to check the token with are not at hand yet.")
        try:
            return tokens.verify(token, self._ring.keys, issuer=self._issuer, audience=self._audience)
        except tokens.TokenRefused as refused:
            raise NotSignedIn(str(refused)) from refused

    def _remember(self, authorization: bytes, claims: tokens.Claims) -> None:
        self._known[authorization] = claims
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)
