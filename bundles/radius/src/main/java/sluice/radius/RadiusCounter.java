package sluice.radius;

import sluice.platform.api.Counter;

/** What the client counts beside what each server has for itself. */
enum RadiusCounter implements Counter {
    ACCESS_REQUESTS(1, "Authentications asked for"),
    ACCEPTED(2, "Accepted"),
    REJECTED(3, "Rejected"),
    UNANSWERED(4, "No server answered"),
    OVERLOADED(5, "Refused at once: too many in flight"),
    NO_SERVER(6, "No server is configured"),
    CHALLENGED(7, "Answered by a challenge, taken for a reject"),
    FAILOVERS(8, "Moved to another server"),
    UNKNOWN_ATTRIBUTES(9, "Attributes of a protocol that no dictionary has"),
    UNSUITABLE_VALUES(10, "Values of a protocol that do not fit their attribute"),
    LEFT_OUT(11, "Attributes left out of a request for their length"),
    UNREADABLE_RATES(12, "Vendor rates in an accept that are not understood"),
    ACCOUNTING_RECORDS(13, "Accounting records read from the event log"),
    ACCOUNTING_DELIVERED(14, "Accounting records that a server has"),
    ACCOUNTING_UNREADABLE(15, "Events that lack what accounting needs"),
    ACCOUNTING_POSTPONED(16, "Accounting rounds that no server answered"),
    ACCOUNTING_SET_ASIDE(17, "Accounting records set aside: refused while others are taken"),
    ACCOUNTING_GIVEN_UP(18, "Accounting records given up: refused for too long"),
    QUEUED(19, "Waited until a server had room"),
    MALFORMED_ACCEPTS(24, "Accepted with an attribute of the wrong size, taken for a reject");

    private final int id;
    private final String label;

    RadiusCounter(int id, String label) {
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
