# SPDX-License-Identifier: GPL-2.0
"""The virtual machine: what QEMU is told."""

import os
import re


def kvm_works():
    """/dev/kvm alone proves nothing: without vmx or svm guests hang on it."""
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR))
    except OSError:
        return False
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        return bool(re.search(r"^flags\s*:.*\b(vmx|svm)\b", info.read(),
                              re.MULTILINE))


def accelerator(options):
    """Words for QEMU: what executes the guest's instructions.

    qemu64, for the emulated "max" runs string copies a byte a step.
    """
    if options.icount:
        return ["-accel", "tcg", "-icount", "shift=0,sleep=off",
                "-cpu", "qemu64"]
    if options.tcg:
        return ["-accel", f"tcg,thread={options.tcg}", "-cpu", "qemu64"]
    if kvm_works():
        return ["-accel", "kvm", "-cpu", "host"]
    return ["-accel", "tcg,thread=multi", "-cpu", "qemu64"]


def command_line(kernel, options):
    """Words for the kernel.

    The time limits of its watchdogs are generous, for the machine below
    may be busy; they are there to name a hang, not to catch a slow one.
    """
    return ["console=ttyS0", "quiet", "panic=-1", "oops=panic",
            "tsc=reliable", "printk.devkmsg=on", "net.ifnames=0",
            "rcupdate.rcu_cpu_stall_timeout=100", "watchdog_thresh=60",
            *kernel.append(), *options.append.split()]


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
