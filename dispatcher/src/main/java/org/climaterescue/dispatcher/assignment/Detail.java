package org.climaterescue.dispatcher.assignment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.climaterescue.protocol.Failure;

/** What an event in the chain of custody says beyond its columns, as a JSON object. */
final class Detail {

    private Detail() {}

    static String of(String name, boolean value) {
        return object().put(name, value).toString();
    }

    static String of(String name, long value) {
        return object().put(name, value).toString();
    }

    static String of(String name, String value) {
        return object().put(name, value).toString();
    }

    static String of(Failure report, boolean charged) {
        ObjectNode node = object().put("reason", report.reason().wire()).put("charged", charged);
        if (report.detail() != null) {
            node.put("detail", report.detail());
        }
        if (report.httpStatus() != null) {
            node.put("http_status", report.httpStatus());
        }
        return node.toString();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
