"""What to paste where: every LMS is told every address that it needs, and nothing secret unasked."""

import json
from typing import get_args
from xml.etree import ElementTree

import pytest

from openjupyter_service.lti.addresses import ToolAddresses, tool_addresses
from openjupyter_service.lti.cartridge import canvas_key, cartridge
from openjupyter_service.lti.products import speaks
from openjupyter_service.lti.setup import as_text, guide
from openjupyter_service.lti.steps import Guide, Values
from openjupyter_service.platforms import Product
from openjupyter_service.settings import Settings

TOOL = ToolAddresses("https://lab.example.org/hub/")
PRODUCTS: tuple[Product, ...] = get_args(Product)
MODERN = [product for product in PRODUCTS if speaks(product, "1.3")]


def values_of(found: Guide) -> str:
    return "\n".join(field.value for step in found.steps for field in step.fields)


@pytest.mark.parametrize("product", [product for product in MODERN if product != "canvas"])
def test_lti_13_is_told_every_address(product: Product) -> None:
    shown = values_of(guide(product, "1.3", Values(TOOL)))
    for address in (TOOL.launch, TOOL.login, TOOL.jwks):
        assert address in shown


def test_canvas_is_told_by_one_address() -> None:
    shown = values_of(guide("canvas", "1.3", Values(TOOL)))
    assert TOOL.canvas in shown and TOOL.launch in shown


@pytest.mark.parametrize("product", PRODUCTS)
def test_lti_11_is_told_launch_url_and_credentials(product: Product) -> None:
    found = guide(product, "1.1", Values(TOOL, name="campus", consumer_key="the-key", secret="the-secret"))
    shown = values_of(found)
    assert "/hub/lti/launch" in shown or TOOL.domain in shown
    assert "the-key" in shown and "the-secret" in shown
    assert "exercise=EXERCISE" in shown and "course=COURSE" in shown


@pytest.mark.parametrize("product", PRODUCTS)
def test_without_the_secret_it_is_said_where_to_find_it(product: Product) -> None:
    text = as_text(guide(product, "1.1", Values(TOOL, name="campus", consumer_key="the-key")))
    assert "openjupyter platform show campus --secret" in text


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_platform_that_is_known_need_not_be_added(product: Product) -> None:
    for version in ("1.1", "1.3") if product in MODERN else ("1.1",):
        fresh, known = (as_text(guide(product, version, Values(TOOL, is_registered=known))) for known in (False, True))  # type: ignore[arg-type]
        assert "platform add" in fresh and "platform add" not in known
        assert "platform check NAME" in fresh and "platform check NAME" in known


@pytest.mark.parametrize("product", MODERN)
def test_the_text_for_a_terminal_numbers_its_steps_and_keeps_values_whole(product: Product) -> None:
    found = guide(product, "1.3", Values(TOOL))
    text = as_text(found)
    for number, step in enumerate(found.steps, start=1):
        assert f"{number}. {step.text}" in text
        for field in step.fields:
            for line in field.value.splitlines():
                assert any(shown.endswith(line) for shown in text.splitlines())


def test_addresses_follow_from_the_settings() -> None:
    def hub(**values: object) -> str:
        return tool_addresses(Settings.model_validate({"data_dir": "/x", **values})).hub_url

    assert hub(public_url="https://lab.example.org") == "https://lab.example.org/hub/"
    assert hub(public_url="https://lab.example.org/jupyter/") == "https://lab.example.org/jupyter/hub/"
    assert hub() == "http://127.0.0.1:8000/hub/"
    assert hub(bind="0.0.0.0", port=80, gateway_port=81) == "http://127.0.0.1:80/hub/"
    assert hub(bind="::1") == "http://[::1]:8000/hub/"
    assert TOOL.is_public and not ToolAddresses("http://lab.example.org/hub/").is_public
    assert not ToolAddresses("https://127.0.0.1/hub/").is_public
    assert ToolAddresses("https://lab.example.org:8443/hub/").domain == "lab.example.org:8443"
    assert TOOL.registration("a/b+c") == "https://lab.example.org/hub/lti/register?token=a%2Fb%2Bc"


# ----------------------------------------------------------------------------- files for machines

CC = "{http://www.imsglobal.org/xsd/imslticc_v1p0}"
BLTI = "{http://www.imsglobal.org/xsd/imsbasiclti_v1p0}"
LTICM = "{http://www.imsglobal.org/xsd/imslticm_v1p0}"
LTICP = "{http://www.imsglobal.org/xsd/imslticp_v1p0}"
SEQUENCE = [
    "title",
    "description",
    "custom",
    "extensions",
    "launch_url",
    "secure_launch_url",
    "icon",
    "secure_icon",
    "vendor",
]
"""Of BasicLTILink in imsbasiclti_v1p0p1.xsd."""


def test_the_cartridge_has_the_shape_of_its_schema() -> None:
    root = ElementTree.fromstring(cartridge(TOOL))
    assert root.tag == f"{CC}cartridge_basiclti_link"
    names = [child.tag.removeprefix(BLTI) for child in root]
    assert names == [name for name in SEQUENCE if name in names] and len(set(names)) == len(names)
    assert {"title", "launch_url", "secure_launch_url", "vendor"} <= set(names)
    assert root.findtext(f"{BLTI}launch_url") == root.findtext(f"{BLTI}secure_launch_url") == TOOL.launch
    assert [child.tag for child in root.find(f"{BLTI}vendor") or []] == [f"{LTICP}code", f"{LTICP}name"]
    extensions = root.find(f"{BLTI}extensions")
    assert extensions is not None and extensions.get("platform") == "canvas.instructure.com"
    told = {child.get("name"): child.text for child in extensions if child.tag == f"{LTICM}property"}
    assert told["domain"] == "lab.example.org"
    schemas = (root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation") or "").split()
    assert (
        len(schemas) == 8 and schemas[1].endswith("imslticc_v1p0.xsd") and schemas[3].endswith("imsbasiclti_v1p0p1.xsd")
    )


def test_a_cartridge_without_tls_names_no_secure_address() -> None:
    root = ElementTree.fromstring(cartridge(ToolAddresses("http://localhost:8000/hub/")))
    assert root.find(f"{BLTI}secure_launch_url") is None and root.find(f"{BLTI}secure_icon") is None


def test_canvas_gets_a_whole_key() -> None:
    jwk = {"kty": "RSA", "kid": "one", "n": "x", "e": "AQAB", "alg": "RS256", "use": "sig"}
    key = canvas_key(TOOL, jwk)
    json.dumps(key)
    assert key["target_link_uri"] == TOOL.launch and key["oidc_initiation_url"] == TOOL.login
    assert key["public_jwk_url"] == TOOL.jwks and key["public_jwk"] == jwk
    assert all(scope.startswith("https://purl.imsglobal.org/spec/lti-ags/scope/") for scope in key["scopes"])
    (extension,) = key["extensions"]
    assert (extension["platform"], extension["domain"]) == ("canvas.instructure.com", "lab.example.org")
    assert extension["privacy_level"] in ("public", "name_only", "email_only", "anonymous")
    placements = {placement["placement"]: placement for placement in extension["settings"]["placements"]}
    assert set(placements) == {"assignment_selection", "link_selection"}
    assert all(placement["message_type"] == "LtiDeepLinkingRequest" for placement in placements.values())
    assert "public_jwk" not in canvas_key(TOOL)
