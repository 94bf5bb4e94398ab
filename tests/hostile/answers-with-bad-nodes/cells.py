import base64
import os
import pickle

from openjupyter.agent import objects


class Bomb:
    def __reduce__(self):
        return os._exit, (0,)


PICKLE = base64.b64encode(pickle.dumps(Bomb())).decode()
NODES = [
    {"t": "pickle", "v": PICKLE},
    {"t": "ndarray", "dtype": "O", "shape": [1], "data": PICKLE},
    {"t": "ndarray", "dtype": "<f8", "shape": [10**12], "data": ""},
    {"t": "ndarray", "dtype": "<f8", "shape": [-1], "data": ""},
    {"t": "int", "v": "9" * 100_000},
    {"t": "int", "v": "__import__('os')._exit(0)"},
    {"t": "handle", "id": -1, "type": "int", "repr": "1"},
    {"t": "handle", "id": True},
    {"t": "dict", "v": [[{"t": "dict", "v": []}, 1]]},
    {"t": "set", "v": [[1]]},
    {"t": "frame", "columns": {"a": PICKLE}},
    {"t": "__class__"},
    {"t": ["list"]},
    {"t": None},
    {},
    float(1),
    {"t": "str", "v": "\ud800"},
    {"t": "datetime", "v": "no"},
    {"t": "decimal", "v": "sNaN"},
    {"t": "fraction", "v": [1, 0]},
    {"t": "range", "v": [0, 1, 0]},
    {"t": "path", "v": "\0"},
    {"t": "list", "v": 7},
]


def double(number):
    return None


def forged(objects, question):
    if "args" in question and question["args"]:
        raise ValueError
    return NODES


objects.OPERATIONS["call"] = forged
original = objects.Objects.answer


def answer(self, question):
    if question["do"] == "call":
        return {"value": NODES.pop() if question["args"] else "steady"}
    return original(self, question)


objects.Objects.answer = answer
# %%
def steady():
    return "steady"
