import base64
import hashlib
import hmac
import math
import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openjupyter_service.lti.fetch import Answer
from openjupyter_service.lti.outcomes import MAX_ANSWER_BYTES, build_replace_result, parse_answer, score_text

NS = "{http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0}"
URL = "https://lms.example/outcome"


def answer(
    major: str, description: str = "", namespace: str = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"
) -> bytes:
    return f"""<?xml version="1.0"?><imsx_POXEnvelopeResponse xmlns="{namespace}"><imsx_POXHeader>
    <imsx_POXResponseHeaderInfo><imsx_version>V1.0</imsx_version><imsx_statusInfo><imsx_codeMajor>{major}</imsx_codeMajor>
    <imsx_severity>status</imsx_severity><imsx_description>{description}</imsx_description></imsx_statusInfo>
    </imsx_POXResponseHeaderInfo></imsx_POXHeader><imsx_POXBody/></imsx_POXEnvelopeResponse>""".encode()


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (1.0, "1"),
        (0.5, "0.5"),
        (0.85, "0.85"),
        (1 / 3, "0.333333"),
        (1e-05, "0.00001"),
        (1e-09, "0"),
        (1.5, "1"),
        (-3.0, "0"),
        (0.1 + 0.2, "0.3"),
        (math.inf, "1"),
    ],
)
def test_scores_are_plain_decimals(score: float, text: str) -> None:
    assert score_text(score) == text


@given(st.floats(allow_nan=False))
def test_every_score_is_one_that_the_strictest_lms_reads(score: float) -> None:
    text = score_text(score)
    assert re.fullmatch(r"1(\.0+)?|0(\.\d+)?", text)
    assert abs(float(text) - min(1.0, max(0.0, score))) <= 5e-7


def test_nan_is_no_score() -> None:
    with pytest.raises(ValueError, match="NaN"):
        score_text(math.nan)


@pytest.mark.parametrize("sourcedid", ["row-7", '{"hash":"a&b<c>","id":"ü"}', "]]>", "a'b\"c"])
def test_the_envelope_carries_any_sourcedid(sourcedid: str) -> None:
    _, body = build_replace_result(URL, sourcedid, 0.85, "key", "secret")
    record = ElementTree.fromstring(body).find(f"{NS}imsx_POXBody/{NS}replaceResultRequest/{NS}resultRecord")
    assert record is not None
    assert record.findtext(f"{NS}sourcedGUID/{NS}sourcedId") == sourcedid
    assert record.findtext(f"{NS}result/{NS}resultScore/{NS}textString") == "0.85"


@pytest.mark.parametrize(
    "url", [URL, URL + "?course=7&q=a%20b&empty=", "https://lms.example:443/x?a[]=1&a[]=2", "http://127.0.0.1:8010/o"]
)
def test_the_signature_holds(url: str) -> None:
    """Computed here by the letter of RFC 5849, section 3.4, and of the body hash extension."""
    headers, body = build_replace_result(url, "row-7", 0.5, "key & co", "s&cret ü")
    assert headers["Content-Type"] == "application/xml"
    scheme, _, rest = headers["Authorization"].partition(" ")
    assert scheme == "OAuth"
    sent = {
        name: unquote(value.strip('"')) for name, _, value in (part.strip().partition("=") for part in rest.split(","))
    }
    given_signature = sent.pop("oauth_signature")
    assert sent["oauth_body_hash"] == base64.b64encode(hashlib.sha1(body).digest()).decode()
    assert sent["oauth_consumer_key"] == "key & co"

    def escape(text: str) -> str:
        return quote(text, safe="~")

    parts = urlsplit(url)
    pairs = sorted((escape(k), escape(v)) for k, v in [*sent.items(), *parse_qsl(parts.query, keep_blank_values=True)])
    address = f"{parts.scheme}://{parts.netloc.removesuffix(':443')}{parts.path}"
    base = "&".join(["POST", escape(address), escape("&".join(f"{k}={v}" for k, v in pairs))])
    expected = hmac.new((escape("s&cret ü") + "&").encode(), base.encode(), hashlib.sha1).digest()
    assert given_signature == base64.b64encode(expected).decode()


def test_every_try_has_its_own_nonce() -> None:
    headers = {build_replace_result(URL, "row-7", 0.5, "key", "secret")[0]["Authorization"] for _ in range(3)}
    assert len({re.findall(r'oauth_nonce="([^"]+)"', each)[0] for each in headers}) == 3
    assert all("secret" not in each for each in headers)


@pytest.mark.parametrize("major", ["success", "Success", " success "])
def test_success_is_accepted(major: str) -> None:
    result = parse_answer(Answer(200, body=answer(major, "Score for row-7 is now 0.5")))
    assert (result.accepted, result.final) == (True, True)
    assert result.description == "success: Score for row-7 is now 0.5"


def test_a_missing_namespace_does_not_matter() -> None:
    assert parse_answer(Answer(200, body=answer("success", namespace=""))).accepted


@pytest.mark.parametrize(
    ("status", "body", "final", "description"),
    [
        (200, answer("failure", "Incorrect sourcedId"), False, "failure: Incorrect sourcedId"),
        (200, answer("processing"), False, "processing: no description"),
        (
            200,
            answer("unsupported", "replaceResult is not supported"),
            True,
            "unsupported: replaceResult is not supported",
        ),
        (200, answer(""), False, "the answer has no imsx_codeMajor"),
        (200, b"<html>login</html>", False, "the answer has no imsx_codeMajor"),
        (200, b"", False, "the answer is not XML"),
        (200, b"\xff\xfe\x00", False, "the answer is not XML"),
        (200, b"success", False, "the answer is not XML"),
        (200, answer("success") + b" " * MAX_ANSWER_BYTES, False, "the answer is too long"),
        (
            200,
            b'<!DOCTYPE a [<!ENTITY x "success">]><imsx_codeMajor>&x;</imsx_codeMajor>',
            False,
            "the answer is not XML",
        ),
        (201, answer("success"), False, "HTTP 201"),
        (302, b"", False, "HTTP 302"),
        (401, answer("success"), False, "HTTP 401"),
        (403, b"", False, "HTTP 403"),
        (404, b"", False, "HTTP 404"),
        (500, answer("success"), False, "HTTP 500"),
        (503, b"", False, "HTTP 503"),
    ],
)
def test_anything_else_is_not_accepted(status: int, body: bytes, final: bool, description: str) -> None:
    result = parse_answer(Answer(status, body=body))
    assert (result.accepted, result.final, result.description) == (False, final, description)


def test_a_description_is_one_line_of_bounded_length() -> None:
    result = parse_answer(Answer(200, body=answer("failure", "a\n b " * 500)))
    assert "\n" not in result.description and len(result.description) < 330
