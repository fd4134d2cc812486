"""One form for every address.

    Address.parse("tcp://example.org:9000")     a URL; the scheme names the kind of transport
    Address.parse("example.org:9000")           without a scheme it is TCP
    Address.parse("example.org", 9000)
    Address.parse(("example.org", 9000))        as the socket module writes it
    Address.parse("[::1]:9000")                 IPv6 beside a port is in brackets
    Address.parse(":0")                         no host: every interface when listening, this machine when connecting

What the parts mean, and which of them must be there, is up to the transport of that scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ..errors import ConnectError

__all__ = ["Address", "Target", "number_option", "yes_or_no_option"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an end of a connection is.

    scheme    the kind of transport, in lower case
    host      a name or an IP address without brackets; empty where there is none
    port      0 to 65535, or None
    path      what follows the port in a URL, with its slash; empty where there is none
    options   what follows the ``?`` in a URL, in order
    """

    scheme: str = "tcp"
    host: str = ""
    port: int | None = None
    path: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, target: Target, port: int | None = None) -> Address:
        """The address in any of the forms above. ``port`` gives the port where ``target`` has none.

        ConnectError: it is no address, or has another port already.
        """
        address = _parse(target)
        if port is None:
            return address
        if address.port is not None and address.port != port:
            raise ConnectError(f"the address {target!r} has the port {address.port} already, and {port} was given")
        return cls(address.scheme, address.host, _checked_port(port, target), address.path, address.options)

    def with_option(self, name: str, value: str) -> Address:
        """The same with one option more."""
        return replace(self, options=(*self.options, (name, value)))

    def option_values(self, *known: str) -> dict[str, str]:
        """The options by name. ConnectError: one is not among ``known``, or is there twice."""
        values = dict(self.options)
        unknown = sorted(set(values).difference(known))
        if unknown:
            there_are = f"there are {', '.join(sorted(known))}" if known else "there are none"
            raise ConnectError(f"{self.scheme!r} has no option {unknown[0]!r}, as in the address {self}: {there_are}")
        if len(values) < len(self.options):
            raise ConnectError(f"an option is twice in the address {self}")
        return values

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        options = "?" + urlencode(self.options) if self.options else ""
        return f"{self.scheme}://{host}{port}{quote(self.path, safe='/@', errors='surrogateescape')}{options}"


def number_option(address: Address, values: dict[str, str], name: str, low: int, high: int) -> int | None:
    """The option ``name`` as a whole number, None where it is not there. ConnectError: it is none in that range."""
    text = values.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise ConnectError(f"the option {name} must be a number from {low} to {high}, not {text!r}, in {address}")
    return int(text)


def yes_or_no_option(address: Address, values: dict[str, str], name: str, default: bool) -> bool:
    """The option ``name``, which is ``yes`` or ``no``. ConnectError: it is neither."""
    text = values.get(name, "yes" if default else "no")
    if text not in ("yes", "no"):
        raise ConnectError(f"the option {name} must be yes or no, not {text!r}, in {address}")
    return text == "yes"


#: What names an address: see the top of this module. The tuple may have the two parts more that IPv6 sockets have.
Target: TypeAlias = Address | str | tuple[str, int] | tuple[str, int, int, int]


def _parse(target: Target) -> Address:
    if isinstance(target, Address):
        return target
    if isinstance(target, tuple):
        if len(target) not in (2, 4) or not isinstance(target[0], str):
            raise ConnectError(f"an address tuple is (host, port), not {target!r}")
        return Address(host=_checked_host(target[0], target), port=_checked_port(target[1], target))
    if not isinstance(target, str):
        raise ConnectError(f"an address is a URL, a host, or (host, port), not {target!r}")
    scheme, mark, rest = target.partition("://")
    if not mark:
        return Address("tcp", *_host_and_port(target, target))
    if not _SCHEME.fullmatch(scheme):
        raise ConnectError(f"{scheme!r} in the address {target!r} cannot be the name of a kind of transport")
    rest, _, query = rest.partition("?")
    place, slash, path = rest.partition("/")
    if scheme.lower() == "unix" and place.startswith("@"):  # an abstract name, which is no host
        place, slash = "", place + slash
    try:
        options = tuple(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise ConnectError(f"the options of the address {target!r} are not written as name=value: {error}") from error
    return Address(
        scheme.lower(), *_host_and_port(place, target), unquote(slash + path, errors="surrogateescape"), options
    )


def _host_and_port(place: str, target: Target) -> tuple[str, int | None]:
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ConnectError(f"the bracket in the address {target!r} does not close before the port")
        port = rest[1:] if rest else None
    elif place.count(":") > 1:  # IPv6 without brackets, and so without a port
        host, port = place, None
    else:
        host, colon, after = place.partition(":")
        port = after if colon else None
    if port is None:
        return _checked_host(host, target), None
    if not _PORT.fullmatch(port):
        raise ConnectError(f"{port!r} in the address {target!r} is not a port number")
    return _checked_host(host, target), _checked_port(int(port), target)


def _checked_host(host: str, target: Target) -> str:
    if any(character in "/?#@[]" or character.isspace() or not character.isprintable() for character in host):
        raise ConnectError(f"{host!r} in the address {target!r} is not the name of a host")
    return "" if host == "*" else host


def _checked_port(port: object, target: Target) -> int:
    if type(port) is not int or not 0 <= port <= 65535:
        raise ConnectError(f"the port of the address {target!r} must be a number from 0 to 65535, not {port!r}")
    return port
