"""What staff can do about a score that did not arrive, by what is known of it."""

from openjupyter_service.language import N_

_BY_WORDS: list[tuple[tuple[str, ...], str]] = [
    (
        ("column of the gradebook was deleted", "no such column", "http 404", "http 410"),
        N_(
            "See in the LMS that the link still has a column in the gradebook and that this person is enrolled. Open "
            "the exercise once from there, then send the score again."
        ),
    ),
    (
        ("cannot grade this person", "unsupported", "http 400", "http 422"),
        N_(
            "The LMS grades learners alone, and only while they are enrolled. If this person is one, see that the link "
            "is graded, then send the score again. For teachers and guests there is nothing to do."
        ),
    ),
    (
        ("not allow", "http 403"),
        N_(
            "An administrator of the LMS must allow this tool to send scores (Assignment and Grade Services). Perhaps "
            "the course or its gradebook is closed. Then send the score again."
        ),
    ),
    (
        ("newer score",),
        N_("The LMS has a newer score, perhaps one that was entered by hand. If this one is right, enter it there."),
    ),
    (
        ("no longer registered", "speaks lti"),
        N_(
            "The connection to the LMS was changed. Ask the operator; afterwards open the exercise from the LMS once "
            "more."
        ),
    ),
    (
        ("token", "signature", "invalid_client"),
        N_("The LMS does not let this tool in. Ask the operator to run `openjupyter platform check` for it."),
    ),
]
_AWAY = ("reached", "no answer", "connection was refused", "no such host", "http 5", "http 429")
_AWAY_WAITING = N_("The LMS is away or too busy; scores wait for it for seven days.")
_AWAY_FINAL = N_("The LMS was away or too busy for seven days. Send the score again now that it answers.")
_FINAL = N_(
    "Mend the cause in the LMS, then send the score again. If it cannot be mended, enter the score there by hand."
)
_WAITING = N_("It is sent again by itself. If it still stands here tomorrow, ask the operator.")


def advice(said: str, is_final: bool) -> list[str]:
    """Texts to translate, of one or two sentences each.

    Args:
        said: why it did not arrive, as the outbox keeps it.
        is_final: was it given up?
    """
    lower = said.lower()
    if any(word in lower for word in _AWAY):
        return [_AWAY_FINAL] if is_final else [_AWAY_WAITING, _WAITING]
    found = next((text for words, text in _BY_WORDS if any(word in lower for word in words)), "")
    if is_final:
        return [found or _FINAL]
    return [found, _WAITING] if found else [_WAITING]
