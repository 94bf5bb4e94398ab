"""A browser, a clock and a signing tool for the tests of the demo LMS."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from deploy.demo_lms import RunningLms, oauth1
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.outcomes import NAMESPACE
from deploy.demo_lms.sourcedid import issue

KEY = "demo-key"
SECRET = "a secret & more"
TOOL_URL = "http://127.0.0.1:8000/hub/lti/launch"
ADA = "4ed1346d71935f62bbdb"
ESRA = "fc39844aad3b1e67052f"
FINN = "aecb4653aaf27f28d90c"
GRETA = "2cf37c15cca71d5366a6"


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    now: float = 1_760_000_000.5

    def __call__(self) -> float:
        return self.now


def state(lms: RunningLms) -> DemoLms:
    found = lms.app.settings["lms"]
    assert isinstance(found, DemoLms)
    return found


def sourced_id(lms: RunningLms, user_id: str = ADA, link_id: str = "ds-warm-up") -> str:
    return issue(state(lms).sourcedid_key, user_id, link_id)


@dataclass
class Browser:
    """An HTTP client with a cookie jar that does not follow redirects."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def fetch(
        self, path: str, method: str = "GET", body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HTTPResponse:
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = await AsyncHTTPClient().fetch(
            self.url + path, method=method, body=body, headers=sent, raise_error=False, follow_redirects=False
        )
        for line in response.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return response

    async def submit(self, page: str, path: str, fields: Mapping[str, str]) -> HTTPResponse:
        """Post a form of a page, with the token that the page carries."""
        token = form_fields(text(await self.fetch(page)))["_xsrf"]
        return await self.fetch(path, "POST", urlencode({**fields, "_xsrf": token}))

    async def sign_in(self, user_id: str) -> HTTPResponse:
        return await self.submit("/signin", "/signin", {"user_id": user_id})


def text(response: HTTPResponse) -> str:
    return response.body.decode()


class _Inputs(HTMLParser):
    def __init__(self, form_id: str | None) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = form_id is None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and self.form_id is not None:
            self.inside = found.get("id") == self.form_id
        elif tag == "input" and self.inside:
            self.fields[str(found["name"])] = found.get("value") or ""


def form_fields(page: str, form_id: str | None = None) -> dict[str, str]:
    """The input fields of a page, or of one form in it, unescaped."""
    parser = _Inputs(form_id)
    parser.feed(page)
    return parser.fields


def launch_fields(response: HTTPResponse) -> dict[str, str]:
    """What the form of a launch page sends to the tool."""
    return form_fields(text(response), "launch")


def envelope(
    sourced: str, score: str | None = "0.85", *, operation: str = "replaceResult", result: str | None = None
) -> bytes:
    """A request as tools send it; ``result`` replaces the content of the result element."""
    if result is None:
        result = f"<resultScore><language>en</language><textString>{score}</textString></resultScore>"
    result = f"<result>{result}</result>" if operation == "replaceResult" else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><imsx_POXEnvelopeRequest xmlns="{NAMESPACE}">'
        "<imsx_POXHeader><imsx_POXRequestHeaderInfo><imsx_version>V1.0</imsx_version>"
        "<imsx_messageIdentifier>message-7</imsx_messageIdentifier>"
        "</imsx_POXRequestHeaderInfo></imsx_POXHeader>"
        f"<imsx_POXBody><{operation}Request><resultRecord>"
        f"<sourcedGUID><sourcedId>{escape(sourced)}</sourcedId></sourcedGUID>{result}"
        f"</resultRecord></{operation}Request></imsx_POXBody></imsx_POXEnvelopeRequest>"
    ).encode()


@dataclass
class Tool:
    """Signs outcome requests, rightly unless told otherwise."""

    lms: RunningLms
    clock: Clock
    sent: int = 0

    def header(
        self,
        body: bytes,
        *,
        secret: str = SECRET,
        drop: Iterable[str] = (),
        repeat: Iterable[str] = (),
        url: str | None = None,
        **changes: str,
    ) -> str:
        """The Authorization header for a body; ``changes`` apply before signing, ``drop`` and ``repeat`` too."""
        self.sent += 1
        oauth = {
            "oauth_consumer_key": KEY,
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(self.clock.now)),
            "oauth_nonce": f"nonce-{self.sent}",
            "oauth_version": "1.0",
            "oauth_body_hash": oauth1.body_hash(body),
            **changes,
        }
        pairs = [(name, value) for name, value in oauth.items() if name not in drop]
        pairs += [(name, oauth[name]) for name in repeat]
        base = oauth1.signature_base_string("POST", url or f"{self.lms.url}/outcomes", pairs)
        if "oauth_signature" not in drop and "oauth_signature" not in oauth:
            pairs.append(("oauth_signature", oauth1.hmac_sha1(base, secret)))
        encoded = [f'{oauth1.percent_encode(name)}="{oauth1.percent_encode(value)}"' for name, value in pairs]
        return 'OAuth realm="a, \\"realm\\"", ' + ", ".join(encoded)

    async def send(
        self, body: bytes, header: str | None, content_type: str = "application/xml", query: str = ""
    ) -> HTTPResponse:
        headers = {"Content-Type": content_type}
        if header is not None:
            headers["Authorization"] = header
        return await Browser(self.lms.url).fetch(f"/outcomes{query}", "POST", body, headers)

    async def replace(self, sourced: str, score: str = "0.85") -> "Answer":
        body = envelope(sourced, score)
        return answer(await self.send(body, self.header(body)))


@dataclass(frozen=True)
class Answer:
    """An answer of the outcome service."""

    code_major: str
    description: str
    message_ref: str
    operation_ref: str
    body: ET.Element


def answer(response: HTTPResponse) -> Answer:
    """Decode an answer; it must be HTTP 200, whatever it says."""
    assert response.code == 200, response.body
    assert response.headers["Content-Type"] == "application/xml; charset=UTF-8"
    root = ET.fromstring(response.body)
    assert root.tag == f"{{{NAMESPACE}}}imsx_POXEnvelopeResponse"

    def content(name: str) -> str:
        return root.findtext(f".//{{{NAMESPACE}}}{name}") or ""

    body = root.find(f"{{{NAMESPACE}}}imsx_POXBody")
    assert body is not None
    assert re.fullmatch("[0-9a-f]{16}", content("imsx_messageIdentifier"))
    return Answer(
        content("imsx_codeMajor"),
        content("imsx_description"),
        content("imsx_messageRefIdentifier"),
        content("imsx_operationRefIdentifier"),
        body,
    )
