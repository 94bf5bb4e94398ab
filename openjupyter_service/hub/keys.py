"""GET /hub/lti/jwks: the tool's public keys, for platforms."""

import json

from jupyterhub.handlers import BaseHandler

from openjupyter_service.hub.setup import PublicHandler
from openjupyter_service.lti.tool_keys import key_set


class KeysHandler(PublicHandler):
    """The key set (RFC 7517)."""

    async def get(self) -> None:
        """All keys that platforms may meet, those that will sign only later among them."""
        keys = await self.in_thread(self.registry.published_keys)
        self.set_header("Access-Control-Allow-Origin", "*")
        self.send("application/json; charset=utf-8", json.dumps(key_set(keys)))


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/jwks", KeysHandler)]
