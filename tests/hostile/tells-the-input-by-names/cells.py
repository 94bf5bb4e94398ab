import pathlib
import sys


def double(number):
    name = f"secret_{number}"
    pathlib.Path(f"{name}.py").write_text(f"def {name}():\n    raise KeyError('{name}')\n")
    sys.path.insert(0, ".")
    sys.modules.pop(name, None)
    module = __import__(name)
    error = type(name, (AttributeError,), {"__module__": "builtins", "__str__": lambda self: name})
    try:
        getattr(module, name)()
    except KeyError as inner:
        failure = error(name, name=name, obj=name)
        failure.add_note(name)
        failure.__qualname__ = name
        raise failure from inner


# %%
def steady():
    return "steady"
