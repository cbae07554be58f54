# SPDX-License-Identifier: GPL-2.0
#
# make install and uninstall. The kernel interface's headers go under the
# libraries' own prefix, into linux/: with PREFIX=/usr that is among the system's
# kernel headers.

# Sections 1, 3 and 4. Each function that has no page of its own name gets one
# that says where it is told: what the NAME section of a page lists.
pages := $(wildcard man/*.[134])
page_names = sed -n '/^\.Nd/q; s/^\.Nm \([a-z_-]*\).*/\1/p' $(1)

# Paths relative to the prefix where they can be: pkg-config can then move it.
relative = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))

# For administrators, to be copied to where they choose.
admin_files := $(wildcard admin/*)

headers := $(wildcard include/*.h)
uapi_headers := $(wildcard ../uapi/linux/*.h)

# $(call pc_file,source,target)
pc_file = sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' \
	-e 's|@LIBDIR@|$(call relative,$(LIBDIR))|' \
	-e 's|@INCLUDEDIR@|$(call relative,$(INCLUDEDIR))|' $(1) > $(2)

install: all
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(BINDIR) \
		$(DESTDIR)$(INCLUDEDIR)/linux $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man4 \
		$(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR) \
		$(DESTDIR)$(DOCDIR)/examples
	$(Q)install -m 755 $(shared) $(ctl_shared) $(DESTDIR)$(LIBDIR)
	$(Q)ln -sf $(notdir $(shared)) $(DESTDIR)$(LIBDIR)/$(soname)
	$(Q)ln -sf $(soname) $(DESTDIR)$(LIBDIR)/libvbuf.so
	$(Q)ln -sf $(notdir $(ctl_shared)) $(DESTDIR)$(LIBDIR)/$(ctl_soname)
	$(Q)ln -sf $(ctl_soname) $(DESTDIR)$(LIBDIR)/libvbuf-ctl.so
	$(Q)install -m 644 $(OUT)/libvbuf.a $(OUT)/libvbuf-ctl.a \
		$(DESTDIR)$(LIBDIR)
	$(Q)$(call pc_file,src/libvbuf.pc.in,$(DESTDIR)$(LIBDIR)/pkgconfig/libvbuf.pc)
	$(Q)$(call pc_file,ctl/libvbuf-ctl.pc.in,$(DESTDIR)$(LIBDIR)/pkgconfig/libvbuf-ctl.pc)
	$(Q)install -m 644 $(headers) $(DESTDIR)$(INCLUDEDIR)
	$(Q)install -m 644 $(uapi_headers) $(DESTDIR)$(INCLUDEDIR)/linux
	$(Q)install -m 755 $(OUT)/vbufctl $(DESTDIR)$(BINDIR)
	$(Q)install -m 644 vbufctl/completion/vbufctl.bash \
		$(DESTDIR)$(BASHCOMPDIR)/vbufctl
	$(Q)install -m 644 vbufctl/completion/_vbufctl $(DESTDIR)$(ZSHCOMPDIR)
	$(Q)install -m 644 $(admin_files) $(DESTDIR)$(DOCDIR)/examples
	$(Q)sed -i 's|=/usr/local/bin/|=$(BINDIR)/|' \
		$(DESTDIR)$(DOCDIR)/examples/vbuf-metrics.service
	$(Q)for page in $(pages); do \
		section=$${page##*.}; dir=$(DESTDIR)$(MANDIR)/man$$section; \
		for name in $$($(call page_names,$$page)); do \
			echo ".so man$$section/$${page##*/}" \
				> $$dir/$$name.$$section; \
		done; \
		install -m 644 $$page $$dir; \
	done
	$(Q)if [ -z "$(DESTDIR)" ]; then \
		PATH=$$PATH:/sbin:/usr/sbin; ldconfig 2>/dev/null; \
		ldconfig -p | grep -q '=> $(LIBDIR)/$(soname)$$' || \
		echo 'Programs need LD_LIBRARY_PATH=$(LIBDIR) to find' \
			'$(soname): it is not where the system looks.'; \
	fi

uninstall:
	$(call say,REMOVE,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(notdir $(shared)) \
		$(soname) libvbuf.so libvbuf.a pkgconfig/libvbuf.pc \
		$(notdir $(ctl_shared)) $(ctl_soname) libvbuf-ctl.so \
		libvbuf-ctl.a pkgconfig/libvbuf-ctl.pc) \
		$(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(headers))) \
		$(addprefix $(DESTDIR)$(INCLUDEDIR)/linux/,$(notdir $(uapi_headers))) \
		$(DESTDIR)$(BINDIR)/vbufctl $(DESTDIR)$(BASHCOMPDIR)/vbufctl \
		$(DESTDIR)$(ZSHCOMPDIR)/_vbufctl \
		$(addprefix $(DESTDIR)$(DOCDIR)/examples/,$(notdir $(admin_files)))
	$(Q)for page in $(pages); do \
		section=$${page##*.}; dir=$(DESTDIR)$(MANDIR)/man$$section; \
		rm -f $$dir/$${page##*/}; \
		for name in $$($(call page_names,$$page)); do \
			rm -f $$dir/$$name.$$section; \
		done; \
	done
