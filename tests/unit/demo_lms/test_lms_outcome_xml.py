"""Reading outcome requests and sourcedids: what is hostile or incomplete is refused with a reason."""

import json

import pytest

from deploy.demo_lms import sourcedid
from deploy.demo_lms.outcomes import NAMESPACE, OutcomeError, OutcomeRequest, read_request
from tests.unit.demo_lms.helpers import envelope

SOURCED = '{"a":"b & <c>"}'


def refusal(body: bytes) -> OutcomeError:
    with pytest.raises(OutcomeError) as caught:
        read_request(body)
    return caught.value


def test_replace_result_with_a_comment() -> None:
    score = "<resultScore><language>en</language><textString>0.5</textString></resultScore>"
    body = envelope(SOURCED, result=f"{score}<resultData><text>Well &lt;done&gt; &amp; née</text></resultData>")
    assert read_request(body) == OutcomeRequest("replaceResult", "message-7", SOURCED, 0.5, "Well <done> & née")


@pytest.mark.parametrize("operation", ["readResult", "deleteResult"])
def test_requests_without_a_score(operation: str) -> None:
    assert read_request(envelope(SOURCED, operation=operation)) == OutcomeRequest(operation, "message-7", SOURCED)


@pytest.mark.parametrize(
    ("text", "score"), [("0", 0), ("1", 1), ("1.000", 1), ("0.0", 0), ("0.85", 0.85), ("0.001", 0.001)]
)
def test_score_formats_that_count(text: str, score: float) -> None:
    assert read_request(envelope(SOURCED, text)).score == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1e-05",
        ".5",
        "-0.0",
        "1.5",
        "1.0000001",
        "0,5",
        " 0.5",
        "0.5\n",
        "0.",
        "1.",
        "+1",
        "00.5",
        "NaN",
        "85",
        "٠.٥",
        "0.٥",
    ],
)
def test_score_formats_that_are_refused(text: str) -> None:
    error = refusal(envelope(SOURCED, text))
    assert "score" in error.description
    assert (error.code_major, error.message_id, error.operation) == ("failure", "message-7", "replaceResult")


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY e "boom">]>', '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'],
)
def test_document_types_are_refused(doctype: str) -> None:
    body = envelope(SOURCED).replace(b"?>", b"?>" + doctype.encode(), 1)
    assert "document type" in refusal(body).description


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-7", "utf-32"])
def test_document_type_in_another_encoding_is_refused(encoding: str) -> None:
    text = envelope(SOURCED).decode().replace("?>", "?><!DOCTYPE x>", 1).replace("UTF-8", encoding)
    assert refusal(text.encode(encoding)).code_major == "failure"


@pytest.mark.parametrize("body", [b"", b"no", b"<a>", b"\xff\xfe", b"<a>&nbsp;</a>", b"<a></b>", b"<a/><b/>"])
def test_what_is_not_xml_is_refused(body: bytes) -> None:
    assert "not well-formed" in refusal(body).description


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (NAMESPACE, "http://example.org/other", "namespace"),
        ("imsx_POXEnvelopeRequest", "imsx_POXEnvelopeResponse", "root"),
        ("V1.0", "V2.0", "imsx_version"),
        ("<imsx_messageIdentifier>message-7</imsx_messageIdentifier>", "", "imsx_messageIdentifier is missing"),
        ("message-7", "", "imsx_messageIdentifier is empty"),
        ("message-7", "m" * 256, "too long"),
        ("message-7", "<b/>", "text only"),
        ("<result>", "<result/><result>", "result occurs twice"),
        ("<sourcedGUID>", "<sourcedGUID/><sourcedGUID>", "sourcedGUID occurs twice"),
        ("</resultScore>", "</resultScore><resultScore/>", "resultScore occurs twice"),
        ("<imsx_POXBody>", "<imsx_POXBody><readResultRequest/>", "exactly one"),
    ],
)
def test_incomplete_or_ambiguous_requests_are_refused(old: str, new: str, reason: str) -> None:
    body = envelope(SOURCED).decode()
    assert old in body
    error = refusal(body.replace(old, new).encode())
    assert reason in error.description
    assert error.code_major == "failure"


def test_unknown_operation_is_unsupported() -> None:
    error = refusal(envelope(SOURCED, operation="readPerson"))
    assert (error.code_major, error.message_id) == ("unsupported", "message-7")


def test_deep_nesting_is_only_a_failure() -> None:
    depth = 9000
    body = envelope(SOURCED, result="<a>" * depth + "</a>" * depth)
    assert "resultScore is missing" in refusal(body).description


def test_sourcedid_is_hard_to_carry_and_comes_back() -> None:
    text = sourcedid.issue(b"k" * 32, "ada", "ds-figure")
    assert '"' in text and "&" in text and json.loads(text)["hash"]
    assert sourcedid.resolve(b"k" * 32, text) == ("ada", "ds-figure")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"data":{"user":"ada","link":"ds-figure"}}',
        '{"data":{"user":["ada"],"link":{}},"hash":"x"}',
        '{"data":{"user":"\\ud800","link":"x"},"hash":"x"}',
        "[" * 900,
        "9" * 5000,
    ],
)
def test_made_up_sourcedids_are_nothing(text: str) -> None:
    assert sourcedid.resolve(b"k" * 32, text) is None


@pytest.mark.parametrize(
    ("old", "new"), [("ada", "ben"), ("ds-figure", "ds-network"), ('"hash":"', '"hash":"0'), ("{", " {")]
)
def test_changed_sourcedids_are_nothing(old: str, new: str) -> None:
    changed = sourcedid.issue(b"k" * 32, "ada", "ds-figure").replace(old, new, 1)
    assert sourcedid.resolve(b"k" * 32, changed) is None


def test_sourcedid_of_another_key_is_nothing() -> None:
    assert sourcedid.resolve(b"k" * 32, sourcedid.issue(b"j" * 32, "ada", "ds-figure")) is None
