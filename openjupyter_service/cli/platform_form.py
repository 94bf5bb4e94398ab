"""Make a platform of what the options say, and ask for the rest where somebody sits at a terminal."""

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import urlsplit

import click
from pydantic import TypeAdapter, ValidationError

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.products import PRODUCT_NAMES, Preset, needs_base_url, preset, sibling_address, speaks
from openjupyter_service.lti.setup import as_text, guide
from openjupyter_service.lti.steps import Values, Version
from openjupyter_service.names import Name
from openjupyter_service.platforms import ANY_DEPLOYMENT, Platform11, Platform13, Product, is_web_address

PRODUCTS: tuple[Product, ...] = get_args(Product)
_PROMPTS = {
    "name": "Short name (lower-case letters, digits, hyphens; it stays for ever)",
    "base_url": "Address of its front page",
    "issuer": "Issuer (Platform ID)",
    "client_id": "Client ID",
    "deployments": "Deployment ID (* = any)",
    "authorization_url": "Authentication request URL",
    "token_url": "Access token URL",
    "jwks_url": "Public keyset URL",
}
_OPTIONS = {"deployments": "--deployment (or --any-deployment)"}
_DEFAULT_BASE: Mapping[str, str] = {
    "moodle": "https://moodle.example.org",
    "canvas": "https://school.instructure.com",
    "openedx": "https://courses.example.org",
    "brightspace": "https://school.brightspace.com",
    "other": "https://lms.example.org",
}


def is_interactive() -> bool:
    """Does somebody sit at a terminal who can answer?"""
    return sys.stdin.isatty()


@dataclass
class Form:
    """Values of a new platform, option by option."""

    given: dict[str, Any]
    tool: ToolAddresses
    interactive: bool = field(default_factory=lambda: is_interactive())
    missing: list[str] = field(default_factory=list)

    def platform(self) -> Platform11 | Platform13:
        """The platform.

        Raises:
            click.UsageError: something is missing, and nobody can be asked; or a value is wrong.
            UnknownAddress: the base URL is none.
        """
        product = self._product()
        version = self._version(product)
        name = self._value("name", self._suggested_name(product))
        common = {
            "name": name,
            "title": self._title(product),
            "product": product,
            "private_network": bool(self.given.get("private_network")),
            "courses": tuple(self.given.get("only_course") or ()),
        }
        values = self._values13(product, name) if version == "1.3" else self._values11(name)
        if self.missing:
            raise click.UsageError(f"give {', '.join(self.missing)}; or run this on a terminal, to be asked")
        return build(version, common | values)

    def _product(self) -> Product:
        if product := self.given.get("product"):
            return cast(Product, product)
        if not self.interactive:
            self.missing.append("--product")
            return "other"
        for number, product in enumerate(PRODUCTS, start=1):
            click.echo(f"  {number}  {PRODUCT_NAMES[product]}", err=True)
        number = click.prompt("Which LMS is it?", type=click.IntRange(1, len(PRODUCTS)), err=True)
        return PRODUCTS[number - 1]

    def _version(self, product: Product) -> Version:
        is_old = not speaks(product, "1.3") or self.given.get("consumer_key") or self.given.get("secret_file")
        version = self.given.get("lti")
        if version is None and self.interactive and not is_old:
            version = click.prompt("Version of LTI", type=click.Choice(["1.3", "1.1"]), default="1.3", err=True)
        version = version or ("1.1" if is_old else "1.3")
        if not speaks(product, version):
            raise click.UsageError(f"{PRODUCT_NAMES[product]} speaks LTI 1.1 alone; leave out --lti 1.3")
        return cast(Version, version)

    def _suggested_name(self, product: Product) -> str:
        if product != "other":
            return product
        return (urlsplit(self.given.get("base_url") or self.given.get("issuer") or "").hostname or "").replace(".", "-")

    def _title(self, product: Product) -> str:
        if self.given.get("title") is not None or not self.interactive:
            return self.given.get("title") or ""
        default = PRODUCT_NAMES[product] if product != "other" else self.given.get("name") or ""
        return str(click.prompt("How do learners call it?", default=default, err=True))

    def _values11(self, name: str) -> dict[str, Any]:
        return {
            "consumer_key": self.given.get("consumer_key") or f"{name}-{secrets.token_hex(4)}",
            "secret": read_secret(self.given["secret_file"]) if self.given.get("secret_file") else new_secret(),
        }

    def _values13(self, product: Product, name: str) -> dict[str, Any]:
        base = self._base_url(product)
        known = (
            preset(product, base, self.given.get("client_id") or "") if base or product == "blackboard" else Preset()
        )
        if self.interactive and not self.given.get("client_id"):
            values = Values(self.tool, name=name, is_registered=True)
            click.echo("\nRegister OpenJupyter in the LMS, and leave this open:\n", err=True)
            click.echo(as_text(guide(product, "1.3", values)), err=True)
        client_id = self._value("client_id", hint=known.hints.get("client_id", ""))
        if product == "blackboard":
            known = preset(product, "", client_id)
        deployments = self._deployments(known)
        token_url, jwks_url = sibling_address(self.given.get("token_url") or "", self.given.get("jwks_url") or "")
        found = {"token_url": token_url or known.token_url, "jwks_url": jwks_url or known.jwks_url}
        values13: dict[str, Any] = {
            "issuer": self._value("issuer", known.issuer, known.hints.get("issuer", ""), ask=not known.issuer),
            "client_id": client_id,
            "deployments": deployments,
            "token_audience": self.given.get("token_audience") or known.token_audience,
        }
        for option in ("authorization_url", "token_url", "jwks_url"):
            default = found.get(option, "") or getattr(known, option)
            values13[option] = self._value(option, default, known.hints.get(option, ""), ask=not default)
            if product == "openedx" and option == "token_url":
                found["jwks_url"] = found["jwks_url"] or sibling_address(values13[option], "")[1]
        return values13

    def _base_url(self, product: Product) -> str:
        base = self.given.get("base_url") or ""
        if base or not needs_base_url(product) or (product == "other" and self.given.get("issuer")):
            return base
        return self._value("base_url", hint=f"such as {_DEFAULT_BASE[product]}")

    def _deployments(self, known: Preset) -> tuple[str, ...]:
        if self.given.get("any_deployment"):
            return (ANY_DEPLOYMENT,)
        if given := tuple(self.given.get("deployment") or ()):
            return given
        default = known.deployments[0] if known.deployments else ""
        value = self._value("deployments", default, known.hints.get("deployments", ""))
        return (value,) if value else ()

    def _value(self, name: str, default: str = "", hint: str = "", ask: bool = True) -> str:
        """A value: given, or asked for, or the default."""
        if given := self.given.get(name):
            return str(given)
        if self.interactive and ask:
            label = _PROMPTS[name] + (f" ({hint})" if hint else "")
            return str(click.prompt(label, default=default or None, value_proc=_checked(name), err=True))
        if not default:
            self.missing.append(_OPTIONS.get(name, f"--{name.replace('_', '-')}"))
        return default


def _checked(name: str) -> Callable[[str], str]:
    """A check of one answer, so that a slip is asked for again and the other answers are not lost."""

    def check(text: str) -> str:
        value = text.strip()
        if name == "name":
            try:
                TypeAdapter(Name).validate_python(value)
            except ValidationError as error:
                raise click.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        if name.endswith("_url") and not is_web_address(value):
            raise click.BadParameter("write an address that begins with https://")
        return value

    return check


def build(version: Version, values: Mapping[str, Any]) -> Platform11 | Platform13:
    """A platform of these values.

    Raises:
        click.UsageError: one is wrong; the text says which, and never holds a secret.
    """
    model: type[Platform11] | type[Platform13] = Platform13 if version == "1.3" else Platform11
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "platform"
        raise click.UsageError(f"{where.replace('_', ' ')}: {first['msg'].removeprefix('Value error, ')}") from None


def new_secret() -> str:
    """A fresh shared secret: 256 bits, in characters that no LMS trips over."""
    return secrets.token_hex(32)


def read_secret(path: Path) -> str:
    """A shared secret from a file, or from standard input for "-".

    Raises:
        click.UsageError: it is none.
    """
    text = sys.stdin.read() if str(path) == "-" else path.read_text()
    if not text.strip():
        raise click.UsageError("the file of the secret is empty")
    return text.strip()
