package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Limits;
import org.junit.jupiter.api.Test;

/** A lease from claim to end, over HTTP, with time moved instead of waited for. */
class LeaseLifecycleTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_MAX_ATTEMPTS", "3", "RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void aNodeThatFallsSilentLosesItsAssignmentsToOthers() {
        String task = submit(1);
        String first = claim("a");

        dispatcher.advance(Duration.ofSeconds(121));

        assertThat(status("a")).isEqualTo("lost");
        assertThat(standing(task)).isEqualTo("pending");
        String second = claim("b");
        assertThat(second).isNotEmpty().isNotEqualTo(first);
        assertThat(attemptOf(task)).isEqualTo(1);
    }

    @Test
    void aHeartbeatRenewsExactlyWhatItLists() {
        submit(1);
        submit(1);
        String kept = claim("a");
        String forgotten = claim("a");
        dispatcher.advance(Duration.ofSeconds(100));

        Answer beat = beat("a", kept, 10);

        assertThat(beat.at("/renewed/0/assignment_id")).isEqualTo(kept);
        assertThat(beat.body().at("/renewed")).hasSize(1);
        dispatcher.advance(Duration.ofSeconds(30));
        Answer later = beat("a", kept, 20);
        assertThat(later.body().at("/renewed")).hasSize(1);
        assertThat(fail("a", forgotten, "network").at("/code")).isEqualTo("lease_lost");
    }

    @Test
    void aHeartbeatHoldsAllTheAssignmentsThatANodeMayHave() {
        register("a");
        String longest = LongStream.range(0, Limits.MAX_LEASES)
                .mapToObj(i -> "{'assignment_id':'%s','bytes_done':%d,'size_bytes':%d}"
                        .formatted(
                                new AssignmentId(Long.MAX_VALUE, Long.MAX_VALUE - i), Long.MAX_VALUE, Long.MAX_VALUE))
                .collect(Collectors.joining(",", "{'capacity_gb':1,'assignments':[", "]}"));

        Answer answer = dispatcher.post("/nodes/" + node("a") + "/heartbeat", longest);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().at("/stop")).hasSize(Limits.MAX_LEASES);
    }

    @Test
    void anAssignmentThatTwoHeartbeatsInARowLeaveOutIsReleased() {
        String task = submit(1);
        claim("a");

        beat("a");
        assertThat(standing(task)).isEqualTo("assigned");
        beat("a");

        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void aHeartbeatBetweenTwoOmissionsKeepsTheAssignment() {
        String task = submit(1);
        String lease = claim("a");

        beat("a");
        beat("a", lease, 1);
        beat("a");

        assertThat(standing(task)).isEqualTo("assigned");
    }

    @Test
    void anAssignmentWithoutAByteForTooLongIsStalledAndCostsAnAttempt() {
        String task = submit(1);
        String lease = claim("a");
        for (int minute = 0; minute < 15; minute++) {
            beat("a", lease, 7);
            dispatcher.advance(Duration.ofSeconds(62));
        }

        Answer beat = beat("a", lease, 7);

        assertThat(beat.at("/stop/0/reason")).isEqualTo("stalled");
        assertThat(dispatcher.get("/tasks/" + task).at("/attempts")).isEqualTo("1");
    }

    @Test
    void silenceMakesANodeSuspectThenLostAndAWordMakesItActive() {
        register("a");
        dispatcher.advance(Duration.ofSeconds(61));
        assertThat(status("a")).isEqualTo("suspect");
        dispatcher.advance(Duration.ofSeconds(60));
        assertThat(status("a")).isEqualTo("lost");

        assertThat(beat("a").at("/node_status")).isEqualTo("active");
    }

    @Test
    void aLateCopyIsARealCopy() {
        String task = submit(1);
        String lease = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        claim("b");

        Answer late = complete("a", lease, DIGEST);

        assertThat(late.status()).isEqualTo(200);
        assertThat(late.at("/late")).isEqualTo("true");
        assertThat(complete("a", lease, DIGEST)).isEqualTo(late);
        assertThat(standing(task)).isEqualTo("rescued");
    }

    @Test
    void whenALateCopyMeetsTheTargetTheOtherIsToldToStopAndItsCopyStillCounts() {
        String task = submit(1);
        String lease = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        String other = claim("b");
        complete("a", lease, DIGEST);

        Answer beat = beat("b", other, 1);
        assertThat(beat.at("/stop/0/reason")).isEqualTo("target_met");
        Answer extra = complete("b", other, DIGEST);

        assertThat(extra.status()).isEqualTo(200);
        assertThat(extra.at("/late")).isEqualTo("true");
        assertThat(extra.at("/copies_held")).isEqualTo("2");
        assertThat(dispatcher.get("/tasks/" + task).body().at("/copies")).hasSize(2);
    }

    @Test
    void sayingItTwiceCountsOnceAndAnotherDigestIsRefused() {
        String task = submit(2);
        String lease = claim("a");

        Answer once = complete("a", lease, DIGEST);
        Answer twice = complete("a", lease, DIGEST);
        Answer changed = complete("a", lease, OTHER);

        assertThat(twice).isEqualTo(once);
        assertThat(twice.at("/copies_held")).isEqualTo("1");
        assertThat(changed.status()).isEqualTo(409);
        assertThat(dispatcher.get("/tasks/" + task).at("/copies/0/sha256")).isEqualTo(DIGEST);
    }

    @Test
    void nobodyReportsForAnotherNode() {
        String task = submit(1);
        String lease = claim("a");
        register("b");

        assertThat(complete("b", lease, DIGEST).status()).isEqualTo(403);
        assertThat(fail("b", lease, "network").status()).isEqualTo(403);
        assertThat(release("b", lease).status()).isEqualTo(403);
        assertThat(complete("stranger" + test, lease, DIGEST).status()).isEqualTo(403);
        assertThat(standing(task)).isEqualTo("assigned");
    }

    @Test
    void anAssignmentThatNeverWasIsNotFound() {
        register("a");

        assertThat(complete("a", "a-zzz-zzz", DIGEST).status()).isEqualTo(404);
        assertThat(complete("a", "nonsense", DIGEST).status()).isEqualTo(404);
        assertThat(fail("a", "a-1-zzzz", "network").status()).isEqualTo(404);
    }

    @Test
    void failAndReleaseOfAnEndedAssignmentChangeNothing() {
        String task = submit(1);
        String lease = claim("a");
        release("a", lease);
        Answer before = dispatcher.get("/tasks/" + task);

        assertThat(fail("a", lease, "network").at("/code")).isEqualTo("lease_lost");
        assertThat(release("a", lease).at("/code")).isEqualTo("lease_lost");

        assertThat(dispatcher.get("/tasks/" + task)).isEqualTo(before);
    }

    @Test
    void aReleaseCostsNoAttemptAndGoesBackAtOnce() {
        String task = submit(1);
        release("a", claim("a"));

        claim("b");

        assertThat(attemptOf(task)).isEqualTo(1);
    }

    @Test
    void aFailureIsRetriedAfterAWaitAndCostsAnAttempt() {
        String task = submit(1);
        Answer failed = fail("a", claim("a"), "network");

        assertThat(failed.at("/task_status")).isEqualTo("pending");
        assertThat(failed.at("/retry_at")).isNotEmpty();
        assertThat(claim("b")).isEmpty();
        dispatcher.advance(Duration.ofSeconds(46));
        assertThat(claim("b")).isNotEmpty();
        assertThat(attemptOf(task)).isEqualTo(2);
    }

    @Test
    void aFullDiskCostsNoAttemptAndAnotherNodeGetsTheTaskAtOnce() {
        String task = submit(1);
        register("b");
        fail("a", claim("a"), "disk_full");

        assertThat(claim("b")).isNotEmpty();
        assertThat(attemptOf(task)).isEqualTo(1);
        assertThat(dispatcher.get("/tasks/" + task).at("/errors/0/reason")).isEqualTo("disk_full");
    }

    @Test
    void aFileIsGoneWhenTwoNodesSaySo() {
        String task = submit(1);
        assertThat(fail("a", claim("a"), "gone").at("/task_status")).isEqualTo("pending");
        dispatcher.advance(Duration.ofSeconds(46));

        assertThat(fail("b", claim("b"), "gone").at("/task_status")).isEqualTo("failed");

        Answer answer = dispatcher.get("/tasks/" + task);
        assertThat(answer.body().at("/errors")).hasSize(2);
        assertThat(claim("c")).isEmpty();
    }

    @Test
    void usedUpAttemptsFailTheTaskAndARetryBeginsAnew() {
        String task = submit(1);
        for (String node : new String[] {"a", "b", "c"}) {
            fail(node, claim(node), "network");
            dispatcher.advance(Duration.ofHours(6));
        }
        assertThat(standing(task)).isEqualTo("failed");

        assertThat(dispatcher.post("/tasks/" + task + "/retry", "").at("/status"))
                .isEqualTo("pending");

        assertThat(claim("d")).isNotEmpty();
        assertThat(attemptOf(task)).isEqualTo(1);
        assertThat(dispatcher.get("/tasks/" + task).body().at("/errors")).hasSize(3);
    }

    @Test
    void aRetryOfATaskWhoseUrlLivesOnInANewerOneIsADuplicate() {
        String task = submit(1);
        dispatcher.post("/tasks/" + task + "/cancel", "");
        String newer =
                dispatcher.post("/tasks", "{'dataset_url':'" + url(task) + "'}").at("/task_id");
        assertThat(newer).isNotEmpty();

        Answer retried = dispatcher.post("/tasks/" + task + "/retry", "");

        assertThat(retried.status()).isEqualTo(409);
        assertThat(retried.at("/code")).isEqualTo("duplicate");
        assertThat(standing(task)).isEqualTo("cancelled");
        dispatcher.post("/tasks/" + newer + "/cancel", "");
    }

    @Test
    void anAgentLearnsOfACancelAtItsNextHeartbeatAndACopyThenIsRefused() {
        String task = submit(1);
        String lease = claim("a");
        dispatcher.post("/tasks/" + task + "/cancel", "");

        assertThat(beat("a", lease, 1).at("/stop/0/reason")).isEqualTo("cancelled");
        assertThat(complete("a", lease, DIGEST).at("/code")).isEqualTo("cancelled");
        assertThat(claim("b")).isEmpty();
    }

    @Test
    void aDigestUnlikeTheCatalogsIsRefusedAndCostsAnAttempt() {
        String task = submit(", 'sha256':'" + DIGEST + "'");
        String lease = claim("a");

        Answer refused = complete("a", lease, OTHER);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/code")).isEqualTo("digest_mismatch");
        assertThat(dispatcher.get("/tasks/" + task).at("/attempts")).isEqualTo("1");
        assertThat(dispatcher.get("/tasks/" + task).body().at("/copies")).isEmpty();
    }

    @Test
    void furtherCopiesAreGivenOutSideBySideOnceTheFirstIsIn() {
        submit(3);
        String first = claim("a");
        assertThat(claim("b")).isEmpty();

        complete("a", first, DIGEST);

        assertThat(claim("a")).isEmpty();
        assertThat(claim("b")).isNotEmpty();
        assertThat(claim("c")).isNotEmpty();
        assertThat(claim("d")).isEmpty();
    }

    @Test
    void nodesThatDisagreeLeaveATieThatAThirdDecides() {
        String task = submit(2);
        complete("a", claim("a"), DIGEST);
        Answer tie = complete("b", claim("b"), OTHER);
        assertThat(tie.at("/verification")).isEqualTo("disputed");
        assertThat(tie.at("/copies_held")).isEqualTo("0");
        assertThat(tie.at("/task_status")).isEqualTo("replicating");

        Answer decided = complete("c", claim("c"), DIGEST);

        assertThat(decided.at("/verification")).isEqualTo("verified");
        assertThat(decided.at("/task_status")).isEqualTo("rescued");
        assertThat(dispatcher.get("/tasks/" + task).at("/copies/1/verification"))
                .isEqualTo("rejected");
    }

    @Test
    void aNodeThatSignsOffGivesItsAssignmentsBackAtOnce() {
        String task = submit(1);
        String lease = claim("a");

        assertThat(dispatcher.delete("/nodes/" + node("a")).at("/released")).isEqualTo("1");

        assertThat(status("a")).isEqualTo("gone");
        assertThat(standing(task)).isEqualTo("pending");
        assertThat(fail("a", lease, "network").at("/code")).isEqualTo("lease_lost");
    }

    @Test
    void aCallThatANodeLeftBehindDoesNotBringItBackButANewOneDoes() {
        register("a");
        var left =
                dispatcher.posting("/dispatch", "{'node_id':'" + node("a") + "', 'capacity_gb':2, 'wait_seconds':2}");
        // The capacity that the call offers shows that it waits.
        await().until(() ->
                dispatcher.get("/nodes/" + node("a")).at("/capacity_gb").equals("2.0"));
        dispatcher.delete("/nodes/" + node("a"));

        submit(1);

        assertThat(left.join().body().at("/assignment/assigned_tasks")).isEmpty();
        assertThat(status("a")).isEqualTo("gone");
        assertThat(claim("a")).isNotEmpty();
        assertThat(status("a")).isEqualTo("active");
    }

    @Test
    void withdrawnCopiesAreWantedAgain() {
        String task = submit(1);
        complete("a", claim("a"), DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");

        assertThat(dispatcher
                        .delete("/nodes/" + node("a") + "?copies=withdrawn")
                        .at("/withdrawn"))
                .isEqualTo("1");

        assertThat(standing(task)).isEqualTo("pending");
        assertThat(claim("b")).isNotEmpty();
    }

    @Test
    void aNodeThatHasLeftIsNotCalledBackByADrain() {
        register("a");
        dispatcher.delete("/nodes/" + node("a"));

        assertThat(dispatcher.post("/nodes/" + node("a") + "/drain", "").at("/status"))
                .isEqualTo("gone");

        assertThat(status("a")).isEqualTo("gone");
    }

    @Test
    void aDrainSaysNothingOfWhetherTheNodeLives() {
        register("a");
        dispatcher.advance(Duration.ofSeconds(121));

        dispatcher.post("/nodes/" + node("a") + "/drain", "");

        assertThat(status("a")).isEqualTo("lost");
        beat("a");
        assertThat(status("a")).isEqualTo("draining");
    }

    @Test
    void onlyABusyOriginSaysWhenToComeBack() {
        String task = submit(1);
        dispatcher.post(
                "/assignments/" + claim("a") + "/fail",
                "{'node_id':'" + node("a") + "','reason':'network','retry_after_seconds':31536000}");
        dispatcher.advance(Duration.ofSeconds(46));

        String again = claim("b");

        assertThat(again).isNotEmpty();
        dispatcher.post(
                "/assignments/" + again + "/fail",
                "{'node_id':'" + node("b") + "','reason':'origin_busy','retry_after_seconds':31536000}");
        dispatcher.advance(Duration.ofHours(23));
        assertThat(claim("c")).isEmpty();
        dispatcher.advance(Duration.ofHours(2));
        assertThat(claim("c")).isNotEmpty();
        assertThat(standing(task)).isEqualTo("assigned");
    }

    @Test
    void theUrlThatATaskLeavesIsKeptByARescuedOne() {
        String first = submit(1);
        String lease = claim("a");
        fail("b", claimedAfter("a", lease), "gone");
        String body = "{'dataset_url':'" + url(first) + "','copies':1}";
        String second = dispatcher.post("/tasks", body).at("/task_id");
        assertThat(second).isNotEqualTo(first);
        complete("a", lease, DIGEST);
        assertThat(standing(first)).isEqualTo("rescued");

        dispatcher.post("/tasks/" + second + "/cancel", "");

        Answer duplicate = dispatcher.post("/tasks", body);
        assertThat(duplicate.status()).isEqualTo(409);
        assertThat(duplicate.at("/task_id")).isEqualTo(first);
    }

    /** A node says that the file is gone, and another one gets the task. */
    private String claimedAfter(String node, String lease) {
        fail(node, lease, "gone");
        dispatcher.advance(Duration.ofSeconds(46));
        return claim("b");
    }

    @Test
    void anotherSizeWithTheSameDigestIsRefusedAndCostsAnAttempt() {
        String task = submit(2);
        complete("a", claim("a"), DIGEST);
        String lease = claim("b");

        Answer refused = dispatcher.post(
                "/assignments/" + lease + "/complete",
                "{'node_id':'" + node("b") + "','sha256':'" + DIGEST + "','size_bytes':1001}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/code")).isEqualTo("size_mismatch");
        assertThat(refused.at("/detail")).contains("1000", "1001");
        Answer page = dispatcher.get("/tasks/" + task);
        assertThat(page.body().at("/attempts").asInt()).isEqualTo(1);
        assertThat(page.body().at("/copies")).hasSize(1);
        assertThat(page.body().at("/assignments"))
                .noneMatch(one -> one.at("/status").asText().equals("active"));
    }

    @Test
    void aDrainingNodeFinishesWhatItHasAndGetsNothingNew() {
        String task = submit(1);
        submit(1);
        String lease = claim("a");
        dispatcher.post("/nodes/" + node("a") + "/drain", "");

        assertThat(claim("a")).isEmpty();
        assertThat(beat("a", lease, 1).at("/node_status")).isEqualTo("draining");
        complete("a", lease, DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");
    }

    @Test
    void aWaitingNodeIsWokenByWork() {
        register("a");
        var waiting = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':60"));

        String task = submit(1);

        assertThat(waiting.join().at("/assignment/assigned_tasks/0/task_id")).isEqualTo(task);
    }

    @Test
    void aNodeWhoseDiskWasFullIsLeftAloneForAWhileEvenWhenItIsTheOnlyOne() {
        submit(1);
        fail("a", claim("a"), "disk_full");

        assertThat(claim("a")).isEmpty();
        dispatcher.advance(Duration.ofSeconds(31));
        assertThat(claim("a")).isNotEmpty();
    }

    @Test
    void aLateCopyOfAFailedTaskTakesItsUrlBack() {
        String task = submit(1);
        String lease = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        fail("b", claim("b"), "gone");
        dispatcher.advance(Duration.ofHours(1));
        fail("c", claim("c"), "gone");
        assertThat(standing(task)).isEqualTo("failed");

        complete("a", lease, DIGEST);

        assertThat(standing(task)).isEqualTo("rescued");
        Answer again = dispatcher.post("/tasks", "{'dataset_url':'" + url(task) + "'}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.at("/task_id")).isEqualTo(task);
    }

    @Test
    void copiesOfANodeThatChangesItsOperatorAreThatOnesVotes() {
        String task = submit(2);
        register("a", "one");
        register("b", "one");
        complete("a", claim("a"), DIGEST);
        // The task waits for a node of another operator first.
        dispatcher.advance(Duration.ofSeconds(31));
        complete("b", claim("b"), DIGEST);
        assertThat(dispatcher.get("/tasks/" + task).at("/verification")).isEqualTo("unverified");

        register("b", "two");

        assertThat(dispatcher.get("/tasks/" + task).at("/verification")).isEqualTo("verified");
        assertThat(dispatcher.get("/tasks/" + task).at("/copies/1/verification"))
                .isEqualTo("verified");
    }

    @Test
    void aCatalogThatGivesAnotherDigestTurnsTheVerdict() {
        String url = "http://test" + test + ".example.org/turned";
        importCatalog("{'url':'" + url + "','copies':1}");
        complete("a", claim("a"), DIGEST);
        String task = dispatcher.get("/copies?url=" + url).at("/task_id");
        assertThat(standing(task)).isEqualTo("rescued");

        importCatalog("{'url':'" + url + "','copies':1,'sha256':'" + OTHER + "'}");

        assertThat(standing(task)).isEqualTo("replicating");
        assertThat(dispatcher.get("/tasks/" + task).at("/copies/0/verification"))
                .isEqualTo("rejected");
        assertThat(claim("b")).isNotEmpty();
    }

    private void importCatalog(String line) {
        String id = dispatcher
                .post("/catalogs?name=c" + test + "&format=jsonl", line)
                .at("/catalog_id");
        await().until(() -> dispatcher.get("/catalogs/" + id).at("/status"), status -> status.equals("imported"));
    }
}
