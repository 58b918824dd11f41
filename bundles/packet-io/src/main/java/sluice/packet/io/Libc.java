package sluice.packet.io;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that we need, by their own names. Each reports its error as a {@link KernelException}.
 * Safe for any thread.
 */
@SuppressWarnings("restricted") // this class is where we leave Java
public final class Libc {

    public static final int MSG_DONTWAIT = 0x40;
    public static final short POLLIN = 1;

    private static final int PROT_READ = 1;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_POPULATE = 0x8000;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int EFD_NONBLOCK_CLOEXEC = 0x80800;
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long SYS_BPF = ARM ? 280 : 321;
    private static final long SYS_MEMBARRIER = ARM ? 283 : 324;
    private static final int MEMBARRIER_GLOBAL = 1;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;
    private static final long NANOS = 1_000_000_000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle CAPTURED_ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

    private static final MethodHandle SYSCALL3 =
            variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle MMAP =
            plain("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = plain("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle CLOSE = plain("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET = plain("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = plain("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            plain("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            plain("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETSOCKNAME = plain("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SEND = plain("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle POLL = plain("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EVENTFD = plain("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = plain("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = plain("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle MOUNT = plain("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle CLOCK_GETTIME = plain("clock_gettime", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle IF_NAMETOINDEX = plain("if_nametoindex", JAVA_INT, ADDRESS);

    private Libc() {}

    /** bpf(2). */
    public static int bpf(String call, int command, MemorySegment attributes) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            long result = (long) SYSCALL3.invokeExact(state, SYS_BPF, command, attributes, (int) attributes.byteSize());
            return (int) checked(call, result, state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** bpf(2) about something that may not be there: false then, because an exception costs more than the call. */
    public static boolean bpfFinds(String call, int command, MemorySegment attributes) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            long result = (long) SYSCALL3.invokeExact(state, SYS_BPF, command, attributes, (int) attributes.byteSize());
            if (result == -1 && (int) CAPTURED_ERRNO.get(state, 0L) == KernelException.ENOENT) {
                return false;
            }
            checked(call, result, state);
            return true;
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** membarrier(2), global: returns when every processor has left the program it was running. Takes milliseconds. */
    public static void awaitRunningPrograms() throws KernelException {
        try {
            MemorySegment state = STATE.get();
            checked(
                    "membarrier",
                    (long) SYSCALL3.invokeExact(state, SYS_MEMBARRIER, MEMBARRIER_GLOBAL, MemorySegment.NULL, 0),
                    state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void ioctl(int fd, long request, MemorySegment argument) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            checked("ioctl", (int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** Maps shared memory of {@code fd}, or private memory if it is -1. */
    public static MemorySegment mmap(int fd, long offset, long bytes) throws KernelException {
        return mmap(fd, offset, bytes, PROT_READ_WRITE);
    }

    /** Maps shared memory of {@code fd} that only the kernel may write. */
    public static MemorySegment mmapReadOnly(int fd, long offset, long bytes) throws KernelException {
        return mmap(fd, offset, bytes, PROT_READ);
    }

    private static MemorySegment mmap(int fd, long offset, long bytes, int protection) throws KernelException {
        int flags = fd < 0 ? MAP_PRIVATE_ANONYMOUS | MAP_POPULATE : MAP_SHARED;
        try {
            MemorySegment state = STATE.get();
            MemorySegment memory =
                    (MemorySegment) MMAP.invokeExact(state, MemorySegment.NULL, bytes, protection, flags, fd, offset);
            checked("mmap", memory.address(), state);
            return memory.reinterpret(bytes);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** The same memory, unmapped and out of reach when the arena closes. */
    public static MemorySegment within(Arena arena, MemorySegment mapping) {
        return MemorySegment.ofAddress(mapping.address()).reinterpret(mapping.byteSize(), arena, Libc::unmap);
    }

    private static void unmap(MemorySegment memory) {
        try {
            munmap(memory);
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    public static void munmap(MemorySegment memory) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            checked("munmap", (int) MUNMAP.invokeExact(state, memory, memory.byteSize()), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void close(int fd) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            checked("close", (int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static int socket(int family, int type, int protocol) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            return (int) checked("socket", (int) SOCKET.invokeExact(state, family, type, protocol), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void bind(int fd, MemorySegment address) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            checked("bind", (int) BIND.invokeExact(state, fd, address, (int) address.byteSize()), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void setsockopt(int fd, int level, int option, MemorySegment value) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            int result = (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, (int) value.byteSize());
            checked("setsockopt", result, state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void setsockopt(int fd, int level, int option, int value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            setsockopt(fd, level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    public static void getsockopt(int fd, int level, int option, MemorySegment value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            checked("getsockopt", (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** The address of the socket's own end, a sockaddr that is cut when there is no room for it. */
    public static void getsockname(int fd, MemorySegment address) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) address.byteSize());
            checked("getsockname", (int) GETSOCKNAME.invokeExact(state, fd, address, length), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static long send(int fd, MemorySegment bytes, long length, int flags) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            return checked("send", (long) SEND.invokeExact(state, fd, bytes, length, flags), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** Waits until one of {@code count} pollfd structs is ready or the time is over; an interruption ends it early. */
    public static void poll(MemorySegment descriptors, int count, int millis) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            int ready = (int) POLL.invokeExact(state, descriptors, (long) count, millis);
            if (ready < 0 && (int) CAPTURED_ERRNO.get(state, 0L) != KernelException.EINTR) {
                checked("poll", ready, state);
            }
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** Nanoseconds since the machine was started, sleep included: {@code bpf_ktime_get_boot_ns} of programs. */
    public static long bootNanos() throws KernelException {
        return nanosOf(CLOCK_BOOTTIME);
    }

    public static int eventfd() throws KernelException {
        try {
            MemorySegment state = STATE.get();
            return (int) checked("eventfd", (int) EVENTFD.invokeExact(state, 0, EFD_NONBLOCK_CLOEXEC), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static long read(int fd, MemorySegment into) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            return checked("read", (long) READ.invokeExact(state, fd, into, into.byteSize()), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static long write(int fd, MemorySegment from) throws KernelException {
        try {
            MemorySegment state = STATE.get();
            return checked("write", (long) WRITE.invokeExact(state, fd, from, from.byteSize()), state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    public static void mount(String type, String target) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            MemorySegment name = arena.allocateFrom(type);
            int result = (int) MOUNT.invokeExact(state, name, arena.allocateFrom(target), name, 0L, MemorySegment.NULL);
            checked("mount " + target, result, state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** The index of an interface in the network namespace of this thread. */
    public static int ifNameToIndex(String name) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            int index = (int) IF_NAMETOINDEX.invokeExact(state, arena.allocateFrom(name));
            return (int) checked("interface " + name, index == 0 ? -1 : index, state);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** The programs' clock, ns since the machine started: bpf_ktime_get_ns. */
    public static long kernelNanos() throws KernelException {
        return nanosOf(CLOCK_MONOTONIC);
    }

    private static long nanosOf(int clock) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = STATE.get();
            MemorySegment time = arena.allocate(JAVA_LONG, 2);
            checked("clock_gettime", (int) CLOCK_GETTIME.invokeExact(state, clock, time), state);
            return time.getAtIndex(JAVA_LONG, 0) * NANOS + time.getAtIndex(JAVA_LONG, 1);
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    private static long checked(String call, long result, MemorySegment state) throws KernelException {
        if (result == -1) {
            throw new KernelException(call, (int) CAPTURED_ERRNO.get(state, 0L));
        }
        return result;
    }

    /** Method handles declare Throwable; nothing but the kernel's refusal is expected from them. */
    private static KernelException failed(Throwable failure) {
        return switch (failure) {
            case KernelException refusal -> refusal;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        };
    }

    private static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return handle(
                name,
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    private static MethodHandle handle(String name, FunctionDescriptor function, Linker.Option... options) {
        MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
        return LINKER.downcallHandle(symbol, function, options);
    }
}
