# %% plain imports mean is_even
# %%
raise KeyboardInterrupt
# %% plain largest count_words
# %%
import os
import signal

os.kill(os.getpid(), signal.SIGINT)
# %%
raise GeneratorExit
# %% plain passed total_by_city
# %%
raise BaseExceptionGroup("several", [ValueError("one"), KeyboardInterrupt()])
# %% plain greet factorial
