"""What real LMSes send: their claims and parameters laid over good ones, with what must be read from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.unit.lti.platform13 import AGS, CLAIM, DL, PLATFORM, SCOPE

LIS = "http://purl.imsglobal.org/vocab/lis/v2"


@dataclass(frozen=True)
class RightWay:
    """One launch: `changes` over good claims, and what the launch says of it."""

    changes: Mapping[str, Any]
    is_staff: bool = False
    locale: str | None = "en-GB"
    resource_title: str = "Warm-up"
    deployment: str = "1"
    subject: str = "person-7"


RIGHT_WAYS: dict[str, RightWay] = {
    "Moodle": RightWay({
        "sub": "4", "given_name": "Ada", "family_name": "Öztürk", "name": "Ada Öztürk", "email": "ada@lms.example",
        f"{CLAIM}roles": [f"{LIS}/institution/person#Student", f"{LIS}/membership#Learner"],
        f"{CLAIM}context": {"id": "7", "label": "DS", "title": "Data science\n", "type": ["CourseSection"]},
        f"{CLAIM}resource_link": {"id": "12", "title": "Warm-up", "description": "<p>First\r\n\tsteps</p>"},
        f"{CLAIM}lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
        f"{CLAIM}ext": {"user_username": "ada", "lms": "moodle-2"},
        f"{CLAIM}launch_presentation": {"locale": "de", "document_target": "window",
                                        "return_url": "https://lms.example/mod/lti/return.php?course=7"},
        f"{CLAIM}tool_platform": {"guid": "abc", "name": "Campus", "version": "2023100900", "description": "Campus",
                                  "product_family_code": "moodle"},
        "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": {
            "lis_result_sourcedid": '{"data":{"instanceid":"2"}}',
            "lis_outcome_service_url": "https://lms.example/mod/lti/service.php"},
        AGS: {"scope": [f"{SCOPE}lineitem", f"{SCOPE}lineitem.readonly", f"{SCOPE}result.readonly", f"{SCOPE}score"],
              "lineitems": "https://lms.example/mod/lti/services.php/7/lineitems?type_id=3",
              "lineitem": "https://lms.example/mod/lti/services.php/7/lineitems/4/lineitem?type_id=3"},
    }, locale="de", subject="4"),
    "Canvas": RightWay({
        "azp": PLATFORM.client_id, "errors": {"errors": {}}, "locale": "de", "picture": "https://lms.example/ada.png",
        "https://www.instructure.com/placement": None, "lti11_legacy_user_id": "0a1b",
        f"{CLAIM}roles": [f"{LIS}/institution/person#Instructor", f"{LIS}/membership#Instructor",
                          f"{LIS}/system/person#User"],
        f"{CLAIM}lti1p1": {"user_id": "abc"}, f"{CLAIM}lis": {"person_sourcedid": None, "validation_context": None},
        f"{CLAIM}deployment_id": "1:8865aa05b4b79b64a91a86042e43af5ea8ae79eb",
        f"{CLAIM}context": {"id": "4dde05e8", "label": "DS", "title": "Data science", "validation_context": None,
                            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"]},
        f"{CLAIM}resource_link": {"id": "b7", "title": None, "description": None, "validation_context": None},
        f"{CLAIM}custom": {"course": "python", "exercise": "warm-up", "unresolved": "$Canvas.user.sisid", "points": 7},
        f"{CLAIM}launch_presentation": {"document_target": "window", "locale": "de", "validation_context": None,
                                        "return_url": "https://lms.example/return", "height": 400, "width": 800},
        f"{CLAIM}tool_platform": {"guid": "x:canvas-lms", "name": "Campus", "version": "cloud",
                                  "product_family_code": "canvas", "validation_context": None, "errors": {}},
    }, is_staff=True, locale="de", resource_title="", deployment="1:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"),
    "Open edX": RightWay({
        "aud": [PLATFORM.client_id], "preferred_username": "ada", "name": None,
        f"{CLAIM}context": {"id": "course-v1:edX+DS+2026", "type": ["CourseOffering"], "title": "DS"},
        f"{CLAIM}roles": [f"{LIS}/institution/person#Student", f"{LIS}/membership#Learner"],
        f"{CLAIM}resource_link": {"id": "block-v1:edX+DS+2026+type@lti_consumer+block@7", "title": None},
        AGS: {"lineitems": "https://lms.example/api/lti_consumer/v1/lti/12/lti-ags",
              "lineitem": "https://lms.example/api/lti_consumer/v1/lti/12/lti-ags/3",
              "scope": [f"{SCOPE}score", f"{SCOPE}lineitem"]},
    }, resource_title=""),
    "Blackboard": RightWay({
        "aud": [PLATFORM.client_id], "azp": PLATFORM.client_id, "locale": "en_US",
        f"{CLAIM}target_link_uri": "LAUNCH?from=ultra",
        f"{CLAIM}roles": [f"{LIS}/institution/person#Faculty", f"{LIS}/membership#ContentDeveloper"],
        f"{CLAIM}custom": {"course": "python", "exercise": "warm-up", "user_locale": "en_US"},
        f"{CLAIM}launch_presentation": {"locale": "en-US", "return_url": "https://lms.example/return?wrapped=true"},
        f"{CLAIM}tool_platform": {"guid": "f4", "product_family_code": "BlackboardLearn", "version": "3900.1"},
    }, is_staff=True, locale="en-US"),
    "Brightspace": RightWay({
        "aud": PLATFORM.client_id, "nbf": 1_000_000_000, f"{CLAIM}deployment_id": "2",
        f"{CLAIM}roles": [f"{LIS}/institution/person#None", f"{LIS}/membership/Instructor#TeachingAssistant"],
        "http://www.brightspace.com": {"user_id": 1, "username": "ada", "org_defined_id": ""},
        f"{CLAIM}tool_platform": {"guid": "b", "product_family_code": "desire2learn"},
    }, is_staff=True, deployment="2"),
}  # fmt: skip
"""Resource links. `LAUNCH` stands for the launch URL."""

RIGHT_CHOICES: dict[str, RightWay] = {
    "Moodle": RightWay({
        f"{CLAIM}target_link_uri": "LAUNCH",
        f"{CLAIM}roles": [f"{LIS}/institution/person#Administrator", f"{LIS}/system/person#Administrator"],
        DL: {"accept_types": ["ltiResourceLink"], "accept_presentation_document_targets": ["frame", "iframe", "window"],
             "accept_copy_advice": False, "accept_multiple": True, "accept_unsigned": False, "auto_create": False,
             "can_confirm": False, "deep_link_return_url": "https://lms.example/mod/lti/contentitem_return.php?id=7",
             "title": "", "text": "", "accept_lineitem": True},
    }),
    "Canvas": RightWay({
        f"{CLAIM}target_link_uri": "LAUNCH",
        DL: {"deep_link_return_url": "https://lms.example/courses/7/deep_linking_response?data=eyJ",
             "accept_types": ["link", "file", "html", "ltiResourceLink", "image"], "accept_multiple": True,
             "accept_presentation_document_targets": ["embed", "iframe", "window"], "auto_create": False,
             "accept_media_types": "image/*,text/html,application/vnd.ims.lti.v1.ltilink,*/*", "data": None,
             "validation_context": None, "errors": {"errors": {}}},
    }),
    "Blackboard": RightWay({
        DL: {"deep_link_return_url": "https://lms.example/webapps/blackboard/controller/lti/v2/content?a=1",
             "accept_types": ["link", "ltiResourceLink", "file"], "accept_media_types": "text/html", "data": "7e35",
             "accept_presentation_document_targets": ["embed"], "accept_multiple": False, "auto_create": True,
             "title": "Pick", "text": "one"},
    }),
}  # fmt: skip
"""Deep linking by staff."""
