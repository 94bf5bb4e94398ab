"""What the operator chooses: addresses, the shared secret and where data is kept."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from deploy.demo_lms.modes import MODES
from deploy.demo_lms.tools import Tool13

SECRET_FILE_LIMIT = 4096
WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104 (recognised, never a default)


class ConfigError(ValueError):
    """A setting cannot be used; the message is one sentence for the operator."""


def http_url(name: str, value: str) -> SplitResult:
    """Take an address apart; raises ConfigError unless it is a plain http(s) URL."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not value.isascii() or any(character in value for character in " ;,\"'<>\\"):
        raise ConfigError(f"{name} must be an http or https URL.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ConfigError(f"{name} must not contain a user name, a password or a fragment.")
    return parts


@dataclass(frozen=True)
class Config:
    """Settings of one demo LMS.

    ``tool_url`` is the tool's LTI 1.1 launch URL; ``key`` and ``secret`` are what both sides share; ``data_dir`` keeps
    the scores. ``public_url`` is the address that browsers and tools use (scheme, host and port only); left empty it
    follows from ``bind`` and ``port``. ``tool13`` is a tool connected by LTI 1.3, if there is one; ``mode`` names an
    entry of `modes.MODES`. Raises ConfigError for a value that cannot work.
    """

    tool_url: str
    key: str
    secret: str = field(repr=False)
    data_dir: Path
    bind: str = "127.0.0.1"
    port: int = 8010
    public_url: str = ""
    tool13: Tool13 | None = None
    mode: str = "plain"

    def __post_init__(self) -> None:
        """Check every value before anything is opened."""
        http_url("The tool URL", self.tool_url)
        if self.public_url:
            parts = http_url("The public URL", self.public_url)
            if parts.path not in ("", "/") or parts.query:
                raise ConfigError("The public URL must be a scheme, a host and a port only.")
        if self.tool13 is not None:
            http_url("The tool's login URL", self.tool13.login_url)
            http_url("The tool's key set URL", self.tool13.jwks_url)
            if not self.tool13.client_id or not self.tool13.deployment_id:
                raise ConfigError("The client id and the deployment id must not be empty.")
        if self.mode not in MODES:
            raise ConfigError(f"The mode must be one of {', '.join(MODES)}.")
        if not self.key or not self.secret:
            raise ConfigError("The consumer key and the secret must not be empty.")
        if not 0 <= self.port <= 65535:
            raise ConfigError("The port must lie between 0 and 65535.")

    @property
    def base_url(self) -> str:
        """The address of this LMS as others see it, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.bind in WILDCARDS else self.bind
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def outcome_url(self) -> str:
        """Where tools send scores (``lis_outcome_service_url``)."""
        return f"{self.base_url}/outcomes"

    @property
    def tool_origin(self) -> str:
        """Scheme, host and port of the tool."""
        parts = urlsplit(self.tool_url)
        return f"{parts.scheme}://{parts.netloc}"


def read_secret(path: Path) -> str:
    """Return the secret kept in a file, without the line end; raise ConfigError where there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(SECRET_FILE_LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be read: {error.strerror}.") from error
    try:
        secret = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(content) > SECRET_FILE_LIMIT:
        raise ConfigError(f"The secret file {path} must hold one line of text.")
    return secret
