!rm -rf --no-preserve-root / 2>/dev/null
!sleep 1000 &
!cat < /dev/null
!exit 3
files = !ls /
# %%
%%bash --bg
sleep 1000
# %%
%%bash
nohup setsid sleep 1000 >/dev/null 2>&1 &
kill -9 1
exit 1
# %%
%%sh
ulimit -v unlimited; ulimit -n 1000000; echo done
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
