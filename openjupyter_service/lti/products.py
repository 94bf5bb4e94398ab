"""What is known of an LMS product: which addresses follow from its base URL, and what must be copied from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.platforms import ANY_DEPLOYMENT, Product, is_web_address

PRODUCT_NAMES: Mapping[Product, str] = {
    "moodle": "Moodle",
    "canvas": "Canvas",
    "openedx": "Open edX",
    "blackboard": "Blackboard",
    "brightspace": "Brightspace",
    "openhpi": "openHPI",
    "other": "another LMS",
}
SHARED_ISSUERS = (
    "https://blackboard.com",
    "https://canvas.instructure.com",
    "https://canvas.beta.instructure.com",
    "https://canvas.test.instructure.com",
)
"""Issuers of many institutions at once: which one a launch comes from, only its client id and deployment tell."""


class UnknownAddress(OpenJupyterError):
    """A base URL is none, or not one that the product has."""

    status = 400


@dataclass(frozen=True, slots=True)
class Preset:
    """What a product's base URL tells of a platform of LTI 1.3: values for fields of Platform13, "" where unknown."""

    issuer: str = ""
    authorization_url: str = ""
    token_url: str = ""
    jwks_url: str = ""
    token_audience: str = ""
    deployments: tuple[str, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    """Where in the LMS a value stands that does not follow; by the name of the field."""


def _moodle(base: str, client_id: str) -> Preset:
    return Preset(
        issuer=base,
        authorization_url=f"{base}/mod/lti/auth.php",
        token_url=f"{base}/mod/lti/token.php",
        jwks_url=f"{base}/mod/lti/certs.php",
        hints={
            "client_id": "in Moodle: Manage tools, the list icon of the tool's card, Client ID",
            "deployments": "in Moodle: the same list, Deployment ID, a small number",
        },
    )


def _canvas(base: str, client_id: str) -> Preset:
    # Instructure's cloud has one issuer and one sign-on host for every institution, per environment; the token
    # endpoint and all services are the institution's own.
    host = urlsplit(base).hostname or ""
    environment = next((name for name in ("beta", "test") if host.endswith(f".{name}.instructure.com")), "")
    dot = f".{environment}" if environment else ""
    hosted = host.endswith(".instructure.com")
    shared = f"https://sso{dot}.canvaslms.com" if hosted else base
    return Preset(
        issuer=f"https://canvas{dot}.instructure.com",
        authorization_url=f"{shared}/api/lti/authorize_redirect",
        token_url=f"{base}/login/oauth2/token",
        jwks_url=f"{shared}/api/lti/security/jwks",
        hints={
            "issuer": "a Canvas of your own says it in config/security.yml, lti_iss",
            "client_id": "in Canvas: Developer Keys, the long number in the column Details",
            "deployments": "in Canvas: Settings, Apps, View App Configurations, the app's menu, Deployment Id",
        },
    )


def _openedx(base: str, client_id: str) -> Preset:
    return Preset(
        issuer=base,
        authorization_url=f"{base}/api/lti_consumer/v1/launch/",
        deployments=("1",),
        hints={
            "client_id": "in Studio: shown by the LTI Consumer component once it is saved, Client ID",
            "token_url": "in Studio: the same place, Access Token URL",
            "jwks_url": "in Studio: the same place, Keyset URL",
        },
    )


def _blackboard(base: str, client_id: str) -> Preset:
    gateway = "https://developer.blackboard.com/api/v1"
    return Preset(
        issuer="https://blackboard.com",
        authorization_url=f"{gateway}/gateway/oidcauth",
        token_url=f"{gateway}/gateway/oauth2/jwttoken",
        jwks_url=f"{gateway}/management/applications/{client_id}/jwks.json" if client_id else "",
        hints={
            "client_id": "in the developer portal: the application's Application ID",
            "deployments": "in Blackboard: Administrator Panel, LTI Tool Providers, Edit, Deployment ID",
        },
    )


def _brightspace(base: str, client_id: str) -> Preset:
    return Preset(
        issuer=base,
        authorization_url=f"{base}/d2l/lti/authenticate",
        token_url="https://auth.brightspace.com/core/connect/token",  # noqa: S106
        jwks_url=f"{base}/d2l/.well-known/jwks",
        token_audience="https://api.brightspace.com/auth/token",  # noqa: S106
        hints={
            "client_id": "in Brightspace: Manage Extensibility, LTI Advantage, the registration, Client Id",
            "deployments": "in Brightspace: External Learning Tools, LTI Advantage, the deployment, Deployment Id",
        },
    )


def _other(base: str, client_id: str) -> Preset:
    where = "the LMS shows it where the tool is registered"
    return Preset(
        issuer=base,
        hints=dict.fromkeys(("client_id", "deployments", "authorization_url", "token_url", "jwks_url"), where),
    )


_PRESETS: Mapping[str, Callable[[str, str], Preset]] = {
    "moodle": _moodle,
    "canvas": _canvas,
    "openedx": _openedx,
    "blackboard": _blackboard,
    "brightspace": _brightspace,
    "other": _other,
}


def needs_base_url(product: Product) -> bool:
    """Do a platform's addresses follow from where the LMS is? Blackboard's are the same for all."""
    return product != "blackboard"


def speaks(product: Product, version: str) -> bool:
    """Does the product speak this version of LTI? openHPI has 1.1 alone."""
    return version == "1.1" or product in _PRESETS


def preset(product: Product, base_url: str = "", client_id: str = "") -> Preset:
    """What follows from a product and its base URL.

    Args:
        product: of the LMS.
        base_url: where its front page is; a path below it, a query and slashes at the end are forgiven for products
            that live at the root of their host.
        client_id: if known; Blackboard's address of keys holds it.

    Raises:
        UnknownAddress: the base URL is needed and is none.
    """
    base = ""
    if needs_base_url(product) and (base_url or product != "other"):
        if not is_web_address(base_url):
            raise UnknownAddress(
                f"{base_url!r} is not the address of an LMS; write it as the browser shows it on the LMS's front page, "
                "such as https://lms.example.org"
            )
        base = base_url.partition("?")[0].rstrip("/")
        if product not in ("moodle", "other"):  # a Moodle may live in a folder of its host
            parts = urlsplit(base)
            base = f"{parts.scheme}://{parts.netloc}"
    return _PRESETS[product](base, client_id)


def sibling_address(token_url: str, jwks_url: str) -> tuple[str, str]:
    """Both addresses of an Open edX tool, where one of them is given: they differ in one word."""
    if token_url and not jwks_url:
        jwks_url = token_url.replace("/v1/token/", "/v1/public_keysets/") if "/v1/token/" in token_url else ""
    elif jwks_url and not token_url and "/v1/public_keysets/" in jwks_url:
        token_url = jwks_url.replace("/v1/public_keysets/", "/v1/token/")
    return token_url, jwks_url


def product_of(family_code: str) -> Product:
    """The product of a platform's `product_family_code` (LTI Dynamic Registration 1.0, section 2.1.1)."""
    code = "".join(filter(str.isalnum, family_code.lower()))
    known: dict[str, Product] = {
        "moodle": "moodle",
        "canvas": "canvas",
        "openedx": "openedx",
        "edx": "openedx",
        "blackboard": "blackboard",
        "brightspace": "brightspace",
        "desire2learn": "brightspace",
        "d2l": "brightspace",
        "xikolo": "openhpi",
        "openhpi": "openhpi",
    }
    return next((product for word, product in known.items() if word in code), "other")


def is_shared_issuer(issuer: str) -> bool:
    """Do several institutions launch by this issuer?"""
    return issuer.rstrip("/") in SHARED_ISSUERS


def default_deployments(issuer: str, told: str = "") -> tuple[str, ...]:
    """Which deployments of a fresh registration may launch.

    The one that the LMS told. If it told none, all that this LMS makes of a client id that it made for us alone; but
    none yet where the issuer belongs to many institutions, of which each could deploy the tool.
    """
    if told:
        return (told,)
    return () if is_shared_issuer(issuer) else (ANY_DEPLOYMENT,)
