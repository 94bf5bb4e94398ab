"""id_tokens: each wrong one is refused for its own reason, and what real LMSes send is read."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.keysets import KeySets
from openjupyter_service.lti.launch import AnonymousLaunch, ContentRequest, Custom, GradeService, Launch, Message
from openjupyter_service.lti.launch13 import verify_id_token
from tests.unit.lti.platform13 import AGS, CLAIM, DL, INSTRUCTOR, PLATFORM, SCOPE, Lms, claims, deep_linking, now, sign
from tests.unit.lti.wrong_ways import WRONG_WAYS

LAUNCH_URL = "https://lab.example/hub/lti/launch"


async def verify(token: str, lms: Lms | None = None, platform: Any = PLATFORM) -> Launch:
    keys = KeySets(lms or Lms())
    return await verify_id_token(token, platform, keys, nonce="nonce-1", launch_url=LAUNCH_URL, now=now())


async def test_a_good_launch_is_read() -> None:
    launch = await verify(sign(claims(now())))
    assert (launch.platform, launch.version, launch.deployment, launch.subject) == ("campus", "1.3", "1", "person-7")
    assert (launch.context_id, launch.resource_link_id) == ("course-7", "link-1")
    assert (launch.context_title, launch.resource_title) == ("Data science", "Warm-up")
    assert launch.custom == Custom("python", "", "", "warm-up")
    assert launch.grade_service == GradeService(
        "https://lms.example/course/7/lineitems/9/lineitem?type_id=3",
        "https://lms.example/course/7/lineitems?type_id=3",
        (f"{SCOPE}lineitem", f"{SCOPE}score"),
    )
    assert (launch.locale, launch.display_name, launch.is_staff) == ("de-DE", "Ada Öztürk", False)
    assert launch.message is Message.RESOURCE_LINK and launch.content_request is None
    assert "person-7" not in repr(launch) and "Ada" not in repr(launch)


async def test_a_deep_linking_request_is_read() -> None:
    launch = await verify(sign(deep_linking(now())))
    assert launch.message is Message.DEEP_LINKING and launch.is_staff and launch.resource_link_id == ""
    assert launch.content_request == ContentRequest("https://lms.example/deep_link", "opaque-7", True, True)


@pytest.mark.parametrize("name", WRONG_WAYS)
async def test_a_wrong_way_in_is_refused_for_its_own_reason(name: str) -> None:
    wrong = WRONG_WAYS[name]
    with pytest.raises(LaunchRefused) as refused:
        await verify(wrong.build(now(), "nonce-1", LAUNCH_URL))
    assert wrong.reason in str(refused.value)
    assert isinstance(refused.value, AnonymousLaunch) == (name == "anonymous")


def test_there_are_enough_wrong_ways() -> None:
    assert len(WRONG_WAYS) >= 60


RIGHT_WAYS: dict[str, dict[str, Any]] = {
    "Moodle": {
        "iss": PLATFORM.issuer, "given_name": "Ada", "family_name": "Ö", "email": "ada@lms.example",
        f"{CLAIM}roles": [
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
        ],
        f"{CLAIM}context": {"id": "7", "label": "DS", "title": "Data science", "type": ["CourseSection"]},
        f"{CLAIM}ext": {"user_username": "ada", "lms": "moodle-2"},
        f"{CLAIM}tool_platform": {"guid": "abc", "version": "2023100900", "product_family_code": "moodle"},
        AGS: {"scope": [f"{SCOPE}lineitem", f"{SCOPE}lineitem.readonly", f"{SCOPE}result.readonly", f"{SCOPE}score"],
              "lineitems": "https://lms.example/mod/lti/services.php/7/lineitems?type_id=3",
              "lineitem": "https://lms.example/mod/lti/services.php/7/lineitems/4/lineitem?type_id=3"},
    },
    "Canvas": {
        "azp": PLATFORM.client_id, "errors": {"errors": {}}, "locale": "de", "picture": "https://lms.example/ada.png",
        "https://www.instructure.com/placement": None,
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
                          "http://purl.imsglobal.org/vocab/lis/v2/system/person#User"],
        f"{CLAIM}lti1p1": {"user_id": "abc"}, f"{CLAIM}lis": {"person_sourcedid": None, "validation_context": None},
        f"{CLAIM}resource_link": {"id": "b7", "title": None, "description": None, "validation_context": None},
        f"{CLAIM}launch_presentation": {"document_target": "window", "locale": "de", "validation_context": None,
                                        "return_url": "https://lms.example/return", "height": 400, "width": 800},
    },
    "Open edX": {
        "aud": [PLATFORM.client_id], "preferred_username": "ada",
        f"{CLAIM}context": {"id": "course-v1:edX+DS+2026", "type": ["CourseOffering"], "title": "DS"},
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
                          "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        f"{CLAIM}resource_link": {"id": "block-v1:edX+DS+2026+type@lti_consumer+block@7", "title": None},
        AGS: {"lineitems": "https://lms.example/api/lti_consumer/v1/lti/12/lti-ags",
              "lineitem": "https://lms.example/api/lti_consumer/v1/lti/12/lti-ags/3",
              "scope": [f"{SCOPE}score", f"{SCOPE}lineitem"]},
    },
    "Blackboard": {
        "aud": [PLATFORM.client_id], "azp": PLATFORM.client_id, f"{CLAIM}target_link_uri": f"{LAUNCH_URL}?from=ultra",
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#ContentDeveloper"],
        f"{CLAIM}custom": {"course": "python", "exercise": "warm-up", "user_locale": "en_US"},
    },
    "Brightspace": {
        "aud": PLATFORM.client_id, "nbf": 1_000_000_000, f"{CLAIM}deployment_id": "2",
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"],
        "http://www.brightspace.com": {"user_id": 1, "username": "ada"},
    },
}  # fmt: skip


@pytest.mark.parametrize("lms", RIGHT_WAYS)
async def test_what_real_lmses_send_is_accepted(lms: str) -> None:
    launch = await verify(sign(claims(now()) | RIGHT_WAYS[lms]))
    assert launch.custom.exercise == "warm-up" and isinstance(launch.grade_service, GradeService)
    assert launch.is_staff == (lms in ("Canvas", "Blackboard", "Brightspace"))


@pytest.mark.parametrize(
    ("endpoint", "service"),
    [
        ({}, None),
        ({"scope": [f"{SCOPE}lineitem"], "lineitem": "https://lms.example/1"}, None),
        ({"scope": [f"{SCOPE}score"], "lineitems": "https://lms.example/"}, None),
        (
            {"scope": [f"{SCOPE}score"], "lineitem": "https://lms.example/1", "lineitems": "https://lms.example/"},
            GradeService("https://lms.example/1", None, (f"{SCOPE}score",)),
        ),
    ],
)
async def test_a_score_goes_only_where_the_platform_lets_it(endpoint: dict[str, Any], service: Any) -> None:
    launch = await verify(sign(claims(now()) | {AGS: endpoint}))
    assert launch.grade_service == service


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from([*claims(0), DL, f"{CLAIM}custom"]), value=_JSON, deep=st.booleans())
async def test_no_claim_does_more_than_refuse(name: str, value: Any, deep: bool) -> None:
    good = deep_linking(now()) if deep else claims(now())
    try:
        launch = await verify(sign(good | {name: value}))
    except LaunchRefused:
        return
    assert isinstance(launch, Launch) and launch.subject.strip()


async def test_an_administrator_may_allow_all_deployments() -> None:
    anyone = PLATFORM.model_copy(update={"deployments": ("*",)})
    launch = await verify(sign(claims(now()) | {f"{CLAIM}deployment_id": "never seen"}), platform=anyone)
    assert launch.deployment == "never seen"


async def test_instructors_are_staff_and_mentors_are_not() -> None:
    for role, staff in [(INSTRUCTOR, True), (INSTRUCTOR.replace("Instructor", "Mentor"), False)]:
        assert (await verify(sign(claims(now()) | {f"{CLAIM}roles": role}))).is_staff is staff
