"""Trouble on purpose: the next calls of the grade services fail, or take their time."""

import asyncio
from dataclasses import dataclass

CALL_LIMIT = 100_000
SECONDS_LIMIT = 60.0


@dataclass
class Faults:
    """What is to go wrong: ``calls`` more requests are answered with ``status`` and ``body`` after ``seconds``."""

    calls: int = 0
    status: int = 503
    body: str = ""
    seconds: float = 0.0

    async def next(self) -> tuple[int, str] | None:
        """Status and body of the trouble that the request at hand is to have, None where it is to have none.

        A status of 0 stands for an answer as usual, only late.
        """
        if self.calls <= 0:
            return None
        self.calls -= 1
        status, body = self.status, self.body
        await asyncio.sleep(self.seconds)
        return (status, body) if status else None
