package org.climaterescue.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** Dependencies run one way: {@code protocol} at the bottom, {@code cli} on top. */
@AnalyzeClasses(
        packages = "org.climaterescue",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {

    private static final String OURS = "org.climaterescue..";
    private static final String PROTOCOL = "org.climaterescue.protocol..";
    private static final String DB = "org.climaterescue.db..";
    private static final String PRIORIZER = "org.climaterescue.priorizer..";
    private static final String DISPATCHER = "org.climaterescue.dispatcher..";
    private static final String AGENT = "org.climaterescue.agent..";
    private static final String MOCK = "org.climaterescue.mock..";
    private static final String CLI = "org.climaterescue.cli..";

    /** Leaves out what a module offers to the tests of others. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule protocolKnowsNothingElseOfOurs = onlyKnows(PROTOCOL);

    @ArchTest
    static final ArchRule theDatabaseKnowsProtocolAlone = onlyKnows(DB, PROTOCOL);

    @ArchTest
    static final ArchRule thePriorizerClientKnowsProtocolAlone = onlyKnows(PRIORIZER, PROTOCOL);

    @ArchTest
    static final ArchRule theAgentKnowsProtocolAlone = onlyKnows(AGENT, PROTOCOL);

    @ArchTest
    static final ArchRule theMocksKnowProtocolAlone = onlyKnows(MOCK, PROTOCOL);

    @ArchTest
    static final ArchRule theDispatcherKnowsNeitherAgentsNorMocks = onlyKnows(DISPATCHER, DB, PRIORIZER, PROTOCOL);

    @ArchTest
    static final ArchRule ofTheCommandsOnlyTheDemoTheLoadTestAndTheListOfCommandsUseMocks = noClasses()
            .that()
            .resideInAPackage(CLI)
            .and()
            .haveNameNotMatching(".*\\.(Rescue|(Demo|LoadTest)[A-Z].*)")
            .should()
            .dependOnClassesThat(resideInAPackage(MOCK));

    @ArchTest
    static final ArchRule theDispatchersFeaturesFormNoCycle =
            slices().matching("org.climaterescue.dispatcher.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theDatabasesFeaturesFormNoCycle =
            slices().matching("org.climaterescue.db.(*)..").should().beFreeOfCycles();

    /** Without this, a renamed package would make a rule above hold for nothing. */
    @ArchTest
    static void everyRuleSpeaksOfClassesThatAreThere(JavaClasses all) {
        for (String part : List.of(PROTOCOL, DB, PRIORIZER, DISPATCHER, AGENT, MOCK, CLI)) {
            assertThat(all.stream().filter(resideInAPackage(part))).as(part).isNotEmpty();
        }
        assertThat(all.stream().map(JavaClass::getName)).doesNotContain(ArchitectureTest.class.getName());
    }

    private static ArchRule onlyKnows(String part, String... others) {
        String[] known = Stream.concat(Stream.of(part), Stream.of(others)).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(part)
                .should()
                .dependOnClassesThat(resideInAPackage(OURS).and(resideOutsideOfPackages(known)));
    }
}
