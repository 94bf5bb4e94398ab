# %% plain imports mean is_even largest
# %%
import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


with multiprocessing.Pool(2) as pool:
    print(pool.map(square, range(10)))
# %%
executor = ProcessPoolExecutor(2)
print(list(executor.map(square, range(10))))
# %% plain count_words
# %%
def enough(each):
    return each >= 50


def passed(points):
    with multiprocessing.Pool(2) as pool:
        return pool.map(enough, points)


passed([40, 60])
# %% plain total_by_city greet factorial
