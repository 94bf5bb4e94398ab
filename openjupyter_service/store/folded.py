"""Names as they are searched and sorted: without case, accents, and differences that nobody sees."""

import unicodedata

MAX_NAME = 200


def folded(name: str) -> str:
    """Such as "ozturk, ada" for "Öztürk,  Ada"."""
    plain = unicodedata.normalize("NFKD", name[:MAX_NAME].casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())
