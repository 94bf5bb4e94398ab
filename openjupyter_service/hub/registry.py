"""What the hub's pages for operators and LMSes read and write: platforms, one-time links, keys, and our addresses."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import get_browser_protocol

from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.grading.tool_keys import signing_key
from openjupyter_service.hub.secrets import secret
from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.fetch import Fetch
from openjupyter_service.settings import Settings
from openjupyter_service.store import Platforms, Store, Tickets, ToolKey, ToolKeys
from openjupyter_service.store.encryption import SecretBox

_KEY = "openjupyter_registry"
_Result = TypeVar("_Result")


class Registry:
    """The parts of the store that these pages need, opened once in a hub."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.fetch: Fetch = Outbound()
        self._store = Store(settings.store_url)

    @cached_property
    def platforms(self) -> Platforms:
        """All platforms."""
        return Platforms(self._store, self._box, self.settings.platforms)

    @cached_property
    def tickets(self) -> Tickets:
        """One-time links."""
        return Tickets(self._store)

    def signing_key(self) -> ToolKey:
        """The key that signs now; the first one is made when there is none."""
        return signing_key(ToolKeys(self._store, self._box))

    @cached_property
    def _box(self) -> SecretBox:
        return SecretBox(secret(self.settings, "store"))


class RegistryHandler(BaseHandler):
    """A handler that knows the registry."""

    @property
    def registry(self) -> Registry:
        """One for the whole hub."""
        found = self.settings.get(_KEY)
        if found is None:
            found = self.settings[_KEY] = Registry(self.authenticator.site)
        return found

    @property
    def tool(self) -> ToolAddresses:
        """Our addresses: by `public_url`, else as the browser called the hub."""
        public = urlsplit(self.registry.settings.public_url or "")
        origin = f"{public.scheme}://{public.netloc}" if public.netloc else None
        return ToolAddresses(f"{origin or self._called}{self.hub.base_url}")

    @property
    def _called(self) -> str:
        return f"{get_browser_protocol(self.request)}://{self.request.host}"

    @staticmethod
    async def in_thread(function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Call the store: it blocks, and the hub's loop must not."""
        return await asyncio.to_thread(function, *arguments)
