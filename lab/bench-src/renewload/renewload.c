// renewload: clients that have a lease ask for more time, as fast as told, and every reply is checked. Prints one JSON
// object.
//
//   open loop    --rate R      a renewal every 1/R s, however the server does
//   closed loop  --window W    W renewals under way at any time; 1 measures the latency of a single one
//
// First the clients are set up by DISCOVER, OFFER, REQUEST, ACK, not measured. Then they renew in turn: REQUEST with
// ciaddr. The first reply of a client is taken apart and every field compared with what is right for it; later ones must
// be the same bytes, or they are taken apart again. Nothing is retransmitted: what is not answered in time is lost.
//
// With --native OBJECT each client renews once through its packet socket, and then they all do as native frames, made and
// compared by the programs of exchange.bpf.c: a reply must be, byte by byte, the one that was taken apart.

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../arguments.h"
#include "../clients.h"
#include "../clock.h"
#include "../histogram.h"
#include "../lines.h"
#include "../message.h"
#include "../port.h"
#include "../report.h"
#include "native.h"

#define SETUP_WINDOW 64
#define SETUP_SECONDS 60
#define FRAME_MAX 640
#define SLOWEST_POLL (SECOND / 1000)

struct options {
	const char *device;
	uint32_t first;
	uint32_t clients;
	uint64_t renewals;
	double rate;
	uint32_t window;
	double seconds;
	double timeout;
	bool tagged;
	bool spin;
	const char *native; // object file; NULL: renewals go through the packet socket
};

// A client that renews: its request, and the reply that was right.
struct renewal {
	uint64_t due;
	bool under_way;
	uint16_t request_length;
	uint16_t reply_length;
	uint16_t reply_tag[2]; // of the reply, which the kernel took out of it; 0: none
	uint8_t request[FRAME_MAX];
	uint8_t reply[FRAME_MAX];
};

struct load {
	struct options options;
	struct port *port;
	struct clients clients;
	struct renewal *renewals;
	uint32_t bound;
	uint64_t sent;
	uint64_t answered;
	uint64_t lost;
	uint64_t oldest; // renewal number: all before it are answered or lost
	uint64_t begin;
	uint64_t last_answer;
	uint32_t verdicts[VERDICT_COUNT];
	struct histogram latency;
};

static void queue(struct load *load, const uint8_t *frame, size_t length)
{
	uint8_t *place = port_next(load->port);

	if (place == NULL) {
		port_flush(load->port);
		place = port_next(load->port);
	}
	memcpy(place, frame, length);
	port_queue(load->port, length);
}

static void ask(struct load *load, uint32_t index, enum message_type type)
{
	struct request request;
	uint8_t frame[FRAME_MAX];

	clients_request(&load->clients, index, type, &request);
	queue(load, frame, message_encode(frame, &request));
	load->clients.table[index].state = type == DISCOVER ? SELECTING : REQUESTING;
}

static void take_setup_reply(struct load *load, const struct received *frame)
{
	struct reply reply;
	struct client *client;
	uint32_t index;
	enum verdict verdict = message_decode(frame, &reply);

	if (verdict == FINE)
		verdict = clients_check(&load->clients, &reply, &index);
	load->verdicts[verdict]++;
	if (verdict != FINE)
		return;
	client = &load->clients.table[index];
	if (reply.type == OFFER) {
		client->address = reply.address;
		client->server = reply.server;
		ask(load, index, REQUEST);
	} else if (reply.type == ACK) {
		client->state = BOUND;
		load->bound++;
	}
}

// Brings all clients up; false when not all of them have a lease in the end.
static bool set_up(struct load *load)
{
	uint64_t end = now_nanos() + SETUP_SECONDS * SECOND;
	struct received frames[PORT_BATCH];
	uint32_t started = 0;

	while (load->bound < load->options.clients && now_nanos() < end) {
		while (started < load->options.clients && started - load->bound < SETUP_WINDOW)
			ask(load, started++, DISCOVER);
		port_flush(load->port);
		size_t count = port_receive(load->port, frames);

		for (size_t i = 0; i < count; i++)
			take_setup_reply(load, &frames[i]);
		if (count == 0)
			port_wait(load->port, SLOWEST_POLL);
	}
	return load->bound == load->options.clients;
}

static void prepare(struct load *load)
{
	for (uint32_t i = 0; i < load->options.clients; i++) {
		struct renewal *renewal = &load->renewals[i];
		struct request request;

		clients_renewal(&load->clients, i, &request);
		renewal->request_length = (uint16_t)message_encode(renewal->request, &request);
	}
}

static uint64_t next_due(const struct load *load, uint64_t now)
{
	if (load->sent == load->options.renewals || now - load->begin >= (uint64_t)(load->options.seconds * SECOND))
		return UINT64_MAX;
	if (load->options.rate > 0)
		return load->begin + (uint64_t)((double)load->sent / load->options.rate * SECOND);
	return load->sent - load->answered - load->lost < load->options.window ? now : UINT64_MAX;
}

static struct renewal *of_number(struct load *load, uint64_t number)
{
	return &load->renewals[number % load->options.clients];
}

// What is under way longer than the time-out, or stands in the way of the client's next renewal, is lost.
static void give_up(struct load *load, uint64_t now)
{
	uint64_t timeout = (uint64_t)(load->options.timeout * SECOND);

	while (load->oldest < load->sent) {
		struct renewal *renewal = of_number(load, load->oldest);
		// what was sent in this very turn is due after `now`
		bool late = now > renewal->due + timeout || load->sent - load->oldest >= load->options.clients;

		if (renewal->under_way && !late)
			return;
		if (renewal->under_way) {
			renewal->under_way = false;
			load->lost++;
		}
		load->oldest++;
	}
}

static void send_due(struct load *load, uint64_t now)
{
	for (unsigned i = 0; i < PORT_BATCH; i++) {
		uint64_t due = next_due(load, now);
		struct renewal *renewal;

		if (due > now)
			break;
		give_up(load, now);
		renewal = of_number(load, load->sent);
		renewal->due = load->options.rate > 0 ? due : now_nanos();
		renewal->under_way = true;
		load->sent++;
		queue(load, renewal->request, renewal->request_length);
	}
	port_flush(load->port);
}

// The xid where it stands in a reply of the usual form; what is there otherwise leads to no client, or to another check.
static uint32_t xid_of(const struct received *frame)
{
	size_t at = 12;
	uint32_t xid;

	while (at + 4 < frame->length && (frame->bytes[at] == 0x81 || frame->bytes[at] == 0x88))
		at += 4;
	at += 2 + 20 + 8 + 4;
	if (at + 4 > frame->length)
		return 0;
	memcpy(&xid, frame->bytes + at, 4);
	return __builtin_bswap32(xid);
}

static enum verdict check(struct load *load, const struct received *frame, uint32_t index)
{
	struct renewal *renewal = &load->renewals[index];
	struct reply reply;
	enum verdict verdict;

	if (frame->length == renewal->reply_length && memcmp(frame->bytes, renewal->reply, frame->length) == 0)
		return FINE;
	verdict = message_decode(frame, &reply);
	if (verdict == FINE)
		verdict = clients_check_renewal(&load->clients, index, &reply);
	if (verdict == FINE && frame->length <= FRAME_MAX) {
		memcpy(renewal->reply, frame->bytes, frame->length);
		renewal->reply_length = (uint16_t)frame->length;
		renewal->reply_tag[0] = frame->stripped_type;
		renewal->reply_tag[1] = frame->stripped_vlan;
	}
	return verdict;
}

static size_t read_replies(struct load *load)
{
	struct received frames[PORT_BATCH];
	size_t count = port_receive(load->port, frames);
	uint64_t now = now_nanos();

	for (size_t i = 0; i < count; i++) {
		uint32_t index = clients_index(&load->clients, xid_of(&frames[i]));
		enum verdict verdict = index < load->options.clients ? check(load, &frames[i], index) : FOREIGN;

		if (verdict == FINE && !load->renewals[index].under_way)
			verdict = LATE;
		load->verdicts[verdict]++;
		if (verdict != FINE)
			continue;
		load->renewals[index].under_way = false;
		histogram_add(&load->latency, now - load->renewals[index].due);
		load->answered++;
		load->last_answer = now;
	}
	return count;
}

static void run(struct load *load)
{
	uint64_t now = now_nanos();

	load->begin = now;
	while (next_due(load, now) != UINT64_MAX || load->answered + load->lost < load->sent) {
		send_due(load, now);
		if (read_replies(load) == 0 && !load->options.spin) {
			uint64_t due = next_due(load, now = now_nanos());

			if (due > now)
				port_wait(load->port, due - now < SLOWEST_POLL ? due - now : SLOWEST_POLL);
		}
		now = now_nanos();
		give_up(load, now);
	}
}

// Puts the tag back that the kernel took out.
static void whole_reply(const struct renewal *renewal, struct exchange *exchange)
{
	size_t at = 0;

	memcpy(exchange->reply, renewal->reply, 12);
	if (renewal->reply_tag[0] != 0) {
		uint16_t tag[2] = {htons(renewal->reply_tag[0]), htons(renewal->reply_tag[1])};

		memcpy(exchange->reply + 12, tag, sizeof(tag));
		at = sizeof(tag);
	}
	memcpy(exchange->reply + 12 + at, renewal->reply + 12, renewal->reply_length - 12u);
	exchange->reply_bytes = (uint32_t)(renewal->reply_length + at);
}

static void hand_over(struct load *load, struct native *native)
{
	for (uint32_t i = 0; i < load->options.clients; i++) {
		const struct renewal *renewal = &load->renewals[i];
		struct exchange exchange = {0};

		if (renewal->reply_length < 12 || renewal->reply_length + 4 > EXCHANGE_BYTES_MAX ||
		    renewal->request_length > EXCHANGE_BYTES_MAX ||
		    renewal->request_length != load->renewals[0].request_length) {
			fprintf(stderr, "renewload: client %u was not answered, or its frames are of unusual length\n", i);
			exit(2);
		}
		memcpy(exchange.request, renewal->request, renewal->request_length);
		whole_reply(renewal, &exchange);
		native_client(native, i, &exchange);
	}
}

// The renewals that count, after one of each client has shown what the right reply is.
static void run_native(struct load *load)
{
	struct options *options = &load->options;
	struct native *native = native_open(options->native, options->device, options->clients, options->renewals);
	struct run run = {
		.clients = options->clients,
		.first = options->first,
		.request_bytes = load->renewals[0].request_length,
		.xid_at = 14 + (options->tagged ? 8 : 0) + 20 + 8 + 4,
		.window = options->window,
		.interval = options->rate > 0 ? (uint64_t)(1e12 / options->rate) : 0,
		.timeout = (uint64_t)(options->timeout * SECOND),
		.renewals = options->renewals,
	};

	hand_over(load, native);
	native_run(native, &run, (uint64_t)((options->seconds + options->timeout) * SECOND));
	load->begin = run.begin;
	load->last_answer = run.last_answer;
	load->sent = run.sent;
	load->answered = run.answered;
	load->lost = run.sent - run.answered;
	load->verdicts[LATE] = (uint32_t)run.late;
	load->verdicts[BAD_BYTES] = (uint32_t)run.wrong;
	for (uint64_t i = 0; i < run.answered; i++)
		histogram_add(&load->latency, native_latency(native, i));
}

// Every client once, not measured.
static void learn_replies(struct load *load)
{
	struct options wanted = load->options;

	load->options.renewals = wanted.clients;
	load->options.rate = 0;
	load->options.window = SETUP_WINDOW < wanted.clients ? SETUP_WINDOW : 1;
	load->options.spin = false;
	run(load);
	load->options = wanted;
	load->latency = (struct histogram){0};
}

static void print_report(struct load *load)
{
	double seconds = load->last_answer > load->begin ? (double)(load->last_answer - load->begin) / SECOND : 0;

	printf("{\"clients\": %u, \"bound\": %u, \"sent\": %llu, \"answered\": %llu, \"lost\": %llu, ", load->options.clients,
	       load->bound, (unsigned long long)load->sent, (unsigned long long)load->answered,
	       (unsigned long long)load->lost);
	printf("\"seconds\": %.4f, \"renewals_per_s\": %.1f, ", seconds,
	       seconds > 0 ? (double)load->answered / seconds : 0);
	report_replies(load->verdicts);
	histogram_print("latency_us", &load->latency, "}\n");
}

_Noreturn void usage(const char *wrong)
{
	fprintf(stderr,
		"renewload: %s\n"
		"renewload --device NAME --clients N --renewals N (--rate PER_SECOND | --window N) [--seconds S] [--timeout S]\n"
		"          [--first N] [--untagged] [--spin] [--native OBJECT]\n"
		"  --first     number of the first client; other numbers are other MAC addresses and lines\n"
		"  --spin      never sleeps while it waits for a reply\n"
		"  --native    renewals are native frames, made by the programs of this object\n",
		wrong);
	exit(2);
}

static struct options parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"device", required_argument, NULL, 'd'},   {"clients", required_argument, NULL, 'c'},
		{"renewals", required_argument, NULL, 'n'}, {"rate", required_argument, NULL, 'r'},
		{"window", required_argument, NULL, 'w'},   {"seconds", required_argument, NULL, 's'},
		{"timeout", required_argument, NULL, 't'},  {"first", required_argument, NULL, 'f'},
		{"untagged", no_argument, NULL, 'u'},	    {"spin", no_argument, NULL, 'p'},
		{"native", required_argument, NULL, 'x'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.seconds = 10, .timeout = 0.5, .tagged = true};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'd': options.device = optarg; break;
		case 'c': options.clients = (uint32_t)number("--clients", optarg, 1, 1e6); break;
		case 'n': options.renewals = (uint64_t)number("--renewals", optarg, 1, 1e9); break;
		case 'r': options.rate = number("--rate", optarg, 1, 1e8); break;
		case 'w': options.window = (uint32_t)number("--window", optarg, 1, 1e5); break;
		case 's': options.seconds = number("--seconds", optarg, 0.001, 600); break;
		case 't': options.timeout = number("--timeout", optarg, 0.001, 60); break;
		case 'f': options.first = (uint32_t)number("--first", optarg, 0, LINES_MAX); break;
		case 'u': options.tagged = false; break;
		case 'p': options.spin = true; break;
		case 'x': options.native = optarg; break;
		default: usage("unknown option");
		}
	}
	if (options.device == NULL || options.clients == 0 || options.renewals == 0)
		usage("--device, --clients and --renewals are needed");
	if ((options.rate > 0) == (options.window > 0))
		usage("either --rate or --window");
	if (options.window >= options.clients && options.window > 1)
		usage("--window: a client has one renewal under way");
	if ((uint64_t)options.first + options.clients > LINES_MAX || optind < argc)
		usage("--first and --clients: no lines left, or a word too many");
	return options;
}

int main(int argc, char **argv)
{
	static struct load load;

	load.options = parse_options(argc, argv);
	prctl(PR_SET_TIMERSLACK, 1UL);
	clients_create(&load.clients, load.options.first, load.options.clients, load.options.tagged, true);
	load.renewals = calloc(load.options.clients, sizeof(*load.renewals));
	if (load.renewals == NULL) {
		fprintf(stderr, "renewload: %s\n", strerror(errno));
		return 2;
	}
	load.port = port_open(load.options.device);
	if (set_up(&load)) {
		prepare(&load);
		if (load.options.native != NULL) {
			learn_replies(&load);
			run_native(&load);
		} else {
			run(&load);
		}
	}
	print_report(&load);
	return 0;
}
