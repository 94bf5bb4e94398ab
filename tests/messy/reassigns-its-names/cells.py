# %% plain
# %%
mean = 5
sum = 10
list = [1, 2]
# %%
del sum, list
mean = lambda numbers: sum(numbers) / len(numbers)
# %%
import builtins

print = lambda *args, **kwargs: builtins.print(*args, **kwargs)
max = builtins.max
input = None
# %%
x = 1
del x
temp, largest = largest, None
largest = temp
del temp
