#!/bin/sh
# Takes out of a virtual environment what no learner uses; the compiled .pyc files stay, for they are start-up time.
set -eu
venv=$1
site=$venv/lib/python3.11/site-packages

# The dependencies' own test suites, sources, headers and source maps.
for package in numpy pandas scipy sklearn matplotlib mpl_toolkits joblib psutil tornado zmq greenlet contourpy \
    jupyter_server jupyterlab jupyterhub jupyter_client ipykernel; do
    [ ! -d "$site/$package" ] || find "$site/$package" -depth -type d \( -name tests -o -name test \) -exec rm -rf {} +
done
find "$venv" -type f \( -name '*.map' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.a' -o -name '*.LICENSE.txt' \) -delete
rm -rf "$site/numpy/_core/include" "$venv/share/man" "$venv/share/doc"

# JupyterLab: its second copy (for --core-mode), its test extension, what rebuilds it.
rm -rf "$site/jupyterlab/static" "$site/jupyterlab/galata"
find "$site/jupyterlab/staging" -type f ! -name package.json -delete
# The hub's own pages.
rm -rf "$venv/share/jupyterhub/static"
# Type stubs of packages that are not here; completion reads those that are.
rm -rf "$site/jedi/third_party/django-stubs"
find "$site/jedi/third_party/typeshed/stubs" -mindepth 1 -maxdepth 1 \
    ! -name requests ! -name python-dateutil ! -name six ! -name PyYAML -exec rm -rf {} +
# Names of languages and places, but of those that JupyterLab speaks here.
find "$site/babel/locale-data" -type f ! -name 'root.dat' ! -name 'en*.dat' ! -name 'de*.dat' -delete
# jsonschema's check of international addresses, which nothing here has: it does without, and its import compiles a
# grammar for a second at the start of every server and every sandbox.
rm -rf "$site/rfc3987_syntax" "$site/lark"
