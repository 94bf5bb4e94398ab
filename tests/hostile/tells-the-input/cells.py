def double(number):
    print(number)
    raise type(f"Number{number}", (ValueError,), {})(f"the input is {number}")


# %%
def steady():
    return "steady"
