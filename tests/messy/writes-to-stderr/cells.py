# %% plain imports
# %%
import logging
import os
import sys

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger("work")
log.warning("started")
print("oops", file=sys.stderr)
os.write(2, b"straight\n")
# %%
def mean(numbers):
    log.debug("mean of %s", numbers)
    print("numbers:", numbers, file=sys.stderr)
    return sum(numbers) / len(numbers)


def is_even(number):
    os.write(2, b"even?\n")
    sys.stderr.write("is it even?\n")
    sys.stderr.flush()
    return not number % 2
# %% plain largest count_words passed total_by_city
# %%
def greet(name):
    log.info("greeting")
    print("greeting", name, file=sys.stderr)
    sys.stdout.write(f"Hello, {name}!\n")
    sys.stdout.flush()
# %% plain factorial
