from multiprocessing import resource_tracker, shared_memory

kept = []
try:
    for number in range(100):
        kept.append(shared_memory.SharedMemory(create=True, size=2**20))
        kept[-1].buf[:] = bytes(2**20)
        if number > 40:
            break
except OSError:
    pass
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
