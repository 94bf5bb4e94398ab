"""LMSes of both versions of LTI that launch, as fast as one asks; and the server that stands for all learners'."""

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import tornado.web
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client
from tornado.httpclient import HTTPResponse

from tests.benchmarks.hub.browser import Browser
from tests.benchmarks.hub.site import COURSE, EXERCISE
from tests.unit.lti.platform13 import CLAIM, LEARNER, jwk, sign

KEY, SECRET = "benchmark", "not a secret: it opens a hub that lives for minutes"
CLIENT, DEPLOYMENT = "client-7", "1"

Launch = Callable[[Browser, str, str], Awaitable[HTTPResponse]]
"""`await launch(browser, hub_url, person)`: the hub's answer to the launch itself."""


class StubHandler(tornado.web.RequestHandler):
    """Answers for each learner's server."""

    def get(self) -> None:
        """Say whose server this is."""
        self.set_header("X-JupyterHub-Version", "5")
        self.finish(f"server of {self.request.path.split('/')[2]}")


class KeysHandler(tornado.web.RequestHandler):
    """The key set of the LMS that speaks LTI 1.3."""

    def get(self) -> None:
        """One key."""
        self.finish({"keys": [jwk()]})


def make_app() -> tornado.web.Application:
    """The LMS's keys and all learners' servers."""
    return tornado.web.Application([("/keys", KeysHandler), ("/user/.*", StubHandler)])


def platforms(port: int) -> list[dict[str, Any]]:
    """The settings of both."""
    url = f"http://127.0.0.1:{port}"
    return [
        {"name": "one-one", "consumer_key": KEY, "secret": SECRET},
        {
            "name": "one-three",
            "issuer": url,
            "client_id": CLIENT,
            "deployments": [DEPLOYMENT],
            "authorization_url": f"{url}/authorize",
            "token_url": f"{url}/token",
            "jwks_url": f"{url}/keys",
            "private_network": True,
        },
    ]


async def launch11(browser: Browser, hub_url: str, person: str) -> HTTPResponse:
    """A signed form of LTI 1.1."""
    url = f"{hub_url}/hub/lti/launch"
    values = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": "link-1",
        "user_id": person,
        "roles": "Learner",
        "context_id": "course-7",
        "lis_person_name_full": "A Learner",
        "lis_outcome_service_url": "https://lms.example/outcomes",
        "lis_result_sourcedid": f"result of {person}",
        "custom_course": COURSE,
        "custom_exercise": EXERCISE,
        "custom_next": "/hub/user-redirect/lab",  # where ltiauthenticator goes next; ours does not follow it
    }
    signer = Client(KEY, client_secret=SECRET, signature_type=SIGNATURE_TYPE_BODY, nonce=uuid.uuid4().hex)
    _, _, body = signer.sign(url, "POST", values, {"Content-Type": "application/x-www-form-urlencoded"})
    return await browser.post(url, body.encode())


def launch13(lms_port: int) -> Launch:
    """Login initiation, and the answer of the LMS that listens there."""
    issuer = f"http://127.0.0.1:{lms_port}"

    async def launch(browser: Browser, hub_url: str, person: str) -> HTTPResponse:
        target = f"{hub_url}/hub/lti/launch"
        request = {"iss": issuer, "client_id": CLIENT, "login_hint": person, "target_link_uri": target}
        login = await browser.get(f"{hub_url}/hub/lti/login?{urlencode(request)}")
        if login.code != 302:
            return login
        asked = parse_qs(urlsplit(login.headers["Location"]).query)
        token = sign(_claims(issuer, target, person, asked["nonce"][0]))
        return await browser.post(target, [("state", asked["state"][0]), ("id_token", token)])

    return launch


def _claims(issuer: str, target: str, person: str, nonce: str) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "message_type": "LtiResourceLinkRequest",
        "version": "1.3.0",
        "deployment_id": DEPLOYMENT,
        "target_link_uri": target,
        "resource_link": {"id": "link-1", "title": "Warm-up"},
        "context": {"id": "course-7", "title": "Data science"},
        "roles": [LEARNER],
        "custom": {"course": COURSE, "exercise": EXERCISE},
    }
    return {
        **{"iss": issuer, "aud": CLIENT, "sub": person, "iat": now, "exp": now + 60, "nonce": nonce},
        "name": "A Learner",
        **{CLAIM + name: value for name, value in claims.items()},
    }
