"""The OAuth 1.0a arithmetic against the worked examples of RFC 5849, and against oauthlib."""

import pytest
from oauthlib.oauth1.rfc5849 import signature as reference

from deploy.demo_lms import oauth1

RFC_HEADER = (
    'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7",'
    ' oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a",'
    ' oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"'
)
RFC_URL = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
RFC_BASE_STRING = (
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
    "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
    "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
)


def test_base_string_of_section_3_4_1_1() -> None:
    parameters = oauth1.parse_authorization(RFC_HEADER) + oauth1.form_parameters("c2&a3=2+q")
    assert oauth1.signature_base_string("post", RFC_URL, parameters) == RFC_BASE_STRING


def test_normalized_parameters_of_section_3_4_1_3_2() -> None:
    parameters = oauth1.parse_authorization(RFC_HEADER) + oauth1.form_parameters("c2&a3=2+q")
    signed = [pair for pair in parameters if pair[0] != "oauth_signature"] + oauth1.query_parameters(RFC_URL)
    assert oauth1.normalized_parameters(signed) == (
        "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2&oauth_nonce=7d8f3e4a"
        "&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7"
    )


def test_signature_of_the_example_in_section_1_2() -> None:
    header = (
        'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk",'
        ' oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH",'
        ' oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"'
    )
    parameters = oauth1.parse_authorization(header)
    url = "http://photos.example.net/photos?file=vacation.jpg&size=original"
    base = oauth1.signature_base_string("GET", url, parameters)
    assert oauth1.hmac_sha1(base, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00") == dict(parameters)["oauth_signature"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("https://example.org:443", "https://example.org/"),
        ("http://example.org:443/a#part", "http://example.org:443/a"),
        ("http://[::1]:8010/outcomes", "http://[::1]:8010/outcomes"),
    ],
)
def test_base_string_uri_of_section_3_4_1_2(url: str, expected: str) -> None:
    assert oauth1.base_string_uri(url) == expected


def test_percent_encoding_of_section_3_6() -> None:
    assert oauth1.percent_encode('aZ09-._~ +&=/é"') == "aZ09-._~%20%2B%26%3D%2F%C3%A9%22"


@pytest.mark.parametrize("value", ["", "plain", "a b+c", 'quote " & <tag>', "Chloé", "%41", "ß" * 40, "=&?"])
def test_oauthlib_computes_the_same(value: str) -> None:
    url, parameters = (
        "http://example.org:8000/launch?x=1&y=a%20b",
        [("name", value), ("name", "b"), ("oauth_nonce", "n")],
    )
    ours = oauth1.signature_base_string("POST", url, parameters)
    theirs = reference.signature_base_string(
        "POST",
        reference.base_string_uri(url),
        reference.normalize_parameters(
            [*parameters, *reference.collect_parameters(uri_query="x=1&y=a%20b", exclude_oauth_signature=True)]
        ),
    )
    assert ours == theirs
    assert oauth1.hmac_sha1(ours, "se cret&") == reference.sign_hmac_sha1_with_client(
        theirs, type("Client", (), {"client_secret": "se cret&", "resource_owner_secret": ""})()
    )


def test_header_without_realm_and_decoded() -> None:
    header = 'OAuth realm="say \\"hi\\", you",oauth_nonce="a%2Cb%22" ,\toauth_empty=""'
    assert oauth1.parse_authorization(header) == [("oauth_nonce", 'a,b"'), ("oauth_empty", "")]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "OAuth",
        "Bearer abc",
        'Basic oauth_nonce="1"',
        "OAuth oauth_nonce=1",
        'OAuth oauth_nonce="1" oauth_version="1.0"',
        'OAuth oauth_nonce="1",',
        'OAuth oauth_nonce="1",,a="2"',
        'OAuth oauth_nonce="1", oauth_nonce="1"',
        'OAuth oauth_nonce="1", oauth%5Fnonce="2"',
        'OAuth oauth_nonce="%4"',
        'OAuth oauth_nonce="%FF"',
        'OAuth oauth_nonce="a b"',
        'OAuth oauth_nonce="a/b"',
        'OAuth oauth_nonce="a\\"b"',
        'OAuth oauth_nonce="1" x',
    ],
)
def test_malformed_headers_are_refused(header: str) -> None:
    with pytest.raises(oauth1.MalformedHeader):
        oauth1.parse_authorization(header)


def test_body_hash_of_the_specification() -> None:
    assert oauth1.body_hash(b"Hello World!") == "Lve95gjOVATpfV8EL5X4nxwjKHE="
    assert oauth1.body_hash(b"") == "2jmj7l5rSw0yVb/vlWAYkK/YBwk="
