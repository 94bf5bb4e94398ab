# %%
import asyncio

await asyncio.sleep(0.01)
# %% plain imports
# %%
async def load(numbers):
    await asyncio.sleep(0)
    return list(numbers)


numbers = await load([1, 2])
# %%
def mean(numbers):
    numbers = asyncio.run(load(numbers))
    return sum(numbers) / len(numbers)


async def largest(numbers):
    return max(await load(numbers))
# %% plain is_even count_words passed total_by_city greet factorial
