"""Why an LMS gives no access token, in words (RFC 6749, section 5.2, and what LMSes really answer)."""

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.configuration import reason
from openjupyter_service.lti.fetch import Answer
from openjupyter_service.lti.findings import Finding
from openjupyter_service.platforms import Platform13

SERVICES = "in the LMS, allow this tool Assignment and Grade Services: line items and scores"


def explain_refusal(platform: Platform13, tool: ToolAddresses, answer: Answer, error: str, is_late: bool) -> Finding:
    """A finding for an answer of the token endpoint that holds no token.

    Args:
        platform: that was asked.
        tool: our addresses.
        answer: of the LMS.
        error: the code in it (RFC 6749, section 5.2), or "".
        is_late: are the clocks known to lie apart?
    """
    what, url = "access token", platform.token_url
    edit = f"openjupyter platform edit {platform.name}"
    told = f"HTTP {answer.status}{reason(answer, '')}"
    if is_late:
        return Finding(
            what, False, f"refused ({told}), probably because of the clocks, see below", "set the clock first"
        )
    cannot_read = f"the LMS cannot read our keys ({told})"
    read_keys = f"have it read {tool.jwks}: from its machine, by https, on an allowed port"
    if answer.status == 404 and platform.product == "moodle":
        # Moodle answers nothing else when its own request for our keys fails.
        return Finding(
            what,
            False,
            f"{cannot_read}, or knows no tool with this client id",
            f"{read_keys}; in Moodle, Site administration, Security, HTTP security says which hosts and ports it "
            "may call; and Public key type must be Keyset URL",
        )
    if answer.status == 404:
        return Finding(what, False, f"{url} does not exist (HTTP 404)", f"{edit} --token-url URL")
    if error == "invalid_scope":
        return Finding(what, False, f"the LMS does not allow scores ({told})", SERVICES)
    if error in ("invalid_client", "unauthorized_client"):
        return Finding(
            what,
            False,
            f"the LMS does not know us ({told}): either the client id {platform.client_id!r}, or our key",
            f"compare the client id there, see that the tool is active, and {read_keys}",
        )
    if error in ("invalid_grant", "invalid_request"):
        return Finding(
            what,
            False,
            f"the LMS refuses our assertion ({told})",
            f"compare the token URL, {edit} --token-url URL, or --token-audience if the LMS shows an "
            f"audience; and {read_keys}",
        )
    if answer.status >= 500:
        return Finding(what, False, f"the LMS fails ({told})", "look into its log, and try again")
    return Finding(what, False, f"refused ({told})", f"compare client id and token URL with the LMS; {read_keys}")
