# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds these pages: make docs, at the top of the repository."""

# The names are Sphinx's.
# pylint: disable=invalid-name,redefined-builtin
project = "vbuf"
author = "vbuf developers"
copyright = author
release = "1.0"

exclude_patterns = ["build"]
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {
    "description": "Bounded message channels between Linux processes",
    "page_width": "64em",
}
html_show_sphinx = False
html_show_copyright = False
