"""What Git says when a host refuses, in words that tell what to do."""

import re

_LET_IN = (
    "give the course a token that may read this repository, or check that the one it has is not expired or revoked"
)
_KEY = "add the course's deploy key to this repository at the host, and give its private half without a passphrase"

_WORDS = (
    (r"No space left|Disk quota", "the disk is full here; make room in the data folder"),
    (r"couldn't find remote ref", "the branch has just gone there; push it again, or name another one for the course"),
    (r"requested URL returned error: 30\d|unable to update url base from redirection",
     "the host sends elsewhere, which is not followed with a token in hand; use the address that it leads to "
     "(https instead of http, .git at the end, or the new name of the repository)"),
    (r"could not read (Username|Password)|Authentication failed|HTTP Basic: Access denied|error: 401",
     f"the host refuses access; {_LET_IN}"),
    (r"requested URL returned error: 403", f"the host forbids access; {_LET_IN}, or wait where it limits requests"),
    (r"requested URL returned error: 429", "the host is asked too often; raise the course's poll time, use a webhook"),
    (r"requested URL returned error: 5\d\d", "the host has a fault of its own; it is tried again"),
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED|Offending \S+ key",
     "the host shows another SSH key than before: somebody may stand in between. Compare it with the keys that the "
     "host publishes; if it is right, remove the host's old line from courses/known_hosts in the data folder"),
    (r"Host key verification failed", "the SSH key of the host cannot be verified; see courses/known_hosts"),
    (r"Load key .*(libcrypto|invalid format)|incorrect passphrase", f"the deploy key cannot be read; {_KEY}"),
    (r"Permission denied \(|access denied or repository not exported", f"the host refuses access; {_KEY}"),
    (r"cannot run ssh", "ssh is not installed on this machine; install it, or use an https address with a token"),
    (r"Could not resolve (host|hostname)|Name or service not known",
     "there is no such host, or this machine's DNS does not know it; check the address"),
    (r"Connection refused|Failed to connect|No route to host|Network is unreachable|Couldn't connect",
     "the host cannot be reached; check address, port, firewall and proxy"),
    (r"timed? ?out|too slow|Operation too slow", "the host does not answer in time; it is tried again"),
    (r"SSL certificate|certificate verif|server certificate|gnutls|SSL_|CAfile",
     "the host's certificate is not trusted here; set SSL_CERT_FILE for the hub where the site has its own authority"),
    (r"dubious ownership", "the repository belongs to another user of this machine; use its https or ssh address"),
    (r"not found|does not exist|not appear to be a git repository|requested URL returned error: 404|no such path|"
     r"is this a git repository|invalid server response",
     f"there is no such repository, or it is hidden from us; check the address, and {_LET_IN}"),
    (r"mismatched algorithms|object-format", "a repository with SHA-256 object names cannot be followed; use SHA-1"),
    (r"transport '.*' not allowed", "only https, http, ssh and file addresses are allowed"),
    (r"index-pack|unpack-objects|bad pack|pack has|corrupt|bad object|missing (blob|tree|commit)|inflate|early EOF|"
     r"unexpected disconnect|did not send all necessary objects|invalid (index-pack|sha1)|protocol error",
     "what the host sent is broken or incomplete; it is tried again. If it stays so, run git fsck on the repository"),
    (r"out of memory|malloc failed|mmap failed",
     "what the host sends does not fit into memory; the repository is too large, or the host is broken"),
)  # fmt: skip


def in_words(url: str, reason: str) -> str:
    """One sentence for people about why Git failed with an address.

    Args:
        url: the address, which holds no secrets.
        reason: what Git has written to standard error, in English.
    """
    for pattern, words in _WORDS:
        if re.search(pattern, reason, re.IGNORECASE):
            return f"{url}: {words}"
    lines = [line for line in reason.splitlines() if line.startswith(("fatal:", "error:"))]
    shown = "".join(letter for letter in (lines or ["no reason told"])[0][:200] if letter.isprintable())
    return f"{url}: git cannot fetch it ({shown}); try `git ls-remote {url}` on this machine"
