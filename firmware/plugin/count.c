/* Exact instruction counts between two marks: a plugin for QEMU's translator (plugin API 2 to 4, QEMU 9.0 to 10).
 *
 * The guest calls the empty functions `count_begin` and `count_end` round what is to be counted; each pair prints one line with the number of
 * instructions executed from the first one of count_begin to the first one of count_end, and how many of them were in functions that copy memory, by
 * their names. The price of the two calls themselves is what an empty pair prints.
 *
 * No header of QEMU is needed to build it (distributions that ship QEMU with plugins do not always ship the header): the few functions used are declared
 * below as the plugin API documents them.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern void qemu_plugin_outs(const char *);

__attribute__((visibility("default"))) int qemu_plugin_version = 2;

static uint64_t executed, copying;
static uint64_t begun_at, copied_at;
static int counting;
/* Where the marks begin; found when their first instruction is translated, which is before anything jumps into their middle. */
static uint64_t begin_address, end_address;

static void on_instruction(unsigned vcpu, void *unused)
{
    (void)vcpu;
    (void)unused;
    executed++;
}

static void on_copying(unsigned vcpu, void *unused)
{
    (void)vcpu;
    (void)unused;
    copying++;
}

static void on_begin(unsigned vcpu, void *unused)
{
    (void)vcpu;
    (void)unused;
    begun_at = executed;
    copied_at = copying;
    counting = 1;
}

static void on_end(unsigned vcpu, void *unused)
{
    char line[64];
    (void)vcpu;
    (void)unused;
    if (counting) {
        snprintf(line, sizeof line, "%" PRIu64 " %" PRIu64 "\n", executed - begun_at, copying - copied_at);
        qemu_plugin_outs(line);
    }
    counting = 0;
}

/* Is this the first instruction of the function of that name? The guest calls the marks by their first instruction. */
static int is_mark(const struct qemu_plugin_insn *insn, const char *name, uint64_t *address)
{
    const char *symbol = qemu_plugin_insn_symbol(insn);
    if (symbol == NULL || strcmp(symbol, name) != 0)
        return 0;
    if (*address == 0)
        *address = qemu_plugin_insn_vaddr(insn);
    return *address == qemu_plugin_insn_vaddr(insn);
}

/* memcpy and its kin, slices' copy_from_slice, the copies in and out of the link's ring queues. */
static int copies(const struct qemu_plugin_insn *insn)
{
    static const char *const parts[] = {"copy", "memcpy", "memmove", "_ring"};
    const char *symbol = qemu_plugin_insn_symbol(insn);
    for (size_t i = 0; symbol != NULL && i < sizeof parts / sizeof *parts; i++)
        if (strstr(symbol, parts[i]) != NULL)
            return 1;
    return 0;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    (void)id;
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        if (is_mark(insn, "count_begin", &begin_address))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, CB_NO_REGS, NULL);
        if (is_mark(insn, "count_end", &end_address))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, CB_NO_REGS, NULL);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, CB_NO_REGS, NULL);
        if (copies(insn))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_copying, CB_NO_REGS, NULL);
    }
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    (void)argc;
    (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
