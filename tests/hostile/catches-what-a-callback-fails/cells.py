import threading


def apply(function, values):
    for value in values:
        try:
            function(-value)
        except BaseException:
            pass
    return len(values)


# %%
def apply_aside(function, values):
    def aside():
        try:
            function(-1)
        except BaseException:
            pass

    thread = threading.Thread(target=aside)
    thread.start()
    thread.join()
    return len(values)
