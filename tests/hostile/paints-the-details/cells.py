PAINT = "\x1b[2J\x1b]0;title\x07<script>alert(1)</script>\0\ud800\u202e\u2066`$(rm)`\r\n| a | b |\x9b31m"


class Painted:
    def __repr__(self):
        return PAINT


Painted.__name__ = Painted.__qualname__ = PAINT.replace("\0", "").replace("\ud800", "")


def text(value):
    print(PAINT)
    return PAINT


# %%
def fail(value):
    raise type("Painted", (ValueError,), {"__name__": PAINT})(PAINT)


# %%
def thing(value):
    return [Painted(), {PAINT: Painted()}]
