# SPDX-License-Identifier: GPL-2.0
"""What selftests/bench/run is made of: what to measure, and what came out."""
