"""Tools that connect by themselves: LTI Dynamic Registration 1.0, the platform's half."""

import json
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

import tornado.web

from deploy.demo_lms.base import JsonHandler, PageHandler
from deploy.demo_lms.config import ConfigError, http_url
from deploy.demo_lms.tools import SCOPES, Tool13, to_document

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_REGISTRATION_SECONDS = 3600
_MESSAGES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")


class ConfigurationHandler(JsonHandler):
    """What this LMS says of itself (section 3.4)."""

    def get(self) -> None:
        """Say it."""
        url = self.lms.config.base_url
        if not self.lms.mode.speaks_13:
            raise tornado.web.HTTPError(404)
        self.finish(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/lti13/authorize",
                "token_endpoint": f"{url}/lti13/token",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
                "jwks_uri": f"{url}/lti13/jwks",
                "registration_endpoint": f"{url}/lti13/register",
                "scopes_supported": ["openid", *SCOPES],
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email", "locale"],
                PLATFORM: {
                    "product_family_code": self.lms.mode.family,
                    "version": "1.0",
                    "messages_supported": [
                        name if self.lms.mode.plain_messages else {"type": name} for name in _MESSAGES
                    ],
                    "variables": [],
                },
            }
        )


class RegisterHandler(JsonHandler):
    """Takes registrations of tools (sections 3.5 and 3.6; OpenID Connect Dynamic Client Registration 1.0)."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: requests carry a token and no cookie counts."""

    def post(self) -> None:
        """Connect a tool; the token is used up only when that works."""
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        known = self.lms.store.get("registration", token) if kind.lower() == "bearer" else None
        if known is None or known["expires"] <= self.lms.clock():
            raise tornado.web.HTTPError(401, "The registration token is unknown, was used, or has expired.")
        try:
            data = json.loads(self.request.body)
            tool = read_tool(data)
        except (ValueError, RecursionError) as error:
            self.note("refused", f"No tool was connected: {error}", "registration")
            self.set_status(400)
            self.finish({"error": "invalid_client_metadata", "error_description": str(error)})
            return
        self.lms.store.put("tool", tool.client_id, to_document(tool))
        self.lms.store.remove("registration", token)
        self.note("success", f"{tool.title} is connected by LTI 1.3.", "registration")
        about = data[TOOL] | ({"deployment_id": tool.deployment_id} if self.lms.mode.deployment_told else {})
        self.finish(data | {"client_id": tool.client_id, "scope": " ".join(tool.scopes), TOOL: about})


def read_tool(data: Any) -> Tool13:
    """The tool of a registration; raises ValueError with what is wrong."""
    about = data.get(TOOL) if isinstance(data, dict) else None
    if not isinstance(about, dict):
        raise ValueError(f"{TOOL} is missing.")
    if data.get("application_type") != "web" or "id_token" not in data.get("response_types", []):
        raise ValueError("application_type must be web, and response_types id_token.")
    if not {"implicit", "client_credentials"} <= set(data.get("grant_types", [])):
        raise ValueError("grant_types must be implicit and client_credentials.")
    if data.get("token_endpoint_auth_method") != "private_key_jwt":
        raise ValueError("token_endpoint_auth_method must be private_key_jwt.")
    redirects = data.get("redirect_uris")
    target, login, keys = about.get("target_link_uri"), data.get("initiate_login_uri"), data.get("jwks_uri")
    if not isinstance(redirects, list) or target not in redirects:
        raise ValueError("target_link_uri must be one of the redirect_uris.")
    for name, url in (("target_link_uri", target), ("initiate_login_uri", login), ("jwks_uri", keys)):
        try:
            parts = http_url(name, str(url))
        except ConfigError as error:
            raise ValueError(str(error)) from None
        if parts.netloc != about.get("domain"):
            raise ValueError(f"{name} is not at the tool's domain.")
    custom = about.get("custom_parameters", {})
    if not isinstance(custom, dict):
        raise ValueError("custom_parameters must be an object.")
    offered = str(data.get("scope", "")).split()
    return Tool13(
        client_id=secrets.token_hex(8),
        deployment_id=secrets.token_hex(4),
        title=str(data.get("client_name") or urlsplit(str(login)).netloc)[:100],
        login_url=str(login),
        launch_url=str(target),
        jwks_url=str(keys),
        scopes=tuple(scope for scope in SCOPES if scope in offered),
        custom=tuple((str(name), str(value)) for name, value in custom.items()),
    )


class ToolsHandler(PageHandler):
    """The tools that are connected, and the way to connect another one."""

    def get(self) -> None:
        """Show them."""
        self._show()

    def post(self) -> None:
        """Make a link to the tool's registration page, with a token that is good for one tool."""
        self._require_instructor()
        try:
            url = self.get_body_argument("url")
            http_url("The registration URL", url)
        except ConfigError as error:
            self.set_status(400)
            self._show(problem=str(error))
            return
        token = secrets.token_urlsafe(32)
        self.lms.store.put("registration", token, {"expires": self.lms.clock() + _REGISTRATION_SECONDS})
        query = urlencode(
            {
                "openid_configuration": f"{self.lms.config.base_url}/.well-known/openid-configuration",
                "registration_token": token,
            }
        )
        self._show(link=f"{url}{'&' if urlsplit(url).query else '?'}{query}")

    def _show(self, **values: str) -> None:
        self._require_instructor()
        self.render(
            "tools.html",
            tools=self.lms.tools.values(),
            config=self.lms.config,
            mode=self.lms.mode,
            **{"link": "", "problem": "", **values},
        )

    def _require_instructor(self) -> None:
        if not self.signed_in.is_instructor:
            raise tornado.web.HTTPError(403)
