package sluice.session;

import sluice.platform.api.Counter;

/** What the engine counts. Every frame that comes to nothing has a reason of its own. */
enum SessionCounter implements Counter {
    FRAMES(1, "Frames received"),
    FRAMES_SENT(2, "Frames sent"),
    FRAMES_UNSENT(3, "Frames not sent: transmit ring full"),
    DROP_MALFORMED(4, "Frames dropped: malformed"),
    DROP_NO_PROTOCOL(5, "Frames dropped: no protocol for them"),
    DROP_LINE_RATE(6, "Frames dropped: line sends too many"),
    DROP_SHARD_FULL(7, "Frames dropped: shard has too much to do"),
    DROP_AMBIGUOUS(8, "Frames dropped: several sessions fit, frame names no line"),
    DROP_LINE_SESSIONS(9, "Frames dropped: line has its number of sessions"),
    DROP_STARTING(10, "Frames dropped: too many sessions being set up"),
    DROP_REJECTED(11, "Frames dropped: rejected a moment ago"),
    DROP_JOURNAL_SLOW(12, "Frames dropped: journal does not keep up"),
    AUTHENTICATIONS(13, "Authentications asked"),
    ACCEPTED(14, "Authentications accepted"),
    REJECTED(15, "Authentications rejected"),
    UNANSWERED(16, "Authentications unanswered"),
    OPENED(17, "Sessions opened"),
    OPEN_FAILED(18, "Sessions that could not be opened"),
    CLOSED(19, "Sessions closed"),
    EXTENDED(20, "Grants extended"),
    NOT_DURABLE(21, "Grants withdrawn: journal refused"),
    SETUP_TIMEOUT(22, "Sessions given up: not set up in time"),
    RECOVERED(23, "Sessions recovered"),
    REINSTALLED(24, "Recovered sessions installed again in the data plane"),
    PARKED(25, "Stored sessions that could not be recovered"),
    STRAY_REMOVED(26, "Data plane entries without session removed"),
    INTERIMS(27, "Interim records"),
    INTERIMS_LOST(28, "Interim records not written: journal refused"),
    STEP_FAILED(29, "Steps that failed by a defect"),
    STATE_INCOMPATIBLE(30, "Frozen states that a protocol does not know"),
    DATAPLANE_FAILED(31, "Data plane calls that failed"),
    LATE_OUTCOME(32, "Answers for sessions that are gone"),
    DROP_DRAINING(33, "Frames dropped: gateway is out of service"),
    OFFLOADED(34, "Grants handed to the data plane, which extends them by itself"),
    CAUGHT_UP(35, "Grants found extended by the data plane"),
    CHANGED(36, "Sessions changed by command or when RADIUS was asked again"),
    CHANGES_FAILED(37, "Changes of sessions that failed and were taken back"),
    POLICIES_APPLIED(38, "Sessions whose changed policy was applied"),
    INTERIMS_SPREAD(39, "Interim records that waited, so that they are spread over time"),
    IDLE_ENDED(40, "Sessions ended because they were idle"),
    RECONCILED(41, "Open sessions found missing in the data plane and installed again"),
    RECONCILE_FAILED(42, "Open sessions missing in the data plane, which refused them"),
    LOST(44, "Stored sessions that did not survive a restart, ended with NAS-Reboot"),
    DROP_LINE_REJECTED(59, "Frames dropped: line was rejected too often"),
    DROP_LINE_SETUPS(60, "Frames dropped: line begins too many sessions"),
    REFUSED_LINE_SESSIONS(61, "Sessions refused: line has its number of sessions"),
    REFUSED_USER_SESSIONS(62, "Sessions refused: user name has its number of sessions"),
    REFUSED_MAC_SESSIONS(63, "Sessions refused: device has its number of sessions"),
    PREEMPTED(64, "Sessions told to end for a newer one"),
    OPENED_LATER(65, "Sessions that waited for the end of an older one"),
    SERVED_CACHED(66, "Subscribers served as remembered: no server answered"),
    SERVED_DEFAULT(67, "Subscribers served by default: no server answered"),
    QUEUED(68, "Subscribers queued: no server answered"),
    QUEUE_FULL(69, "Subscribers refused: queue full"),
    WAITED_IN_VAIN(70, "Subscribers refused: no server answered in time"),
    AUTHENTICATIONS_REPEATED(71, "Authentications asked again"),
    REAUTHENTICATIONS(72, "Re-authentications of sessions served without an answer"),
    REFUSED_UNTOLD(73, "Sessions refused: the older one has too much to do to end"),
    TO_MOVE(74, "Changes of open sessions that have another address than is granted"),
    USER_NAME_FALLBACK(80, "User names made without the template: a field of it is empty for the line"),
    STRAYS_ANSWERED(90, "Frames without session answered"),
    STRAYS_IGNORED(91, "Frames without session ignored, by reason in session:ignored"),
    ANSWERS_LINE_RATE(92, "Frames without session not answered: line gets too many answers"),
    ANSWERS_SHARD_RATE(93, "Frames without session not answered: shard gives too many answers"),
    ANSWERS_WAITING(94, "Frames without session not answered: too many answers wait"),
    DROP_OTHER_PROTOCOL(95, "Frames dropped: another protocol has a session of this device"),
    REFUSED_RENAMED(96, "Authentications of open sessions under another user name"),
    PREFIX_REFUSED(97, "IPv6 prefixes not had: pool exhausted or unknown"),
    PREFIX_IN_USE(98, "IPv6 prefixes named by RADIUS that another session has"),
    ADDRESS_RETURNED(99, "Open sessions that gave their address back and go on without");

    private final int id;
    private final String label;

    SessionCounter(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
