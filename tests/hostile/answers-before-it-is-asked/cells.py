import json
import os


def frame(**values):
    body = json.dumps(values).encode()
    return len(body).to_bytes(4, "big") + body



from openjupyter.agent import objects

original = objects.Objects.answer


def answer(self, question):
    if question["do"] == "call" and question["args"]:
        for number in range(1000):
            self.conversation._connection.sendall(frame(value="steady", id=number))
    return original(self, question)


objects.Objects.answer = answer
# %%
def double(number):
    return 2 * number


def steady():
    return "wrong"
