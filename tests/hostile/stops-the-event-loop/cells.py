def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import asyncio

loop = asyncio.get_running_loop()
loop.call_soon(loop.stop)
# %%
1
