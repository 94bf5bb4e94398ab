import subprocess
import sys


SHUT_DOWN = """
from jupyter_client import BlockingKernelClient

client = BlockingKernelClient(connection_file={!r})
client.load_connection_file()
client.start_channels()
client.shutdown()
client.get_control_msg(timeout=1)
"""


def double(number):
    subprocess.run([sys.executable, "-c", SHUT_DOWN.format(CONNECTION)], stderr=subprocess.DEVNULL)
    return 2 * number


# %%
import ipykernel.connect

CONNECTION = ipykernel.connect.get_connection_file()


def steady():
    return "steady"
