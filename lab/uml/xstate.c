// Preloaded into the user-mode kernel of Debian (6.1). That kernel keeps the extended registers of its processes in a
// buffer for AVX-512 at most. A host whose processors have more (AMX) refuses to set registers from a buffer shorter
// than its own, and no process of the guest ever starts. So the host is always given a buffer of its own size: what
// the guest knows comes from the guest, the rest is in its initial state, which the header of the area says.

#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define AREA_MAX 16384
#define HEADER 512      // XSTATE_BV, the first word behind the legacy area: which parts are not in their initial state
#define GUEST_PARTS 0x2e7ULL // x87, SSE, AVX, AVX-512, protection keys

// Not on the stack: that is one of the guest kernel's, and small. It has one processor, so there is one caller.
static uint8_t area[AREA_MAX];
static size_t host_size;

static long get_area(pid_t pid, struct iovec *guest)
{
	struct iovec host = {.iov_base = area, .iov_len = sizeof(area)};
	long status = syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &host);

	if (status < 0)
		return status;
	host_size = host.iov_len;
	if (guest->iov_len > host_size)
		guest->iov_len = host_size;
	memcpy(guest->iov_base, area, guest->iov_len);
	return status;
}

static long set_area(pid_t pid, const struct iovec *guest)
{
	struct iovec host = {.iov_base = area, .iov_len = host_size};
	uint64_t parts;

	if (guest->iov_len >= host_size)
		return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, guest);
	memset(area, 0, host_size);
	memcpy(area, guest->iov_base, guest->iov_len);
	memcpy(&parts, area + HEADER, sizeof(parts));
	parts &= GUEST_PARTS;
	memcpy(area + HEADER, &parts, sizeof(parts));
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &host);
}

// As glibc's: a request that peeks gives what it read.
long ptrace(enum __ptrace_request request, ...)
{
	va_list rest;
	pid_t pid;
	void *address, *data;
	long peeked, status;

	va_start(rest, request);
	pid = va_arg(rest, pid_t);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if (request == PTRACE_GETREGSET && (uintptr_t)address == NT_X86_XSTATE)
		return get_area(pid, data);
	if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE)
		return set_area(pid, data);
	if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
		status = syscall(SYS_ptrace, request, pid, address, &peeked);
		return status < 0 ? status : peeked;
	}
	return syscall(SYS_ptrace, request, pid, address, data);
}
