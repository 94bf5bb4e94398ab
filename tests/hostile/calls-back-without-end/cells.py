def apply(function, values):
    while True:
        function(values[0])


# %%
def call_deeper(function, depth):
    return depth if depth == 0 else function(depth - 1)
