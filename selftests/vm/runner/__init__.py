# SPDX-License-Identifier: GPL-2.0
"""The host's side of selftests/vm/run, one concern a module."""
