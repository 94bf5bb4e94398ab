# %%
import sys
import time


def progress(items):
    for number, item in enumerate(items):
        sys.stderr.write(f"\r{number}/{len(items)} |{'█' * number}|")
        sys.stderr.flush()
        yield item
    sys.stderr.write("\n")


for _ in progress(range(200)):
    time.sleep(0.0005)
# %% plain imports
# %%
def mean(numbers):
    total = 0
    for number in progress(numbers):
        total += number
    return total / len(numbers)
# %% plain is_even largest
# %%
def count_words(text):
    counts = {}
    for word in progress(text.split()):
        counts[word] = counts.get(word, 0) + 1
    return counts
# %% plain passed total_by_city greet factorial
