import json

from openjupyter.agent import conversation


def pack(frame):
    body = json.dumps(frame, ensure_ascii=False).encode()
    return len(body).to_bytes(4, "big") + body


conversation.pack = pack


def apply(function, value):
    return function(chr(1_000) * 12_000_000)


# %%
def steady():
    return "steady"
