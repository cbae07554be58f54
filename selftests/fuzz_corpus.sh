#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the fuzzer found worth keeping, done over again: nothing breaks.
exec fuzz/build/replay fuzz/corpus/*
