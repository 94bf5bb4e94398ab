class Endless:
    def __repr__(self):
        text = "x"
        while True:
            text = text[:1000] + "x"

    __str__ = __format__ = __repr__


def double(number):
    return Endless()


# %%
def steady():
    return "steady"
