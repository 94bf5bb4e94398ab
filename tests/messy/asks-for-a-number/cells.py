# %% plain imports mean is_even
# %%
number = int(input("A number: "))
# %%
print("even" if is_even(number) else "odd")
# %% plain largest count_words passed total_by_city greet factorial
