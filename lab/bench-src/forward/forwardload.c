// Sends frames of random subscribers into one device for a while and counts what comes out of another one.
//
// forwardload OBJECT native|packet SHAPE up|down SUBSCRIBERS IP-BYTES SECONDS FROM-NAMESPACE FROM-DEVICE TO-MAC
//             SINK-NAMESPACE SINK-DEVICE native|generic
//
// Native frames are made by BPF_PROG_TEST_RUN with live frames; packets go through a packet socket. Everything, sender,
// gateway and sink, runs on the processor of this program. The result is one line of JSON.

#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

#define BATCH 64
#define REPEAT (BATCH * 256)
#define FRAME_MAX 2048
#define PROCESSORS_MAX 1024
#define NANOS 1000000000ull
#define WARM_UP_NANOS (NANOS / 10)

static void fail(const char *what)
{
	fprintf(stderr, "forwardload: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NANOS + (uint64_t)time.tv_nsec;
}

static void enter(const char *namespace)
{
	char path[128];
	int descriptor;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 || setns(descriptor, CLONE_NEWNET) != 0)
		fail(path);
	close(descriptor);
}

static unsigned device_index(const char *name)
{
	unsigned index = if_nametoindex(name);

	if (index == 0)
		fail(name);
	return index;
}

static void stay_on_one_processor(void)
{
	cpu_set_t all, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		fail("processors");
	for (size_t i = CPU_SETSIZE; i-- > 0;) // the last one; interrupts tend to be on the first
		if (CPU_ISSET(i, &all)) {
			CPU_SET(i, &one);
			break;
		}
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		fail("processor");
}

static uint64_t arrived(int map)
{
	static uint64_t counts[PROCESSORS_MAX];
	uint32_t zero = 0;
	uint64_t sum = 0;

	if (bpf_map_lookup_elem(map, &zero, counts) != 0)
		fail("count");
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		sum += counts[i];
	return sum;
}

// One round of sending; says how many frames left.
struct sender {
	unsigned (*round)(struct sender *sender);
	const struct traffic *traffic;
	int descriptor; // of the program or the socket
	uint32_t chance;
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	uint8_t frames[BATCH][FRAME_MAX];
};

static unsigned send_native(struct sender *sender)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = sender->frames[0], .data_size_in = frame_bytes(sender->traffic),
		    .repeat = REPEAT, .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (bpf_prog_test_run_opts(sender->descriptor, &options) != 0)
		fail("live frames");
	return REPEAT;
}

static unsigned send_packets(struct sender *sender)
{
	int sent;

	for (int i = 0; i < BATCH; i++) {
		sender->chance ^= sender->chance << 13; // xorshift
		sender->chance ^= sender->chance >> 17;
		sender->chance ^= sender->chance << 5;
		write_frame(sender->frames[i], sender->traffic, sender->chance % sender->traffic->subscribers);
	}
	sent = sendmmsg(sender->descriptor, sender->headers, BATCH, 0);
	if (sent < 0 && errno != ENOBUFS)
		fail("send");
	return sent < 0 ? 0 : (unsigned)sent;
}

static int packet_socket(unsigned ifindex)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
	int bypass = 1;
	int descriptor = socket(AF_PACKET, SOCK_RAW, 0); // protocol 0: it receives nothing

	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof(bypass)) != 0)
		fail("packet socket");
	return descriptor;
}

static void prepare(struct sender *sender, const struct traffic *traffic, int program)
{
	sender->traffic = traffic;
	sender->chance = 1;
	sender->round = program >= 0 ? send_native : send_packets;
	sender->descriptor = program >= 0 ? program : packet_socket(traffic->ifindex);
	for (int i = 0; i < BATCH; i++) {
		sender->vectors[i].iov_base = sender->frames[i];
		sender->vectors[i].iov_len = frame_bytes(traffic);
		sender->headers[i].msg_hdr.msg_iov = &sender->vectors[i];
		sender->headers[i].msg_hdr.msg_iovlen = 1;
	}
}

static uint64_t run(struct sender *sender, uint64_t nanos)
{
	uint64_t sent = 0;

	for (uint64_t end = now() + nanos; now() < end;)
		sent += sender->round(sender);
	return sent;
}

static int program_of(struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

static struct traffic traffic_of(char **words)
{
	struct traffic traffic = {.shape = SHAPE_PLAIN, .down = strcmp(words[1], "down") == 0};
	unsigned mac[6];

	if (strcmp(words[0], "qinq") == 0)
		traffic.shape = SHAPE_QINQ;
	if (strcmp(words[0], "pppoe") == 0)
		traffic.shape = SHAPE_PPPOE;
	traffic.subscribers = (uint32_t)strtoul(words[2], NULL, 10);
	traffic.ip_bytes = (uint32_t)strtoul(words[3], NULL, 10);
	if (sscanf(words[7], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6)
		fail(words[7]);
	for (int i = 0; i < 6; i++)
		traffic.to[i] = (uint8_t)mac[i];
	return traffic;
}

int main(int count, char **words)
{
	static struct sender sender;
	struct bpf_object *object;
	struct traffic traffic;
	uint64_t began, before, sent, took;
	uint32_t zero = 0;
	int map, native;

	if (count != 14) {
		fprintf(stderr, "forwardload: 13 arguments, see the source\n");
		return 2;
	}
	stay_on_one_processor();
	traffic = traffic_of(words + 3);
	native = strcmp(words[2], "native") == 0;
	object = bpf_object__open(words[1]);
	if (object == NULL || bpf_object__load(object) != 0)
		fail(words[1]);
	map = bpf_object__find_map_fd_by_name(object, "arrived");
	enter(words[11]);
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = strcmp(words[13], "native") == 0 ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	if (bpf_link_create(program_of(object, "sink"), (int)device_index(words[12]), BPF_XDP, &options) < 0)
		fail("sink");
	enter(words[8]);
	traffic.ifindex = device_index(words[9]);
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "plan"), &zero, &traffic, BPF_ANY) != 0)
		fail("plan");
	prepare(&sender, &traffic, native ? program_of(object, "source") : -1);
	run(&sender, WARM_UP_NANOS);
	before = arrived(map);
	began = now();
	sent = run(&sender, (uint64_t)(strtod(words[7], NULL) * NANOS));
	took = now() - began;
	printf("{\"sent\": %llu, \"arrived\": %llu, \"seconds\": %.6f}\n", (unsigned long long)sent,
	       (unsigned long long)(arrived(map) - before), (double)took / NANOS);
	return 0;
}
