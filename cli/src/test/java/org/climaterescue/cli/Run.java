package org.climaterescue.cli;

import java.io.BufferedWriter;
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
                // As the real one: what is not flushed is not seen.
                .setOut(new PrintWriter(new BufferedWriter(out), true))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }
}
