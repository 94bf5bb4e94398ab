# %% plain
# %%
from IPython.display import HTML, JSON, SVG, Audio, Image, Latex, Markdown, Math, clear_output, display

display(HTML("<b>bold</b>"), Markdown("# title"), Latex("$x$"), Math("x^2"), JSON({"a": [1, 2]}))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"), Audio(np.zeros(100), rate=8000))
display({"application/vnd.jupyter.widget-view+json": {"model_id": "abc", "version_major": 2}, "text/plain": "slider"}, raw=True)
# %%
class Shape:
    def _repr_html_(self):
        return "<i>shape</i>"

    def _repr_png_(self):
        raise ValueError("not today")


Shape()
# %%
handle = display("first", display_id="one")
handle.update("second")
clear_output(wait=True)
# %%
import comm

comm.create_comm(target_name="jupyter.widget", data={"state": {"value": 5}})
