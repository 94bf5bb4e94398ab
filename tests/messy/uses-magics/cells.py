# %%
%matplotlib inline
%load_ext autoreload
%autoreload 2
# %% plain imports
# %%
%%time
def mean(numbers):
    return sum(numbers) / len(numbers)
# %% plain is_even largest
# %%
%timeit -n 10 -r 1 largest([1, 2, 3])
largest?
# %%
!ls -la
!pip list 2>/dev/null | head -3
files = !ls
# %% plain count_words passed
# %%
?count_words
%whos
%time total = mean(range(1000))
# %% plain total_by_city greet factorial
# %%
%precision 3
%pip install numpy
%config InlineBackend.figure_format = "retina"
