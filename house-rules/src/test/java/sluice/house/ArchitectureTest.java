package sluice.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What may know what, and what nobody may do. */
class ArchitectureTest {
    private static final String[] FOUNDATIONS = {
        "sluice.net",
        "sluice.loop",
        "sluice.platform.api",
        "sluice.session.api",
        "sluice.dataplane.api",
        "sluice.packet.io",
        "sluice.radius.packet"
    };
    private static final String[] APIS = {
        "sluice.platform.api", "sluice.session.api", "sluice.dataplane.api", "sluice.net"
    };

    private static JavaClasses house;

    @BeforeAll
    static void readWhatWasBuilt() throws IOException {
        List<Path> built = Repository.bundles().stream()
                .map(bundle -> bundle.resolve("target/classes"))
                .filter(Files::isDirectory)
                .toList();
        house = new ClassFileImporter().importPaths(built);
    }

    @Test
    void everyBundleWithSourcesWasFound() throws IOException {
        for (Path bundle : Repository.bundles()) {
            if (Files.isDirectory(bundle.resolve("src/main/java"))) {
                String name = "sluice." + bundle.getFileName().toString().replace('-', '.');
                assertThat(house.stream().map(JavaClass::getPackageName))
                        .as("classes of %s", bundle)
                        .contains(name);
            }
        }
        assertThat(house).hasSizeGreaterThan(200);
    }

    @Test
    void nobodyImportsAProvider() {
        classes()
                .should(new ArchCondition<>("know themselves, foundations and APIs only") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        item.getDirectDependenciesFromSelf().stream()
                                .filter(dependency -> isForeignProvider(item, dependency.getTargetClass()))
                                .forEach(dependency ->
                                        events.add(SimpleConditionEvent.violated(item, dependency.getDescription())));
                    }
                })
                .check(house);
    }

    private static boolean isForeignProvider(JavaClass from, JavaClass to) {
        String target = to.getBaseComponentType().getPackageName();
        return target.startsWith("sluice.")
                && !target.equals(from.getPackageName())
                && !Arrays.asList(FOUNDATIONS).contains(target);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("sluice.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    void apisHoldNoThreads() {
        noClasses()
                .that(resideInAnyPackage(APIS))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class, Executors.class, CompletableFuture.class, ThreadLocal.class)
                .check(house);
    }

    @Test
    void timeIsAParameter() {
        noClasses()
                .that(type("are not the clock", type -> !isClock(type)))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.time.Clock.class, "systemUTC")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(house);
    }

    /** The one place where monotonic time comes from. */
    private static boolean isClock(JavaClass type) {
        return type.getFullName().equals("sluice.loop.SystemClock");
    }

    @Test
    void chanceIsAParameter() {
        noClasses()
                .should()
                .callConstructor(java.util.Random.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.util.concurrent.ThreadLocalRandom.class, "current")
                .check(house);
    }

    @Test
    void threadsHaveANameAndAnOwner() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Executors.class, java.util.concurrent.ForkJoinPool.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .callMethod(CompletableFuture.class, "supplyAsync", java.util.function.Supplier.class)
                .orShould()
                .callMethod(CompletableFuture.class, "runAsync", Runnable.class)
                .check(house);
    }

    /** Except for what kind of processor this is. */
    @Test
    void nobodyReadsASystemProperty() {
        noClasses()
                .that(type("are not the C library", type -> !type.getFullName().equals("sluice.packet.io.Libc")))
                .should()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class, String.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(Boolean.class, "getBoolean", String.class)
                .orShould()
                .callMethod(Integer.class, "getInteger", String.class)
                .check(house);
    }

    @Test
    void onlyTheHardwareEndsTheProcess() {
        noClasses()
                .that(type(
                        "are not of the hardware",
                        type -> !type.getPackageName().equals("sluice.hardware")))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(house);
    }

    /** Karaf gives a command its terminal as the standard output. */
    @Test
    void onlyHardwareAndShellWriteToTheTerminal() {
        noClasses()
                .that(type(
                        "are neither of the hardware nor of the shell",
                        type -> !List.of("sluice.hardware", "sluice.shell").contains(type.getPackageName())))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(house);
    }

    @Test
    void classesAreJobs() {
        for (String word : List.of("Util", "Utils", "Impl", "Manager", "Helper", "Helpers")) {
            noClasses().should().haveSimpleNameEndingWith(word).check(house);
        }
    }

    @Test
    void servicesComeByTheConstructor() {
        noFields().should().beAnnotatedWith(Reference.class).check(house);
    }

    @Test
    void settingsAreNamedAsInTheirFile() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(ObjectClassDefinition.class)
                .should(new ArchCondition<>("write an underscore twice, since one is a dot in the file") {
                    @Override
                    public void check(JavaMethod item, ConditionEvents events) {
                        boolean dotted = item.getName().replace("__", "").contains("_");
                        if (dotted && !item.getName().startsWith("service_")) {
                            events.add(SimpleConditionEvent.violated(item, item.getFullName()));
                        }
                    }
                })
                .check(house);
    }

    @Test
    void recordsHoldNoArrays() {
        fields().that()
                .areDeclaredInClassesThat()
                .areAssignableTo(Record.class)
                .and()
                .areNotStatic()
                .should(new ArchCondition<>("be values; bytes are a Bytes") {
                    @Override
                    public void check(JavaField item, ConditionEvents events) {
                        if (item.getRawType().isArray()) {
                            events.add(SimpleConditionEvent.violated(item, item.getFullName()));
                        }
                    }
                })
                .check(house);
    }

    @Test
    void staticFieldsAreConstants() {
        fields().that().areStatic().should().beFinal().check(house);
    }

    private static DescribedPredicate<JavaClass> type(String what, java.util.function.Predicate<JavaClass> test) {
        return DescribedPredicate.describe(what, test);
    }
}
