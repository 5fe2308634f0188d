package org.climaterescue.dispatcher.dashboard;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.util.List;

/** What axe-core says of a page. */
final class Axe {

    private Axe() {}

    /** Faults that are serious or critical, as they would be fixed: the rule, and the elements that break it. */
    static List<String> serious(Page page) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .map(rule -> rule.getId() + ": " + rule.getHelp() + " "
                                + rule.getNodes().stream()
                                        .map(node -> node.getHtml())
                                        .limit(4)
                                        .toList())
                        .toList();
    }
}
