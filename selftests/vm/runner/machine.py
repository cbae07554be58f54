# SPDX-License-Identifier: GPL-2.0
"""The virtual machine: what QEMU is told."""

import os
import re

from . import tsc


def kvm_works():
    """/dev/kvm alone proves nothing: without vmx or svm guests hang on it."""
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR))
    except OSError:
        return False
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        return bool(re.search(r"^flags\s*:.*\b(vmx|svm)\b", info.read(),
                              re.MULTILINE))


def emulated(options):
    """Is QEMU to execute the guest's instructions by software?"""
    return bool(options.icount or options.tcg or not kvm_works())


def accelerator(options):
    """Words for QEMU: what executes the guest's instructions.

    qemu64, for the emulated "max" runs string copies a byte a step. Without
    cmpxchg16b where tests run: QEMU 7.2 leaves its flags wrong, and an interrupt
    right behind it then returns with garbage (a double fault, once in some
    hours). Where instructions are counted the kernel keeps its own way.
    """
    if not emulated(options):
        return ["-accel", "kvm", "-cpu", "host"]
    if options.icount:
        return ["-accel", "tcg", "-icount", "shift=0,sleep=off",
                "-cpu", "qemu64"]
    return ["-accel", f"tcg,thread={options.tcg or 'multi'}",
            "-cpu", "qemu64,-cx16"]


def clock(options):
    """Words for the kernel: that it can trust its clock, and its frequency.

    Measuring that by itself it can be wrong by any factor where the
    machine below is busy. With icount nothing disturbs it.
    """
    words = ["tsc=reliable", "no_timer_check"]
    if emulated(options) and not options.icount:
        khz = tsc.khz()
        if khz:
            words.append(f"tsc_early_khz={khz}")
    return words


def command_line(kernel, options):
    """Words for the kernel.

    The limits of the watchdogs are generous, there to name a hang, not to
    catch what is slow.
    """
    return ["console=ttyS0", "quiet", "panic=-1", "oops=panic",
            "printk.devkmsg=on", "rcupdate.rcu_cpu_stall_timeout=100",
            "watchdog_thresh=60", *clock(options), *kernel.append(),
            *options.append.split()]


def share(tag, path, readonly):
    """Words for QEMU: a folder of the host's, under a tag."""
    escaped = str(path).replace(",", ",,")
    mode = ",readonly=on" if readonly else ""
    return ["-fsdev", f"local,id={tag},path={escaped},security_model=none,"
                      f"multidevs=remap{mode}",
            "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def arguments(kernel, initramfs, job, channels, options):
    """QEMU's command line; channels are socket numbers by name."""
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
             "-machine", "pc", "-display", "none", "-monitor", "none",
             "-no-reboot", *accelerator(options),
             "-smp", str(options.cpus), "-m", f"{options.mem}M",
             "-kernel", str(kernel.image()),
             "-initrd", str(initramfs),
             "-append", " ".join(command_line(kernel, options)),
             *share("host", "/", True),
             *share("job", job.dir, True),
             *share("out", job.out, False),
             "-device", "virtio-serial-pci"]
    for name, fd in channels.items():
        words += ["-chardev", f"socket,id={name},fd={fd}"]
    words += ["-serial", "chardev:log"]
    for number, name in enumerate(["stdout", "stderr", "verdict"], 1):
        words += ["-device",
                  f"virtserialport,chardev={name},nr={number},name={name}"]
    return words
