"""Settings: one TOML file, read once, checked, and handed down. Nothing else reads the environment."""

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from openjupyter_service.courses import Course
from openjupyter_service.datasets import holds, overlap
from openjupyter_service.errors import SettingsError
from openjupyter_service.names import Name
from openjupyter_service.platforms import Platform, Platform11, Platform13

SETTINGS_VARIABLE = "OPENJUPYTER_SETTINGS"
"""Environment variable naming the settings file; the default is openjupyter.toml in the working directory."""

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}


def parse_bytes(text: str | int) -> int:
    """Bytes of a size such as 1048576, "512M" or "1.5G" (powers of 1024); ValueError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?)B?", str(text).strip().upper())
    if not match:
        raise ValueError(f"{text!r} is not a size; write for example 512M or 2G")
    return int(float(match[1]) * _UNITS[match[2]])


Size = Annotated[str, AfterValidator(lambda text: (parse_bytes(text), text)[1])]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LearnerSettings(_Section):
    """Limits of one learner's container."""

    image: str = "openjupyter-learner:latest"
    memory: Size = "1G"
    cpus: float = Field(default=1.0, gt=0)
    pids: int = Field(default=256, ge=32)
    start_seconds: int = Field(default=120, gt=0)
    idle_server_seconds: int = Field(default=3600, ge=0)
    """Stop a server idle for so long; its files stay. 0 = never."""
    idle_kernel_seconds: int = Field(default=1800, ge=0)
    network: Name = "openjupyter"
    """Docker network, and the prefix of volume and container names."""


class GradingSettings(_Section):
    """The two grading containers and how many gradings run at once."""

    sandbox_image: str = "openjupyter-learner:latest"
    judge_image: str = "openjupyter-judge:latest"
    workers: int = Field(default=2, ge=1, le=64)
    cpus: float = Field(default=1.0, gt=0)
    judge_memory: Size = "512M"
    pids: int = Field(default=128, ge=32)
    runtime: str | None = None
    """Docker runtime of both grading containers, such as runsc; None = the engine's default."""
    preload: list[str] = ["numpy", "pandas"]
    """Modules that a sandbox has imported before a submission arrives."""
    pool: Literal["adaptive"] | Annotated[int, Field(ge=0, le=64)] = "adaptive"
    """Warm pairs kept ready for each kind of exercise in use; adaptive = as recent demand asks; 0 = none."""
    pool_max: int = Field(default=4, ge=1, le=256)
    """Warm pairs of all kinds together."""
    pool_max_age_seconds: int = Field(default=3600, ge=60)
    """A pair that has waited so long is replaced."""


class Settings(_Section):
    """All settings of a site."""

    data_dir: Path
    bind: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    service_port: int = Field(default=8011, ge=1, le=65535)
    hub_port: int = Field(default=8081, ge=1, le=65535)
    proxy_api_port: int = Field(default=8012, ge=1, le=65535)
    gateway_port: int = Field(default=8000, ge=1, le=65535)
    """Port on the learner network's own address, where containers reach the proxy."""
    proxy_command: list[str] = ["configurable-http-proxy"]
    public_url: str | None = None
    """How browsers reach the hub, when behind a TLS proxy: https://lab.example.org"""
    database_url: str | None = None
    """SQLAlchemy URL of the store; the default is SQLite in data_dir."""
    platforms: list[Platform] = []
    courses: list[Course] = []
    learner: LearnerSettings = LearnerSettings()
    grading: GradingSettings = GradingSettings()

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.bind in ("0.0.0.0", "::", "") and self.port == self.gateway_port:  # noqa: S104
            raise ValueError("gateway_port must differ from port, because bind takes port on every address")
        return self

    @model_validator(mode="after")
    def _data_sets_show_nothing_else(self) -> Self:
        self.refuse_exposed_data(self.courses)
        return self

    def refuse_exposed_data(self, courses: Sequence[Course]) -> None:
        """Look whether learners would read with the data sets of these courses what they must not.

        Raises:
            ValueError: they would; the text says what
        """
        closed = [(self.data_dir, "data_dir")]
        closed += [(course.private, f"the private half of {course.name}") for course in courses]
        closed += [(course.repository, f"the repository of {course.name}") for course in courses]
        for platform in self.platforms:
            if isinstance(platform, Platform11) and platform.secret_file is not None:
                closed.append((platform.secret_file, f"the secret of {platform.name}"))
        for course in courses:
            if course.datasets is None:
                continue
            for path, what in closed:
                if overlap(course.datasets, path):
                    raise ValueError(
                        f"the datasets of {course.name} and {what} lie in one another ({course.datasets}, {path}): "
                        "learners would read it; put data sets into a folder of their own"
                    )
            for other in courses:
                if other.datasets not in (None, course.datasets) and overlap(course.datasets, other.datasets):
                    raise ValueError(
                        f"the datasets of {course.name} and {other.name} lie in one another: learners of one would "
                        "read those of the other; put them side by side"
                    )

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{self.data_dir / 'openjupyter.sqlite'}"

    def course(self, name: str) -> Course | None:
        """The course of that name, or None."""
        return next((course for course in self.courses if course.name == name), None)

    def platform(self, name: str) -> Platform11 | Platform13 | None:
        """The platform of that name in the settings file, or None."""
        return next((platform for platform in self.platforms if platform.name == name), None)


def settings_path() -> Path:
    """The settings file that the environment names, or the default one."""
    return Path(os.environ.get(SETTINGS_VARIABLE, "openjupyter.toml"))


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings file.

    Raises:
        SettingsError: with one sentence that names the file and what is wrong in it.
    """
    path = path or settings_path()
    try:
        with path.open("rb") as file:
            values: dict[str, Any] = tomllib.load(file)
        settings = Settings.model_validate(values)
    except FileNotFoundError:
        raise SettingsError(f"there is no settings file {path}; name one with {SETTINGS_VARIABLE}") from None
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        # What comes after a platform's number is first the version of LTI that it was taken for.
        parts = [str(part) for part in first["loc"] if part not in ("1.1", "1.3")]
        where = f" for {'.'.join(parts)}" if parts else ""
        raise SettingsError(f"the settings file {path} has a wrong value{where}: {first['msg']}") from None
    for course in settings.courses:
        if course.datasets is not None and holds(course.datasets, path):
            raise SettingsError(f"the settings file {path} lies in the datasets of {course.name}, where learners read")
    return settings
