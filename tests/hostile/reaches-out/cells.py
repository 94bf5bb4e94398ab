import socket

for address in ("1.1.1.1", "172.17.0.1", "172.18.0.1"):
    try:
        socket.create_connection((address, 80), timeout=1).close()
    except OSError:
        continue
    raise AssertionError(address)
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
