# SPDX-License-Identifier: GPL-2.0
#
# What the user side's Makefiles share. Heeds CC, CFLAGS, CPPFLAGS, LDFLAGS,
# DESTDIR, PREFIX, LIBDIR, INCLUDEDIR, MANDIR, DOCDIR, BASHCOMPDIR, ZSHCOMPDIR,
# PKG_CONFIG; V=1 shows the commands.

userlib := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
OUT ?= $(userlib)/build

VERSION := 1.0.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/vbuf
# Where bash-completion and zsh look, if PREFIX is /usr or /usr/local.
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions

# A CFLAGS of the caller's own replaces these,
CFLAGS ?= -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
	-fstack-clash-protection
LDFLAGS ?= -Wl,-z,relro,-z,now

# and nothing replaces those.
vbuf_cppflags := -D_GNU_SOURCE -I$(userlib)/include -I$(userlib)/../uapi \
	-DVBUF_VERSION='"$(VERSION)"' -MMD -MP
vbuf_cflags := -std=gnu11 -Wall -Wextra -Werror

# libnl, for libvbuf-ctl and what is linked with it; asked for only there.
PKG_CONFIG ?= pkg-config
nl = $(or $(shell $(PKG_CONFIG) $(1) libnl-genl-3.0),$(error libvbuf-ctl \
	needs libnl: the package libnl-genl-3-dev))
nl_cflags = $(call nl,--cflags)
nl_libs = $(call nl,--libs)

COMPILE = $(CC) $(vbuf_cppflags) $(CPPFLAGS) $(CFLAGS) $(vbuf_cflags)
LINK = $(CC) $(CFLAGS) $(LDFLAGS)

# $(call say,CC,file) is the short form of a command that V=1 shows in full.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-7s %s\n' '$(1)' '$(2)')
MAKEFLAGS += --no-print-directory
endif
