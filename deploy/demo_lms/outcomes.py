"""LTI 1.1 Basic Outcomes: reading requests and writing responses (LTI 1.1 Implementation Guide, section 6)."""

import re
import secrets
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn
from xml.parsers import expat

NAMESPACE = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"
OPERATIONS = ("replaceResult", "readResult", "deleteResult")
SCORE = re.compile(r"1(\.0+)?|0(\.[0-9]+)?")

_MESSAGE_ID_LIMIT = 255


class OutcomeError(Exception):
    """A request that is refused in an answer; ``code_major`` is what the answer says.

    ``message_id``, ``operation`` and ``sourced_id`` are filled as far as the request could be read.
    """

    def __init__(
        self, description: str, code_major: str = "failure", message_id: str = "", operation: str = ""
    ) -> None:
        """Keep what the answer has to say."""
        super().__init__(description)
        self.description = description
        self.code_major = code_major
        self.message_id = message_id
        self.operation = operation
        self.sourced_id = ""


@dataclass(frozen=True)
class OutcomeRequest:
    """One request: ``score`` is 0..1 and set for replaceResult only."""

    operation: str
    message_id: str
    sourced_id: str
    score: float | None = None
    comment: str | None = None


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _refuse_doctype(*_: object) -> NoReturn:
    raise OutcomeError("A document type declaration is not allowed.")


def parse_xml(body: bytes) -> ET.Element:
    """Parse UTF-8 XML without a document type, hence without entities; raises OutcomeError otherwise."""
    builder = ET.TreeBuilder()

    def tag(name: str) -> str:
        return "{" + name if "}" in name else name

    def start(name: str, _: object) -> None:
        builder.start(tag(name), {})

    def end(name: str) -> None:
        builder.end(tag(name))

    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(body, True)
        return builder.close()
    except expat.ExpatError as error:
        raise OutcomeError(f"The body is not well-formed XML: {error}.") from error


def _find(parent: ET.Element, name: str) -> ET.Element | None:
    found = parent.findall(_tag(name))
    if len(found) > 1:
        raise OutcomeError(f"{name} occurs twice.")
    return found[0] if found else None


def _descend(element: ET.Element, *names: str) -> ET.Element:
    for name in names:
        child = _find(element, name)
        if child is None:
            raise OutcomeError(f"{name} is missing.")
        element = child
    return element


def _text(element: ET.Element) -> str:
    if len(element):
        raise OutcomeError(f"{element.tag.rpartition('}')[2]} must hold text only.")
    return element.text or ""


def _score(record: ET.Element) -> float:
    text = _text(_descend(record, "result", "resultScore", "textString"))
    if not SCORE.fullmatch(text):
        raise OutcomeError("The score must be a decimal number from 0 to 1, such as 0.85.")
    return float(text)


def _comment(record: ET.Element) -> str | None:
    data = _find(_descend(record, "result"), "resultData")
    text = None if data is None else _find(data, "text")
    return None if text is None else _text(text)


def _read_body(body: ET.Element, message_id: str) -> OutcomeRequest:
    if len(body) != 1:
        raise OutcomeError("imsx_POXBody must hold exactly one request.")
    request = body[0]
    operation = next((name for name in OPERATIONS if request.tag == _tag(f"{name}Request")), None)
    if operation is None:
        raise OutcomeError("The operation is not supported.", "unsupported")
    sourced_id = ""
    try:
        record = _descend(request, "resultRecord")
        sourced_id = _text(_descend(record, "sourcedGUID", "sourcedId"))
        if operation != "replaceResult":
            return OutcomeRequest(operation, message_id, sourced_id)
        return OutcomeRequest(operation, message_id, sourced_id, _score(record), _comment(record))
    except OutcomeError as error:
        error.operation, error.sourced_id = operation, sourced_id
        raise


def read_request(body: bytes) -> OutcomeRequest:
    """Decode a request; raises OutcomeError for anything but one well-formed, complete operation."""
    root = parse_xml(body)
    if root.tag != _tag("imsx_POXEnvelopeRequest"):
        raise OutcomeError(f"The root must be imsx_POXEnvelopeRequest in the namespace {NAMESPACE}.")
    header = _descend(root, "imsx_POXHeader", "imsx_POXRequestHeaderInfo")
    if _text(_descend(header, "imsx_version")) != "V1.0":
        raise OutcomeError("imsx_version is not V1.0.")
    message_id = _text(_descend(header, "imsx_messageIdentifier"))
    if not message_id or len(message_id) > _MESSAGE_ID_LIMIT:
        raise OutcomeError("imsx_messageIdentifier is empty or too long.")
    try:
        return _read_body(_descend(root, "imsx_POXBody"), message_id)
    except OutcomeError as error:
        error.message_id = message_id
        raise


def write_response(
    code_major: str, description: str, message_id: str, operation: str, score: float | None = None
) -> bytes:
    """Encode an answer; a successful readResult carries the score, empty where there is none."""
    root = ET.Element(_tag("imsx_POXEnvelopeResponse"))

    def add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
        element = ET.SubElement(parent, _tag(name))
        element.text = text
        return element

    info = add(add(root, "imsx_POXHeader"), "imsx_POXResponseHeaderInfo")
    add(info, "imsx_version", "V1.0")
    add(info, "imsx_messageIdentifier", secrets.token_hex(8))
    status = add(info, "imsx_statusInfo")
    add(status, "imsx_codeMajor", code_major)
    add(status, "imsx_severity", "status" if code_major == "success" else "error")
    add(status, "imsx_description", description)
    add(status, "imsx_messageRefIdentifier", message_id)
    add(status, "imsx_operationRefIdentifier", operation)
    body = add(root, "imsx_POXBody")
    if code_major == "success":
        response = add(body, f"{operation}Response")
        if operation == "readResult":
            result_score = add(add(response, "result"), "resultScore")
            add(result_score, "language", "en")
            add(result_score, "textString", "" if score is None else format(Decimal(str(score)), "f"))
    encoded: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True, default_namespace=NAMESPACE)
    return encoded
