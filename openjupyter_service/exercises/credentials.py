"""What Git shows a host to be let in: a token or a deploy key, never in an address or in arguments of a process."""

import base64
import contextlib
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.errors import RemoteError

CONNECT_SECONDS = 15

_ANY_NAME = "oauth2"
"""GitLab wants this name beside a token; Gitea and Forgejo take any."""

_NAMES = {"github.com": "x-access-token", "bitbucket.org": "x-token-auth"}


@dataclass(frozen=True, slots=True)
class Credential:
    """A token, a deploy key, both or nothing; what the address needs is used.

    Attributes:
        token: for http. A host that wants a certain name beside it gets it from `name:token`.
        deploy_key: for SSH: a private key in OpenSSH's format, without a passphrase.
    """

    token: SecretStr | None = None
    deploy_key: SecretStr | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What must be in no log."""
        if self.token is None:
            return ()
        return self.token.get_secret_value().strip(), self.token.get_secret_value().rpartition(":")[2].strip()

    def settings(self, url: str) -> dict[str, str]:
        """Git's configuration for an address: the token as a header for this host alone."""
        parts = urlsplit(url)
        if self.token is None or parts.scheme not in ("http", "https"):
            return {}
        token = self.token.get_secret_value().strip()
        pair = token if ":" in token else f"{_NAMES.get(parts.hostname or '', _ANY_NAME)}:{token}"
        basic = base64.b64encode(pair.encode()).decode()
        return {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {basic}"}

    @contextlib.contextmanager
    def variables(self, url: str, known_hosts: Path) -> Iterator[dict[str, str]]:
        """Git's environment for an address: how to call ssh, with the key in a file that is there for the block.

        Raises:
            RemoteError: an SSH address, and no deploy key
        """
        if urlsplit(url).scheme in ("http", "https", "file") or url.startswith("/"):
            yield {}
            return
        if self.deploy_key is None:
            raise RemoteError(
                f"{url} needs a deploy key: give the course one, or use the https address of the repository"
            )
        with tempfile.TemporaryDirectory(prefix="openjupyter-key-") as folder:
            key = Path(folder) / "key"
            key.touch(mode=0o600)
            key.write_text("\n".join(self.deploy_key.get_secret_value().splitlines()).strip() + "\n")
            options = {
                "BatchMode": "yes",
                "ConnectTimeout": str(CONNECT_SECONDS),
                "ServerAliveInterval": "15",
                "ServerAliveCountMax": "2",
                "IdentitiesOnly": "yes",
                "IdentityAgent": "none",
                "IdentityFile": str(key),
                # The first key of a host is believed and kept; another one later is refused.
                "StrictHostKeyChecking": "accept-new",
                "UserKnownHostsFile": '"' + str(known_hosts).replace("%", "%%") + '"',
                "HashKnownHosts": "no",
                "PreferredAuthentications": "publickey",
                "ForwardAgent": "no",
                "ForwardX11": "no",
            }
            words = ["ssh", "-F", "none", *(f"-o{name}={value}" for name, value in options.items())]
            yield {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "ssh"}


NOTHING = Credential()
"""For a repository that everybody can read."""


def public_credential(secrets: CourseSecrets) -> Credential:
    """What opens the public half."""
    return Credential(secrets.public_token, secrets.public_deploy_key)


def private_credential(course: FollowedCourse, secrets: CourseSecrets) -> Credential:
    """What opens the private half; that of the public half, when both are folders of one repository."""
    own = Credential(secrets.private_token, secrets.private_deploy_key)
    return public_credential(secrets) if own == NOTHING and course.public.url == course.private.url else own
