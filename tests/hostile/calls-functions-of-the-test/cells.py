from openjupyter.agent import objects

original = objects.Objects.answer


def answer(self, question):
    if question["do"] == "call" and question["args"]:
        for number in (0, 1, 2, -1, True, "1"):
            self.conversation.call_back(self.answer, {"callback": number, "args": [], "kwargs": {}})
    return original(self, question)


objects.Objects.answer = answer
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
