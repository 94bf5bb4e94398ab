"""What every request handler needs, in one object."""

import hmac
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from deploy.demo_lms.catalogue import Catalogue, Link
from deploy.demo_lms.config import Config
from deploy.demo_lms.faults import Faults
from deploy.demo_lms.keys import PlatformKey, ToolKeys
from deploy.demo_lms.modes import MODES, Mode
from deploy.demo_lms.store import Store
from deploy.demo_lms.tools import Tool13, from_document


@dataclass(frozen=True)
class DemoLms:
    """One demo LMS; ``clock`` gives seconds since 1970, ``base`` is the catalogue without links added later."""

    config: Config
    base: Catalogue
    store: Store
    clock: Callable[[], float]
    faults: Faults = field(default_factory=Faults)
    tool_keys: ToolKeys = field(default_factory=ToolKeys)

    def now(self) -> str:
        """The time as ISO 8601, UTC, to the millisecond."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def mode(self) -> Mode:
        """How it behaves."""
        return MODES[self.config.mode]

    @property
    def catalogue(self) -> Catalogue:
        """Everything that is offered, with what instructors have added by deep linking."""
        added: dict[str, list[Link]] = defaultdict(list)
        for data in self.store.all("link").values():
            custom: Mapping[str, str] = data["link"]["custom"]
            added[data["course"]].append(Link(**data["link"] | {"custom": tuple(custom.items())}))
        return self.base.with_links(added)

    def add_link(self, course_id: str, link: Link) -> None:
        """Put a link at the end of a course."""
        self.store.put("link", link.id, {"course": course_id, "link": asdict(link) | {"custom": dict(link.custom)}})

    @property
    def tools(self) -> dict[str, Tool13]:
        """Tools connected by LTI 1.3, by client id: that of the command line, then those registered since."""
        if not self.mode.speaks_13:
            return {}
        given = [self.config.tool13] if self.config.tool13 else []
        tools = given + [from_document(data) for data in self.store.all("tool").values()]
        return {tool.client_id: tool for tool in tools}

    @cached_property
    def key(self) -> PlatformKey:
        """The key that signs launches of LTI 1.3."""
        return PlatformKey(self.store)

    def secret_for(self, purpose: str) -> bytes:
        """A key of its own for each purpose."""
        return hmac.digest(self.store.master_key, purpose.encode(), "sha256")

    @property
    def sourcedid_key(self) -> bytes:
        """The key that protects sourcedids."""
        return self.secret_for("sourcedid")

    @property
    def session_key(self) -> bytes:
        """The key that signs session cookies."""
        return self.secret_for("session")
