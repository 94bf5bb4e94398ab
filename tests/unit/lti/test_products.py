"""What follows from a product and its base URL."""

import pytest

from openjupyter_service.lti.products import (
    PRODUCT_NAMES,
    Preset,
    UnknownAddress,
    default_deployments,
    preset,
    product_of,
    sibling_address,
    speaks,
)
from openjupyter_service.platforms import Platform13, Product


def addresses(found: Preset) -> tuple[str, str, str, str]:
    return found.issuer, found.authorization_url, found.token_url, found.jwks_url


@pytest.mark.parametrize(
    "base", ["https://moodle.example.org", "https://moodle.example.org/", "https://moodle.example.org/?x=1"]
)
def test_moodle_follows_from_its_address(base: str) -> None:
    lms = "https://moodle.example.org"
    assert addresses(preset("moodle", base)) == (
        lms,
        f"{lms}/mod/lti/auth.php",
        f"{lms}/mod/lti/token.php",
        f"{lms}/mod/lti/certs.php",
    )


def test_a_moodle_may_live_in_a_folder() -> None:
    assert preset("moodle", "https://example.org/moodle/").token_url == "https://example.org/moodle/mod/lti/token.php"


@pytest.mark.parametrize("environment", ["", "beta.", "test."])
def test_canvas_in_the_cloud_shares_its_issuer(environment: str) -> None:
    found = preset("canvas", f"https://school.{environment}instructure.com/courses/7?x=1")
    assert addresses(found) == (
        f"https://canvas.{environment}instructure.com",
        f"https://sso.{environment}canvaslms.com/api/lti/authorize_redirect",
        f"https://school.{environment}instructure.com/login/oauth2/token",
        f"https://sso.{environment}canvaslms.com/api/lti/security/jwks",
    )


def test_a_canvas_of_ones_own_has_its_own_addresses() -> None:
    found = preset("canvas", "https://canvas.example.org")
    assert found.issuer == "https://canvas.instructure.com"
    assert found.jwks_url == "https://canvas.example.org/api/lti/security/jwks"
    assert preset("canvas", "https://instructure.com.evil.example").jwks_url.startswith("https://instructure.com.evil")


def test_blackboard_needs_no_address_but_the_client_id() -> None:
    found = preset("blackboard", "", "0a1b")
    assert found.issuer == "https://blackboard.com"
    assert found.jwks_url == "https://developer.blackboard.com/api/v1/management/applications/0a1b/jwks.json"
    assert preset("blackboard").jwks_url == ""


def test_brightspace_has_an_audience_of_its_own() -> None:
    found = preset("brightspace", "https://school.brightspace.com/d2l/home")
    assert found.issuer == "https://school.brightspace.com"
    assert found.token_url == "https://auth.brightspace.com/core/connect/token"
    assert found.token_audience == "https://api.brightspace.com/auth/token"


def test_open_edx_needs_one_of_two_addresses() -> None:
    found = preset("openedx", "https://courses.example.org/dashboard")
    assert found.issuer == "https://courses.example.org"
    assert found.authorization_url == "https://courses.example.org/api/lti_consumer/v1/launch/"
    assert found.deployments == ("1",)
    token = "https://courses.example.org/api/lti_consumer/v1/token/0a1b"
    keys = "https://courses.example.org/api/lti_consumer/v1/public_keysets/0a1b"
    assert sibling_address(token, "") == (token, keys)
    assert sibling_address("", keys) == (token, keys)
    assert sibling_address(token, "https://other.example/keys") == (token, "https://other.example/keys")
    assert sibling_address("https://other.example/t", "") == ("https://other.example/t", "")
    assert sibling_address("", "") == ("", "")


@pytest.mark.parametrize("product", ["moodle", "canvas", "openedx", "brightspace"])
@pytest.mark.parametrize("base", ["", "moodle.example.org", "ftp://x", "https://user@x.example", "https://"])
def test_what_is_no_address_is_refused_with_an_example(product: Product, base: str) -> None:
    with pytest.raises(UnknownAddress, match=r"such as https://"):
        preset(product, base)


@pytest.mark.parametrize("product", ["moodle", "canvas", "blackboard", "brightspace"])
def test_what_follows_is_enough_for_a_platform(product: Product) -> None:
    found = preset(product, "https://lms.example.org", "id")
    platform = Platform13(
        name="lms",
        product=product,
        issuer=found.issuer,
        client_id="id",
        authorization_url=found.authorization_url,
        token_url=found.token_url,
        jwks_url=found.jwks_url,
        token_audience=found.token_audience,
    )
    assert platform.issuer
    assert {"client_id", "deployments"} <= set(found.hints)


def test_openhpi_speaks_the_old_version_alone() -> None:
    assert [product for product in PRODUCT_NAMES if not speaks(product, "1.3")] == ["openhpi"]
    assert all(speaks(product, "1.1") for product in PRODUCT_NAMES)


@pytest.mark.parametrize(
    ("family", "product"),
    [
        ("moodle", "moodle"),
        ("canvas", "canvas"),
        ("BlackboardLearn", "blackboard"),
        ("desire2learn", "brightspace"),
        ("D2L Brightspace", "brightspace"),
        ("open-edx", "openedx"),
        ("sakai", "other"),
        ("", "other"),
    ],
)
def test_products_are_known_by_what_they_say(family: str, product: Product) -> None:
    assert product_of(family) == product


def test_deployments_of_a_fresh_registration() -> None:
    assert default_deployments("https://lms.example", "7") == ("7",)
    assert default_deployments("https://lms.example") == ("*",)
    assert default_deployments("https://blackboard.com/") == ()
    assert default_deployments("https://canvas.instructure.com") == ()
