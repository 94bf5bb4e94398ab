"""Calls to LMSes: bounded in time and size, never redirected, and never into a private network unasked."""

import asyncio
import functools
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.netutil import Resolver
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from openjupyter_service.lti.fetch import Answer, Unreachable

REQUEST_SECONDS = 20.0
MAX_ANSWER_BYTES = 2**20
MAX_AT_ONCE = 50

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddress(OSError):
    """The host's address is one that may not be called."""


class PublicResolver(Resolver):
    """Resolves names to public addresses alone.

    The connection is made to the very address that was looked at, so that a name cannot lead elsewhere a moment later.
    """

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Addresses of a host.

        Raises:
            PrivateAddress: none of them is public
            OSError: it has none
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        public = [(kind, address) for kind, _, _, _, address in found if is_public(str(address[0]))]
        if not public:
            raise PrivateAddress(f"{host} is in a private network, which this platform is not registered to be in")
        return [(int(kind), address) for kind, address in public]


def is_public(text: str) -> bool:
    """Is it an address of the internet at large: not private, of this machine, link-local, multicast or reserved?"""
    address: _Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            address = inner
        elif address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Outbound:
    """The HTTP client for LMSes (lti.fetch.Fetch). Use it in one event loop."""

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        private_network: bool = False,
    ) -> Answer:
        """See lti.fetch.Fetch."""
        try:
            request = HTTPRequest(
                url,
                method=method,
                headers=dict(headers or {}),
                body=body if body is not None or method in ("GET", "HEAD", "DELETE") else b"",
                follow_redirects=False,
                connect_timeout=REQUEST_SECONDS,
                request_timeout=REQUEST_SECONDS,
                allow_nonstandard_methods=method not in ("GET", "POST", "PUT", "DELETE"),
            )
            async with asyncio.timeout(REQUEST_SECONDS + 5):
                answer = await self._client(private_network).fetch(request, raise_error=False)
        except HTTPClientError as error:
            raise Unreachable(f"no answer: {error.message}") from None
        except TimeoutError:
            raise Unreachable(f"no answer within {REQUEST_SECONDS:.0f} s") from None
        except (OSError, ValueError, UnicodeError) as error:
            raise Unreachable(_words(error)) from None
        return Answer(answer.code, {name.lower(): value for name, value in answer.headers.items()}, answer.body or b"")

    @functools.cached_property
    def _public(self) -> AsyncHTTPClient:
        return _client(PublicResolver())

    @functools.cached_property
    def _private(self) -> AsyncHTTPClient:
        return _client(None)

    def _client(self, private_network: bool) -> AsyncHTTPClient:
        return self._private if private_network else self._public


def _client(resolver: Resolver | None) -> AsyncHTTPClient:
    # Of its own: the shared client would queue all requests behind ten slow ones.
    return SimpleAsyncHTTPClient(
        force_instance=True,
        resolver=resolver,
        max_clients=MAX_AT_ONCE,
        max_body_size=MAX_ANSWER_BYTES,
        max_buffer_size=MAX_ANSWER_BYTES,
    )


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, socket.gaierror):
        return f"there is no such host: {error.strerror}"
    if isinstance(error, ConnectionRefusedError) or "refused" in text.lower():
        return "the connection was refused"
    return text[:200] or type(error).__name__
