"""An LMS's side of a launch, signed by oauthlib's own client."""

from typing import Any

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_TYPE_BODY, Client

from openjupyter_service.lti.launch11 import Consumer, Launch, decode_parameters, verify_launch

URL = "http://lab.example:8000/hub/lti/launch"
KEY, SECRET = "moodle-key", "moodle & secret/ü"
NOW = 1_800_000_000

PARAMETERS = {
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "resource_link_id": "link-1",
    "resource_link_title": "Warm-up",
    "user_id": "StuDent7",
    "roles": "Learner,urn:lti:role:ims/lis/Learner",
    "context_id": "course-7",
    "context_title": "Data science",
    "lis_person_name_full": "Ada Öztürk",
    "launch_presentation_locale": "en-GB",
    "lis_outcome_service_url": "https://lms.example/outcome?course=7",
    "lis_result_sourcedid": '{"data":{"instanceid":"2"},"hash":"a&b"}',
    "custom_course": "python",
    "custom_exercise": "warm-up",
}


class Nonces:
    def __init__(self) -> None:
        self.used: dict[tuple[str, str], float] = {}

    def use_nonce(self, platform: str, nonce: str, expires_at: float) -> bool:
        if (platform, nonce) in self.used:
            return False
        self.used[platform, nonce] = expires_at
        return True


def consumer(key: str) -> Consumer | None:
    return {KEY: Consumer("moodle", SECRET), "other-key": Consumer("openhpi", "other secret")}.get(key)


def sign(
    changes: dict[str, Any] | None = None,
    *,
    url: str = URL,
    key: str = KEY,
    secret: str = SECRET,
    method: str = SIGNATURE_HMAC_SHA1,
    timestamp: float | str = NOW,
    nonce: str | None = "nonce-1",
) -> bytes:
    """The form body of a signed launch; a change to None leaves the parameter out."""
    values = {name: value for name, value in (PARAMETERS | (changes or {})).items() if value is not None}
    client = Client(
        key,
        client_secret=secret,
        signature_type=SIGNATURE_TYPE_BODY,
        signature_method=method,
        timestamp=str(timestamp if isinstance(timestamp, str) else int(timestamp)),
        nonce=nonce,
    )
    _, _, body = client.sign(url, "POST", values, {"Content-Type": "application/x-www-form-urlencoded"})
    return body.encode()


def verify(
    body: bytes, *, url: str = URL, query: bytes = b"", nonces: Nonces | None = None, now: float = NOW
) -> Launch:
    return verify_launch(
        "POST",
        url,
        decode_parameters(body),
        decode_parameters(query),
        consumer=consumer,
        nonces=nonces or Nonces(),
        now=now,
    )
