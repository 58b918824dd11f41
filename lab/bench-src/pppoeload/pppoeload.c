// pppoeload: dials devices up by PPPoE as fast as told and checks everything they are told. Prints one JSON object.
//
//   open loop    --rate R      a new device every 1/R s, however the gateway does; a latency counts from the time at
//                              which its PADI was due, so a stalled gateway or generator shows up in it
//   closed loop  --window W    W devices under way at any time: what the gateway can do
//
// A device goes through PADI, PADO, PADR, PADS, LCP, CHAP with MD5 and IPCP, and says again what is not answered in time,
// as the protocols want it. When all are up: --hold S, every device asks for an echo every --echo S; --churn S, one hangs up
// and dials again --churn-rate times a second, by PADT, by Terminate-Request, or without a word. At the end they hang up
// unless --stay. A session that ends without being asked to is a flap.

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../arguments.h"
#include "../clock.h"
#include "../histogram.h"
#include "../lines.h"
#include "device.h"
#include "processor.h"

#define LONGEST_WAIT (SECOND / 100)
#define NO_OWNER 0
#define ADDRESS_BITS 24 // all of 10.0.0.0/8

struct options {
	const char *device;
	uint32_t first;
	uint32_t devices;
	double rate;
	uint32_t window;
	double seconds;
	double restart;
	unsigned tries;
	double hold;
	double echo;
	double churn;
	double churn_rate;
	double close_rate;
	struct processes processes;
	bool stay;
};

struct expectation {
	uint32_t index;
	uint64_t deadline;
};

enum counter { STARTED, OPENED, REFUSALS, LOSSES, REPEATS, FLAPS, CLOSES, ECHOES, ECHO_REPLIES, REDIALS, UNANSWERED, COUNTERS };
enum latency { LINK_LATENCY, AUTHENTICATION_LATENCY, NETWORK_LATENCY, DISCOVERY_LATENCY, SETUP_LATENCY, LATENCIES };

static const char *const COUNTER_NAMES[] = {"started", "opened", "refused", "lost", "repeated", "flaps", "closed",
					     "echoes", "echo_replies", "redialled", "terminate_unanswered"};
static const char *const LATENCY_NAMES[] = {"lcp", "authentication", "ipcp", "discovery", "setup"};
static const char *const STAGE_NAMES[] = {"idle", "padi", "padr", "lcp", "authentication", "ipcp", "open", "terminate"};

struct load {
	struct options options;
	struct port *port;
	struct device *devices;
	uint32_t *owners;		  // of addresses: 1 + index
	struct expectation *expectations; // a ring, at most one for each device
	uint32_t head;
	uint32_t waiting;
	uint64_t now;
	uint64_t begin; // of the phase
	uint64_t end;
	uint32_t done; // in the phase
	uint64_t last_open;
	uint32_t stages[STAGE_COUNT]; // how many devices are there now
	uint64_t counters[COUNTERS];
	uint32_t lost_in[STAGE_COUNT];
	uint32_t verdicts[VERDICT_COUNT];
	struct histogram latencies[LATENCIES];
	uint64_t chance;
};

// `next` says when there is something to do, UINT64_MAX when not now; `is_over` whether there will be nothing any more.
struct phase {
	uint64_t (*next)(const struct load *load);
	void (*act)(struct load *load);
	bool (*is_over)(const struct load *load);
};

static bool waits(enum stage stage)
{
	return (stage >= DISCOVERING && stage <= CONFIGURING) || stage == CLOSING;
}

static uint32_t under_way(const struct load *load)
{
	uint32_t sum = 0;

	for (enum stage stage = DISCOVERING; stage <= CONFIGURING; stage++)
		sum += load->stages[stage];
	return sum;
}

static uint32_t index_of(const struct load *load, const struct device *device)
{
	return (uint32_t)(device - load->devices);
}

// The deadline of a device that waits moves; its place in the ring is looked at when it comes to the head.
static void expect(struct load *load, struct device *device)
{
	struct expectation *expectation;

	if (device->queued)
		return;
	expectation = &load->expectations[(load->head + load->waiting++) % load->options.devices];
	expectation->index = index_of(load, device);
	expectation->deadline = device->deadline;
	device->queued = true;
}

static uint32_t *owner_of(struct load *load, uint32_t address)
{
	return &load->owners[__builtin_bswap32(address) & ((1u << ADDRESS_BITS) - 1)];
}

static void release(struct load *load, const struct device *device)
{
	if (device->address != 0 && *owner_of(load, device->address) == index_of(load, device) + 1)
		*owner_of(load, device->address) = NO_OWNER;
}

static void measure(struct load *load, const struct device *device, enum stage before)
{
	uint64_t since_dialled = load->now - device->dialled;

	if (before == REQUESTING && device->stage == LINKING)
		histogram_add(&load->latencies[DISCOVERY_LATENCY], since_dialled);
	else if (before >= LINKING && before <= CONFIGURING && device->stage == before + 1)
		histogram_add(&load->latencies[LINK_LATENCY + before - LINKING], load->now - device->entered);
	if (device->stage == OPEN)
		histogram_add(&load->latencies[SETUP_LATENCY], since_dialled);
}

static void count(struct load *load, const struct device *device, enum stage before)
{
	switch (device->stage) {
	case OPEN:
		load->counters[OPENED]++;
		load->last_open = load->now;
		break;
	case REFUSED: load->counters[REFUSALS]++; break;
	case LOST:
		load->counters[LOSSES]++;
		load->lost_in[before]++;
		break;
	case CLOSED: load->counters[before == CLOSING ? CLOSES : FLAPS]++; break;
	default: break;
	}
}

// Books what has become of a device that was at another stage before.
static void book(struct load *load, struct device *device, enum stage before)
{
	if (device->stage == before)
		return;
	load->stages[before]--;
	load->stages[device->stage]++;
	measure(load, device, before);
	count(load, device, before);
	device->entered = load->now;
	device->deadline = load->now + (uint64_t)(load->options.restart * SECOND);
	if (device->stage >= CLOSED)
		release(load, device);
	if (waits(device->stage))
		expect(load, device);
}

static void dial(struct load *load, struct device *device, uint64_t due)
{
	enum stage before = device->stage;

	release(load, device);
	device_dial(device, load->port, due);
	book(load, device, before);
}

static void terminate(struct load *load, struct device *device)
{
	device_terminate(device, load->port);
	book(load, device, OPEN);
}

// By PADT, which nobody answers.
static void hang_up(struct load *load, struct device *device)
{
	load->stages[OPEN]--;
	load->stages[CLOSING]++;
	device_hang_up(device, load->port);
	book(load, device, CLOSING);
}

static void give_up(struct load *load, struct device *device)
{
	enum stage before = device->stage;

	if (before == CLOSING) {
		load->counters[UNANSWERED]++;
		device_hang_up(device, load->port);
	} else {
		device->stage = LOST;
	}
	book(load, device, before);
}

static void look_at_deadlines(struct load *load)
{
	for (uint32_t most = load->waiting; most > 0 && load->expectations[load->head].deadline <= load->now; most--) {
		struct device *device = &load->devices[load->expectations[load->head].index];

		load->head = (load->head + 1) % load->options.devices;
		load->waiting--;
		device->queued = false;
		if (!waits(device->stage))
			continue;
		if (device->deadline <= load->now) {
			if (++device->tries >= load->options.tries) {
				give_up(load, device);
				continue;
			}
			load->counters[REPEATS] += device_repeat(device, load->port);
			device->deadline = load->now + (uint64_t)(load->options.restart * SECOND);
		}
		expect(load, device);
	}
}

// The address of a device that has just come up must be nobody else's.
static enum verdict claim(struct load *load, const struct device *device)
{
	uint32_t *owner = owner_of(load, device->address);

	if ((device->address & 0xff) != 10)
		return BAD_ADDRESS;
	if (*owner != NO_OWNER && *owner != index_of(load, device) + 1)
		return BAD_DUPLICATE;
	*owner = index_of(load, device) + 1;
	return FINE;
}

static enum verdict take(struct load *load, const struct packet *packet)
{
	uint32_t index = device_number(packet->ends.line) - load->options.first;
	uint32_t addressed = device_addressed(packet->ends.target) - load->options.first;
	struct device *device;
	enum verdict verdict;
	enum stage before;
	bool echoing;

	if (addressed < load->options.devices && addressed != index)
		return BAD_LINE;
	if (index >= load->options.devices)
		return LATE; // of an earlier load
	device = &load->devices[index];
	before = device->stage;
	echoing = device->echoing;
	verdict = device_receive(device, load->port, packet);
	if (verdict == FINE && before != OPEN && device->stage == OPEN)
		verdict = claim(load, device);
	load->counters[ECHO_REPLIES] += echoing && !device->echoing && device->stage == OPEN;
	book(load, device, before);
	return verdict;
}

// The first frame of each kind that is wrong is shown, so that a figure can be looked into.
static void show(enum verdict verdict, const struct received *frame)
{
	fprintf(stderr, "pppoeload: %s:", verdict_name(verdict));
	for (size_t i = 0; i < frame->length; i++)
		fprintf(stderr, "%s%02x", i % 4 == 0 ? " " : "", frame->bytes[i]);
	fprintf(stderr, "\n");
}

static size_t read_frames(struct load *load)
{
	struct received frames[PORT_BATCH];
	size_t count = port_receive(load->port, frames);

	load->now = now_nanos();
	for (size_t i = 0; i < count; i++) {
		struct packet packet;
		enum verdict verdict = packet_read(&frames[i], &packet);

		if (verdict == FINE)
			verdict = take(load, &packet);
		if (load->verdicts[verdict]++ == 0 && verdict > FOREIGN && verdict < LATE)
			show(verdict, &frames[i]);
	}
	return count;
}

static void run(struct load *load, const struct phase *phase, double seconds)
{
	load->now = load->begin = now_nanos();
	load->end = load->begin + (uint64_t)(seconds * SECOND);
	load->done = 0;
	while (!phase->is_over(load)) {
		uint64_t due = phase->next(load);

		for (unsigned i = 0; i < PORT_BATCH && due <= load->now; i++) {
			phase->act(load);
			due = phase->next(load);
		}
		port_flush(load->port);
		if (read_frames(load) == 0 && due > load->now)
			port_wait(load->port, due - load->now < LONGEST_WAIT ? due - load->now : LONGEST_WAIT);
		load->now = now_nanos();
		look_at_deadlines(load);
		port_flush(load->port);
	}
}

static uint64_t paced(const struct load *load, double rate)
{
	return load->begin + (uint64_t)((double)load->done / rate * SECOND);
}

// Every device comes up.

static uint64_t next_dial(const struct load *load)
{
	if (load->done == load->options.devices || load->now >= load->end)
		return UINT64_MAX;
	if (load->options.rate > 0)
		return paced(load, load->options.rate);
	return under_way(load) < load->options.window ? load->now : UINT64_MAX;
}

static void dial_next(struct load *load)
{
	uint64_t due = next_dial(load);

	load->counters[STARTED]++;
	dial(load, &load->devices[load->done++], due);
}

static bool all_dialled(const struct load *load)
{
	return under_way(load) == 0 && next_dial(load) == UINT64_MAX;
}

// Every device that is up asks for echoes, for a time.

static uint64_t next_echo(const struct load *load)
{
	return load->now >= load->end ? UINT64_MAX : paced(load, load->options.devices / load->options.echo);
}

static void echo_next(struct load *load)
{
	struct device *device = &load->devices[load->done++ % load->options.devices];

	if (device->stage != OPEN)
		return;
	device_echo(device, load->port);
	load->counters[ECHOES]++;
}

static bool held(const struct load *load)
{
	return load->now >= load->end + SECOND; // the last replies
}

// Devices come and go, for a time.

static uint64_t random_below(struct load *load, uint64_t bound)
{
	load->chance = load->chance * 6364136223846793005ULL + 1442695040888963407ULL;
	return (load->chance >> 33) % bound;
}

static uint64_t next_change(const struct load *load)
{
	return load->now >= load->end ? UINT64_MAX : paced(load, load->options.churn_rate);
}

static void change_next(struct load *load)
{
	struct device *device = &load->devices[random_below(load, load->options.devices)];
	unsigned way = load->done++ % 3;

	if (waits(device->stage))
		return;
	if (device->stage == OPEN && way == 0) {
		terminate(load, device);
		return; // dials when it is drawn again
	}
	if (device->stage == OPEN && way == 1)
		hang_up(load, device);
	dial(load, device, load->now);
	load->counters[REDIALS]++;
}

static bool churned(const struct load *load)
{
	return load->now >= load->end && under_way(load) == 0 && load->stages[CLOSING] == 0;
}

// Every device that is up hangs up, half of them by a Terminate-Request.

static uint64_t next_end(const struct load *load)
{
	return load->done == load->options.devices ? UINT64_MAX : paced(load, load->options.close_rate);
}

static void end_next(struct load *load)
{
	struct device *device = &load->devices[load->done++];

	if (device->stage != OPEN)
		return;
	if (device->number % 2 == 0)
		hang_up(load, device);
	else
		terminate(load, device);
}

static bool ended(const struct load *load)
{
	return next_end(load) == UINT64_MAX && load->stages[CLOSING] == 0;
}

static const struct phase DIAL = {next_dial, dial_next, all_dialled}, HOLD = {next_echo, echo_next, held},
			  CHURN = {next_change, change_next, churned}, END = {next_end, end_next, ended};

// What the dialling came to; the churn later adds to counters, not to these.
static void print_setups(const struct load *load, const struct processor_time *before)
{
	double seconds = load->last_open > load->begin ? (double)(load->last_open - load->begin) / SECOND : 0;

	printf("{\"set_up\": %lu, \"seconds\": %.4f, \"setups_per_s\": %.1f, ", load->counters[OPENED], seconds,
	       seconds > 0 ? (double)load->counters[OPENED] / seconds : 0);
	processor_print(&load->options.processes, before);
	printf("\"latency_us\": {");
	for (enum latency latency = 0; latency < LATENCIES; latency++)
		histogram_print(LATENCY_NAMES[latency], &load->latencies[latency], latency + 1 < LATENCIES ? ", " : "}, ");
}

static void print_rest(struct load *load)
{
	const char *comma = "";
	uint32_t bad = 0;

	for (enum counter counter = 0; counter < COUNTERS; counter++)
		printf("\"%s\": %lu, ", COUNTER_NAMES[counter], load->counters[counter]);
	printf("\"open\": %u, \"overruns\": %u, \"late\": %u, \"lost_in\": {", load->stages[OPEN], port_overruns(load->port),
	       load->verdicts[LATE]);
	for (enum stage stage = DISCOVERING; stage <= CONFIGURING; stage++)
		printf("\"%s\": %u%s", STAGE_NAMES[stage], load->lost_in[stage], stage < CONFIGURING ? ", " : "}, \"bad_frames\": {");
	for (enum verdict verdict = FOREIGN + 1; verdict < LATE; verdict++) {
		if (load->verdicts[verdict] > 0) {
			printf("%s\"%s\": %u", comma, verdict_name(verdict), load->verdicts[verdict]);
			comma = ", ";
			bad += load->verdicts[verdict];
		}
	}
	printf("}, \"bad\": %u}\n", bad);
}

_Noreturn void usage(const char *wrong)
{
	fprintf(stderr,
		"pppoeload: %s\n"
		"pppoeload --device NAME --devices N (--rate PER_SECOND | --window N) [--seconds S] [--first N]\n"
		"          [--restart S] [--tries N] [--hold S [--echo S]] [--churn S [--churn-rate PER_SECOND]]\n"
		"          [--close-rate PER_SECOND] [--stay] [--process PID]...\n"
		"  --first    number of the first device; other numbers are other MAC addresses, lines and users\n"
		"  --restart  what is not answered in so many seconds is said again, --tries times in all\n"
		"  --stay     nobody hangs up at the end\n"
		"  --process  whose processor time until all are up is shown\n"
		"The user of device 12 is u0000012, the password p0000012.\n",
		wrong);
	exit(2);
}

static struct options parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"device", required_argument, NULL, 'd'},  {"devices", required_argument, NULL, 'n'},
		{"rate", required_argument, NULL, 'r'},	   {"window", required_argument, NULL, 'w'},
		{"seconds", required_argument, NULL, 's'}, {"first", required_argument, NULL, 'f'},
		{"restart", required_argument, NULL, 't'}, {"tries", required_argument, NULL, 'i'},
		{"hold", required_argument, NULL, 'h'},	   {"echo", required_argument, NULL, 'e'},
		{"churn", required_argument, NULL, 'c'},   {"churn-rate", required_argument, NULL, 'C'},
		{"close-rate", required_argument, NULL, 'o'}, {"stay", no_argument, NULL, 'y'},
		{"process", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.seconds = 60, .restart = 1, .tries = 5, .echo = 10, .churn_rate = 100, .close_rate = 2000};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'd': options.device = optarg; break;
		case 'n': options.devices = (uint32_t)number("--devices", optarg, 1, LINES_MAX); break;
		case 'r': options.rate = number("--rate", optarg, 0.1, LINES_MAX); break;
		case 'w': options.window = (uint32_t)number("--window", optarg, 1, 1e6); break;
		case 's': options.seconds = number("--seconds", optarg, 0.001, 86400); break;
		case 'f': options.first = (uint32_t)number("--first", optarg, 0, LINES_MAX); break;
		case 't': options.restart = number("--restart", optarg, 0.01, 60); break;
		case 'i': options.tries = (unsigned)number("--tries", optarg, 1, 100); break;
		case 'h': options.hold = number("--hold", optarg, 0.1, 86400); break;
		case 'e': options.echo = number("--echo", optarg, 0.1, 86400); break;
		case 'c': options.churn = number("--churn", optarg, 0.1, 86400); break;
		case 'C': options.churn_rate = number("--churn-rate", optarg, 0.1, 1e6); break;
		case 'o': options.close_rate = number("--close-rate", optarg, 0.1, 1e6); break;
		case 'p':
			if (options.processes.count == PROCESSES_MAX)
				usage("too many --process");
			options.processes.ids[options.processes.count++] = (int)number("--process", optarg, 1, 1 << 30);
			break;
		case 'y': options.stay = true; break;
		default: usage("unknown option");
		}
	}
	if (options.device == NULL || options.devices == 0 || (options.rate > 0) == (options.window > 0))
		usage("needs --device, --devices and one of --rate, --window");
	if (options.first + options.devices > LINES_MAX)
		usage("there are not so many lines");
	return options;
}

int main(int argc, char **argv)
{
	static struct load load;
	struct processor_time before;

	load.options = parse_options(argc, argv);
	load.port = port_open(load.options.device);
	load.devices = calloc(load.options.devices, sizeof(*load.devices));
	load.expectations = calloc(load.options.devices, sizeof(*load.expectations));
	load.owners = calloc(1u << ADDRESS_BITS, sizeof(*load.owners));
	if (load.devices == NULL || load.expectations == NULL || load.owners == NULL) {
		fprintf(stderr, "pppoeload: no memory for %u devices\n", load.options.devices);
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	for (uint32_t i = 0; i < load.options.devices; i++)
		device_create(&load.devices[i], load.options.first + i);
	load.stages[IDLE] = load.options.devices;
	before = processor_time(&load.options.processes);
	run(&load, &DIAL, load.options.seconds);
	print_setups(&load, &before);
	if (load.options.hold > 0)
		run(&load, &HOLD, load.options.hold);
	if (load.options.churn > 0)
		run(&load, &CHURN, load.options.churn);
	if (!load.options.stay)
		run(&load, &END, 0);
	print_rest(&load);
	return 0;
}
