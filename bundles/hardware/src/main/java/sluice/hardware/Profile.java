package sluice.hardware;

import java.util.List;

/**
 * What a model of machine is and what runs on it: one file of {@code hw-profiles}.
 *
 * @param name of the profile, equal to the name of its file
 * @param matches ways to recognise the model; none when it is only chosen by name
 * @param access interfaces towards the subscribers
 * @param core interfaces towards the core
 * @param memoryMebibytes what it needs at least
 * @param features what to install, no more and no less
 */
record Profile(
        String name,
        List<Match> matches,
        List<String> access,
        List<String> core,
        long memoryMebibytes,
        List<String> features) {

    Profile {
        matches = List.copyOf(matches);
        access = List.copyOf(access);
        core = List.copyOf(core);
        features = List.copyOf(features);
        if (access.isEmpty() || core.isEmpty()) {
            throw new IllegalArgumentException("at least one access and one core interface");
        }
        if (features.isEmpty()) {
            throw new IllegalArgumentException("at least one feature");
        }
        if (memoryMebibytes < 0) {
            throw new IllegalArgumentException("memory_mib " + memoryMebibytes + ", expected 0 or more");
        }
    }

    /** How well it describes the machine; 0 when it does not. */
    int weight(Machine machine) {
        return matches.stream()
                .filter(match -> match.fits(machine))
                .mapToInt(Match::weight)
                .max()
                .orElse(0);
    }

    /** The same profile with other interfaces; an empty list leaves them as they are. */
    Profile on(List<String> otherAccess, List<String> otherCore) {
        return new Profile(
                name,
                matches,
                otherAccess.isEmpty() ? access : otherAccess,
                otherCore.isEmpty() ? core : otherCore,
                memoryMebibytes,
                features);
    }
}
