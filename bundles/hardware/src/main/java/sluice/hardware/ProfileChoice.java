package sluice.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the profile of a machine and checks that the machine fits it. */
final class ProfileChoice {
    /** In place of a name: the profile that describes the machine best. */
    static final String AUTO = "auto";

    private final List<Profile> profiles;

    ProfileChoice(List<Profile> profiles) {
        this.profiles = List.copyOf(profiles);
    }

    /**
     * The profile of this name, or the one that recognises the machine.
     *
     * @throws UnfitHardware when there is none, or two that do so equally well
     */
    Profile choose(String name, Machine machine) throws UnfitHardware {
        return name.equals(AUTO) ? recognise(machine) : named(name);
    }

    private Profile named(String name) throws UnfitHardware {
        for (Profile profile : profiles) {
            if (profile.name().equals(name)) {
                return profile;
            }
        }
        throw new UnfitHardware("There is no hardware profile " + name + ", only " + names(profiles)
                + "; see \"profile\" in sluice.hardware.cfg");
    }

    private Profile recognise(Machine machine) throws UnfitHardware {
        int best = profiles.stream()
                .mapToInt(profile -> profile.weight(machine))
                .max()
                .orElse(0);
        if (best == 0) {
            throw new UnfitHardware("No hardware profile (" + names(profiles) + ") describes this machine, which "
                    + machine.describe() + "; name one as \"profile\" in sluice.hardware.cfg");
        }
        List<Profile> equals = profiles.stream()
                .filter(profile -> profile.weight(machine) == best)
                .toList();
        if (equals.size() > 1) {
            throw new UnfitHardware("The hardware profiles " + names(equals)
                    + " describe this machine equally well; name one as \"profile\" in sluice.hardware.cfg");
        }
        return equals.getFirst();
    }

    /** @throws UnfitHardware with all that is wrong in one sentence */
    static void check(Profile profile, Machine machine) throws UnfitHardware {
        List<String> faults = new ArrayList<>();
        missing(profile.access(), machine, "access", faults);
        missing(profile.core(), machine, "core", faults);
        if (machine.memoryMebibytes() < profile.memoryMebibytes()) {
            faults.add("there are " + machine.memoryMebibytes() + " MiB of memory and " + profile.memoryMebibytes()
                    + " MiB are needed");
        }
        if (!faults.isEmpty()) {
            throw new UnfitHardware(
                    "Hardware profile " + profile.name() + " does not fit this machine: " + String.join("; ", faults));
        }
    }

    private static void missing(List<String> wanted, Machine machine, String role, List<String> faults) {
        for (String name : wanted) {
            if (!machine.interfaces().contains(name)) {
                faults.add("there is no " + role + " interface " + name + " among "
                        + String.join(", ", machine.interfaces()));
            }
        }
    }

    private static String names(List<Profile> profiles) {
        return profiles.stream().map(Profile::name).collect(Collectors.joining(", "));
    }
}
