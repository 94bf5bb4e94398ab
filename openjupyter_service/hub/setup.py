"""What to paste where: a page for operators, and the same for machines. Nothing public here is secret."""

import json
from pathlib import Path
from typing import cast

from jupyterhub.handlers import BaseHandler
from tornado.web import HTTPError, authenticated

from openjupyter_service.hub.registry import RegistryHandler
from openjupyter_service.lti.cartridge import canvas_key, cartridge
from openjupyter_service.lti.products import PRODUCT_NAMES, speaks
from openjupyter_service.lti.setup import guide
from openjupyter_service.lti.steps import Values, Version
from openjupyter_service.lti.tool_keys import public_jwk
from openjupyter_service.platforms import Platform11, Product

TEMPLATE = "openjupyter-setup.html"
_ICON = Path(__file__).parent / "static" / "lti-icon.svg"


class SetupHandler(RegistryHandler):
    """GET /hub/lti/setup?for=moodle&lti=1.3&platform=NAME: the steps for one LMS. Operators only."""

    @authenticated
    async def get(self) -> None:
        """The page."""
        user = self.current_user
        if user is None or not user.admin:
            raise HTTPError(403, "This page is for operators. Sign in by the link that openjupyter admin-link prints.")
        platforms = await self.in_thread(self.registry.platforms.all)
        chosen = next((known for known in platforms if known.name == self._argument("platform")), None)
        product = self._argument("for") or (chosen.product if chosen else "moodle")
        if product not in PRODUCT_NAMES:
            raise HTTPError(404, "There is no such kind of LMS.")
        version = chosen.version if chosen else self._argument("lti") or "1.3"
        if version not in ("1.1", "1.3") or not speaks(cast(Product, product), version):
            version = "1.1"
        values = Values(
            tool=self.tool,
            name=chosen.name if chosen else product if product != "other" else "NAME",
            course=await self.in_thread(self._course),
            consumer_key=chosen.consumer_key if isinstance(chosen, Platform11) else "KEY",
            canvas_json=await self._canvas(product, version),
            is_registered=chosen is not None,
        )
        page = await self.render_template(
            TEMPLATE,
            guide=guide(cast(Product, product), cast(Version, version), values),
            products={name: title for name, title in PRODUCT_NAMES.items() if not chosen or name == product},
            platforms=platforms,
            chosen=chosen,
            both=speaks(cast(Product, product), "1.3") and not chosen,
            setup_url=f"{self.hub.base_url}lti/setup",
            is_public=self.tool.is_public,
            hub_address=self.tool.hub_url,
        )
        self.set_header("Cache-Control", "no-store")
        self.finish(page)

    def _argument(self, name: str) -> str:
        return str(self.get_query_argument(name, ""))

    def _course(self) -> str:
        courses = self.registry.courses.all()
        return courses[0].name if len(courses) == 1 else "COURSE"

    async def _canvas(self, product: str, version: str) -> str:
        if (product, version) != ("canvas", "1.3"):
            return ""
        jwk = public_jwk(await self.in_thread(self.registry.signing_key))
        return json.dumps(canvas_key(self.tool, jwk), indent=2)


class PublicHandler(RegistryHandler):
    """A public file: no cookie, no session, may be kept for some minutes."""

    def send(self, content_type: str, body: bytes | str) -> None:
        """Answer with this."""
        self.set_header("Content-Type", content_type)
        self.set_header("Cache-Control", "public, max-age=300")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(body)


class CartridgeHandler(PublicHandler):
    """GET /hub/lti/config.xml: the cartridge of LTI 1.1."""

    async def get(self) -> None:
        """The file."""
        self.send("application/xml; charset=utf-8", cartridge(self.tool))


class CanvasHandler(PublicHandler):
    """GET /hub/lti/canvas.json: a developer key for Canvas."""

    async def get(self) -> None:
        """The file."""
        jwk = public_jwk(await self.in_thread(self.registry.signing_key))
        self.send("application/json; charset=utf-8", json.dumps(canvas_key(self.tool, jwk), indent=2))


class IconHandler(PublicHandler):
    """GET /hub/lti/icon.svg: what LMSes show beside our name."""

    async def get(self) -> None:
        """The picture."""
        self.send("image/svg+xml", await self.in_thread(_ICON.read_bytes))


handlers: list[tuple[str, type[BaseHandler]]] = [
    ("/lti/setup", SetupHandler),
    ("/lti/config.xml", CartridgeHandler),
    ("/lti/canvas.json", CanvasHandler),
    ("/lti/icon.svg", IconHandler),
]
