package sluice.packet.io;

import java.io.Serial;

/** The kernel refused a call. */
public final class KernelException extends Exception {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOTUNIQ = 76;
    public static final int ENOBUFS = 105;

    @Serial
    private static final long serialVersionUID = 1L;

    private final int errno;

    public KernelException(String call, int errno) {
        super(call + ": " + nameOf(errno));
        this.errno = errno;
    }

    public KernelException(String call, int errno, String log) {
        super(call + ": " + nameOf(errno) + System.lineSeparator() + log);
        this.errno = errno;
    }

    /** Error number as in errno(3). */
    public int errno() {
        return errno;
    }

    private static String nameOf(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted (root or CAP_BPF and CAP_NET_ADMIN needed)";
            case ENOENT -> "no such file, entry or program";
            case 7 -> "argument list too long";
            case 12 -> "out of memory";
            case 13 -> "permission denied";
            case EBUSY -> "busy, another program is attached";
            case EEXIST -> "exists already";
            case ENODEV -> "no such device";
            case EINVAL -> "invalid argument";
            case 28 -> "no space left";
            case 34 -> "out of range (is the MTU of the interface or its peer too large for XDP?)";
            case ENOTUNIQ -> "name not unique";
            case 95 -> "operation not supported";
            default -> "errno " + errno;
        };
    }
}
