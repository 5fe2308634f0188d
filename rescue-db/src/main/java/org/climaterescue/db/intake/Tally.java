package org.climaterescue.db.intake;

import java.util.Collection;

/**
 * What became of submissions, by kind.
 *
 * @param byRequest those whose request id was taken before, with the same body
 * @param byUrl those whose URL was taken before, within the window
 * @param otherBody those whose request id was taken before, with another body
 */
public record Tally(long accepted, long byRequest, long byUrl, long otherBody) {

    /** Counts answers. */
    public static Tally of(Collection<Reception> answers) {
        long accepted = 0;
        long byRequest = 0;
        long byUrl = 0;
        long otherBody = 0;
        for (Reception answer : answers) {
            switch (answer) {
                case Reception.Accepted _ -> accepted++;
                case Reception.Duplicate duplicate -> {
                    switch (duplicate.by()) {
                        case REQUEST_ID -> byRequest++;
                        case URL -> byUrl++;
                    }
                }
                case Reception.OtherBody _ -> otherBody++;
            }
        }
        return new Tally(accepted, byRequest, byUrl, otherBody);
    }

    /** With more whose URL was taken before. */
    public Tally plusByUrl(long more) {
        return new Tally(accepted, byRequest, byUrl + more, otherBody);
    }
}
