/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DOC: A fuzzer of /dev/vbuf
 *
 * An input is a list of steps, of eight bytes each: who calls what on which
 * file, with which arguments, and what is wrong with them. Any bytes are steps,
 * so that whatever afl-fuzz makes of an input means something; as text
 * (steps.c) a step is a line that can be read and written by hand.
 *
 * Four actors do the steps (actor.c): three threads, and a process that a step
 * kills in whatever it does; for the next step that it is to do it is forked
 * anew, with the files that are open at that moment. A dispatcher hands the steps
 * out, one after the other, and waits for each for a moment only: who blocks is
 * passed over until another's step wakes it. At the end of an input those who
 * still block are sent signals, what is left is looked at (check.c), and all of
 * it is taken away.
 *
 * What the module ran of its code comes from kcov, and goes to afl-fuzz's map
 * (cover.c). vt_die() ends the program by a signal, which afl-fuzz takes for
 * a finding and keeps the input.
 */
#ifndef VBUF_FUZZ_H
#define VBUF_FUZZ_H

#include "../fault.h"
#include "../storm.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct step {
	__u8 what;
	__u8 who;
	__u8 file;		/* two of them, four bits each */
	__u8 a, b, c;		/* what they mean is the call's */
	__u8 hostile;		/* what is wrong with the arguments, */
	__u8 where;		/* and where */
};

#define WHO_ACTOR	0x3U
#define WHO_GO_ON	0x4U	/* the next step does not wait for this one */
#define WHO_COMPAT	0x8U	/* by the 32-bit system call */

#define FILES		8U
#define MAX_STEPS	64U
#define ACTORS		4U
#define PROCESS		3U	/* the actor that is one */

static inline unsigned int actor_of(const struct step *step)
{
	return step->who & WHO_ACTOR;
}

static inline bool by_process(const struct step *step)
{
	return actor_of(step) == PROCESS;
}

/* What is wrong with the arguments, where @hostile says so. */
enum wrong {
	WRONG_SPILLS,		/* the structure's end cannot be read */
	WRONG_SIZE,		/* of the structure */
	WRONG_U32,		/* one of its fields */
	WRONG_U64,
	WRONG_POINTER,		/* to the structure */
	WRONG_DATA,		/* the message's memory ends early */
	WRONG_READ_ONLY,	/* where the kernel is to write */
	WRONG_FAULT,		/* the n-th allocation or copy fails */
	WRONG_NOTHING
};

/* Pages for one actor's arguments, below 4 GiB; behind each kind is nothing. */
struct arena {
	char *args;
	char *fixed;		/* for arguments, too, but read-only, */
	char *fixed_here;	/* and written here */
	char *vector;
	char *from;		/* read-only; a sound message ends with it, */
	char *from_here;	/* and is written here */
	char *plain;		/* read-only; every byte is PLAIN_BYTE */
	char *into;
};

#define PAGE		4096U
#define ROOM		(32 * PAGE)	/* of one message, */
#define VECTOR_ROOM	(2 * PAGE)	/* and of all of a vector */
#define PLAIN_BYTE	0xa5
#define PLAIN_TAG	0xa5a5a5a5a5a5a5a5ULL
#define UNTOUCHED_BYTE	0x11

/* What an actor received last from each on a channel: ledger.c. */
struct came {
	__u64 channel;
	__u64 number[ACTORS];
	__u64 told_number[ACTORS];	/* by RECVV with VBUF_INFO */
	__u64 told_seq[ACTORS];
};

struct actor {
	struct arena arena;
	int fail_nth;		/* -1 if the kernel has no such file */
	__u64 *cover;
	__u64 cookies[8];
	unsigned int cookie;
	struct came came[8];
	__u32 disturbances;
	bool undisturbed;
	bool armed;		/* a fault is to come */
};

typedef long (*call_fn)(struct actor *self, const struct step *step);

/* What a call may sleep for without an end. */
enum wait {
	WAIT_NONE,
	WAIT_SLOT,
	WAIT_MESSAGE,
	WAIT_DRAIN,
	WAIT_KINDS
};

struct call {
	const char *name;
	call_fn call;
	enum wait wait;
	bool faultless;		/* faults would strike what is not ours */
	__u8 upsets;		/* a bit for each enum upset: region.h */
};

/* upset.c */
void upset_init(void);
void upset_begin(unsigned int who, unsigned int kinds);
void upset_over(unsigned int who, unsigned int kinds);
#define ALL_UPSETS	(~0U)

/* calls.c: the commands of /dev/vbuf */
extern const struct call channel_calls[];
extern const unsigned int channel_calls_count;
long command(struct actor *self, const struct step *step, unsigned int cmd,
	     void *arg, size_t size);
__u64 deadline_of(unsigned int which);
void check_msg(struct actor *self, const struct step *step, __u64 channel,
	       const struct vbuf_msg *msg, __u64 number, bool held);

/* windows.c, strikes.c, move.c, acquire.c: regions */
extern const struct call window_calls[];
extern const unsigned int window_calls_count;
extern const struct call strike_calls[];
extern const unsigned int strike_calls_count;
extern const struct call move_calls[];
extern const unsigned int move_calls_count;
extern const struct call acquire_calls[];
extern const unsigned int acquire_calls_count;
void windows_init(void);
void windows_begin(void);
void windows_check_child(void);
void windows_lose_process(void);
void windows_close(void);
void pieces_init(void);
void pieces_begin(void);

/* netlink.c */
extern const struct call netlink_calls[];
extern const unsigned int netlink_calls_count;

/* sessions.c */
extern const struct call session_calls[];
extern const unsigned int session_calls_count;
void sessions_init(void);
void sessions_close(void);

/* files.c: what can be done to any file, and to a process */
extern const struct call file_calls[];
extern const unsigned int file_calls_count;
int *entry_of(const struct step *step);
int *other_of(const struct step *step);
__u32 file_endpoint(int fd);
size_t move_length_of(const struct step *step);
size_t length_of(const struct step *step);
__u64 channel_of(struct actor *self, const struct step *step, int fd);
long send_sound(struct actor *self, const struct step *step, size_t len,
		long (*call)(struct actor *self, const struct step *step,
			     void *from, size_t len));
long receive(struct actor *self, const struct step *step, size_t room,
	     long (*call)(struct actor *self, const struct step *step,
			  void *into, size_t room));
bool is_kill(const struct step *step);
bool is_new_net(const struct step *step);
void files_close(void);

/* limits.c */
void limits_init(void);
long call_limit(struct actor *self, const struct step *step);
void limits_restore(void);
bool limits_leave_room(void);

enum wait wait_of(const struct step *step);

/* args.c */
void arena_init(struct arena *arena);
enum wrong wrong_of(const struct step *step);
void *arg_place(const struct arena *arena, const struct step *step,
		const void *arg, size_t size);
void *arg_from(const struct arena *arena, const struct step *step, size_t len,
	       __u64 number);
void *arg_into(const struct arena *arena, const struct step *step, size_t room);
size_t arg_reach(size_t room);
void arg_fill_piece(char *piece, size_t len, __u64 number);
void arg_fill_plain(char *piece, size_t len);
__u64 arg_check_piece(const char *into, size_t size, size_t len, char rest);

/* ledger.c: which messages were sent, and which can be received */
void ledger_init(void);
void ledger_begin(void);
__u64 ledger_take(unsigned int count);
__u32 ledger_new_endpoint(void);
void ledger_write(const struct step *step, __u64 number, size_t len,
		  bool tagged);
void ledger_refuse(__u64 number);
void ledger_expect(struct actor *self, const struct step *step,
		   unsigned int count, bool held);
void ledger_over(unsigned int who);
void ledger_take_out(__u64 number);
void ledger_check_shown(__u32 endpoint, __u64 word);
void ledger_receive(struct actor *self, __u64 channel, __u64 number, size_t len,
		    bool held);
void ledger_check_info(struct actor *self, __u64 channel, __u64 number,
		       const struct vbuf_msg *msg);

/* counts.c: what was done, in memory that all share */
struct counts {
	__u64 steps;
	__u64 kills;
	__u64 faults;
	__u64 moves;		/* messages committed, */
	__u64 acquired;		/* and acquired, and looked at */
};

extern struct counts *counts;
void counts_init(void);
void count(__u64 *which);
void counts_print(void);

/* actor.c */
void actor_arm(struct actor *self, const struct step *step);
void actor_disarm(struct actor *self);
void actors_init(void);
void actor_give(const struct step *step);
void actors_settle(void);
void actors_check_process(void);
void actors_end_process(void);

/* check.c */
void check_init(void);
void check_channels(void);
bool check_waits(const unsigned int asleep[WAIT_KINDS], bool elsewhere);
void check_nothing_left(void);
void check_kernel_log(void);

/* afl-fuzz's runtime, where it is linked in */
#pragma weak __afl_area_ptr
#pragma weak __afl_manual_init
#pragma weak __afl_persistent_loop
extern __u8 *__afl_area_ptr;
void __afl_manual_init(void);
int __afl_persistent_loop(unsigned int count);

/* cover.c */
__u64 *cover_open(void);
void cover_fold(__u64 *cover);

/* steps.c */
const struct call *call_of(const struct step *step);
unsigned int calls_count(void);
void step_print(const struct step *step);
bool step_scan(const char *line, struct step *step);

#endif /* VBUF_FUZZ_H */
