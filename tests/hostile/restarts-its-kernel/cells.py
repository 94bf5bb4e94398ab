def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
kernel = get_ipython().kernel
kernel.do_shutdown(True)
kernel.io_loop.call_later(0, lambda: __import__("os")._exit(0))
# %%
import time

time.sleep(1)
