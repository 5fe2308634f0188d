package org.climaterescue.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command as it was run inside the test.
 *
 * @param code its exit code
 */
record Run(int code, String out, String err) {

    static Run rescue(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Rescue.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }
}
