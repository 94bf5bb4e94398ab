from urllib.parse import parse_qsl, urlencode

import pytest

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.launch import Custom, Message, OutcomeService
from openjupyter_service.lti.launch11 import (
    MAX_BYTES,
    MAX_PARAMETERS,
    WINDOW_SECONDS,
    AnonymousLaunch,
    decode_parameters,
)
from tests.unit.lti.signing import NOW, PARAMETERS, URL, Nonces, sign, verify


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
    assert (launch.locale, launch.display_name) == ("de-DE", "Ada Öztürk")


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lti_message_type": "ToolProxyRegistrationRequest"}, "lti_message_type"),
        ({"lti_message_type": None}, "lti_message_type"),
        ({"lti_version": "LTI-2p0"}, "lti_version"),
        ({"lti_version": None}, "lti_version"),
        ({"resource_link_id": None}, "resource_link_id is missing"),
        ({"resource_link_id": " "}, "resource_link_id is missing"),
        ({"user_id": "a" * 600}, "user_id is longer"),
        ({"user_id": "a\x00b"}, "user_id contains control"),
        ({"context_id": "a\nb"}, "context_id contains control"),
        ({"lis_result_sourcedid": "a\x01"}, "lis_result_sourcedid contains control"),
        ({"lis_result_sourcedid": "a" * 5000}, "lis_result_sourcedid is longer"),
        ({"lis_outcome_service_url": "ftp://lms.example/"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "file:///etc/passwd"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "https://user:pass@lms.example/"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "https:///outcome"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "https://lms.example:99999/"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "https://lms.example/a b"}, "lis_outcome_service_url"),
        ({"lis_outcome_service_url": "https://lms.example/" + "a" * 3000}, "lis_outcome_service_url"),
        ({"custom_exercise": "a\x7f"}, "custom_exercise contains control"),
        ({"custom_course": "a" * 600}, "custom_course is longer"),
        ({"x" * 300: "1"}, "name is longer"),
    ],
)
def test_a_signed_launch_that_makes_no_sense_is_refused(changes: dict[str, str | None], reason: str) -> None:
    with pytest.raises(LaunchRefused, match=reason) as refused:
        verify(sign(changes))
    assert not isinstance(refused.value, AnonymousLaunch)


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


@pytest.mark.parametrize(
    ("signed", "reason"),
    [
        (sign(key="unknown"), "registered"),
        (sign(key="other-key"), "signature"),
        (sign(secret="wrong"), "signature"),
        (sign(secret=""), "signature"),
        (sign(url=URL + "/"), "signature"),
        (sign(url=URL.replace("http", "https")), "signature"),
        (sign(method="PLAINTEXT"), "oauth_signature_method"),
        (sign(method="HMAC-SHA512"), "oauth_signature_method"),
        (sign(timestamp=NOW - WINDOW_SECONDS - 1), "from our clock"),
        (sign(timestamp=NOW + WINDOW_SECONDS + 1), "from our clock"),
        (sign(timestamp="1e9"), "number of seconds"),
        (sign(timestamp="-1"), "number of seconds"),
        (sign(timestamp="١٨٠٠٠٠٠٠٠٠"), "number of seconds|signature|decoded"),
        (sign(timestamp="9" * 400), "number of seconds"),
        (sign(nonce="n" * 600), "oauth_nonce is longer"),
    ],
)
def test_a_wrong_signature_key_or_time_is_refused(signed: bytes, reason: str) -> None:
    nonces = Nonces()
    with pytest.raises(LaunchRefused, match=reason):
        verify(signed, nonces=nonces)
    assert nonces.used == {}


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
