import asyncio

await asyncio.sleep(0)
forever = asyncio.ensure_future(asyncio.Event().wait())
# %%
asyncio.run(asyncio.sleep(0))
# %%
asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))
# %%
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
# %%
import threading

results = []
thread = threading.Thread(target=lambda: results.append(asyncio.run(asyncio.sleep(0, "nested"))))
thread.start()
thread.join()


def double(number):
    async def work():
        await asyncio.sleep(0)
        return 2 * number

    return asyncio.run(work())


async def steady():
    await asyncio.sleep(0)
    return results[0] == "nested" and "steady"
