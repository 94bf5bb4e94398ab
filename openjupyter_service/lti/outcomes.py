"""LTI 1.1 Basic Outcomes: build a replaceResult request, read its answer (IMS LTI 1.1 Implementation Guide, 6.1)."""

import base64
import hashlib
import math
import secrets
import time
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from oauthlib.oauth1.rfc5849 import Client, parameters, signature

from openjupyter_service.lti.delivery import Delivery, failed
from openjupyter_service.lti.fetch import Answer

MAX_ANSWER_BYTES = 64 * 1024
_MAX_DESCRIPTION = 300

_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<imsx_POXEnvelopeRequest xmlns="http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0">
  <imsx_POXHeader>
    <imsx_POXRequestHeaderInfo>
      <imsx_version>V1.0</imsx_version>
      <imsx_messageIdentifier>{message}</imsx_messageIdentifier>
    </imsx_POXRequestHeaderInfo>
  </imsx_POXHeader>
  <imsx_POXBody>
    <replaceResultRequest>
      <resultRecord>
        <sourcedGUID>
          <sourcedId>{sourcedid}</sourcedId>
        </sourcedGUID>
        <result>
          <resultScore>
            <language>en</language>
            <textString>{score}</textString>
          </resultScore>
        </result>
      </resultRecord>
    </replaceResultRequest>
  </imsx_POXBody>
</imsx_POXEnvelopeRequest>
"""


def score_text(score: float) -> str:
    """A score as LMSes read it: "0", "1" or "0." with up to six digits; clamped to 0..1.

    Never an exponent, a sign or a bare point: xikolo takes only `1(.0+)?` and `0(.d+)?`.

    Raises:
        ValueError: NaN.
    """
    if math.isnan(score):
        raise ValueError("a score cannot be NaN")
    return f"{min(1.0, max(0.0, score)):.6f}".rstrip("0").rstrip(".")


def build_replace_result(
    outcome_url: str, sourcedid: str, score: float, key: str, secret: str
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a POST to `outcome_url`, signed with a fresh nonce and timestamp: build anew for each try.

    Signed by OAuth 1.0 with HMAC-SHA1 and `oauth_body_hash` (LTI 1.1, section 4.3).
    """
    body = _ENVELOPE.format(
        message=secrets.token_hex(16), sourcedid=escape(sourcedid), score=score_text(score)
    ).encode()
    oauth = [
        ("oauth_consumer_key", key),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", str(int(time.time()))),
        ("oauth_nonce", secrets.token_hex(16)),
        ("oauth_version", "1.0"),
        ("oauth_body_hash", base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()),
    ]
    # oauthlib's Client.sign refuses queries with characters that LMSes do use; its parts do not.
    query = parse_qsl(urlsplit(outcome_url).query, keep_blank_values=True)
    base = signature.signature_base_string(
        "POST", signature.base_string_uri(outcome_url), signature.normalize_parameters([*query, *oauth])
    )
    oauth.append(("oauth_signature", signature.sign_hmac_sha1_with_client(base, Client(key, secret))))
    headers: dict[str, str] = parameters.prepare_headers(oauth, {"Content-Type": "application/xml"})
    return headers, body


def parse_answer(answer: Answer) -> Delivery:
    """Read the answer to a replaceResult request.

    Failures come as HTTP 200 with `imsx_codeMajor` failure, so that the body decides. Only `unsupported` is final:
    everything else, an unknown address or a refused signature among it, may be mended on the LMS's side.
    """
    if answer.status != 200:
        return failed(f"HTTP {answer.status}", of_platform=answer.status in (429, 502, 503, 504))
    if len(answer.body) > MAX_ANSWER_BYTES:
        return failed("the answer is too long")
    try:
        root: Element = fromstring(answer.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return failed("the answer is not XML")
    major = _text(root, "imsx_codeMajor").lower()
    description = _text(root, "imsx_description") or "no description"
    if not major:
        return failed("the answer has no imsx_codeMajor")
    return Delivery(major == "success", major in ("success", "unsupported"), f"{major[:20]}: {description}")


def _text(root: Element, name: str) -> str:
    # Some LMSes leave out the namespace or name another version of it.
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name:
            return " ".join((element.text or "").split())[:_MAX_DESCRIPTION]
    return ""
