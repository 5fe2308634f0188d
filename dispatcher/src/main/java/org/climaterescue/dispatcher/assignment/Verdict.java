package org.climaterescue.dispatcher.assignment;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.climaterescue.db.ledger.TaskFacts.HeldCopy;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Which digest of a file to believe, and what that says of each copy.
 *
 * <p>A digest that the catalog gives decides alone. Otherwise operators vote, one voice each: an operator speaks for the
 * digest that most of its copies carry, and for none when they are evenly split.
 *
 * @param leading the digest to believe; null when there is no copy or none leads
 * @param held how many copies carry it
 * @param byDigest what is known about copies with each digest
 */
public record Verdict(@Nullable Sha256 leading, int held, Map<Sha256, Verification> byDigest) {

    /**
     * Judges all copies of one file.
     *
     * @param given the catalog's digest; null if it gives none
     */
    public static Verdict of(@Nullable Sha256 given, Collection<HeldCopy> copies) {
        Map<Sha256, Long> carriers = count(copies, HeldCopy::sha256);
        if (given != null) {
            Map<Sha256, Verification> known = new HashMap<>();
            carriers.keySet().forEach(digest -> known.put(digest, Verification.REJECTED));
            known.computeIfPresent(given, (digest, rejected) -> Verification.VERIFIED);
            return new Verdict(
                    carriers.containsKey(given) ? given : null,
                    carriers.getOrDefault(given, 0L).intValue(),
                    known);
        }
        Map<Sha256, Long> voices = count(voices(copies), Function.identity());
        long most = voices.values().stream().mapToLong(Long::longValue).max().orElse(0);
        Optional<Sha256> leading = only(carriedBy(voices, most));
        Map<Sha256, Verification> known = new HashMap<>();
        for (Sha256 digest : carriers.keySet()) {
            known.put(digest, judge(digest, leading.orElse(null), voices.getOrDefault(digest, 0L), most));
        }
        return new Verdict(
                leading.orElse(null),
                leading.map(digest -> carriers.getOrDefault(digest, 0L))
                        .orElse(0L)
                        .intValue(),
                known);
    }

    /** What is known about a copy with this digest; {@link Verification#UNVERIFIED} when there is no such copy. */
    public Verification of(Sha256 digest) {
        return byDigest.getOrDefault(digest, Verification.UNVERIFIED);
    }

    private static Verification judge(Sha256 digest, @Nullable Sha256 leading, long voices, long most) {
        if (leading == null) {
            return voices == most ? Verification.DISPUTED : Verification.REJECTED;
        }
        if (!digest.equals(leading)) {
            return Verification.REJECTED;
        }
        return most >= 2 ? Verification.VERIFIED : Verification.UNVERIFIED;
    }

    private static List<Sha256> voices(Collection<HeldCopy> copies) {
        return copies.stream().collect(Collectors.groupingBy(HeldCopy::voice)).values().stream()
                .flatMap(own -> voice(own).stream())
                .toList();
    }

    private static Optional<Sha256> voice(List<HeldCopy> own) {
        Map<Sha256, Long> carriers = count(own, HeldCopy::sha256);
        long most = carriers.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return only(carriedBy(carriers, most));
    }

    private static <T> Map<Sha256, Long> count(Collection<T> things, Function<T, Sha256> digest) {
        return things.stream().collect(Collectors.groupingBy(digest, Collectors.counting()));
    }

    private static Optional<Sha256> only(List<Sha256> leaders) {
        return leaders.size() == 1 ? Optional.of(leaders.getFirst()) : Optional.empty();
    }

    private static List<Sha256> carriedBy(Map<Sha256, Long> counts, long times) {
        return counts.entrySet().stream()
                .filter(count -> count.getValue() == times)
                .map(Map.Entry::getKey)
                .toList();
    }
}
