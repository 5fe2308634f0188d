package org.climaterescue.mock;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.climaterescue.protocol.Json;

/**
 * A priorizer that always answers the same: {@code POST /ranking}, and {@code POST /mock_ranking} as its older name. What it
 * answers is a {@link MockFile}, so a test can let it fail in every way in which an origin can.
 */
public final class MockPriorizer implements AutoCloseable {

    private static final long MB = 1_000_000;

    private final MockOrigin server;

    private MockPriorizer(MockOrigin server) {
        this.server = server;
        answer("{\"asset\": []}");
    }

    /** Starts on a free port of the loopback address, with an empty ranking. */
    public static MockPriorizer start() throws IOException {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /**
     * Starts on this address, with an empty ranking; port 0 takes a free one.
     *
     * @throws IOException when the address is taken or not ours
     */
    public static MockPriorizer start(InetSocketAddress address) throws IOException {
        return new MockPriorizer(MockOrigin.start(address));
    }

    /** Answers with this text from now on, whatever it is, and without any fault planned before. */
    public MockPriorizer answer(String json) {
        for (String path : List.of("/ranking", "/mock_ranking")) {
            server.serve(path, Content.of(json)).as("application/json");
        }
        return this;
    }

    /**
     * Ranks these files in their order from now on. As real rankings do, it leaves out some sizes and ids, and holds one
     * entry that is of no use.
     */
    public MockPriorizer rank(List<SampleCatalog.Asset> assets) {
        ObjectNode ranking = Json.mapper().createObjectNode();
        ArrayNode entries = ranking.putArray("asset");
        for (int i = 0; i < assets.size(); i++) {
            SampleCatalog.Asset asset = assets.get(i);
            int rank = i + 1;
            ObjectNode entry = entries.addObject()
                    .put("path", asset.path())
                    .put("name", asset.title())
                    .put("priority", rank)
                    .put("ds_id", "ds-" + Integer.toHexString(asset.dataset().hashCode()))
                    .put("res_id", "res-" + rank);
            if (rank % 5 == 0) {
                entry.putNull("size_mb");
            } else {
                entry.put("size_mb", Math.ceilDiv(asset.content().size(), MB));
            }
            if (rank % 7 == 0) {
                entry.putNull("asset_id");
            } else {
                entry.put("asset_id", "asset-" + rank);
            }
            entry.put("url", asset.url().toString());
        }
        entries.addObject().put("name", "an entry without a URL").put("priority", "first");
        return answer(ranking.toString());
    }

    /** What {@code POST /ranking} answers, for counting and for planning faults. */
    public MockFile ranking() {
        return server.file("/ranking");
    }

    /** What {@code PRIORIZER_URL} is to be. */
    public URI url() {
        return server.url("");
    }

    /** Stops at once; open connections break. */
    @Override
    public void close() {
        server.close();
    }
}
