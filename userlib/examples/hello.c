// SPDX-License-Identifier: GPL-2.0
/* The ten lines that libvbuf(3) shows. */
#include <stdio.h>
#include <vbuf.h>

int main(void)
{
	struct vbuf_attr attr = { .slots = 8, .slot_size = 64 };
	char text[64];
	int fds[2];

	if (vbuf_pair(fds, &attr, 0) < 0 ||
	    vbuf_send(fds[1], "hello", 6, 0) < 0 ||
	    vbuf_recv(fds[0], text, sizeof(text), 0) < 0) {
		perror("vbuf");
		return 1;
	}
	puts(text);
	return 0;
}
