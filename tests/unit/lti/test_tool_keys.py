from dataclasses import dataclass

import jwt
import pytest

from openjupyter_service.lti.fetch import Answer
from openjupyter_service.lti.keysets import parse_key_set
from openjupyter_service.lti.tool_keys import generate, key_set, public_jwk, sign_jwt, thumbprint
from tests.unit.lti.fetching import json_answer


@dataclass(frozen=True)
class Key:
    kid: str
    pem: str


@pytest.fixture(scope="module")
def key() -> Key:
    return Key(*generate())


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """RFC 7638, section 3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_new_key_is_strong_and_named_by_its_thumbprint(key: Key) -> None:
    published = public_jwk(key)
    assert key.kid == thumbprint(published) == published["kid"]
    assert jwt.PyJWK(published).key.key_size == 2048
    assert generate()[0] != key.kid


def test_only_the_public_half_is_published(key: Key) -> None:
    document = key_set([key])
    assert [set(entry) for entry in document["keys"]] == [{"kty", "n", "e", "kid", "alg", "use"}]


def test_we_would_accept_our_own_key_set(key: Key) -> None:
    """The rules for platforms' keys hold for ours."""
    answer: Answer = json_answer(key_set([key]))
    keys, refused = parse_key_set(answer)
    assert list(keys) == [key.kid] and refused == {}


def test_what_is_signed_holds_for_the_published_key_and_no_other(key: Key) -> None:
    token = sign_jwt(key, {"iss": "client-7", "aud": "https://lms.example", "exp": 4_000_000_000})
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "RS256", "kid": key.kid}
    claims = jwt.decode(token, jwt.PyJWK(public_jwk(key)).key, ["RS256"], audience="https://lms.example")
    assert claims["iss"] == "client-7"
    other = public_jwk(Key(*generate()))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, jwt.PyJWK(other).key, ["RS256"], audience="https://lms.example")
