package org.climaterescue.cli;

import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/**
 * A command as it was run inside the test.
 *
 * @param code its exit code
 */
record Run(int code, String out, String err) {

    /** What a shell runs to start this program, as a process of its own. */
    static String commandLine(String arguments) {
        return "'%s' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -Dstdout.encoding=UTF-8 -cp '%s' %s %s"
                .formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path"),
                        Rescue.class.getName(),
                        arguments);
    }

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
