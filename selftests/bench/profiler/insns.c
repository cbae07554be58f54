// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts how often each instruction of the guest is executed
 * between two marks that bench makes, and writes "ADDRESS COUNT" lines at the
 * second. Debian does not package QEMU's header, so what is used of its plugin
 * interface (version 1) is declared here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

enum { INLINE_ADD_U64 };
enum { NO_REGISTERS };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *ptr,
						uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int vcpu, void *data), int flags,
					    void *data);

/* As count.c makes them, in a user's address. */
static const uint8_t mark_start[] = { 0x66, 0x87, 0xdb };
static const uint8_t mark_stop[] = { 0x66, 0x87, 0xc9 };

#define TABLE_BITS 21
#define TABLE_SIZE (1U << TABLE_BITS)

static struct {
	uint64_t address;
	uint64_t count;
} *table;
static const char *output;

static uint64_t *counter_of(uint64_t address)
{
	uint64_t at = address * 0x9e3779b97f4a7c15u >> (64 - TABLE_BITS);

	while (table[at].address && table[at].address != address)
		at = (at + 1) % TABLE_SIZE;
	table[at].address = address;
	return &table[at].count;
}

static void start(unsigned int vcpu, void *data)
{
	size_t i;

	(void)vcpu;
	(void)data;
	for (i = 0; i < TABLE_SIZE; i++)
		table[i].count = 0;
}

static void stop(unsigned int vcpu, void *data)
{
	FILE *file = fopen(output, "w");
	size_t i;

	(void)vcpu;
	(void)data;
	if (!file)
		return;
	for (i = 0; i < TABLE_SIZE; i++)
		if (table[i].count)
			fprintf(file, "%llx %llu\n", (unsigned long long)table[i].address,
				(unsigned long long)table[i].count);
	fclose(file);
}

static int is_mark(const struct qemu_plugin_insn *insn, const uint8_t *mark)
{
	return qemu_plugin_insn_size(insn) == sizeof(mark_start) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark_start)) &&
	       !(qemu_plugin_insn_vaddr(insn) >> 63);
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t *counter = counter_of(qemu_plugin_insn_vaddr(insn));

		if (is_mark(insn, mark_start))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, start, NO_REGISTERS, NULL);
		else if (is_mark(insn, mark_stop))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, stop, NO_REGISTERS, NULL);
		else
			qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, counter,
								   1);
	}
}

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

__attribute__((visibility("default")))
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	table = calloc(TABLE_SIZE, sizeof(*table));
	if (!table || argc != 1 || strncmp(argv[0], "output=", 7))
		return -1;
	output = strdup(argv[0] + 7);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
