"""id_tokens: each wrong one is refused for its own reason, and what real LMSes send is read."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.keysets import KeySets
from openjupyter_service.lti.launch import AnonymousLaunch, ContentRequest, Custom, GradeService, Launch, Message
from openjupyter_service.lti.launch13 import verify_id_token
from tests.unit.lti.platform13 import (
    AGS,
    CLAIM,
    DL,
    INSTRUCTOR,
    PLATFORM,
    SCOPE,
    Lms,
    claims,
    deep_linking,
    now,
    raw,
    sign,
)
from tests.unit.lti.right_ways import RIGHT_CHOICES, RIGHT_WAYS, RightWay
from tests.unit.lti.wrong_ways import WRONG_WAYS
from tests.unit.lti.wrong_ways11 import WRONG_WAYS_11

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
    assert (launch.locale, launch.display_name, launch.is_staff) == ("en-GB", "Ada Öztürk", False)
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
    assert isinstance(refused.value, AnonymousLaunch) == (name in ("anonymous", "sub empty"))


def test_there_are_enough_wrong_ways() -> None:
    assert len(WRONG_WAYS) + len(WRONG_WAYS_11) >= 60
    assert all(way.reason for way in (WRONG_WAYS | WRONG_WAYS_11).values()), "an empty reason is in every text"


def as_sent_by(good: dict[str, Any], way: RightWay) -> str:
    changes = {name: value.replace("LAUNCH", LAUNCH_URL) if name.endswith("target_link_uri") else value
               for name, value in way.changes.items()}  # fmt: skip
    return sign(good | changes)


TRUSTING = PLATFORM.model_copy(update={"deployments": ("1", "2", RIGHT_WAYS["Canvas"].deployment)})


@pytest.mark.parametrize("lms", RIGHT_WAYS)
async def test_what_real_lmses_send_is_accepted(lms: str) -> None:
    way = RIGHT_WAYS[lms]
    launch = await verify(as_sent_by(claims(now()), way), platform=TRUSTING)
    assert (launch.custom.course, launch.custom.exercise) == ("python", "warm-up")
    assert isinstance(launch.grade_service, GradeService) and launch.grade_service.lineitem_url
    assert (launch.is_staff, launch.locale, launch.resource_title) == (way.is_staff, way.locale, way.resource_title)
    assert (launch.deployment, launch.subject) == (way.deployment, way.subject)
    assert launch.context_id and "\n" not in launch.context_title


@pytest.mark.parametrize("lms", RIGHT_CHOICES)
async def test_how_real_lmses_ask_for_exercises_is_understood(lms: str) -> None:
    way = RIGHT_CHOICES[lms]
    launch = await verify(as_sent_by(deep_linking(now()), way))
    asked = way.changes[DL]
    assert launch.message is Message.DEEP_LINKING and launch.is_staff
    assert launch.content_request == ContentRequest(
        asked["deep_link_return_url"], asked.get("data"), asked["accept_multiple"], True
    )


async def test_an_lms_that_wants_no_line_items_gets_none() -> None:
    good = deep_linking(now())
    launch = await verify(sign(good | {DL: good[DL] | {"accept_lineitem": False}}))
    assert launch.content_request is not None and not launch.content_request.accepts_lineitem


async def test_titles_and_names_are_tidied_and_cut_not_refused() -> None:
    """Only shown: a line end that a teacher has pasted locks nobody out."""
    context = {"id": "7", "title": " Data\n\tscience\x00 " + "x" * 9000}
    launch = await verify(sign(claims(now()) | {f"{CLAIM}context": context, "name": "Ada\r\n\ud800Öztürk"}))
    assert launch.context_title.startswith("Data science xxx") and len(launch.context_title) == 255
    assert launch.display_name == "Ada Öztürk"


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


_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # halves of characters, too
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=10,
)
_INNER = [
    *((f"{CLAIM}resource_link", name) for name in ("id", "title")),
    *((f"{CLAIM}context", name) for name in ("id", "title", "label")),
    *((f"{CLAIM}custom", name) for name in Custom.__dataclass_fields__),
    *((AGS, name) for name in ("scope", "lineitem", "lineitems")),
    *((DL, name) for name in ("deep_link_return_url", "accept_types", "accept_multiple", "accept_lineitem", "data")),
    (f"{CLAIM}launch_presentation", "locale"),
]


@settings(max_examples=300, deadline=None)
@given(where=st.sampled_from([*((name,) for name in (*claims(0), "azp", "nbf", DL)), *_INNER]), value=_JSON,
       deep=st.booleans())  # fmt: skip
async def test_no_claim_does_more_than_refuse(where: tuple[str, ...], value: Any, deep: bool) -> None:
    made = deep_linking(now()) if deep else claims(now())
    made[where[0]] = value if len(where) == 1 else made.get(where[0], {}) | {where[1]: value}
    try:
        launch = await verify(sign(made))
    except LaunchRefused as error:
        assert str(error)
        return
    assert isinstance(launch, Launch) and launch.subject.strip()
    assert launch.is_staff == deep or where[0] == f"{CLAIM}roles"
    texts = [launch.subject, launch.context_id, launch.context_title, launch.resource_title, launch.display_name or ""]
    "".join(texts).encode()  # fit for the store


@settings(max_examples=200, deadline=None)
@given(header=_JSON, payload=st.binary(max_size=50))
async def test_no_signed_token_does_more_than_refuse(header: Any, payload: bytes) -> None:
    for head in (header, {"alg": "RS256", "kid": "main"}, {"alg": "RS256", "kid": "main", "crit": header}):
        with pytest.raises(LaunchRefused):
            await verify(raw(head, payload))


@settings(max_examples=200, deadline=None)
@given(token=_TEXT | st.from_regex(r"[A-Za-z0-9_=-]{0,20}(\.[A-Za-z0-9_=-]{0,20}){0,4}", fullmatch=True))
async def test_no_text_in_place_of_a_token_does_more_than_refuse(token: str) -> None:
    with pytest.raises(LaunchRefused):
        await verify(token)


async def test_an_administrator_may_allow_all_deployments() -> None:
    anyone = PLATFORM.model_copy(update={"deployments": ("*",)})
    launch = await verify(sign(claims(now()) | {f"{CLAIM}deployment_id": "never seen"}), platform=anyone)
    assert launch.deployment == "never seen"


async def test_instructors_are_staff_and_mentors_are_not() -> None:
    for role, staff in [(INSTRUCTOR, True), (INSTRUCTOR.replace("Instructor", "Mentor"), False)]:
        assert (await verify(sign(claims(now()) | {f"{CLAIM}roles": role}))).is_staff is staff
