package org.climaterescue.dispatcher.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** What an answer must be: its status, and members of its body by pointer; an empty text is a member that is left out. */
record Expected(int status, Map<String, String> says) {

    static Expected refused(int status, String code) {
        return new Expected(status, Map.of("/code", code));
    }

    static Expected ok(String... pointersAndTexts) {
        Map<String, String> says = new LinkedHashMap<>();
        for (int i = 0; i < pointersAndTexts.length; i += 2) {
            says.put(pointersAndTexts[i], pointersAndTexts[i + 1]);
        }
        return new Expected(200, says);
    }
}
