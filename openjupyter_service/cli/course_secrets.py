"""Secrets of followed courses for the command line: from files, standard input or a prompt, never from an argument."""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from pydantic import SecretStr

from openjupyter_service.cli.course_form import HALVES
from openjupyter_service.cli.platform_form import is_interactive
from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.errors import OpenJupyterError

MAX_SECRET_CHARACTERS = 20_000
MAX_TOKEN_CHARACTERS = 2_000
_FIELDS = {
    **{f"{half}-token": f"{half}_token" for half in HALVES},
    **{f"{half}-key": f"{half}_deploy_key" for half in HALVES},
    "status-token": "status_token",
}
FORGETTABLE = tuple(_FIELDS)
"""Secrets that a course can do without, as options name them."""


def read_secrets(course: FollowedCourse, given: Mapping[str, Any], old: CourseSecrets) -> CourseSecrets:
    """The course's secrets: `old`, with those over them that the options name files for, or that were typed in.

    Raises:
        click.UsageError: a file holds none, or a half has one that its address cannot use
    """
    names = [*(f"{half}_{kind}" for half in HALVES for kind in ("token", "key")), "status_token"]
    if sum(str(given[f"{name}_file"]) == "-" for name in names) > 1:
        raise click.UsageError("standard input can be read for one secret alone; put the others into files")
    for half in HALVES:
        _check_half(half, getattr(course, half), given)
    found = old.model_dump()
    for name in names:
        option, field = f"{name}_file", name.replace("_key", "_deploy_key")
        if given[option] is not None:
            found[field] = _read(given[option], f"--{option.replace('_', '-')}", is_key=name.endswith("_key"))
    if old == CourseSecrets() and is_interactive():
        _ask(course, given, found)
    if course.public.url == course.private.url:
        # One repository has one key and one token: they are those of the public half, which serve both.
        for kind in ("token", "deploy_key"):
            found[f"public_{kind}"] = found[f"public_{kind}"] or found[f"private_{kind}"]
    return CourseSecrets.model_validate(found)


def without(secrets: CourseSecrets, names: Iterable[str]) -> CourseSecrets:
    """The secrets without those of these names, as FORGETTABLE has them."""
    return secrets.model_copy(update={_FIELDS[name]: None for name in names})


def without_others_secrets(old: FollowedCourse, new: FollowedCourse, secrets: CourseSecrets) -> CourseSecrets:
    """The secrets, without those of halves that have moved to another host: it must not be shown them."""
    found = secrets.model_dump()
    for half in HALVES:
        if _origin(getattr(old, half).url) != _origin(getattr(new, half).url):
            found[f"{half}_token"] = found[f"{half}_deploy_key"] = found["status_token"] = None
    return CourseSecrets.model_validate(found)


def generate_deploy_keys(course: FollowedCourse, secrets: CourseSecrets) -> tuple[CourseSecrets, dict[str, str]]:
    """New key pairs for halves by SSH that have no key. Hosts take one key for one repository alone.

    Returns:
        The secrets with them, and the public keys by address.

    Raises:
        click.UsageError: no half needs one
    """
    found, shown = secrets.model_dump(), {}
    for half in HALVES:
        url = getattr(course, half).url
        if is_ssh(url) and found[f"{half}_deploy_key"] is None and url not in shown:
            key, shown[url] = _new_key(course.name)
            found[f"{half}_deploy_key"] = SecretStr(key)
    if not shown:
        raise click.UsageError(
            "no half needs a new deploy key: these are for addresses by SSH, such as git@host:team/course.git, that "
            "have none"
        )
    return CourseSecrets.model_validate(found), shown


def missing_keys(course: FollowedCourse, secrets: CourseSecrets) -> None:
    """Refuse a half by SSH that no key opens.

    Raises:
        click.UsageError: there is one
    """
    one = course.public.url == course.private.url
    for half in HALVES:
        has_key = getattr(secrets, f"{half}_deploy_key") or (one and secrets.public_deploy_key)
        if is_ssh(getattr(course, half).url) and not has_key:
            raise click.UsageError(
                f"the {half} half is reached by SSH and needs a deploy key: give --{half}-key-file, or "
                "--generate-deploy-key to have one made"
            )


def is_ssh(url: str) -> bool:
    """Is this an address by SSH?"""
    return url.startswith("ssh://") or ("://" not in url and not url.startswith("/"))


def host_of(url: str) -> str:
    """The host of an address, by either way of writing it; "" for a folder of this machine."""
    if "://" in url:
        return urlsplit(url).hostname or ""
    return "" if url.startswith("/") else url.partition(":")[0].rpartition("@")[2].lower()


def _origin(url: str) -> tuple[str, str]:
    """Scheme, and host with its port: who else answers there is somebody else."""
    if "://" in url:
        parts = urlsplit(url)
        return parts.scheme, parts.netloc.rpartition("@")[2].lower()
    return "ssh", host_of(url)


def _check_half(half: str, where: Half, given: Mapping[str, Any]) -> None:
    if given[f"{half}_key_file"] is not None and not is_ssh(where.url):
        raise click.UsageError(f"a deploy key is for SSH, and {where.url} is none; give --{half}-token-file")
    if given[f"{half}_token_file"] is not None and not where.url.startswith(("https://", "http://")):
        raise click.UsageError(f"a token is for https, and {where.url} is none; give --{half}-key-file")


def _ask(course: FollowedCourse, given: Mapping[str, Any], found: dict[str, Any]) -> None:
    """Ask for the tokens of halves by https that no file was named for."""
    asked = set()
    for half in HALVES:
        url = getattr(course, half).url
        if url.startswith("https://") and found[f"{half}_token"] is None and url not in asked:
            label = f"Token for {url} (nothing, if everybody can read it)"
            text = click.prompt(label, default="", show_default=False, hide_input=True, err=True)
            found[f"{half}_token"] = _token(text, "what you typed") if text.strip() else None
            asked.add(url)


def _read(path: Path, option: str, is_key: bool) -> SecretStr:
    what = f"standard input for {option}" if str(path) == "-" else f"{path} for {option}"
    try:
        with click.open_file(str(path), encoding="utf-8") as file:
            text = file.read(MAX_SECRET_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise click.UsageError(f"{what} is no text") from None
    if not is_key:
        return _token(text, what)
    if not text.strip() or len(text) > MAX_SECRET_CHARACTERS:
        raise click.UsageError(f"{what} is empty, or too long for a key")
    _check_key(text, what)
    return SecretStr(text)


def _token(text: str, what: str) -> SecretStr:
    token = text.strip()
    if not token.isascii() or not token.isprintable() or len(token) > MAX_TOKEN_CHARACTERS:
        raise click.UsageError(f"{what} is no token: that is one line of ASCII characters")
    if not token:
        raise click.UsageError(f"{what} is empty")
    return SecretStr(token)


def _check_key(key: str, what: str) -> None:
    with tempfile.TemporaryDirectory(prefix="openjupyter-key-") as folder:
        file = Path(folder) / "key"
        file.touch(mode=0o600)
        file.write_text("\n".join(key.split("\r\n")).strip() + "\n")
        if _ssh_keygen("-y", "-P", "", "-f", str(file)).returncode:
            raise click.UsageError(
                f"{what} is no private key that can be used: it must be in OpenSSH's format and have no passphrase"
            )


def _new_key(name: str) -> tuple[str, str]:
    """A new key pair: private and public."""
    with tempfile.TemporaryDirectory(prefix="openjupyter-key-") as folder:
        file = Path(folder) / "key"
        done = _ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", f"openjupyter-{name}", "-f", str(file))
        if done.returncode:
            raise OpenJupyterError(f"ssh-keygen made no key: {done.stderr.strip()[-300:]}")
        return file.read_text(), file.with_suffix(".pub").read_text().strip()


def _ssh_keygen(*arguments: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
    except FileNotFoundError:
        raise OpenJupyterError(
            "ssh-keygen is missing; install openssh-client, which fetching by SSH needs, too"
        ) from None
