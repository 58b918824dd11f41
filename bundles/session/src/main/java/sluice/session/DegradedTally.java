package sluice.session;

/**
 * How many sessions, of one shard or of all, are in which state while no server answers.
 *
 * @param cached open, served as remembered
 * @param byDefault open, served with a default
 * @param waiting being set up, without an answer
 * @param due open, to be asked about
 * @param profiles remembered acceptances
 */
record DegradedTally(int cached, int byDefault, int waiting, int due, int profiles) {

    static final DegradedTally NONE = new DegradedTally(0, 0, 0, 0, 0);

    DegradedTally plus(DegradedTally other) {
        return new DegradedTally(
                cached + other.cached,
                byDefault + other.byDefault,
                waiting + other.waiting,
                due + other.due,
                profiles + other.profiles);
    }
}
