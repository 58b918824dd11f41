// dhcpload: sets clients up by DHCP as fast as told and checks every reply. Prints one JSON object.
//
//   open loop    --rate R      a new client every 1/R s, however the server does; a latency counts from the time at
//                              which the DISCOVER was due, so a stalled server or generator shows up in it
//   closed loop  --window W    W clients under way at any time: what the server can do
//
//   --first-offer          ends with the first OFFER: how long a server takes to come up
//
// Each client goes through DISCOVER, OFFER, REQUEST, ACK once. There are no retransmissions: what is not answered
// within the time-out is lost and counted.

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "arguments.h"
#include "clients.h"
#include "clock.h"
#include "histogram.h"
#include "lines.h"
#include "message.h"
#include "port.h"
#include "report.h"

#define LONGEST_WAIT (SECOND / 100)

struct options {
	const char *device;
	uint32_t first;
	uint32_t clients;
	double rate;
	uint32_t window;
	double seconds;
	double timeout;
	bool tagged;
	bool agent;
	bool first_offer;
};

// An answer that is waited for. In order of time, since all have the same time-out.
struct expectation {
	uint32_t index;
	enum client_state state;
	uint64_t deadline;
};

struct load {
	struct options options;
	struct port *port;
	struct clients clients;
	struct expectation *expectations;
	size_t expected;
	size_t settled;
	uint64_t begin;
	uint64_t end; // no client starts later
	uint64_t first_offer;
	uint64_t last_bound;
	uint32_t started;
	uint32_t under_way;
	uint32_t counts[LOST + 1];
	uint32_t lost_discovers;
	uint32_t verdicts[VERDICT_COUNT];
	struct histogram offer;
	struct histogram ack;
	struct histogram setup;
};

static void enter(struct load *load, uint32_t index, enum client_state state)
{
	load->clients.table[index].state = state;
	load->counts[state]++;
	if (state == SELECTING)
		load->under_way++;
	else if (state != REQUESTING)
		load->under_way--;
}

static void send_message(struct load *load, uint32_t index, enum message_type type, uint64_t now)
{
	struct expectation *expectation = &load->expectations[load->expected++];
	struct request request;
	uint8_t *frame = port_next(load->port);

	if (frame == NULL) {
		port_flush(load->port);
		frame = port_next(load->port);
	}
	clients_request(&load->clients, index, type, &request);
	port_queue(load->port, message_encode(frame, &request));
	enter(load, index, type == DISCOVER ? SELECTING : REQUESTING);
	expectation->index = index;
	expectation->state = load->clients.table[index].state;
	expectation->deadline = now + (uint64_t)(load->options.timeout * SECOND);
}

// When the next client is due; UINT64_MAX when none is, because all have started or the window is full.
static uint64_t next_start(const struct load *load, uint64_t now)
{
	if (load->started == load->options.clients || now >= load->end)
		return UINT64_MAX;
	if (load->options.rate > 0)
		return load->begin + (uint64_t)((double)load->started / load->options.rate * SECOND);
	return load->under_way < load->options.window ? now : UINT64_MAX;
}

// Starts the clients that are due, at most one batch, so that replies are read in between.
static void start_clients(struct load *load, uint64_t now)
{
	for (unsigned i = 0; i < PORT_BATCH; i++) {
		uint64_t due = next_start(load, now);

		if (due > now)
			break;
		load->clients.table[load->started].started = due;
		send_message(load, load->started++, DISCOVER, now);
	}
}

static void accept_reply(struct load *load, const struct reply *reply, uint32_t index, uint64_t now)
{
	struct client *client = &load->clients.table[index];

	if (reply->type == OFFER) {
		if (load->first_offer == 0)
			load->first_offer = now;
		histogram_add(&load->offer, now - client->started);
		client->address = reply->address;
		client->server = reply->server;
		client->requested = now;
		send_message(load, index, REQUEST, now);
	} else if (reply->type == ACK) {
		histogram_add(&load->ack, now - client->requested);
		histogram_add(&load->setup, now - client->started);
		load->last_bound = now;
		enter(load, index, BOUND);
	} else {
		enter(load, index, REFUSED);
	}
}

static size_t read_replies(struct load *load)
{
	struct received frames[PORT_BATCH];
	size_t count = port_receive(load->port, frames);
	uint64_t now = now_nanos();

	for (size_t i = 0; i < count; i++) {
		struct reply reply;
		uint32_t index;
		enum verdict verdict = message_decode(&frames[i], &reply);

		if (verdict == FINE)
			verdict = clients_check(&load->clients, &reply, &index);
		load->verdicts[verdict]++;
		if (verdict == FINE)
			accept_reply(load, &reply, index, now);
	}
	return count;
}

static void give_up_on_late_ones(struct load *load, uint64_t now)
{
	while (load->settled < load->expected && load->expectations[load->settled].deadline <= now) {
		const struct expectation *expectation = &load->expectations[load->settled++];

		if (load->clients.table[expectation->index].state == expectation->state) {
			load->lost_discovers += expectation->state == SELECTING;
			enter(load, expectation->index, LOST);
		}
	}
}

static bool is_over(const struct load *load, uint64_t now)
{
	if (load->options.first_offer && load->first_offer != 0)
		return true;
	return load->under_way == 0 && (load->started == load->options.clients || now >= load->end);
}

static void run(struct load *load)
{
	uint64_t now = now_nanos();

	load->begin = now;
	load->end = now + (uint64_t)(load->options.seconds * SECOND);
	while (!is_over(load, now)) {
		start_clients(load, now);
		port_flush(load->port);
		if (read_replies(load) == 0) {
			uint64_t due = next_start(load, now = now_nanos());

			if (due > now)
				port_wait(load->port, due - now < LONGEST_WAIT ? due - now : LONGEST_WAIT);
		}
		now = now_nanos();
		give_up_on_late_ones(load, now);
	}
}

static void print_report(struct load *load)
{
	double seconds = load->last_bound > load->begin ? (double)(load->last_bound - load->begin) / SECOND : 0;

	printf("{\"started\": %u, \"bound\": %u, \"refused\": %u, \"lost\": %u, \"lost_discovers\": %u, ", load->started,
	       load->counts[BOUND], load->counts[REFUSED], load->counts[LOST], load->lost_discovers);
	printf("\"first_offer_at\": %.6f, \"seconds\": %.4f, \"setups_per_s\": %.1f, \"overruns\": %u, ",
	       (double)load->first_offer / SECOND, seconds, seconds > 0 ? load->counts[BOUND] / seconds : 0, port_overruns(load->port));
	report_replies(load->verdicts);
	printf("\"latency_us\": {");
	histogram_print("offer", &load->offer, ", ");
	histogram_print("ack", &load->ack, ", ");
	histogram_print("setup", &load->setup, "}}\n");
}

_Noreturn void usage(const char *wrong)
{
	fprintf(stderr,
		"dhcpload: %s\n"
		"dhcpload --device NAME --clients N (--rate PER_SECOND | --window N) [--seconds S] [--timeout S]\n"
		"         [--first N] [--untagged] [--no-agent] [--first-offer]\n"
		"  --first     number of the first client; other numbers are other MAC addresses and lines\n"
		"  --untagged  without S-tag and C-tag\n"
		"  --no-agent  without option 82\n"
		"first_offer_at is on the monotonic clock of this machine, seconds\n",
		wrong);
	exit(2);
}

static struct options parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"device", required_argument, NULL, 'd'},  {"clients", required_argument, NULL, 'c'},
		{"rate", required_argument, NULL, 'r'},	   {"window", required_argument, NULL, 'w'},
		{"seconds", required_argument, NULL, 's'}, {"timeout", required_argument, NULL, 't'},
		{"first", required_argument, NULL, 'f'},   {"untagged", no_argument, NULL, 'u'},
		{"no-agent", no_argument, NULL, 'a'},	   {"first-offer", no_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.seconds = 10, .timeout = 1, .tagged = true, .agent = true};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'd': options.device = optarg; break;
		case 'c': options.clients = (uint32_t)number("--clients", optarg, 1, LINES_MAX); break;
		case 'r': options.rate = number("--rate", optarg, 0.1, LINES_MAX); break;
		case 'w': options.window = (uint32_t)number("--window", optarg, 1, 1e6); break;
		case 's': options.seconds = number("--seconds", optarg, 0.001, 3600); break;
		case 't': options.timeout = number("--timeout", optarg, 0.001, 60); break;
		case 'f': options.first = (uint32_t)number("--first", optarg, 0, LINES_MAX); break;
		case 'u': options.tagged = false; break;
		case 'a': options.agent = false; break;
		case 'o': options.first_offer = true; break;
		default: usage("unknown option");
		}
	}
	if (options.device == NULL || options.clients == 0)
		usage("--device and --clients are needed");
	if ((options.rate > 0) == (options.window > 0))
		usage("either --rate or --window");
	if ((uint64_t)options.first + options.clients > LINES_MAX)
		usage("--first and --clients: no lines left");
	if (optind < argc)
		usage(argv[optind]);
	return options;
}

int main(int argc, char **argv)
{
	static struct load load;

	load.options = parse_options(argc, argv);
	prctl(PR_SET_TIMERSLACK, 1UL);
	clients_create(&load.clients, load.options.first, load.options.clients, load.options.tagged, load.options.agent);
	load.expectations = calloc(2 * (size_t)load.options.clients, sizeof(*load.expectations));
	if (load.expectations == NULL) {
		fprintf(stderr, "dhcpload: %s\n", strerror(errno));
		return 2;
	}
	load.port = port_open(load.options.device);
	run(&load);
	print_report(&load);
	return 0;
}
