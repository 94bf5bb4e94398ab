# %%
%reset -f
# %%
get_ipython().run_line_magic("reset", "-sf")
# %% plain imports mean is_even
# %%
old_total = 3
%reset_selective -f ^old
%xdel imports_that_are_not_there
# %% plain largest count_words passed total_by_city greet factorial
# %%
%reset -f out
%reset -f in
%clear
