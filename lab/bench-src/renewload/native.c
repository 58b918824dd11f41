#define _GNU_SOURCE
#include "native.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "../clock.h"

#define LOOK_NANOS 5000000 // from one look at the end to the next
#define BATCH 64 // frames that the kernel makes at once
#define SETTLE_MICROS 100000

struct native {
	struct bpf_object *object;
	const char *device;
	int exchanges;
	const uint32_t *latencies;
	volatile struct run *run;
	uint64_t end;
	pthread_t runner;
	volatile bool over;
};

static void fail(const char *what)
{
	fprintf(stderr, "renewload: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct bpf_map *map_of(const struct native *native, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(native->object, name);

	if (map == NULL)
		fail(name);
	return map;
}

static int program_of(const struct native *native, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(native->object, name));
}

static void *mapped(const struct native *native, const char *name, size_t bytes, int protection)
{
	void *memory = mmap(NULL, bytes, protection, MAP_SHARED, bpf_map__fd(map_of(native, name)), 0);

	if (memory == MAP_FAILED)
		fail(name);
	return memory;
}

struct native *native_open(const char *object, const char *device, uint32_t clients, uint64_t renewals)
{
	struct native *native = calloc(1, sizeof(*native));
	uint32_t latencies = (uint32_t)(renewals + 1) & ~1u; // an element of the kernel's has a multiple of eight bytes

	if (native == NULL)
		fail("memory");
	native->device = device;
	native->object = bpf_object__open(object);
	if (native->object == NULL)
		fail(object);
	if (bpf_map__set_max_entries(map_of(native, "exchanges"), clients) != 0 ||
	    bpf_map__set_max_entries(map_of(native, "latencies"), latencies) != 0 ||
	    bpf_object__load(native->object) != 0)
		fail(object);
	native->exchanges = bpf_map__fd(map_of(native, "exchanges"));
	native->run = mapped(native, "runs", sizeof(struct run), PROT_READ | PROT_WRITE);
	native->latencies = mapped(native, "latencies", (size_t)latencies * 8, PROT_READ);
	return native;
}

void native_client(struct native *native, uint32_t index, const struct exchange *exchange)
{
	if (bpf_map_update_elem(native->exchanges, &index, exchange, BPF_ANY) != 0)
		fail("client");
}

static void interrupt(int signal)
{
	(void)signal;
}

// Ends the runner's system call at the end of the time, even if no other thread gets to run.
static void set_alarm(uint64_t nanos)
{
	struct itimerval alarm = {.it_value = {.tv_sec = (time_t)(nanos / SECOND),
					       .tv_usec = (suseconds_t)(nanos % SECOND / 1000 + 1)}};

	if (setitimer(ITIMER_REAL, &alarm, NULL) != 0)
		fail("alarm");
}

// Ends it when there is nothing left to do.
static void *watch(void *argument)
{
	struct native *native = argument;
	const struct timespec look = {.tv_nsec = LOOK_NANOS};
	volatile struct run *run = native->run;

	while (!native->over) {
		nanosleep(&look, NULL);
		if (now_nanos() >= native->end || run->answered + run->lost >= run->renewals)
			pthread_kill(native->runner, SIGUSR1);
	}
	return NULL;
}

static void attach(struct native *native)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);

	if (bpf_link_create(program_of(native, "check"), (int)if_nametoindex(native->device), BPF_XDP, &options) < 0)
		fail(native->device);
	usleep(SETTLE_MICROS);
}

void native_run(struct native *native, struct run *run, uint64_t nanos)
{
	static uint8_t room[EXCHANGE_BYTES_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = run->request_bytes, .repeat = INT_MAX,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = run->window == 1 ? 1 : BATCH);
	struct sigaction action = {.sa_handler = interrupt};
	pthread_t watcher;

	attach(native);
	run->ifindex = if_nametoindex(native->device);
	memcpy((void *)native->run, run, sizeof(*run));
	native->runner = pthread_self();
	native->end = now_nanos() + nanos;
	if (sigaction(SIGALRM, &action, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0 || pthread_create(&watcher, NULL, watch, native) != 0)
		fail("watcher");
	set_alarm(nanos);
	if (bpf_prog_test_run_opts(program_of(native, "ask"), &options) != 0 && errno != EINTR)
		fail("live frames");
	native->over = true;
	pthread_join(watcher, NULL);
	memcpy(run, (const void *)native->run, sizeof(*run));
}

uint32_t native_latency(const struct native *native, uint64_t number)
{
	return native->latencies[number * 2];
}
