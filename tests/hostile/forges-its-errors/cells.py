class Odd(Exception):
    def _render_traceback_(self):
        return ["Cell In[1], line 99999999999999999999", "\x1b[31m" * 1000, "x" * 10_000, "Cell In[0], line -1"]

    def __str__(self):
        return "okay\x00\x1b[2J\u202e" * 1000


Odd.__name__ = Odd.__qualname__ = "Fehler\u202e\x07" * 50


def double(number):
    return 2 * number


def steady():
    return "steady"


# %%
raise Odd()
