"""Answers to requests for content: Deep Linking 2.0 of LTI 1.3, Content-Item Message 1.0 of LTI 1.1."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth1.rfc5849 import Client, signature

from openjupyter_service.lti.tool_keys import KeyPair, sign_jwt
from openjupyter_service.platforms import Platform11, Platform13

RESPONSE_SECONDS = 300
_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_CONTEXT_11 = [
    "http://purl.imsglobal.org/ctx/lti/v1/ContentItem",
    {
        "lineItem": "http://purl.imsglobal.org/ctx/lis/v2/LineItem",
        "res": "http://purl.imsglobal.org/ctx/lis/v2p1/Result#",
    },
]
"""What the names in a content item's JSON-LD mean; those of a line item come from elsewhere."""


@dataclass(frozen=True)
class ChosenLink:
    """An exercise that an LMS course is to link to."""

    title: str
    course: str
    exercise: str
    url: str
    """Our launch URL."""
    points: float | None
    deadline: datetime | None


@dataclass(frozen=True)
class ContentAnswer:
    """A form that a browser brings to the LMS."""

    url: str
    fields: list[tuple[str, str]]


def answer13(
    platform: Platform13,
    key: KeyPair,
    *,
    deployment: str,
    return_url: str,
    data: str | None,
    links: Sequence[ChosenLink],
    with_lineitems: bool,
    message: str,
    now: float,
) -> ContentAnswer:
    """A deep linking response (Deep Linking 2.0, section 4.5; Security Framework 1.0, section 5.2.2).

    Args:
        platform: that asked.
        key: the tool's.
        deployment: of the request.
        return_url: of the request.
        data: of the request, returned as it is.
        links: what was chosen; none when the choice was given up.
        with_lineitems: does the platform take line items with links?
        message: shown by the platform.
        now: Unix seconds.
    """
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": int(now),
        "exp": int(now) + RESPONSE_SECONDS,
        "nonce": secrets.token_urlsafe(24),
        f"{_CLAIM}deployment_id": deployment,
        f"{_CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{_CLAIM}version": "1.3.0",
        f"{_DL_CLAIM}content_items": [_item13(link, with_lineitems) for link in links],
        f"{_DL_CLAIM}msg": message,
        **({f"{_DL_CLAIM}data": data} if data is not None else {}),
    }
    return ContentAnswer(return_url, [("JWT", sign_jwt(key, claims))])


def answer11(
    platform: Platform11,
    *,
    return_url: str,
    data: str | None,
    links: Sequence[ChosenLink],
    message: str,
    now: float,
) -> ContentAnswer:
    """A content item selection, signed with the consumer's secret (Content-Item Message 1.0, section 3.2)."""
    items = {
        "@context": _CONTEXT_11,
        "@graph": [_item11(link) for link in links],
    }
    fields = [
        ("lti_message_type", "ContentItemSelection"),
        ("lti_version", "LTI-1p0"),
        ("content_items", json.dumps(items)),
        ("lti_msg", message),
        *([("data", data)] if data is not None else []),
        ("oauth_callback", "about:blank"),
        ("oauth_consumer_key", platform.consumer_key),
        ("oauth_nonce", secrets.token_hex(16)),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", str(int(now))),
        ("oauth_version", "1.0"),
    ]
    query = parse_qsl(urlsplit(return_url).query, keep_blank_values=True)
    base = signature.signature_base_string(
        "POST", signature.base_string_uri(return_url), signature.normalize_parameters([*query, *fields])
    )
    signer = Client(platform.consumer_key, platform.shared_secret())
    fields.append(("oauth_signature", signature.sign_hmac_sha1_with_client(base, signer)))
    return ContentAnswer(return_url, fields)


def _item13(link: ChosenLink, with_lineitem: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": link.title,
        "url": link.url,
        "custom": {"course": link.course, "exercise": link.exercise},
        "window": {"targetName": "_blank"},
    }
    if with_lineitem:
        item["lineItem"] = {
            "label": link.title,
            "scoreMaximum": link.points if link.points is not None else 1.0,
            "resourceId": f"{link.course}/{link.exercise}",
        }
    if link.deadline is not None:
        item["submission"] = {"endDateTime": link.deadline.astimezone(UTC).isoformat().replace("+00:00", "Z")}
    return item


def _item11(link: ChosenLink) -> dict[str, Any]:
    return {
        # No @id: by it JSON-LD would take all our links, which have one address, for the same one.
        "@type": "LtiLinkItem",
        "mediaType": "application/vnd.ims.lti.v1.ltilink",
        "title": link.title,
        "url": link.url,
        "custom": {"course": link.course, "exercise": link.exercise},
        "placementAdvice": {"presentationDocumentTarget": "window"},
        "lineItem": {
            "@type": "LineItem",
            "label": link.title,
            "reportingMethod": "res:totalScore",
            "assignedActivity": {"activityId": f"{link.course}/{link.exercise}"},
            "scoreConstraints": {
                "@type": "NumericLimits",
                "normalMaximum": link.points if link.points is not None else 1.0,
            },
        },
    }
