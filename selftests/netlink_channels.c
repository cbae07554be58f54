// SPDX-License-Identifier: GPL-2.0
/*
 * CHANNEL_GET of one channel, by its id or its name: every field, what it counts,
 * and who is told that there is none.
 */
#include "kselftest_harness.h"
#include "netlink.h"

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	struct vt_channel info;
	__u64 id;
	struct nl nl;
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = {
		.flags = VBUF_LOSSY, .slots = 4, .slot_size = 64,
		.mode = 0640, .held_max = 3, .max_deliveries = 5 };

	vt_name(self->name, "netlink");
	self->rx = vt_create(self->name, attr, VT_RECV);
	ASSERT_LE(0, self->rx);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->tx);
	self->id = vt_getattr(self->rx).id;
	self->nl = nl_open();
	vt_poison(&self->info);
}

FIXTURE_TEARDOWN(channel)
{
	nl_close(&self->nl);
}

static void get_by_name(struct nl_request *request, const char *name)
{
	nl_begin(request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put(request, VBUF_A_CHANNEL_NAME, name, strlen(name) + 1);
}

/* 0, or -errno; why is told with each error. */
static int find_named(struct nl *nl, const char *name, struct vt_channel *info)
{
	struct nl_request request;
	struct nl_answer answer;

	get_by_name(&request, name);
	answer = nl_ask(nl, &request, nl_channel, info);
	if (answer.error ? !*answer.why || answer.messages :
			   answer.messages != 1)
		vt_die("%u messages, %s", answer.messages, answer.why);
	return answer.error;
}

TEST_F(channel, every_field_is_told)
{
	struct vt_channel *info = &self->info;

	ASSERT_TRUE(nl_find(&self->nl, self->id, info));
	EXPECT_EQ(self->id, info->id);
	EXPECT_EQ(0, strcmp(self->name, info->name));
	EXPECT_EQ(VBUF_LOSSY, info->attr.flags);
	EXPECT_EQ(4U, info->attr.slots);
	EXPECT_EQ(64U, info->attr.slot_size);
	EXPECT_EQ(0640U, info->attr.mode);
	EXPECT_EQ(3U, info->attr.held_max);
	EXPECT_EQ(5U, info->attr.max_deliveries);
	EXPECT_EQ(0U, info->uid);
	EXPECT_EQ(0U, info->gid);
	EXPECT_LE(4U * 64, info->bytes);
	EXPECT_EQ(1U, info->senders);
	EXPECT_EQ(1U, info->receivers);
	EXPECT_EQ(4U, info->free);
	EXPECT_EQ(0U, info->state);
	EXPECT_EQ(0U, info->hidden);
	EXPECT_EQ(0U, info->sent + info->received + info->sent_bytes +
		      info->received_bytes + info->dropped_oldest +
		      info->dropped_holder + info->dropped_deliveries);
	EXPECT_EQ(0U, info->depth + info->sending + info->receiving +
		      info->max_depth + info->blocked_senders +
		      info->blocked_receivers);
}

TEST_F(channel, its_name_leads_to_the_same)
{
	struct vt_channel named;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_TRUE(nl_find(&self->nl, self->id, &self->info));
	vt_poison(&named);
	ASSERT_EQ(0, find_named(&self->nl, self->name, &named));
	EXPECT_EQ(0, memcmp(&named, &self->info, sizeof(named)));
}

TEST_F(channel, the_longest_name_is_one)
{
	char name[VBUF_NAME_SIZE] = "";
	int fd;

	memset(name, 'x', VBUF_NAME_SIZE - 1);
	fd = vt_create(name, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, find_named(&self->nl, name, &self->info));
	EXPECT_EQ(0, strcmp(name, self->info.name));
	close(fd);
}

/* A string of the wire may do without its NUL, a name may not. */
TEST_F(channel, without_a_name_none_is_told)
{
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);

	self->info = vt_look(fd);
	EXPECT_EQ('\0', self->info.name[0]);
	EXPECT_EQ(0U, self->info.state);
	close(fd);
}

TEST_F(channel, unlinked_it_goes_by_its_id_alone)
{
	ASSERT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(-ENOENT, find_named(&self->nl, self->name, &self->info));
	ASSERT_TRUE(nl_find(&self->nl, self->id, &self->info));
	EXPECT_EQ(0, strcmp(self->name, self->info.name));
	EXPECT_EQ(VBUF_STATE_UNLINKED, self->info.state);
}

TEST_F(channel, its_state_tells_who_has_gone)
{
	close(self->tx);
	EXPECT_EQ(VBUF_STATE_NO_SENDER, vt_look(self->rx).state);
	EXPECT_EQ(0U, vt_look(self->rx).senders);
	self->tx = vt_open(self->name, VT_SEND);
	close(self->rx);
	EXPECT_TRUE(vt_look(self->tx).state & VBUF_STATE_NO_RECEIVER);
	EXPECT_EQ(0U, vt_look(self->tx).receivers);
}

TEST_F(channel, it_counts_messages_and_bytes)
{
	struct vt_channel info;
	char buf[64];

	ASSERT_EQ(0, vt_send(self->tx, buf, 10, 0));
	ASSERT_EQ(0, vt_send(self->tx, buf, 64, 0));
	ASSERT_EQ(0, vt_send(self->tx, buf, 0, 0));
	ASSERT_EQ(10, vt_recv(self->rx, buf, 64, 0));
	info = vt_look(self->rx);
	EXPECT_EQ(3U, info.sent);
	EXPECT_EQ(74U, info.sent_bytes);
	EXPECT_EQ(1U, info.received);
	EXPECT_EQ(10U, info.received_bytes);
	EXPECT_EQ(2U, info.depth);
	EXPECT_EQ(2U, info.free);
	EXPECT_EQ(3U, info.max_depth);
}

TEST_F(channel, the_deepest_queue_is_remembered)
{
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
	for (i = 0; i < 3; i++)
		ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(3U, vt_look(self->rx).max_depth);
}

TEST_F(channel, it_counts_slots_that_are_owned)
{
	char byte, *at;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	int fd = vt_create(NULL, vt_attr(4, VT_PAGE), VT_BOTH);

	vt_map_send(fd);
	ASSERT_EQ(0, vt_reserve(fd, 1, 0, &at));
	EXPECT_EQ(1U, vt_look(fd).sending);
	ASSERT_EQ(0, vt_commit(fd, at, 1));
	ASSERT_EQ(1, vt_recvv(fd, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(0U, vt_look(fd).sending);
	EXPECT_EQ(1U, vt_look(fd).receiving);
	EXPECT_EQ(0U, vt_look(fd).received);
	ASSERT_EQ(0, vt_release(fd, msg.cookie, 0));
	EXPECT_EQ(0U, vt_look(fd).receiving);
	EXPECT_EQ(1U, vt_look(fd).received);
	close(fd);
}

TEST_F(channel, it_counts_what_is_dropped)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		ASSERT_EQ(0, vt_send(self->tx, "x", 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(2U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ(0U, vt_look(self->rx).received);
}

TEST_F(channel, it_counts_who_blocks)
{
	struct vt_call recv[2] = { 0 };

	vt_start_recv(&recv[0], self->rx);
	vt_start_recv(&recv[1], self->rx);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ(1, vt_join(&recv[1]));
	EXPECT_TRUE(vt_blocked(self->rx, 0, 0));
}

TEST_F(channel, an_id_is_not_used_again)
{
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	__u64 id = vt_getattr(fd).id;

	EXPECT_LT(self->id, id);
	close(fd);
	fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	EXPECT_LT(id, vt_getattr(fd).id);
	EXPECT_FALSE(nl_find(&self->nl, id, &self->info));
	close(fd);
}

TEST_F(channel, channel_get_enoent)
{
	EXPECT_FALSE(nl_find(&self->nl, UINT64_MAX, &self->info));
	EXPECT_FALSE(nl_find(&self->nl, self->id + 1000000, &self->info));
	EXPECT_EQ(-ENOENT, find_named(&self->nl, "no-such", &self->info));
	/* Not so much as a part of a name. */
	self->name[strlen(self->name) - 1] = '\0';
	EXPECT_EQ(-ENOENT, find_named(&self->nl, self->name, &self->info));
	EXPECT_EQ(VT_POISON64, self->info.id);
}

/* The answer is the command's, and has its version. */
static void look_at_header(const struct nlmsghdr *message, void *ctx)
{
	*(struct genlmsghdr *)ctx = *(struct genlmsghdr *)NLMSG_DATA(message);
}

TEST_F(channel, the_answer_says_what_it_is)
{
	struct genlmsghdr header = { .cmd = 0 };
	struct nl_request request;

	get_by_name(&request, self->name);
	ASSERT_EQ(0, nl_ask(&self->nl, &request, look_at_header, &header).error);
	EXPECT_EQ(VBUF_CMD_CHANNEL_GET, header.cmd);
	EXPECT_EQ(VBUF_FAMILY_VERSION, header.version);
	EXPECT_EQ(0, header.reserved);
}

TEST_HARNESS_MAIN
