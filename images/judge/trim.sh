#!/bin/sh
# Takes the dependencies' own test suites, sources and headers out of a virtual environment.
set -eu
site=$1/lib/python3.11/site-packages

find "$site/numpy" "$site/pandas" -depth -type d -name tests -exec rm -rf {} +
find "$site" -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.a' \) -delete
rm -rf "$site/numpy/_core/include"
