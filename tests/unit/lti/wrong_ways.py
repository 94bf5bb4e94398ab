"""Launches of LTI 1.3 that must be refused: how each differs from a good one, and the reason the log must give."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.lti.platform13 import (
    AGS,
    CLAIM,
    DL,
    INSTRUCTOR,
    LEARNER,
    PLATFORM,
    SCOPE,
    claims,
    deep_linking,
    hs256_with_public_key,
    raw,
    sign,
)

ABSENT = object()
"""A claim that is taken away."""


@dataclass(frozen=True)
class WrongWay:
    """One launch. `changes` are laid over good claims; `token` makes it of them, signed well where it is not given."""

    reason: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] | None = None
    deep: bool = False
    status: int = 401
    page: str = "could not be checked"

    def build(self, now: float, nonce: str, launch_url: str) -> str:
        """The id_token."""
        good = deep_linking(now, nonce) if self.deep else claims(now, nonce, launch_url)
        changes = {name: value(now) if callable(value) else value for name, value in self.changes.items()}
        made = {name: value for name, value in (good | changes).items() if value is not ABSENT}
        return (self.token or sign)(made)


def _header(**header: Any) -> Callable[[dict[str, Any]], str]:
    return lambda made: raw(header, json.dumps(made).encode())


def _text(make: Callable[[str], str]) -> Callable[[dict[str, Any]], str]:
    return lambda made: raw({"alg": "RS256", "kid": "main"}, make(json.dumps(made)).encode())


def _deep(levels: int) -> str:
    return "[" * levels + "]" * levels


WRONG_WAYS: dict[str, WrongWay] = {
    # The signature
    "no token": WrongWay("not a JWT", token=lambda made: ""),
    "no JWT": WrongWay("not a JWT", token=lambda made: "one.two"),
    "no base64": WrongWay("not a JWT", token=lambda made: "%%%.%%%.%%%"),
    "a header that is no object": WrongWay("not a JWT", token=lambda made: raw([], b"{}")),  # type: ignore[arg-type]
    "alg none": WrongWay("signed by 'none'", token=lambda made: raw({"alg": "none", "kid": "main"}, b"{}", b"")),
    "alg None": WrongWay("signed by 'None'", token=lambda made: raw({"alg": "None", "kid": "main"}, b"{}", b"")),
    "alg nOnE": WrongWay("signed by 'nOnE'", token=lambda made: raw({"alg": "nOnE", "kid": "main"}, b"{}", b"")),
    "alg missing": WrongWay("signed by 'None'", token=lambda made: raw({"kid": "main"}, b"{}")),
    "alg not a text": WrongWay("signed by \"['RS256']\"", token=_header(alg=["RS256"], kid="main")),
    "HS256 with the public key": WrongWay("signed by 'HS256'", token=hs256_with_public_key),
    "RS512": WrongWay("signed by 'RS512'", token=_header(alg="RS512", kid="main")),
    "PS256": WrongWay("signed by 'PS256'", token=_header(alg="PS256", kid="main")),
    "no kid": WrongWay("which key signed it", token=_header(alg="RS256")),
    "kid not a text": WrongWay("not a JWT", token=_header(alg="RS256", kid=7)),
    "kid empty": WrongWay("which key signed it", token=_header(alg="RS256", kid="")),
    "unknown kid": WrongWay("is not in its key set", token=lambda made: sign(made, "other")),
    "key of somebody else under our kid": WrongWay(
        "signature of the id_token does not hold", token=lambda made: sign(made, "other", kid="main")
    ),
    "its own key in the header": WrongWay(
        "signature of the id_token does not hold",
        token=lambda made: sign(made, "other", kid="main", jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    ),
    "an address of keys in the header": WrongWay(
        "signature of the id_token does not hold",
        token=lambda made: sign(made, "other", kid="main", jku="https://evil.example/keys"),
    ),
    "signature cut off": WrongWay(
        "signature of the id_token does not hold", token=lambda made: sign(made).rpartition(".")[0] + "."
    ),
    "signature of another token": WrongWay(
        "signature of the id_token does not hold",
        token=lambda made: ".".join([*sign(made).split(".")[:2], sign(made | {"sub": "x"}).split(".")[2]]),
    ),
    "payload changed": WrongWay(
        "signature of the id_token does not hold",
        token=lambda made: ".".join(
            [sign(made).split(".")[0], sign(made | {"sub": "somebody-else"}).split(".")[1], sign(made).split(".")[2]]
        ),
    ),
    "unknown critical header": WrongWay("not a JWT", token=_header(alg="RS256", kid="main", crit=["x"], x=1)),
    "payload not encoded": WrongWay(
        "not a JWT", token=_header(alg="RS256", kid="main", crit=["b64"], b64=False)
    ),
    "encrypted": WrongWay("signed by 'RSA-OAEP'", token=_header(alg="RSA-OAEP", enc="A256GCM", kid="main")),
    "too long": WrongWay("longer than", token=lambda made: sign(made | {"x": "y" * 150_000})),
    # The payload as such
    "claims not JSON": WrongWay("claims are not JSON", token=_text(lambda text: "not json")),
    "claims a list": WrongWay("not a JSON object", token=_text(lambda text: "[]")),
    "claims nested without end": WrongWay("claims are not JSON", token=_text(lambda text: _deep(40_000))),
    "a claim twice": WrongWay("hold 'sub' twice", token=_text(lambda text: '{"sub": "me", ' + text[1:])),
    "a custom parameter twice": WrongWay(
        "hold 'exercise' twice",
        token=_text(lambda text: text.replace('"exercise":', '"exercise": "other", "exercise":')),
    ),
    "claims not UTF-8": WrongWay(
        "claims are not JSON", token=lambda made: raw({"alg": "RS256", "kid": "main"}, b'{"sub": "\xff"}')
    ),
    "a number without end": WrongWay(
        "claims are not JSON", token=_text(lambda text: '{"x": ' + "9" * 5000 + ", " + text[1:])
    ),
    "a number that is none": WrongWay("claims are not JSON", token=_text(lambda text: '{"x": NaN, ' + text[1:])),
    # Who it is from and for
    "wrong iss": WrongWay("iss is not", {"iss": "https://evil.example"}),
    "iss with a slash": WrongWay("iss is not", {"iss": f"{PLATFORM.issuer}/"}),
    "no iss": WrongWay("iss is not", {"iss": ABSENT}),
    "iss not a text": WrongWay("iss is not a text", {"iss": [PLATFORM.issuer]}),
    "wrong aud": WrongWay("aud is not our client id", {"aud": "client-8"}),
    "no aud": WrongWay("aud is not our client id", {"aud": ABSENT}),
    "aud that only begins like ours": WrongWay("aud is not our client id", {"aud": f"{PLATFORM.client_id}0"}),
    "aud an object": WrongWay("not a list of texts", {"aud": {PLATFORM.client_id: 1}}),
    "several aud without azp": WrongWay("no azp", {"aud": [PLATFORM.client_id, "another"]}),
    "several aud with another azp": WrongWay(
        "azp is not our client id", {"aud": [PLATFORM.client_id, "another"], "azp": "another"}
    ),
    "one aud with another azp": WrongWay("azp is not our client id", {"azp": "another"}),
    # When
    "expired": WrongWay("expired", {"exp": lambda now: int(now) - 120, "iat": lambda now: int(now) - 180}),
    "no exp": WrongWay("exp is not a time", {"exp": ABSENT}),
    "exp a text": WrongWay("exp is not a time", {"exp": lambda now: str(int(now) + 60)}),
    "exp true": WrongWay("exp is not a time", {"exp": True}),
    "exp without end": WrongWay("exp is not a time", {"exp": 1e300}),
    "issued in the future": WrongWay("in the future", {"iat": lambda now: int(now) + 600}),
    "issued long ago": WrongWay("more than 3600", {"iat": lambda now: int(now) - 7200}),
    "no iat": WrongWay("iat is not a time", {"iat": ABSENT}),
    "not yet valid": WrongWay("not valid yet", {"nbf": lambda now: int(now) + 600}),
    # Which login
    "another nonce": WrongWay("the nonce is not the one", {"nonce": "another"}),
    "no nonce": WrongWay("nonce is missing", {"nonce": ABSENT}),
    "nonce a number": WrongWay("nonce is not a text", {"nonce": 7}),
    # Which LTI
    "no message type": WrongWay("message_type", {f"{CLAIM}message_type": ABSENT}),
    "a message we do not know": WrongWay("message_type", {f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}),
    "a message of LTI 1.1": WrongWay("message_type", {f"{CLAIM}message_type": "basic-lti-launch-request"}),
    "version 1.1": WrongWay("version is not 1.3.0", {f"{CLAIM}version": "LTI-1p0"}),
    "no version": WrongWay("version is not 1.3.0", {f"{CLAIM}version": ABSENT}),
    "no deployment": WrongWay("deployment_id is missing", {f"{CLAIM}deployment_id": ABSENT}),
    "a deployment that is not registered": WrongWay("deployment '3'", {f"{CLAIM}deployment_id": "3"}),
    "a wildcard for a deployment": WrongWay("is not registered", {f"{CLAIM}deployment_id": "*"}),
    "no resource link": WrongWay("resource_link has no id", {f"{CLAIM}resource_link": ABSENT}),
    "resource link without id": WrongWay("resource_link has no id", {f"{CLAIM}resource_link": {"title": "x"}}),
    "resource link a text": WrongWay("resource_link is not an object", {f"{CLAIM}resource_link": "link-1"}),
    "no target": WrongWay("target_link_uri is missing", {f"{CLAIM}target_link_uri": ABSENT}),
    "target elsewhere": WrongWay("target_link_uri", {f"{CLAIM}target_link_uri": "https://evil.example/hub/lti/launch"}),
    "target elsewhere in the hub": WrongWay("target_link_uri", {f"{CLAIM}target_link_uri": "/hub/logout"}),
    "target below ours": WrongWay(
        "target_link_uri", {f"{CLAIM}target_link_uri": "https://lab.example/hub/lti/launch/../../logout"}
    ),
    "target not a text": WrongWay("target_link_uri is not a text", {f"{CLAIM}target_link_uri": ["x"]}),
    "target not an address": WrongWay("target_link_uri", {f"{CLAIM}target_link_uri": "https://[lab.example"}),
    "target with a user": WrongWay(
        "target_link_uri", {f"{CLAIM}target_link_uri": "https://lab.example@evil.example/hub/lti/launch"}
    ),
    # What it holds
    "anonymous": WrongWay("launches anonymously", {"sub": ABSENT}, page="do not know who you are"),
    "sub a number": WrongWay("sub is not a text", {"sub": 7}),
    "sub empty": WrongWay("launches anonymously", {"sub": " "}, page="do not know who you are"),
    "half a character in sub": WrongWay("sub contains control", {"sub": "a\ud800"}),
    "half a character in the nonce": WrongWay("nonce contains control", {"nonce": "a\ud800"}),
    "name an object": WrongWay("name is not a text", {"name": {"given": "Ada"}}),
    "title a list": WrongWay("title is not a text", {f"{CLAIM}context": {"id": "1", "title": ["x"]}}),
    "context a text": WrongWay("context is not an object", {f"{CLAIM}context": "course-7"}),
    "locale a number": WrongWay("locale is not a text", {f"{CLAIM}launch_presentation": {"locale": 49}}),
    "a role that is no text": WrongWay("roles is not a list", {f"{CLAIM}roles": [LEARNER, {"role": INSTRUCTOR}]}),
    "sub with control characters": WrongWay("sub contains control", {"sub": "a\x00b"}),
    "sub too long": WrongWay("sub is longer", {"sub": "x" * 600}),
    "context id too long": WrongWay("id is longer", {f"{CLAIM}context": {"id": "x" * 600}}),
    "roles a number": WrongWay("roles is not a list", {f"{CLAIM}roles": 7}),
    "roles without end": WrongWay("roles has more", {f"{CLAIM}roles": ["x"] * 500}),
    "custom parameters a list": WrongWay("custom is not an object", {f"{CLAIM}custom": []}),
    "an exercise that is no text": WrongWay("exercise is not a text", {f"{CLAIM}custom": {"exercise": ["warm-up"]}}),
    "grade service on another scheme": WrongWay(
        "grade service", {AGS: {"scope": [f"{SCOPE}score"], "lineitem": "file:///etc/passwd"}}
    ),
    "grade service with a password": WrongWay(
        "grade service", {AGS: {"scope": [f"{SCOPE}score"], "lineitem": "https://user:pass@lms.example/1"}}
    ),
    "grade service with a fragment": WrongWay(
        "grade service", {AGS: {"scope": [f"{SCOPE}score"], "lineitems": "https://lms.example/1#x"}}
    ),
    "grade service with a line end": WrongWay(
        "lineitem contains control", {AGS: {"scope": [f"{SCOPE}score"], "lineitem": "https://lms.example/\r\nx: y"}}
    ),
    "scopes a number": WrongWay("scope is not a list", {AGS: {"scope": 7}}),
    "grade service not an object": WrongWay("endpoint is not an object", {AGS: "https://lms.example/1"}),
    # Deep linking
    "no place to return to": WrongWay("deep_link_return_url is missing", {DL: {"accept_types": []}}, deep=True),
    "return by script": WrongWay(
        "deep_link_return_url",
        {DL: {"deep_link_return_url": "javascript:alert(1)", "accept_types": ["ltiResourceLink"]}},
        deep=True,
    ),
    "no links wanted": WrongWay(
        "accept_types", {DL: {"deep_link_return_url": "https://lms.example/r", "accept_types": ["file"]}}, deep=True
    ),
    "target elsewhere when choosing": WrongWay(
        "target_link_uri", {f"{CLAIM}target_link_uri": "https://evil.example/"}, deep=True
    ),
    "no settings": WrongWay("deep_link_return_url is missing", {DL: ABSENT}, deep=True),
    "settings a list": WrongWay("deep_linking_settings is not an object", {DL: []}, deep=True),
    "accept_lineitem a text": WrongWay(
        "accept_lineitem is neither true nor false",
        {DL: {"deep_link_return_url": "https://lms.example/r", "accept_types": ["ltiResourceLink"],
              "accept_lineitem": "false"}},
        deep=True,
    ),
    "accept_multiple a text": WrongWay(
        "neither true nor false",
        {DL: {"deep_link_return_url": "https://lms.example/r", "accept_types": ["ltiResourceLink"],
              "accept_multiple": "yes"}},
        deep=True,
    ),
    "data an object": WrongWay(
        "data of the deep linking request",
        {DL: {"deep_link_return_url": "https://lms.example/r", "accept_types": ["ltiResourceLink"], "data": {}}},
        deep=True,
    ),
}  # fmt: skip

NOT_FOR_EVERYBODY: dict[str, WrongWay] = {
    "deep linking by a learner": WrongWay(
        "by somebody who is not staff",
        {f"{CLAIM}roles": [LEARNER]},
        deep=True,
        status=403,
        page="for course staff",
    ),
    "a role by custom parameter": WrongWay(
        "by somebody who is not staff",
        {f"{CLAIM}roles": [], f"{CLAIM}custom": {"roles": "Instructor", "is_staff": "true"}},
        deep=True,
        status=403,
        page="for course staff",
    ),
    "teacher of another course": WrongWay(
        "by somebody who is not staff",
        {f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]},
        deep=True,
        status=403,
        page="for course staff",
    ),
    "a course that is not set up": WrongWay(
        "which is not set up", {f"{CLAIM}custom": {"course": "unknown", "exercise": "warm-up"}}, status=404,
        page="does not lead to an exercise",
    ),
    "a repository that is not set up": WrongWay(
        "which is not set up",
        {f"{CLAIM}custom": {"repository": "https://evil.example/x.git", "exercise": "warm-up"}}, status=404,
        page="does not lead to an exercise",
    ),
    "a branch that is not set up": WrongWay(
        "which is not set up",
        {f"{CLAIM}custom": {"course": "python", "branch": "secret", "exercise": "warm-up"}}, status=404,
        page="does not lead to an exercise",
    ),
    "an exercise out of the course": WrongWay(
        "", {f"{CLAIM}custom": {"course": "python", "exercise": "../../etc"}}, status=404,
        page="does not lead to an exercise",
    ),
}  # fmt: skip
"""Launches that hold, and yet lead nowhere."""
