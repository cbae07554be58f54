#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the fuzzer does with trace sessions, done over again: nothing breaks.
FUZZ_TRACE=1 exec fuzz/build/replay fuzz/corpus/traced*
