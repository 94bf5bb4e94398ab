from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.launch import ContentRequest, Custom, Message, OutcomeService
from openjupyter_service.lti.launch11 import (
    MAX_BYTES,
    MAX_PARAMETERS,
    WINDOW_SECONDS,
    AnonymousLaunch,
    decode_parameters,
)
from tests.unit.lti.signing import KEY, NOW, PARAMETERS, SECRET, URL, Nonces, sign, verify
from tests.unit.lti.wrong_ways11 import (
    NOT_FOR_EVERYBODY_11,
    SIGNATURE,
    WRONG_WAYS_11,
    Signer,
    content_item_parameters,
)


def test_a_signed_launch_is_read() -> None:
    launch = verify(sign())
    assert (launch.platform, launch.subject) == ("moodle", "StuDent7")
    assert (launch.context_id, launch.resource_link_id) == ("course-7", "link-1")
    assert (launch.context_title, launch.resource_title) == ("Data science", "Warm-up")
    assert (launch.custom.course, launch.custom.exercise) == ("python", "warm-up")
    assert launch.grade_service == OutcomeService(
        "https://lms.example/outcome?course=7", '{"data":{"instanceid":"2"},"hash":"a&b"}'
    )
    assert not launch.is_staff and launch.message is Message.RESOURCE_LINK and launch.version == "1.1"
    assert (launch.locale, launch.display_name) == ("en-GB", "Ada Öztürk")


def test_sha256_is_accepted_too() -> None:
    assert verify(sign(method="HMAC-SHA256")).subject == "StuDent7"


def test_query_parameters_are_signed_with_the_body() -> None:
    body = sign(url=URL + "?theme=dark%20blue")
    assert verify(body, query=b"theme=dark%20blue").subject == "StuDent7"
    with pytest.raises(LaunchRefused, match="signature"):
        verify(body, query=b"theme=light")


def test_a_default_port_is_no_part_of_what_is_signed() -> None:
    """RFC 5849, section 3.4.1.2."""
    body = sign(url="https://lab.example/hub/lti/launch")
    assert verify(body, url="https://LAB.example:443/hub/lti/launch").subject == "StuDent7"


def test_empty_parameters_are_signed() -> None:
    assert verify(sign({"resource_link_description": ""})).subject == "StuDent7"


SIGNER = Signer(URL, KEY, SECRET, NOW)


@pytest.mark.parametrize("name", WRONG_WAYS_11)
def test_a_wrong_way_in_is_refused_for_its_own_reason(name: str) -> None:
    wrong, nonces = WRONG_WAYS_11[name], Nonces()
    with pytest.raises(LaunchRefused) as refused:
        verify(wrong.build(SIGNER), query=wrong.query, nonces=nonces)
    assert wrong.reason in str(refused.value)
    assert isinstance(refused.value, AnonymousLaunch) == (wrong.reason == "launches anonymously")
    if wrong.reason == SIGNATURE:
        assert nonces.used == {}, "anybody could use nonces up"


def test_a_base_string_made_by_hand_is_that_of_the_library() -> None:
    """Else the wrong ones would be refused for another reason than theirs."""
    assert verify(SIGNER.by_hand()).subject == "StuDent7"


@pytest.mark.parametrize("name", NOT_FOR_EVERYBODY_11)
def test_no_trick_makes_staff(name: str) -> None:
    launch = verify(NOT_FOR_EVERYBODY_11[name].build(SIGNER))
    assert launch.message is Message.DEEP_LINKING and not launch.is_staff


def test_a_request_for_content_items_is_read() -> None:
    launch = verify(sign(content_item_parameters()))
    assert launch.message is Message.DEEP_LINKING and launch.is_staff
    assert (launch.resource_link_id, launch.grade_service, launch.context_id) == ("", None, "course-7")
    assert launch.content_request == ContentRequest("https://lms.example/items?course=7", "opaque <7>", True, False)


@pytest.mark.parametrize(
    ("changes", "several", "data"),
    [
        ({"accept_multiple": None, "data": None}, False, None),
        ({"accept_multiple": "false", "accept_media_types": "*/*"}, False, "opaque <7>"),
        ({"accept_media_types": "image/*, application/vnd.ims.lti.v1.ltilink"}, True, "opaque <7>"),
    ],
)
def test_a_request_for_content_items_may_leave_out_what_is_optional(
    changes: dict[str, str | None], several: bool, data: str | None
) -> None:
    request = verify(sign(content_item_parameters() | changes)).content_request
    assert request is not None and (request.accepts_several, request.data) == (several, data)


def test_a_launch_is_no_request_for_content_items() -> None:
    launch = verify(sign({"content_item_return_url": "https://lms.example/items"}))
    assert launch.message is Message.RESOURCE_LINK and launch.content_request is None


def test_custom_parameters_name_the_exercise_and_nothing_else_does() -> None:
    named = {"custom_repository": "https://git.example/x.git", "custom_branch": "winter", "custom_course": None}
    assert verify(sign(named)).custom == Custom("", "https://git.example/x.git", "winter", "warm-up")
    others = {"custom_course": None, "custom_exercise": None, "course": "x", "exercise": "x", "ext_custom_course": "x"}
    assert verify(sign({**others, "Custom_Course": "x", "custom_COURSE": "x"})).custom == Custom()


RIGHT_WAYS_11: dict[str, dict[str, str | None]] = {
    "Moodle": {
        "roles": "Instructor,urn:lti:sysrole:ims/lis/Administrator,urn:lti:instrole:ims/lis/Administrator",
        "tool_consumer_info_product_family_code": "moodle", "oauth_callback": "about:blank", "ext_lms": "moodle-2",
        "resource_link_description": "<p>First\r\nsteps</p>", "launch_presentation_document_target": "window",
    },
    "Canvas": {
        "roles": "Instructor,urn:lti:instrole:ims/lis/Administrator", "oauth_callback": "about:blank",
        "ext_roles": "urn:lti:instrole:ims/lis/Instructor,urn:lti:role:ims/lis/Instructor,urn:lti:sysrole:ims/lis/User",
        "custom_canvas_user_id": "$Canvas.user.id", "ext_outcome_data_values_accepted": "url,text",
    },
    "Open edX": {"roles": "Staff,urn:lti:role:ims/lis/Instructor", "lis_person_name_full": None, "context_label": "DS"},
    "openHPI": {
        "roles": "urn:lti:role:ims/lis/TeachingAssistant", "user_id": "5e884898da28047151d0e56f8dc6292773603d0d",
        "lis_outcome_service_url": None, "lis_result_sourcedid": None, "lis_person_name_full": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("lms", RIGHT_WAYS_11)
def test_what_real_lmses_send_is_accepted(lms: str) -> None:
    launch = verify(sign(RIGHT_WAYS_11[lms]))
    assert launch.is_staff and launch.custom.exercise == "warm-up"
    assert (launch.grade_service is None) == (lms == "openHPI")


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*PARAMETERS, *content_item_parameters(), "custom_branch"]),
                               st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=4),
       choosing=st.booleans())  # fmt: skip
def test_no_signed_value_does_more_than_refuse(changes: dict[str, str], choosing: bool) -> None:
    try:
        launch = verify(SIGNER((content_item_parameters() if choosing else {}) | changes))
    except LaunchRefused as error:
        assert str(error)
        return
    assert launch.subject.strip() and (
        launch.is_staff == choosing or "roles" in changes or "lti_message_type" in changes
    )


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=60))
def test_no_bytes_do_more_than_refuse(body: bytes) -> None:
    for sent in (body, sign() + b"&x" + body):
        with pytest.raises(LaunchRefused):
            verify(sent)


@pytest.mark.parametrize("user_id", [None, "", "  "])
def test_a_launch_without_user_is_told_apart(user_id: str | None) -> None:
    with pytest.raises(AnonymousLaunch, match="moodle"):
        verify(sign({"user_id": user_id}))


@pytest.mark.parametrize("missing", ["lis_outcome_service_url", "lis_result_sourcedid"])
def test_half_an_outcome_service_is_none(missing: str) -> None:
    launch = verify(sign({missing: None}))
    assert launch.grade_service is None


def test_a_launch_may_leave_out_what_is_optional() -> None:
    launch = verify(
        sign(
            {
                name: None
                for name in PARAMETERS
                if name not in ("lti_message_type", "lti_version", "user_id", "resource_link_id")
            }
        )
    )
    assert (launch.context_id, launch.custom, launch.is_staff) == ("", Custom(), False)
    assert launch.locale is launch.display_name is launch.grade_service is None


def test_titles_are_tidied_and_cut() -> None:
    launch = verify(sign({"context_title": " Data\n\tscience\x00 " + "x" * 500, "launch_presentation_locale": "../x"}))
    assert launch.context_title.startswith("Data science xxx") and len(launch.context_title) == 255
    assert launch.locale is None


@pytest.mark.parametrize("name", [*PARAMETERS, "oauth_timestamp", "oauth_nonce", "oauth_consumer_key"])
def test_a_changed_parameter_breaks_the_signature(name: str) -> None:
    pairs = [(each, value + "0" * (each == name)) for each, value in decode_parameters(sign())]
    with pytest.raises(LaunchRefused, match=r"signature|registered|oauth_timestamp is"):
        verify(urlencode(pairs).encode())


@pytest.mark.parametrize("addition", ["custom_admin=1", "custom_course=other", "x=y"])
def test_an_added_parameter_breaks_the_launch(addition: str) -> None:
    with pytest.raises(LaunchRefused, match=r"signature|given 2 times"):
        verify(sign() + b"&" + addition.encode())


@pytest.mark.parametrize(
    "name", ["oauth_nonce", "oauth_signature", "user_id", "custom_course", "lis_result_sourcedid", "lti_version"]
)
def test_what_must_be_unique_is_refused_twice_even_when_equal(name: str) -> None:
    twice = dict(parse_qsl(sign().decode(), keep_blank_values=True))[name]
    with pytest.raises(LaunchRefused, match="given 2 times"):
        verify(sign() + b"&" + urlencode({name: twice}).encode())
    with pytest.raises(LaunchRefused, match="given 2 times"):
        verify(sign(), query=urlencode({name: twice}).encode())


@pytest.mark.parametrize(
    "name", ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature_method", "oauth_signature"]
)
@pytest.mark.parametrize("empty", [False, True])
def test_a_launch_that_is_not_signed_is_refused(name: str, empty: bool) -> None:
    values = dict(decode_parameters(sign()))
    del values[name]
    if empty:
        values[name] = ""
    with pytest.raises(LaunchRefused):
        verify(urlencode(values).encode())


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(LaunchRefused, match="oauth_consumer_key is missing"):
        verify(b"")


def test_another_method_breaks_the_signature() -> None:
    from openjupyter_service.lti.launch11 import verify_launch
    from tests.unit.lti.signing import consumer

    with pytest.raises(LaunchRefused, match="signature"):
        verify_launch("GET", URL, decode_parameters(sign()), [], consumer=consumer, nonces=Nonces(), now=NOW)


@pytest.mark.parametrize("clock", [NOW - WINDOW_SECONDS, NOW + WINDOW_SECONDS])
def test_the_window_is_wide_enough_for_clocks_that_differ(clock: float) -> None:
    assert verify(sign(), now=clock).subject == "StuDent7"


def test_a_replay_is_refused_for_as_long_as_its_timestamp_would_do() -> None:
    nonces = Nonces()
    body = sign(timestamp=NOW + WINDOW_SECONDS)
    verify(body, nonces=nonces, now=NOW)
    with pytest.raises(LaunchRefused, match="nonce"):
        verify(body, nonces=nonces, now=NOW)
    (expires_at,) = nonces.used.values()
    with pytest.raises(LaunchRefused, match="from our clock"):
        verify(body, nonces=Nonces(), now=expires_at)


def test_platforms_do_not_use_up_one_anothers_nonces() -> None:
    nonces = Nonces()
    assert verify(sign(), nonces=nonces).platform == "moodle"
    assert verify(sign(key="other-key", secret="other secret"), nonces=nonces).platform == "openhpi"


def test_the_reason_tells_no_secret() -> None:
    with pytest.raises(LaunchRefused) as refused:
        verify(sign(secret="wrong"))
    text = str(refused.value)
    assert not any(value in text for value in ("StuDent7", "secret", "Ada", "row", "nonce-1"))


def test_too_much_is_refused() -> None:
    with pytest.raises(LaunchRefused, match="longer than"):
        decode_parameters(b"a=" + b"x" * MAX_BYTES)
    with pytest.raises(LaunchRefused, match="more than"):
        decode_parameters(b"a=1&" * (MAX_PARAMETERS + 1))
    half = MAX_BYTES // 2
    with pytest.raises(LaunchRefused, match="longer than"):
        verify(b"a=" + b"x" * half, query=b"b=" + b"x" * half)
    with pytest.raises(LaunchRefused, match="more than"):
        verify(b"a=1&" * (MAX_PARAMETERS // 2), query=b"a=1&" * (MAX_PARAMETERS // 2 + 1))


@pytest.mark.parametrize("encoded", [b"user_id=%ff%fe", b"user_id=\xff", "user_id=ü".encode()])
def test_what_is_no_form_is_refused(encoded: bytes) -> None:
    with pytest.raises(LaunchRefused, match="decoded"):
        decode_parameters(encoded)


def test_a_launch_does_not_print_who_the_learner_is() -> None:
    text = repr(verify(sign()))
    assert "StuDent7" not in text and "Ada" not in text and "instanceid" not in text
