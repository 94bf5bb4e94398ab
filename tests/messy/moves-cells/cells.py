# %% plain factorial greet total_by_city passed count_words largest is_even mean imports
