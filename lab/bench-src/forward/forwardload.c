// Sends frames of random subscribers into one device for a while and counts what comes out of another one.
//
// forwardload OBJECT native|packet up|down SUBSCRIBERS PREFIX-LENGTH IP-BYTES SECONDS
//             FROM-NAMESPACE FROM-DEVICE SHAPE FROM-MAC TO-MAC
//             SINK-NAMESPACE SINK-DEVICE SINK-SHAPE SINK-FROM-MAC SINK-TO-MAC SOURCE native|generic
//
// Prefix length 0 is IPv4. A MAC of zeros is that of the frame's subscriber. SOURCE is the address into which the gateway
// translates the IPv4 source, 0.0.0.0 if it does not. Native frames are made by BPF_PROG_TEST_RUN with live frames; packets
// go through a packet socket. Everything, sender, gateway and sink, runs on the processor of this program. A few frames go
// first and are compared byte by byte where they arrive; one wrong byte ends the program. The result is one line of JSON.

#define _GNU_SOURCE
#include <arpa/inet.h>
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

#define BATCH 64
#define TRIAL (BATCH * 1024)
#define INSPECTED (BATCH * 64)
#define PROCESSORS_MAX 1024
#define NANOS 1000000000ull
#define WARM_UP_NANOS (NANOS / 20)

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
	if (sched_setaffinity(0, sizeof(one), &one) != 0 || setpriority(PRIO_PROCESS, 0, -20) != 0)
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

// What one window came to.
struct window {
	uint64_t sent;
	uint64_t arrived;
	double seconds;
};

static struct bpf_object *object;

static int map_of(const char *name)
{
	int map = bpf_object__find_map_fd_by_name(object, name);

	if (map < 0)
		fail(name);
	return map;
}

static void set(const char *map, const void *value)
{
	uint32_t zero = 0;

	if (bpf_map_update_elem(map_of(map), &zero, value, BPF_ANY) != 0)
		fail(map);
}

static int program_of(const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

// One run of so many native frames. Their time is that of the frames alone.
static struct window send_native(const struct traffic *traffic, unsigned frames)
{
	static uint8_t room[FRAME_MAX];
	struct made made = {0};
	uint64_t before = arrived(map_of("arrived"));
	uint64_t arrivals, timed;
	uint32_t zero = 0;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = frame_bytes(traffic),
		    .repeat = (int)frames, .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	set("made", &made);
	if (bpf_prog_test_run_opts(program_of("source"), &options) != 0 ||
	    bpf_map_lookup_elem(map_of("made"), &zero, &made) != 0)
		fail("live frames");
	arrivals = arrived(map_of("arrived")) - before;
	timed = (made.frames - 1) / CLOCK_STRIDE * CLOCK_STRIDE;
	return (struct window){made.frames, arrivals,
			       (double)(made.last - made.first) / NANOS * (double)made.frames / (double)timed};
}

// As many native frames as take so long, by a trial of few.
static struct window run_native(const struct traffic *traffic, uint64_t nanos)
{
	struct window trial = send_native(traffic, TRIAL);
	double frames = (double)nanos / NANOS * TRIAL / trial.seconds;

	return send_native(traffic, frames > TRIAL ? (unsigned)frames : TRIAL);
}

struct sender {
	const struct traffic *traffic;
	int socket;
	uint32_t chance;
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	uint8_t frames[BATCH][FRAME_MAX];
};

static unsigned send_packets(struct sender *sender)
{
	int sent;

	for (int i = 0; i < BATCH; i++) {
		sender->chance ^= sender->chance << 13; // xorshift
		sender->chance ^= sender->chance >> 17;
		sender->chance ^= sender->chance << 5;
		write_frame(sender->frames[i], sender->traffic, sender->chance % sender->traffic->subscribers);
	}
	sent = sendmmsg(sender->socket, sender->headers, BATCH, 0);
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

static void prepare(struct sender *sender, const struct traffic *traffic)
{
	sender->traffic = traffic;
	sender->chance = 1;
	sender->socket = packet_socket(traffic->ifindex);
	for (int i = 0; i < BATCH; i++) {
		sender->vectors[i].iov_base = sender->frames[i];
		sender->vectors[i].iov_len = frame_bytes(traffic);
		sender->headers[i].msg_hdr.msg_iov = &sender->vectors[i];
		sender->headers[i].msg_hdr.msg_iovlen = 1;
	}
}

static struct window send_for(struct sender *sender, uint64_t nanos)
{
	uint64_t before = arrived(map_of("arrived"));
	uint64_t began = now();
	uint64_t sent = 0;

	while (now() < began + nanos)
		sent += send_packets(sender);
	return (struct window){sent, arrived(map_of("arrived")) - before, (double)(now() - began) / NANOS};
}

static struct window run_packets(const struct traffic *traffic, uint64_t nanos)
{
	static struct sender sender;

	prepare(&sender, traffic);
	send_for(&sender, WARM_UP_NANOS);
	return send_for(&sender, nanos);
}

static uint32_t shape_of(const char *word)
{
	if (strcmp(word, "qinq") == 0)
		return SHAPE_QINQ;
	return strcmp(word, "pppoe") == 0 ? SHAPE_PPPOE : SHAPE_PLAIN;
}

static uint64_t mac_of(const char *word)
{
	unsigned bytes[6];
	uint64_t mac = 0;

	if (sscanf(word, "%x:%x:%x:%x:%x:%x", bytes, bytes + 1, bytes + 2, bytes + 3, bytes + 4, bytes + 5) != 6)
		fail(word);
	for (int i = 0; i < 6; i++)
		mac = mac << 8 | (uint8_t)bytes[i];
	return mac;
}

// Direction, subscribers, prefix length, bytes; then at one of the two places shape and MACs.
static struct traffic traffic_of(char **words, char **place, uint32_t hops)
{
	struct traffic traffic = {.down = strcmp(words[0], "down") == 0, .hops = hops};

	traffic.subscribers = (uint32_t)strtoul(words[1], NULL, 10);
	traffic.prefix_length = (uint32_t)strtoul(words[2], NULL, 10);
	traffic.ip_bytes = (uint32_t)strtoul(words[3], NULL, 10);
	traffic.shape = shape_of(place[0]);
	traffic.from = mac_of(place[1]);
	traffic.to = mac_of(place[2]);
	return traffic;
}

static int attach_inspection(const char *namespace, const char *device, const char *mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = strcmp(mode, "native") == 0 ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int link;

	enter(namespace);
	link = bpf_link_create(program_of("inspect"), (int)device_index(device), BPF_XDP, &options);
	if (link < 0)
		fail("sink");
	return link;
}

// Sends a few frames; gives how many.
static uint64_t send_inspected(const struct traffic *traffic, int native)
{
	static struct sender sender;
	uint64_t sent = 0;

	if (native)
		return send_native(traffic, INSPECTED).sent;
	prepare(&sender, traffic);
	for (int i = 0; i < INSPECTED / BATCH; i++)
		sent += send_packets(&sender);
	close(sender.socket);
	return sent;
}

static void show(const char *what, const uint8_t *bytes)
{
	fprintf(stderr, "forwardload: %s", what);
	for (int i = 0; i < HEADERS_MAX; i++)
		fprintf(stderr, " %02x", bytes[i]);
	fprintf(stderr, "\n");
}

// What arrived of the inspected frames. One wrong one ends the program.
static struct inspected look_at_inspected(void)
{
	struct inspected inspected;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(map_of("inspections"), &zero, &inspected) != 0)
		fail("inspections");
	if (inspected.wrong == 0)
		return inspected;
	fprintf(stderr, "forwardload: %llu wrong frames\n", (unsigned long long)inspected.wrong);
	show("found   ", inspected.found);
	show("expected", inspected.expected);
	exit(2);
}

int main(int count, char **words)
{
	struct traffic traffic, arrival;
	struct inspected inspected;
	struct in_addr source;
	struct window window;
	uint64_t nanos, first;
	int sink, native;

	if (count != 20) {
		fprintf(stderr, "forwardload: 19 arguments, see the source\n");
		return 2;
	}
	stay_on_one_processor();
	object = bpf_object__open(words[1]);
	if (object == NULL || bpf_object__load(object) != 0)
		fail(words[1]);
	native = strcmp(words[2], "native") == 0;
	traffic = traffic_of(words + 3, words + 10, HOPS);
	arrival = traffic_of(words + 3, words + 15, HOPS - 1);
	if (inet_pton(AF_INET, words[18], &source) != 1)
		fail(words[18]);
	arrival.translated = ntohl(source.s_addr);
	nanos = (uint64_t)(strtod(words[7], NULL) * NANOS);
	set("arrival", &arrival);
	sink = attach_inspection(words[13], words[14], words[19]);
	enter(words[8]);
	traffic.ifindex = device_index(words[9]);
	set("plan", &traffic);
	first = send_inspected(&traffic, native);
	inspected = look_at_inspected();
	if (bpf_link_update(sink, program_of("sink"), NULL) != 0)
		fail("sink");
	window = native ? run_native(&traffic, nanos) : run_packets(&traffic, nanos);
	printf("{\"sent\": %llu, \"arrived\": %llu, \"seconds\": %.6f, \"inspected\": %llu, \"right\": %llu}\n",
	       (unsigned long long)window.sent, (unsigned long long)window.arrived, window.seconds,
	       (unsigned long long)first, (unsigned long long)inspected.right);
	return 0;
}
