# %% plain imports
# %%
def mean(numbers):
    return sum(numbers)


def is_even(number):
    pass
# %% plain mean is_even largest largest largest count_words
# %%
def greet(name):
    return f"Hello, {name}!"
# %% plain passed total_by_city greet greet factorial factorial
