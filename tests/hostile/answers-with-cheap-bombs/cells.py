import base64
import struct

from openjupyter.agent import objects

PRIME = 2**61 - 1
EMPTY = base64.b64encode(b"").decode()


def pairs(depth):
    value = -1
    for _ in range(depth):
        value = {"t": "tuple", "v": [value, value]}
    return value


NODES = [
    {"t": "ndarray", "dtype": "|V0", "shape": [10**15], "data": EMPTY},
    {"t": "ndarray", "dtype": "<U0", "shape": [10**9, 10**9], "data": EMPTY},
    {"t": "ndarray", "dtype": "<f8", "shape": [0, 10**18], "data": EMPTY},
    {"t": "ndarray", "dtype": "<f8", "shape": [1] * 32, "data": base64.b64encode(bytes(8)).decode()},
    {"t": "set", "v": [{"t": "int", "v": format(n * PRIME, "x")} for n in range(50_000)]},
    {"t": "dict", "v": [[{"t": "fraction", "v": [n, PRIME]} for n in range(10_000)], [0] * 10_000]},
    {"t": "set", "v": [pairs(8) for _ in range(50)]},
    pairs(12),
    {"t": "range", "v": [0, 10**30, 1]},
    {"t": "int", "v": "9" * 1_000_000},
    {"t": "int", "v": "f" * 1_000_000},
    {"t": "decimal", "v": "1E+999999999999999999"},
    {"t": "decimal", "v": "9" * 1_000_000},
    {"t": "fraction", "v": ["9" * 1_000_000, "7" * 1_000_000]},
    {"t": "timedelta", "v": [10**9, 10**18, 10**18]},
    {"t": "deque", "v": [], "most": 10**18},
    {"t": "counter", "v": [["a"], [10**18]]},
    {"t": "floats", "v": base64.b64encode(struct.pack("<d", float("nan")) * 100_000).decode()},
    {"t": "str", "v": base64.b64encode(b"\xed\xa0\x80" * 100_000).decode()},
    {"t": "path", "v": "a/" * 100_000},
    [[]] * 200_000,
]
original = objects.Objects.answer


def answer(self, question):
    if question["do"] == "call" and question["args"]:
        return {"value": NODES[question["args"][0] % len(NODES)]}
    return original(self, question)


objects.Objects.answer = answer
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
