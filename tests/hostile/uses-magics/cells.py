def double(number):
    return None
# %%
%reset -f
# %%
%who
%lsmagic
%timeit -n1 -r1 pass
%env HOME=/nowhere
%cd /
%pwd
%matplotlib inline
%no_such_magic
# %%
%%javascript
Jupyter.notebook.kernel.restart()
# %%
%%html
<script>document.cookie</script>
# %%
%%writefile /tmp/steady.py
print("from a file")
# %%
%run /tmp/steady.py
%load_ext autoreload
%autoreload 2
%config InlineBackend.figure_format = "svg"
%xmode Minimal
%colors nocolor
# %%
%%no_such_cell_magic
double = None
# %%
%%capture captured
def double(number):
    return 2 * number
# %%
def steady():
    return "steady"
