package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.climaterescue.db.ledger.TaskFacts.HeldCopy;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.Verification;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final Sha256 TRUTH = Sha256.parse("a".repeat(64));
    private static final Sha256 LIE = Sha256.parse("b".repeat(64));

    private final List<HeldCopy> copies = new ArrayList<>();

    @Test
    void theOnlyWordIsUnverified() {
        say("anna", TRUTH);

        Verdict verdict = Verdict.of(null, copies);

        assertThat(verdict).extracting(Verdict::leading, Verdict::held).containsExactly(TRUTH, 1);
        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.UNVERIFIED);
    }

    @Test
    void twoOperatorsThatAgreeVerify() {
        say("anna", TRUTH);
        say("bert", TRUTH);

        assertThat(Verdict.of(null, copies).of(TRUTH)).isEqualTo(Verification.VERIFIED);
    }

    @Test
    void twoNodesOfOneOperatorAreOneVoiceButTwoCopies() {
        say("anna", TRUTH);
        say("anna", TRUTH);

        Verdict verdict = Verdict.of(null, copies);

        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.UNVERIFIED);
        assertThat(verdict.held()).isEqualTo(2);
    }

    @Test
    void oneAgainstOneIsADisputeInWhichNothingIsHeld() {
        say("anna", TRUTH);
        say("bert", LIE);

        Verdict verdict = Verdict.of(null, copies);

        assertThat(verdict).extracting(Verdict::leading, Verdict::held).containsExactly(null, 0);
        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.DISPUTED);
        assertThat(verdict.of(LIE)).isEqualTo(Verification.DISPUTED);
    }

    @Test
    void theVerdictTurnsWithTheMajority() {
        say("liar 1", LIE);
        say("liar 2", LIE);
        assertThat(Verdict.of(null, copies).of(LIE)).isEqualTo(Verification.VERIFIED);

        say("anna", TRUTH);
        say("bert", TRUTH);
        say("carl", TRUTH);

        Verdict verdict = Verdict.of(null, copies);
        assertThat(verdict.leading()).isEqualTo(TRUTH);
        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.VERIFIED);
        assertThat(verdict.of(LIE)).isEqualTo(Verification.REJECTED);
    }

    @Test
    void manyNodesOfOneLiarDoNotOutvoteTwoOperators() {
        for (int i = 0; i < 10; i++) {
            say("liar", LIE);
        }
        say("anna", TRUTH);
        say("bert", TRUTH);

        assertThat(Verdict.of(null, copies).leading()).isEqualTo(TRUTH);
    }

    @Test
    void anOperatorThatContradictsItselfEvenlyHasNoVoice() {
        say("anna", TRUTH);
        say("anna", LIE);
        say("bert", TRUTH);

        Verdict verdict = Verdict.of(null, copies);

        assertThat(verdict.leading()).isEqualTo(TRUTH);
        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.UNVERIFIED);
        assertThat(verdict.of(LIE)).isEqualTo(Verification.REJECTED);
    }

    @Test
    void theCatalogsDigestDecidesAlone() {
        say("anna", LIE);
        say("bert", LIE);
        say("carl", TRUTH);

        Verdict verdict = Verdict.of(TRUTH, copies);

        assertThat(verdict).extracting(Verdict::leading, Verdict::held).containsExactly(TRUTH, 1);
        assertThat(verdict.of(TRUTH)).isEqualTo(Verification.VERIFIED);
        assertThat(verdict.of(LIE)).isEqualTo(Verification.REJECTED);
    }

    @Test
    void withoutCopiesNothingLeads() {
        assertThat(Verdict.of(null, copies).leading()).isNull();
    }

    private void say(String operator, Sha256 digest) {
        copies.add(new HeldCopy(copies.size() + 1, operator, copies.size() + 1, digest, 10, false, false));
    }
}
