import builtins
import importlib.abc
import sys

SEEN = []


class Watcher(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        SEEN.append(name)
        return None


sys.meta_path.insert(0, Watcher())
sys.path_hooks.insert(0, lambda path: SEEN.append(path) or (_ for _ in ()).throw(ImportError()))
sys.path_importer_cache.clear()
original = builtins.__import__


def watching(name, *args, **kwargs):
    SEEN.append(name)
    return original(name, *args, **kwargs)


builtins.__import__ = watching


def tests_seen():
    names = [*SEEN, *sys.modules]
    return [name for name in names if "hostile" in name.split("/")[-1] or "test_" in name.split("/")[-1]
            and not name.startswith(("numpy", "pandas", "_"))]


# %%
def double(number):
    return tests_seen() or 2 * number


def steady():
    return tests_seen() or "steady"
