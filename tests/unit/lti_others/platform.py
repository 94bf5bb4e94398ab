"""An LMS made of lti1p3platform, a library by others: it checks and signs, this file carries HTTP to it and back.

Where the library does less than the standards ask of a platform, it is said here, and the tests look for themselves:

- Security Framework 1.0, section 4.1.1, and RFC 7523, section 3: of an assertion it checks signature and times, and not
  `iss`, `sub`, `aud`, nor whether a `jti` was used before.
- Deep Linking 2.0, section 4.5: of a response it checks signature, message type and content types. It does not look at
  `iss`, `aud`, `nonce`, `deployment_id` and `data`. It holds `data` for an object; by section 4.4.1 it is opaque text.
- AGS 2.0, section 3.2: its lists of line items are objects with the items in `content`, not arrays, and a next page
  is in `next`, not in a Link header. A token for any scope of the service opens all of it (section 3.1).
- LTI 1.3 core, section 4.1.1: it cannot do without `lti_message_hint`, which is optional.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from lti1p3platform.exceptions import LineItemNotFoundException, LtiException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import Response
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService

from openjupyter_service.platforms import Platform13

CLIENT, DEPLOYMENT = "client-of-others", "deployment-of-others"
LIS = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def make_key() -> tuple[str, str]:
    """A key pair, private and public, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


class Config(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **kwargs: Any) -> None:
        self.set_accepted_deeplinking_types(["ltiResourceLink"])

    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return Registration()


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class HttpRequest(Request):
    def build_metadata(self, request: Any) -> Any:
        return request


class Launch(LTIAdvantageMessageLaunchAbstract):
    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return launch_data


class Grades(AssignmentsGradesService):
    """Line items and scores, kept by the LMS."""

    lms: "OthersLms"

    def find_lineitems(self, page: Any = 1, limit: Any = None, **filters: Any) -> Any:
        found = [
            item
            for item in self.lms.lineitems.values()
            if all(
                item.get(name) == filters[key]
                for name, key in (("resourceLinkId", "resource_link_id"), ("resourceId", "resource_id"))
                if filters.get(key) is not None
            )
        ]
        return {"content": found, "has_next": False, "next": None}

    def find_lineitem(self, line_item_id: str) -> Any:
        if line_item_id not in self.lms.lineitems:
            raise LineItemNotFoundException
        return self.lms.lineitems[line_item_id]

    def create_lineitem(self, creation_data: Any) -> Any:
        number = str(len(self.lms.lineitems) + 1)
        self.lms.lineitems[number] = creation_data | {"id": f"{self.lms.lineitems_url}/{number}/lineitem?type=3"}
        return self.lms.lineitems[number]

    def update_lineitem(self, update_data: Any) -> Any:
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        raise NotImplementedError

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        self.find_lineitem(line_item_id)
        known = self.lms.scores.setdefault(line_item_id, [])
        if known and score["timestamp"] <= known[-1]["timestamp"]:
            return UpdateScoreStatus.OLD_TIMESTAMP
        known.append(score)
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id: str, **_: Any) -> Any:
        raise NotImplementedError


class OthersLms:
    """The LMS on a port of this machine; `connect` tells it the tool."""

    def __init__(self) -> None:
        self.lineitems: dict[str, Any] = {}
        self.scores: dict[str, list[Any]] = {}
        self.assertions: list[dict[str, str]] = []
        """Forms that came to the token endpoint."""
        self.refusals: list[str] = []
        self.person = "person-1"
        self.private_key, self.public_key = make_key()
        lms = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, value = lms.respond(self.command, self.path, dict(self.headers), body)
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def platform(self) -> Platform13:
        """As our side registers it."""
        return Platform13(
            name="others",
            issuer=self.url,
            client_id=CLIENT,
            deployments=(DEPLOYMENT,),
            authorization_url=f"{self.url}/auth",
            token_url=f"{self.url}/token",
            jwks_url=f"{self.url}/keys",
            private_network=True,
        )

    @property
    def lineitems_url(self) -> str:
        return f"{self.url}/course/7/lineitems"

    def connect(self, tool_url: str) -> None:
        """Register the tool whose hub is there."""
        self.config = Config()
        registration = self.config.get_registration()
        registration.set_iss(self.url).set_client_id(CLIENT).set_deployment_id(DEPLOYMENT)
        registration.set_launch_url(f"{tool_url}/hub/lti/launch")
        registration.set_deeplink_launch_url(f"{tool_url}/hub/lti/launch")
        registration.set_oidc_login_url(f"{tool_url}/hub/lti/login")
        registration.set_tool_key_set_url(f"{tool_url}/hub/lti/jwks")
        registration.set_platform_private_key(self.private_key).set_platform_public_key(self.public_key)

    def login_url(self, user: str = "hint-1") -> str:
        """Where the LMS sends a browser that clicks on a link (third-party login initiation)."""
        login = Login(None, self.config)
        login.set_lti_message_hint(hint="link-1")
        return str(login.initiate_login(user))

    def answer_login(self, url: str, *, staff: bool = False, choose: bool = False, lineitem: bool = False) -> Any:
        """The form that answers an authentication request: `launch_url`, `state`, `id_token`."""
        query = dict(parse_qsl(urlsplit(url).query))
        launch = Launch(HttpRequest({"get_data": query, "form_data": {}}), self.config)
        role = f"{LIS}{'Instructor' if staff else 'Learner'}"
        launch.set_user_data(self.person, [role], full_name="Ada Öztürk")
        launch.set_resource_link_claim("link-1", title="Warm-up")
        launch.set_launch_context_claim("course-7", ["CourseOffering"], "Data science", "DS")
        launch.set_custom_parameters_claim({"course": "python", "exercise": "warm-up"})
        launch.set_launch_presentation_claim("window", f"{self.url}/back")
        item = next(iter(self.lineitems.values()))["id"] if lineitem else None
        launch.set_ags(self.lineitems_url, item)
        if choose:
            launch.set_dl(f"{self.url}/deep_link", "Pick", "some", {"ltiResourceLink"}, "data-of-others")  # type: ignore[arg-type]
        return launch.lti_launch()

    def take_choice(self, form: dict[str, str]) -> list[dict[str, Any]]:
        """The content items of a deep linking response, when the library takes it."""
        found: list[dict[str, Any]] = self.config.validate_deeplinking_resp(form)
        return found

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, Any]:
        """One HTTP call: status, content type, and what becomes JSON."""
        where = urlsplit(path)
        if where.path == "/keys":
            return 200, "application/json", self.config.get_jwks()
        if where.path == "/token":
            return self._token(dict(parse_qsl(body.decode())))
        kind = headers.get("Content-Type", "")
        request = HttpRequest({
            "method": method, "headers": headers, "path": where.path, "content_type": kind, "form_data": {},
            "get_data": dict(parse_qsl(where.query)), "json": json.loads(body or b"null"),
        })  # fmt: skip
        request.request["get_data"].pop("type", None)
        grades = Grades(request, self.config, self.lineitems_url)
        grades.lms = self
        parts = where.path.removeprefix("/course/7/lineitems").strip("/").split("/")
        try:
            response = self._serve(grades, method, parts)
        except jwt.InvalidTokenError as error:  # the library lets it pass, which would be a 500
            self.refusals.append(str(error))
            return 401, "application/json", {"error": "invalid_token"}
        value = response.result
        if isinstance(value, dict) and "content" in value:
            value = value["content"]
        return response.code, response.media_type, value if value is not None else {"message": response.message}

    def _serve(self, grades: Grades, method: str, parts: list[str]) -> Response:
        match parts:
            case [""]:
                call = grades.handle_create_lineitem if method == "POST" else grades.handle_get_lineitems
                return grades.handle_resp(call)
            case [number, "lineitem"]:
                return grades.handle_resp(grades.handle_get_lineitem, line_item_id=number)
            case [number, "lineitem", "scores"]:
                return grades.handle_resp(grades.handle_update_score, line_item_id=number)
        return Response(None, 404, "no such address")

    def _token(self, form: dict[str, str]) -> tuple[int, str, Any]:
        self.assertions.append(form)
        try:
            return 200, "application/json", self.config.get_access_token(form)
        except (LtiException, jwt.InvalidTokenError) as error:
            self.refusals.append(str(error))
            return 400, "application/json", {"error": "invalid_client"}

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
