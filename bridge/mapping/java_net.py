"""``java.net``: URI, URL, addresses. Nothing here asks the network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

from ..stream.descriptors import ClassDescriptor
from ..stream.plan import REDUCE, EncodePlan
from .adapters import NO_DATA, OWN_DATA, PLAIN, value_reader
from .registry import Registry

__all__ = ["URI", "URL", "Inet4Address", "Inet6Address", "InetSocketAddress", "register"]


class URI(str):
    """A ``java.net.URI``."""

    __slots__ = ()


class URL(str):
    """A ``java.net.URL``."""

    __slots__ = ("_fields",)
    _fields: tuple[int, str | None, str, str, str, str | None]


class Inet4Address(IPv4Address):
    """A ``java.net.Inet4Address``. ``host_name``: the name it was looked up by, or None."""

    __slots__ = ("_host_name",)
    _host_name: str

    @property
    def host_name(self) -> str | None:
        """The name that the address was found by, if any."""
        return getattr(self, "_host_name", None)


class Inet6Address(IPv6Address):
    """A ``java.net.Inet6Address``. ``host_name``: the name it was looked up by, or None."""

    __slots__ = ("_host_name", "_scope")
    _host_name: str
    _scope: tuple[int, bool, bool, str | None]

    @property
    def host_name(self) -> str | None:
        """The name that the address was found by, if any."""
        return getattr(self, "_host_name", None)


class InetSocketAddress(tuple[str, int]):
    """A ``java.net.InetSocketAddress``: ``(host, port)``, as Python's sockets take it.

    ``host`` is the name if there is one, else the address. ``address`` is the `Inet4Address` or `Inet6Address`, None
    where the name was not looked up; here it is looked up only where it is an address itself.
    """

    address: Inet4Address | Inet6Address | None

    def __new__(cls, host: str, port: int, address: Inet4Address | Inet6Address | None = None) -> InetSocketAddress:
        if address is None:
            for python_type in (Inet4Address, Inet6Address):
                try:
                    address = python_type(host)
                except ValueError:
                    continue
        return _socket_address(cls, host, port, address)

    @classmethod
    def unresolved(cls, host: str, port: int) -> InetSocketAddress:
        """An address with a name that was not looked up, whatever it looks like."""
        return _socket_address(cls, host, port, None)

    @property
    def host(self) -> str:
        """The name or the address."""
        return self[0]

    @property
    def port(self) -> int:
        """The number of the port."""
        return self[1]

    def __reduce__(self) -> Any:
        return _socket_address, (type(self), *self, self.address)


def _socket_address(cls: type[InetSocketAddress], host: str, port: int, address: Any) -> InetSocketAddress:
    self = tuple.__new__(cls, (host, port))
    self.address = address
    return self


_STRING = "Ljava/lang/String;"
URI_CLASS = ClassDescriptor("java.net.URI", -6052424284110960213, OWN_DATA, [("string", _STRING)])
URL_CLASS = ClassDescriptor(
    "java.net.URL",
    -7627629688361524110,
    OWN_DATA,
    [
        ("hashCode", "I"),
        ("port", "I"),
        ("authority", _STRING),
        ("file", _STRING),
        ("host", _STRING),
        ("protocol", _STRING),
        ("ref", _STRING),
    ],
)
# Inet4Address is written as its super-class, which says by ``family`` what it is.
INET_ADDRESS = ClassDescriptor(
    "java.net.InetAddress",
    3286316764910316507,
    OWN_DATA,
    [("address", "I"), ("family", "I"), ("hostName", _STRING)],
)
INET6_ADDRESS = ClassDescriptor(
    "java.net.Inet6Address",
    6880410070516793377,
    OWN_DATA,
    [("scope_id", "I"), ("scope_id_set", "Z"), ("scope_ifname_set", "Z"), ("ifname", _STRING), ("ipaddress", "[B")],
    INET_ADDRESS,
)
INET_SOCKET_ADDRESS = ClassDescriptor(
    "java.net.InetSocketAddress",
    5076001401234631237,
    OWN_DATA,
    [("port", "I"), ("addr", "Ljava/net/InetAddress;"), ("hostname", _STRING)],
    ClassDescriptor("java.net.SocketAddress", 5215720748342549866, PLAIN),
)

#: As Java writes them: an IPv4 address with the number that operating systems have for it, IPv6 with one of its own.
_IPV4, _IPV6 = 2, 2


# ------------------------------------------------------------------------------------------------------------ reading


def _build_uri(values: Any, annotations: Any) -> Any:
    (text,) = values
    return URI(text) if type(text) is str else NotImplemented


def _build_url(values: Any, annotations: Any) -> Any:
    _, port, authority, file, host, protocol, ref = values
    text = f"{protocol}:"
    if authority:
        text += f"//{authority}"
    url = URL(text + (file or "") + ("" if ref is None else f"#{ref}"))
    for part in (authority, file, host, protocol, ref):
        if part is not None and type(part) is not str:
            return NotImplemented
    url._fields = (port, authority, file, host, protocol, ref)
    return url


def _build_inet_address(values: Any, annotations: Any) -> Any:
    address, family, host_name = values
    if family != _IPV4 or (host_name is not None and type(host_name) is not str):
        return NotImplemented
    made = Inet4Address(address & 0xFFFFFFFF)
    if host_name is not None:
        made._host_name = host_name
    return made


def _build_inet6_address(values: Any, annotations: Any) -> Any:
    _, family, host_name, scope_id, scope_id_set, scope_ifname_set, ifname, address = values
    if family != _IPV6 or len(address) != 16 or (host_name is not None and type(host_name) is not str):
        return NotImplemented
    made = Inet6Address(f"{IPv6Address(bytes(address))}%{scope_id}" if scope_id_set else bytes(address))
    if host_name is not None:
        made._host_name = host_name
    if scope_id or scope_id_set or scope_ifname_set or ifname is not None:
        made._scope = (scope_id, scope_id_set, scope_ifname_set, ifname)
    return made


def _build_socket_address(values: Any, annotations: Any) -> Any:
    port, address, host = values
    if not isinstance(address, Inet4Address | Inet6Address | None):
        return NotImplemented
    if address is None:
        return InetSocketAddress.unresolved(host, port) if type(host) is str else NotImplemented
    if host is not None:  # a name only where there is no address
        return NotImplemented
    return InetSocketAddress(address.host_name or str(address), port, address)


# ------------------------------------------------------------------------------------------------------------ writing


def _url_fields(value: str) -> tuple[int, str | None, str, str, str, str | None]:
    parts = urlsplit(value)
    file = parts.path + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname or ""
    if host and parts.netloc:  # as it is spelled, which may be in capitals, with the brackets of IPv6
        host = parts.netloc.rpartition("@")[2]
        host = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    port = -1 if parts.port is None else parts.port
    return port, parts.netloc or None, file, host, parts.scheme, parts.fragment or None


def _reduce_url(value: URL) -> Any:
    fields = getattr(value, "_fields", None) or _url_fields(value)
    return URL_CLASS, (-1, *fields), NO_DATA


def _reduce_inet4_address(value: Inet4Address) -> Any:
    number = int(value)
    return INET_ADDRESS, (number - (1 << 32) if number >> 31 else number, _IPV4, value.host_name), NO_DATA


def _reduce_inet6_address(value: Inet6Address) -> Any:
    scope = getattr(value, "_scope", None)
    if scope is None:
        scope_id = value.scope_id
        scope = (int(scope_id), True, False, None) if scope_id else (0, False, False, None)
    return INET6_ADDRESS, (0, _IPV6, value.host_name, *scope, value.packed), NO_DATA


def _reduce_socket_address(value: InetSocketAddress) -> Any:
    host, port = value
    return INET_SOCKET_ADDRESS, (port, value.address, host if value.address is None else None), NO_DATA


def register(registry: Registry) -> None:
    """Teaches the registry the classes of this file."""
    registry.read_as(URI_CLASS.name, value_reader(URI_CLASS, _build_uri))
    registry.read_as(URL_CLASS.name, value_reader(URL_CLASS, _build_url, replaces=True))
    registry.read_as(INET_ADDRESS.name, value_reader(INET_ADDRESS, _build_inet_address, replaces=True))
    registry.read_as(INET6_ADDRESS.name, value_reader(INET6_ADDRESS, _build_inet6_address))
    registry.read_as(INET_SOCKET_ADDRESS.name, value_reader(INET_SOCKET_ADDRESS, _build_socket_address))

    registry.write_as(URI, EncodePlan(REDUCE, URI_CLASS, reduce=lambda value: (URI_CLASS, (str(value),), NO_DATA)))
    registry.write_as(URL, EncodePlan(REDUCE, URL_CLASS, reduce=_reduce_url))
    registry.write_as(Inet4Address, EncodePlan(REDUCE, INET_ADDRESS, reduce=_reduce_inet4_address))
    registry.write_as(Inet6Address, EncodePlan(REDUCE, INET6_ADDRESS, reduce=_reduce_inet6_address))
    registry.write_as(InetSocketAddress, EncodePlan(REDUCE, INET_SOCKET_ADDRESS, reduce=_reduce_socket_address))
