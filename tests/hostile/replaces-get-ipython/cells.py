import IPython
import IPython.core.getipython
from IPython.core.interactiveshell import InteractiveShell


class Everything(dict):
    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return lambda *args: "anything"


class Shell:
    user_ns = Everything()
    compile = display_pub = events = None


for place in (IPython, IPython.core.getipython, InteractiveShell):
    place.get_ipython = place.instance = place.initialized = lambda *args: Shell
