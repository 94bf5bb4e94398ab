"""What the hub's own pages read and write: platforms, keys, one-time tickets, launches, people, and our addresses."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import get_browser_protocol

from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.grading.tool_keys import signing_key
from openjupyter_service.hub.secrets import secret
from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.fetch import Fetch
from openjupyter_service.lti.keysets import KeySets
from openjupyter_service.settings import Settings
from openjupyter_service.store import Launches, People, Platforms, Store, Tickets, ToolKey, ToolKeys
from openjupyter_service.store.encryption import SecretBox

_Result = TypeVar("_Result")


class Registry:
    """The parts of the store that these pages need, opened once in a hub."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.fetch: Fetch = Outbound()
        self.key_sets = KeySets(self.fetch)
        store = Store(settings.store_url)
        self.courses = SiteCourses(settings, store)
        self.tickets = Tickets(store)
        self.launches = Launches(store)
        self.people = People(store)
        self._store = store

    @cached_property
    def platforms(self) -> Platforms:
        """All platforms."""
        return Platforms(self._store, self._box, self.settings.platforms)

    @cached_property
    def tool_keys(self) -> ToolKeys:
        """Our own keys."""
        return ToolKeys(self._store, self._box)

    def signing_key(self) -> ToolKey:
        """The key that signs now; the first one is made when there is none."""
        return signing_key(self.tool_keys)

    def published_keys(self) -> list[ToolKey]:
        """The keys that platforms may meet."""
        self.signing_key()
        return self.tool_keys.published()

    @cached_property
    def _box(self) -> SecretBox:
        return SecretBox(secret(self.settings, "store"))


class RegistryHandler(BaseHandler):
    """A handler that knows the registry."""

    @property
    def registry(self) -> Registry:
        """One for the whole hub."""
        registry: Registry = self.authenticator.registry
        return registry

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
