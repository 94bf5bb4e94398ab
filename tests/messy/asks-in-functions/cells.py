# %% plain imports
# %%
def mean(numbers):
    input("Press return to go on")
    return sum(numbers) / len(numbers)


def greet(name):
    print(f"Hello, {name}!", end="")
    input()
# %% plain is_even largest count_words passed total_by_city factorial
