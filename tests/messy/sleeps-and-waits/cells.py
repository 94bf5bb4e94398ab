# %%
import time
import urllib.request

time.sleep(0.3)
try:
    urllib.request.urlopen("https://example.org", timeout=1)
except OSError as error:
    print("offline:", error)
# %% plain
# %%
import socket

socket.create_connection(("example.org", 80), timeout=1)
