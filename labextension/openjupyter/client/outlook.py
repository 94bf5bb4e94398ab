"""What becomes of a score: whether it counts, how many attempts are left, and how it gets to the LMS."""

import datetime as dt
from typing import Any

from openjupyter.client.language import _, percent

Json = dict[str, Any]


def policy_sentences(submission: Json) -> list[str]:
    """What of the score counts, where not simply all of it does, and how many attempts are left."""
    policy, sentences = submission.get("policy") or {}, []
    score, credit = submission["report"]["score"], submission.get("credit")
    if score is not None and policy.get("deadline") and submission["created_at"] > policy["deadline"]:
        if credit is None:
            sentences.append(_("This was handed in after the deadline, so it does not count; you see how good it is."))
        else:
            sentences.append(
                _("This was handed in after the deadline: it counts {credit}.").format(credit=percent(credit))
            )
    left = policy.get("attempts_left")
    if left is not None:
        sentences.append(_("Attempts left: {count}.").format(count=left) if left else _("This was your last attempt."))
    return sentences


def passback_sentences(submission: Json) -> list[str]:
    """What happens with the score, a sentence for each LMS that waits for it."""
    report, passbacks = submission["report"], submission["passbacks"]
    if report["score"] is None:
        return [_("No score was sent. Please submit again; if it happens once more, tell your course team.")]
    if not passbacks:
        return [
            _(
                "No LMS waits for this score. Open this exercise from your course page: "
                "your best score is then sent there by itself."
            )
        ]
    return [_passback_sentence(passback, submission) for passback in passbacks]


def utc(seconds: float, pattern: str = "%H:%M:%S") -> str:
    """A time of day: the kernel does not know the learner's time zone."""
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):{pattern}} UTC"


def _passback_sentence(passback: Json, submission: Json) -> str:
    values = {
        "name": passback["context_title"] or passback["platform"],
        "score": percent(passback["score"]),
    }
    if passback["state"] == "sent":
        latest = (submission.get("policy") or {}).get("counts") == "latest"
        sentence = (
            _("Sent to {name} at {time}: {score} (the score of your latest submission).")
            if latest
            else _("Sent to {name} at {time}: {score} (your best score so far).")
        )
        return sentence.format(time=utc(passback["sent_at"]), **values)
    if passback["state"] == "failed":
        return _("{name} does not take the score ({score}). It is stored here; tell your course team.").format(**values)
    if passback["state"] == "dropped":
        return _("Your course team has decided not to send this score ({score}) to {name}.").format(**values)
    if passback.get("last_error") and passback.get("next_attempt_at"):
        return _(
            "{name} did not take your score ({score}) yet. It is sent again at {time}, and then until it "
            "arrives. You need not wait."
        ).format(time=utc(passback["next_attempt_at"], "%H:%M"), **values)
    return _(
        "Your score ({score}) is on its way to {name}; it is sent again until it arrives. You need not wait."
    ).format(**values)
