/** The data plane in XDP: eBPF programs, their maps and the sockets for punted frames, through java.lang.foreign. */
@NullMarked
package sluice.dataplane.xdp;

import org.jspecify.annotations.NullMarked;
