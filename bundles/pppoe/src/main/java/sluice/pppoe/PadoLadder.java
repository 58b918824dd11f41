package sluice.pppoe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long a PADO waits, by how many sessions are being set up: where several gateways serve a segment, subscribers go
 * to the one that answers first, so a busy one answers late and a full one not at all.
 *
 * @param steps by rising number of sessions; below the first one nothing waits
 */
record PadoLadder(List<Rung> steps) {
    /** Every PADI is answered at once. */
    static final PadoLadder NONE = new PadoLadder(List.of());

    private static final String SILENCE = "silent";

    /**
     * One step of the ladder.
     *
     * @param from sessions being set up from which on it holds, 0 or more
     * @param delay how long the answer waits; empty: there is none
     */
    record Rung(int from, Optional<Duration> delay) {
        Rung {
            if (from < 0 || (delay.isPresent() && delay.get().isNegative())) {
                throw new IllegalArgumentException("pado_delay: " + delay + " from " + from + " sessions");
            }
        }
    }

    PadoLadder {
        steps = List.copyOf(steps);
        for (int i = 1; i < steps.size(); i++) {
            if (steps.get(i).from() <= steps.get(i - 1).from()) {
                throw new IllegalArgumentException("pado_delay: " + steps.get(i).from() + " sessions stand behind "
                        + steps.get(i - 1).from());
            }
        }
    }

    /**
     * The ladder in a setting, as {@code 500:100, 1000:300, 2000:silent}: from so many sessions on so many
     * milliseconds.
     *
     * @throws IllegalArgumentException when it is none
     */
    static PadoLadder parse(String text) {
        List<Rung> steps = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (text.isBlank()) {
                break;
            }
            String[] sides = part.strip().split(":", -1);
            if (sides.length != 2) {
                throw unreadable(part);
            }
            String delay = sides[1].strip();
            steps.add(new Rung(
                    number(sides[0], part),
                    delay.equals(SILENCE) ? Optional.empty() : Optional.of(Duration.ofMillis(number(delay, part)))));
        }
        return new PadoLadder(steps);
    }

    /** How long a PADO waits now; empty when there is to be none. */
    Optional<Duration> delay(int starting) {
        Optional<Duration> delay = Optional.of(Duration.ZERO);
        for (Rung step : steps) {
            if (starting >= step.from()) {
                delay = step.delay();
            }
        }
        return delay;
    }

    private static int number(String digits, String part) {
        try {
            return Integer.parseUnsignedInt(digits.strip());
        } catch (NumberFormatException e) {
            throw unreadable(part);
        }
    }

    private static IllegalArgumentException unreadable(String part) {
        return new IllegalArgumentException(
                "pado_delay: \"" + part.strip() + "\", expected SESSIONS:MILLISECONDS or SESSIONS:silent");
    }
}
