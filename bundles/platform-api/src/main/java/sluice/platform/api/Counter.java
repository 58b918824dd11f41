package sluice.platform.api;

/** What an enum of counters says of each constant. Ids are stable over releases; labels are for the operator. */
public interface Counter {

    /** Stable number, unique within the enum. */
    int id();

    /** What is counted, in the operator's words. */
    String label();
}
