"""Who is at the other end: address and scheme, through proxies only where they are trusted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Peer:
    address: str
    is_https: bool

    @property
    def household(self) -> str:
        """The address by which requests are counted: an IPv6 customer holds a whole /64."""
        if ":" not in self.address:
            return self.address
        return str(IPv6Network((self.address.partition("%")[0], 64), strict=False))


def peer_of(
    socket_address: str, scheme: str, *, forwarded_for: bytes, forwarded_proto: bytes, trusted: Sequence[Network]
) -> Peer:
    """The nearest address that is not a trusted proxy's; the first unreadable entry ends the search."""
    if not trusted or not _is_trusted(socket_address, trusted):
        return Peer(socket_address, scheme == "https")
    address = socket_address
    for entry in reversed(forwarded_for.decode("latin-1").split(",")):
        written = _without_port(entry.strip())
        if written is None:
            break
        address = written
        if not _is_trusted(address, trusted):
            break
    # The last value is the nearest proxy's own.
    said = forwarded_proto.rpartition(b",")[2].strip().lower() or scheme.encode()
    return Peer(address, said == b"https")


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _without_port(entry: str) -> str | None:
    """`198.51.100.7:4711` and `[2001:db8::1]:443` as some proxies write them."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    parsed = _parsed(entry)
    return None if parsed is None else str(parsed)
