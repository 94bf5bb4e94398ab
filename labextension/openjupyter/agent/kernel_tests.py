"""A test that asks to run inside the learner's kernel: less sealed, for frameworks that subclass or monkeypatch.

Only what this one test needs has been sent here; whatever it finds, learner code could have arranged.
"""

import contextlib
import random
from typing import TYPE_CHECKING, Any

from openjupyter.agent.exceptions import TEST_FILE_NAME, Missing
from openjupyter.wire.frames import Frame

if TYPE_CHECKING:
    from openjupyter.agent.objects import Objects
    from openjupyter.wire.codec import Node


class KernelLearner:
    """`learner` in such a test: the notebook's own objects, with nothing between."""

    def __init__(self, objects: "Objects") -> None:
        self.__dict__["_objects"] = objects

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __getitem__(self, name: str) -> Any:
        namespace = self.__dict__["_objects"].shell.user_ns
        if name not in namespace:
            raise Missing(name)
        return namespace[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["_objects"].shell.user_ns[name] = value

    def printed(self, stream: str = "stdout") -> str:
        """What was printed since the test began."""
        return str(getattr(self.__dict__["_objects"].streams, stream).text())

    def inputs(self, *lines: str) -> None:
        """Queue lines for `input()`."""
        self.__dict__["_objects"].streams.give_lines(list(lines))


def run_test(objects: "Objects", question: Frame) -> "Node":
    """Define the test's function and call it; it raises what the test raises."""
    namespace: dict[str, Any] = {"__name__": "hidden_test"}
    for source in question["sources"]:
        with contextlib.suppress(ImportError):  # what is missing here is missed where it is used
            exec(compile(source, TEST_FILE_NAME, "exec"), namespace)  # noqa: S102  # the test's author asks for it
    given: dict[str, Any] = {name: objects.decode(node) for name, node in question["kwargs"].items()}
    if "learner" in question["wants"]:
        given["learner"] = KernelLearner(objects)
    if "rng" in question["wants"]:
        given["rng"] = random.Random(question["rng"])  # noqa: S311  # inputs of a test
    namespace[question["name"]](**given)
    return None
