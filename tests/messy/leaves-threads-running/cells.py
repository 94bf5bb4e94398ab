# %%
import concurrent.futures
import http.server
import subprocess
import threading
import time


def tick():
    while True:
        print("tick")
        time.sleep(0.05)


threading.Thread(target=tick, daemon=True).start()
pool = concurrent.futures.ThreadPoolExecutor(4)
future = pool.submit(time.sleep, 1000)
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever).start()
child = subprocess.Popen(["sleep", "1000"])
# %% plain imports
# %%
def mean(numbers):
    parts = pool_of_its_own(sum, [numbers])
    return next(iter(parts)) / len(numbers)


def pool_of_its_own(function, items):
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        return list(threads.map(function, items))
# %% plain is_even largest count_words passed total_by_city greet factorial
