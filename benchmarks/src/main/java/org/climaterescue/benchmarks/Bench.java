package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.climaterescue.dispatcher.Dispatcher;
import org.jspecify.annotations.Nullable;

/** A dispatcher in this process on a database of its own, and a client for it. */
final class Bench implements AutoCloseable {

    private final BenchDatabase database;
    private final Dispatcher dispatcher;
    private final Client client;

    private Bench(BenchDatabase database, Dispatcher dispatcher) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.client = new Client(dispatcher.uri());
    }

    /** Starts with these settings. */
    static Bench start(Map<String, String> settings) throws IOException, SQLException {
        BenchDatabase database = BenchDatabase.start();
        return new Bench(database, Dispatcher.start(environment(settings, database)));
    }

    /** What a dispatcher is started with on a database. */
    static Map<String, String> environment(Map<String, String> settings, BenchDatabase database) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DATABASE_URL", database.url());
        environment.put("RESCUE_DATA_DIR", database.directory().toString());
        environment.put("DISPATCHER_PORT", "0");
        environment.put("LOG_LEVEL", "ERROR");
        return environment;
    }

    BenchDatabase database() {
        return database;
    }

    /** Runs a statement directly, beside the service. */
    void sql(String statement, @Nullable Object... parameters) throws SQLException {
        database.sql(statement, parameters);
    }

    /** Posts JSON, in which single quotes stand for double ones. */
    JsonNode post(String path, String json) throws IOException, InterruptedException {
        return client.post(path, json);
    }

    /** Posts a file, which is closed. */
    JsonNode upload(String path, InputStream file) throws IOException, InterruptedException {
        return client.upload(path, file);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return client.get(path);
    }

    @Override
    public void close() throws IOException, SQLException {
        client.close();
        dispatcher.close();
        database.close();
    }
}
