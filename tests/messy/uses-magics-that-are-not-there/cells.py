# %%
%load_ext nb_black
%load_ext lab_black
# %%
!conda install -y pandas
!wget -q https://example.org/data.csv
# %% plain
# %%
%%R
summary(x)
# %%
%sql select 1
