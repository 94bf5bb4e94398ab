"""Messages of LTI 1.3: the claims of a launch and of a deep linking request (LTI 1.3 core, section 5)."""

import json
from typing import Any

from deploy.demo_lms.catalogue import Course, Link, Person
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.tools import LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE, Tool13

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_AGS_SCOPES = (LINE_ITEM, LINE_ITEM_READ, SCORE, RESULT_READ)


def login_fields(lms: DemoLms, tool: Tool13, person: Person, hint: dict[str, str]) -> dict[str, str]:
    """The form that begins a login at the tool (Security Framework 1.0, section 5.1.1.1)."""
    return {
        "iss": lms.config.base_url,
        "login_hint": person.id,
        "target_link_uri": tool.launch_url,
        "lti_message_hint": json.dumps(hint),
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }


def member_role(person: Person) -> str:
    """The role in a course, as LIS 2.0 writes it."""
    return f"{_MEMBERSHIP}{person.role}"


def link_claims(lms: DemoLms, tool: Tool13, person: Person, course: Course, link: Link) -> dict[str, Any]:
    """What a click on a link says, without the time and the nonce."""
    return {
        **_common_claims(lms, tool, person, course),
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}resource_link": {"id": link.id, "title": link.title, "description": link.summary},
        f"{CLAIM}custom": dict(tool.custom) | dict(link.custom),
        _AGS_CLAIM: _grade_service(lms, tool, course, link),
    }


def deep_linking_claims(lms: DemoLms, tool: Tool13, person: Person, course: Course, data: str) -> dict[str, Any]:
    """What a request for content says (Deep Linking 2.0, section 4.4), without the time and the nonce."""
    return {
        **_common_claims(lms, tool, person, course),
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}custom": dict(tool.custom),
        _AGS_CLAIM: _grade_service(lms, tool, course, None),
        f"{DL_CLAIM}deep_linking_settings": {
            "deep_link_return_url": f"{lms.config.base_url}/lti13/content",
            "accept_types": ["ltiResourceLink", "link"],
            "accept_presentation_document_targets": ["window"],
            "accept_multiple": True,
            "accept_lineitem": True,
            "auto_create": False,
            "title": "",
            "data": data,
        },
    }


def line_item_url(lms: DemoLms, course: Course, item_id: str) -> str:
    """The address of a line item."""
    return f"{lms.config.base_url}/lti13/courses/{course.id}/lineitems/{item_id}/lineitem{lms.mode.line_item_query}"


def line_items_url(lms: DemoLms, course: Course) -> str:
    """The address of a course's line items."""
    return f"{lms.config.base_url}/lti13/courses/{course.id}/lineitems{lms.mode.line_item_query}"


def _grade_service(lms: DemoLms, tool: Tool13, course: Course, link: Link | None) -> dict[str, Any]:
    endpoint: dict[str, Any] = {
        "scope": [scope for scope in _AGS_SCOPES if scope in tool.scopes],
        "lineitems": line_items_url(lms, course),
    }
    if link is not None and (lms.mode.line_item_with_link or link.has_line_item):
        endpoint["lineitem"] = line_item_url(lms, course, link.id)
    return endpoint


def _common_claims(lms: DemoLms, tool: Tool13, person: Person, course: Course) -> dict[str, Any]:
    return {
        "iss": lms.config.base_url,
        "aud": tool.client_id,
        "sub": person.id,
        "name": person.name,
        "given_name": person.given,
        "family_name": person.family,
        "email": person.email,
        "locale": person.locale,
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": tool.deployment_id,
        f"{CLAIM}target_link_uri": tool.launch_url,
        f"{CLAIM}roles": [member_role(person)],
        f"{CLAIM}context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
        },
        f"{CLAIM}tool_platform": {
            "guid": "demo-lms.example.org",
            "name": "Demo LMS",
            "product_family_code": lms.mode.family,
        },
        f"{CLAIM}launch_presentation": {
            "document_target": "window",
            "locale": person.locale,
            "return_url": f"{lms.config.base_url}/course/{course.id}",
        },
        _NRPS_CLAIM: {
            "context_memberships_url": f"{lms.config.base_url}/lti13/courses/{course.id}/members",
            "service_versions": ["2.0"],
        },
    }
