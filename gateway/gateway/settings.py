"""The gateway's own settings, beside the kit's: ASSAY_GATEWAY_..."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from assay_kit.settings import Settings
from gateway.peers import Network
from gateway.rates import Rate
from gateway.role_table import TABLE

SPACE_FOR_A_FORM = 64 * 1024


class GatewaySettings(Settings):
    gateway_trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas between. Nobody's by default."""
    gateway_body_limit_bytes: int = Field(default=1024 * 1024, ge=1024)
    gateway_rate_per_minute: int = Field(default=1_200, ge=1)
    """Requests of one signed-in subject; a tenth of it at once."""
    gateway_page_rate_per_minute: int = Field(default=6_000, ge=1)
    """Requests of one address to pages and public operations: a whole office may share an address."""
    gateway_sign_in_rate_per_minute: int = Field(default=120, ge=1)
    """Sign-ins from one address."""
    gateway_in_flight_per_caller: int = Field(default=20, ge=1)
    """Requests of one subject, or of strangers from one address, that are answered at once."""
    gateway_connections: int = Field(default=100, ge=1)
    """Connections to one service."""
    gateway_revocation_seconds: float = Field(default=5.0, gt=0)
    """How often the list of revoked tokens is fetched: a revoked token is refused here after so long at most."""
    gateway_role_table: Path = TABLE
    gateway_metrics_host: str = "127.0.0.1"
    gateway_metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    """Where metrics are served, apart from the outside port; by default the gateway's port + 9. 0 serves none."""

    @field_validator("gateway_trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(ip_network(each.strip()) for each in given.split(",") if each.strip())
        return given

    @property
    def file_bytes(self) -> int:
        """An evidence file, and the form around it."""
        return self.evidence_limit_bytes + SPACE_FOR_A_FORM

    @property
    def metrics_port(self) -> int:
        return self.port + 9 if self.gateway_metrics_port is None else self.gateway_metrics_port

    def rate(self, per_minute: int) -> Rate:
        return Rate(per_minute=per_minute, burst=max(10, per_minute // 10))
