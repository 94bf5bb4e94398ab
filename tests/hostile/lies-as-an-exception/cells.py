class Meta(type):
    def mro(cls):
        return [cls, ValueError, Exception, BaseException, object]

    def __getattribute__(cls, name):
        if name in ("__module__", "__name__", "__qualname__"):
            return "builtins"
        return super().__getattribute__(name)

    def __instancecheck__(cls, other):
        return True


class Liar(Exception, metaclass=Meta):
    args = property(lambda self: ["steady"] * 1_000_000)

    def __str__(self):
        return self

    __repr__ = __str__

    @property
    def __traceback__(self):
        return self


def double(number):
    first, second = Liar(number), Liar(number)
    first.__cause__, second.__cause__ = second, first
    first.__context__ = first
    raise first


# %%
def steady():
    nested = ValueError("steady")
    for _ in range(5_000):
        nested = BaseExceptionGroup("steady", [nested])
    raise nested
