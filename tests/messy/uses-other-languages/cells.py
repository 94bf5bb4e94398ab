# %%
%%html
<style>.jp-Cell { background: #fee }</style>
# %% plain imports mean
# %%
%%javascript
alert("hello")
# %%
%%latex
\frac{1}{n} \sum x
# %% plain is_even largest
# %%
%%bash
echo hello; exit 3
# %%
%%perl
print "hello";
# %%
%%ruby
puts "hello"
# %% plain count_words passed
# %%
%%script false --no-raise-error
print("never")
# %%
%%python
print("another Python")
# %%
%%svg
<svg xmlns="http://www.w3.org/2000/svg"></svg>
# %%
%%
# %%
%
# %% plain total_by_city greet factorial
