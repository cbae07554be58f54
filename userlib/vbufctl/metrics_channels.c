// SPDX-License-Identifier: GPL-2.0-only
/* What metrics says of channels: a sample of each in every family. */
#include "metrics_channels.h"

#include "channel.h"
#include "clock.h"
#include "exposition.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A family of a number that each channel has, or one sample of several in it. */
static const struct number {
	struct family family;
	struct channel_field field;
	uint32_t mask;		/* of a flag; 0 for a number */
	const char *reason;	/* label; those of a family stand together */
} numbers[] = {
#define GAUGE(name, field, help) \
	{ { "vbuf_channel_" name, "gauge", help }, CHANNEL_FIELD(field), 0, NULL }
#define FLAG(name, field, mask, help) \
	{ { "vbuf_channel_" name, "gauge", help }, CHANNEL_FIELD(field), mask, NULL }
#define COUNTER(name, field, help) \
	{ { "vbuf_channel_" name, "counter", help }, CHANNEL_FIELD(field), 0, NULL }
#define DROPPED(reason) \
	{ { "vbuf_channel_dropped_messages_total", "counter", \
	    "Messages that were sent and will not be received." }, \
	  CHANNEL_FIELD(dropped_##reason), 0, #reason }
	GAUGE("slots", slots, "Slots of the channel."),
	GAUGE("slot_size_bytes", slot_size, "Bytes of the longest message."),
	GAUGE("memory_bytes", bytes, "Memory that the channel takes, as limits count it."),
	GAUGE("free_slots", free, "Slots that are free."),
	GAUGE("sending_slots", sending, "Slots that senders own."),
	GAUGE("queued_messages", depth, "Messages in the queue."),
	GAUGE("queued_messages_max", max_depth, "The most messages that were in the queue."),
	GAUGE("receiving_slots", receiving, "Slots that receivers own."),
	GAUGE("senders", senders, "Endpoints that can send."),
	GAUGE("receivers", receivers, "Endpoints that can receive."),
	FLAG("senders_gone", state, VBUF_STATE_NO_SENDER,
	     "1 if the last sender has gone, so that receivers see an end."),
	FLAG("receivers_gone", state, VBUF_STATE_NO_RECEIVER,
	     "1 if the last receiver has gone, so that senders fail."),
	GAUGE("blocked_senders", blocked_senders, "Threads that wait for a free slot."),
	GAUGE("blocked_receivers", blocked_receivers, "Threads that wait for a message."),
	COUNTER("sent_messages_total", sent, "Messages sent."),
	COUNTER("sent_bytes_total", sent_bytes, "Bytes in the messages sent."),
	COUNTER("received_messages_total", received, "Messages received, and not put back."),
	COUNTER("received_bytes_total", received_bytes, "Bytes in the messages received."),
	DROPPED(oldest),
	DROPPED(holder),
	DROPPED(deliveries),
};

static const struct family blocked = {
	"vbuf_channel_blocked_seconds", "gauge",
	"How long threads have waited in one of its endpoints without a break, the longest.",
};

static const struct family counts[] = {
	{ "vbuf_channels", "gauge", "Channels that may be looked at." },
	{ "vbuf_hidden_channels", "gauge",
	  "Channels that may not be looked at, of which nothing is told." },
};

/* What tells a channel from others; @reason from its own other samples. */
struct identity {
	char id[24];
	struct label labels[4];
};

static const struct label *identify(struct identity *identity,
				    const struct vbuf_ctl_channel *channel,
				    const char *reason)
{
	snprintf(identity->id, sizeof(identity->id), "%" PRIu64, channel->id);
	identity->labels[0] = (struct label){ "id", identity->id };
	identity->labels[1] = (struct label){
		"name", channel->name[0] ? channel->name : NULL,
	};
	identity->labels[2] = (struct label){ "reason", reason };
	identity->labels[3] = (struct label){ NULL, NULL };
	return identity->labels;
}

static void print_number(FILE *out, const struct number *number,
			 const struct vbuf_ctl_channel *channel)
{
	uint64_t value = channel_number(channel, &number->field);
	struct identity identity;

	if (channel->hidden)
		return;
	exposition_number(out, &number->family,
			  identify(&identity, channel, number->reason),
			  number->mask ? !!(value & number->mask) : value);
}

/* Samples that differ by a label that numbers do not, one after the other. */
static void print_numbers(FILE *out, const struct vbuf_ctl_channel *channels)
{
	size_t count = sizeof(numbers) / sizeof(numbers[0]);
	const struct vbuf_ctl_channel *channel;
	const char *reason = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!reason || !numbers[i].reason)
			exposition_family(out, &numbers[i].family);
		reason = numbers[i].reason;
		for (channel = channels; channel; channel = channel->next)
			print_number(out, &numbers[i], channel);
	}
}

/* @endpoint goes on to the first of a later channel. */
static double longest_wait(const struct vbuf_ctl_endpoint **endpoint,
			   const struct vbuf_ctl_channel *channel, uint64_t now)
{
	uint64_t since = now;

	for (; *endpoint && (*endpoint)->channel <= channel->id;
	     *endpoint = (*endpoint)->next)
		if ((*endpoint)->channel == channel->id &&
		    (*endpoint)->blocked_since_ns &&
		    (*endpoint)->blocked_since_ns < since)
			since = (*endpoint)->blocked_since_ns;
	return (now - since) / 1e9;
}

static void print_blocked(FILE *out, const struct vbuf_ctl_channel *channel,
			  const struct vbuf_ctl_endpoint *endpoint)
{
	struct identity identity;
	uint64_t now = clock_monotonic_ns();

	exposition_family(out, &blocked);
	for (; channel; channel = channel->next)
		if (!channel->hidden)
			exposition_real(out, &blocked,
					identify(&identity, channel, NULL),
					longest_wait(&endpoint, channel, now));
}

static void print_counts(FILE *out, const struct vbuf_ctl_channel *channel)
{
	static const struct label none = { NULL, NULL };
	uint64_t count[2] = { 0 };

	for (; channel; channel = channel->next)
		count[channel->hidden]++;
	for (size_t i = 0; i < 2; i++) {
		exposition_family(out, &counts[i]);
		exposition_number(out, &counts[i], &none, count[i]);
	}
}

void metrics_channels(FILE *out, const struct vbuf_ctl_channel *channels,
		      const struct vbuf_ctl_endpoint *endpoints)
{
	print_counts(out, channels);
	print_numbers(out, channels);
	print_blocked(out, channels, endpoints);
}
