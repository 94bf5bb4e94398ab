"""The tool as a file: an XML cartridge of LTI 1.1, and Canvas's JSON of a developer key."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.scopes import SCOPES

TITLE = "OpenJupyter"
DESCRIPTION = "A JupyterLab for every learner, exercises that are graded by hidden tests, scores in the gradebook."

_LTICC = "http://www.imsglobal.org/xsd/imslticc_v1p0"
_BLTI = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"
_LTICM = "http://www.imsglobal.org/xsd/imslticm_v1p0"
_LTICP = "http://www.imsglobal.org/xsd/imslticp_v1p0"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {"blti": _BLTI, "lticm": _LTICM, "lticp": _LTICP}
_SCHEMAS = " ".join(
    f"{name} http://www.imsglobal.org/xsd/lti/ltiv1p0/{name.rpartition('/')[2]}{version}.xsd"
    for name, version in ((_LTICC, ""), (_BLTI, "p1"), (_LTICM, ""), (_LTICP, ""))
)


def cartridge(tool: ToolAddresses) -> bytes:
    """A basic LTI link of the tool as XML (IMS Common Cartridge 1.3, LTI links); no key, no secret.

    It holds an `extensions` part for Canvas, which other LMSes skip.
    """
    root = ElementTree.Element(
        "cartridge_basiclti_link",
        {"xmlns": _LTICC}
        | {f"xmlns:{prefix}": name for prefix, name in _PREFIXES.items()}
        | {"xmlns:xsi": _XSI, "xsi:schemaLocation": _SCHEMAS},
    )
    # The order is the schema's: its type is a sequence.
    _text(root, "blti:title", TITLE)
    _text(root, "blti:description", DESCRIPTION)
    extensions = ElementTree.SubElement(root, "blti:extensions", platform="canvas.instructure.com")
    for name, value in {"domain": tool.domain, "privacy_level": "name_only", "tool_id": "openjupyter"}.items():
        _text(extensions, "lticm:property", value, name=name)
    _text(root, "blti:launch_url", tool.launch)
    if tool.launch.startswith("https:"):
        _text(root, "blti:secure_launch_url", tool.launch)
    _text(root, "blti:icon", tool.icon)
    if tool.icon.startswith("https:"):
        _text(root, "blti:secure_icon", tool.icon)
    vendor = ElementTree.SubElement(root, "blti:vendor")
    _text(vendor, "lticp:code", "openjupyter")
    _text(vendor, "lticp:name", TITLE)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _text(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, tag, attributes).text = text


def canvas_key(tool: ToolAddresses, public_jwk: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON of an LTI key for Canvas ("Configuring LTI Advantage Tools" in its documentation).

    Args:
        tool: where the tool is.
        public_jwk: the key that signs now. Canvas takes keys from `public_jwk_url`, so that a rotation needs nothing
            done there; only a Canvas that cannot fetch it uses this one.
    """
    deep_link = {"message_type": "LtiDeepLinkingRequest", "target_link_uri": tool.launch, "text": TITLE}
    window = {"selection_width": 960, "selection_height": 720}
    values = {
        "title": TITLE,
        "description": DESCRIPTION,
        "target_link_uri": tool.launch,
        "oidc_initiation_url": tool.login,
        "public_jwk_url": tool.jwks,
        "scopes": list(SCOPES),
        "custom_fields": {},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": tool.domain,
                "tool_id": "openjupyter",
                "privacy_level": "name_only",
                "settings": {
                    "text": TITLE,
                    "icon_url": tool.icon,
                    "placements": [
                        {"placement": name, "enabled": True, "icon_url": tool.icon, **deep_link, **window}
                        for name in ("assignment_selection", "link_selection")
                    ],
                },
            }
        ],
    }
    return values | ({"public_jwk": dict(public_jwk)} if public_jwk else {})
