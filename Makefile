# SPDX-License-Identifier: GPL-2.0
#
# vbuf: make help tells what can be made. V=1 shows the commands; CC, CFLAGS,
# DESTDIR and PREFIX are heeded where they apply.

KDIR ?= /lib/modules/$(shell uname -r)/build

ifeq ($(V),1)
Q :=
else
Q := @
quiet := -s
endif

## all: the module for KDIR's kernel (by default the running one), the library
##	and the tool
all: module userlib

## module: vbuf.ko, in module/, for the kernel whose headers are in KDIR
module:
	$(Q)[ -e '$(KDIR)/Makefile' ] || { \
		echo 'There are no kernel headers in $(KDIR): install the' \
		'package linux-headers-$(shell uname -r), or say' \
		'make KDIR=FOLDER.' >&2; exit 1; }
	$(Q)$(MAKE) $(quiet) -C $(KDIR) M=$(CURDIR) modules

## userlib: libvbuf and vbufctl, in userlib/build/
userlib:
	$(Q)$(MAKE) -C userlib

## install: the libraries, the tool, headers, man pages, completion for bash and
##	zsh, and examples for administrators, below DESTDIR PREFIX
install: userlib
	$(Q)$(MAKE) -C userlib install

## uninstall: removes what install put there
uninstall:
	$(Q)$(MAKE) -C userlib uninstall

## deps: the Debian packages that the targets below need; they get them by
##	themselves
deps:
	$(Q)selftests/vm/install-deps

## demo: shows vbuf at work, in a virtual machine
demo: deps
	$(Q)$(MAKE) $(quiet) -C selftests/demo
	$(Q)selftests/vm/run --kernel 6.1 -- selftests/demo/run

## check: every test, on every kernel, in virtual machines. KERNEL=6.12 runs
##	the test programs on that kernel only, TEST=name those of that name
##	(or lint, lib, vm: the checks that need no module)
check: deps
	$(Q)selftests/check $(if $(KERNEL),--kernel '$(KERNEL)') \
		$(if $(TEST),--test '$(TEST)')

## check-debug: the module's tests on a kernel that watches itself (KASAN,
##	lockdep, leaks), which is built first, in some ten minutes; a little of the
##	fuzzer and of what else make lab does
check-debug: deps
	$(Q)selftests/check --debug $(if $(TEST),--test '$(TEST)')

## coverage: check-debug, and then which lines of the module were not reached,
##	and why
coverage: deps
	$(Q)status=0; $(MAKE) check-debug || status=1; \
		selftests/coverage && exit $$status

## fuzz: lets a fuzzer call the module for SECONDS=60, on the debug kernel
SECONDS ?= 60
fuzz: deps
	$(Q)selftests/fuzz/run $(SECONDS)

## lab: everything that is there to break the module, for hours: SECONDS=60 for
##	each stress program on each kernel, ten times that for the fuzzer
lab: deps
	$(Q)selftests/lab/run --seconds $(SECONDS)

## lint: the static checks among them
lint: deps
	$(Q)selftests/lint/run

## bench: what a message costs, in instructions, beside what others cost
bench: deps
	$(Q)selftests/bench/run

## bench-wall: the same by the clock, for what instructions do not show
bench-wall: deps
	$(Q)selftests/bench/run --wall

## docs: the documentation as web pages, in Documentation/build/
docs: deps
	$(Q)/usr/bin/python3 -m sphinx -q -W -b html -d Documentation/build/trees \
		Documentation Documentation/build/html

## clean: removes what was built here; what was fetched stays in the cache
clean:
	$(Q)find . -name .git -prune -o -type f \( -name '*.o' -o -name '*.ko' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name '*.symvers' -o -name modules.order \) -exec rm -f {} +
	$(Q)rm -rf Documentation/build
	$(Q)$(MAKE) -C userlib clean
	$(Q)$(MAKE) -C selftests clean

## help: this
help:
	@sed -n -e 's/^## \([a-z-]*\): /\1\t/p' -e 's/^##\t/\t/p' Makefile | \
		expand -t 12

.PHONY: all module userlib install uninstall deps demo check check-debug \
	coverage fuzz lab lint bench bench-wall docs clean help
