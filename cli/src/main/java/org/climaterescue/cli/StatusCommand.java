package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue status}: a picture of how a rescue stands, which follows it in a terminal. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how the rescue stands: tasks, copies, hosts, nodes.",
            "In a terminal the picture is renewed every second until Ctrl-C; elsewhere it is printed once."
        })
final class StatusCommand implements Callable<Integer> {

    private static final long BETWEEN_PICTURES_MILLIS = 1000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(names = "--once", description = "Prints the picture once, in a terminal too.")
    private boolean once;

    @Option(names = "--json", description = "Prints what GET /stats answers, as it is, once.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            if (json) {
                out.println(api.text("/stats"));
                return 0;
            }
            StatusPicture picture = StatusPicture.of(api);
            Optional<Screen> screen = once ? Optional.empty() : Screen.open().filter(Screen::isMovable);
            if (screen.isPresent()) {
                follow(api, picture, screen.get(), command.getErr());
            } else {
                picture.lines(Screen.width(), Integer.MAX_VALUE).forEach(out::println);
            }
            return 0;
        }
    }

    private static void follow(DispatcherApi api, StatusPicture first, Screen screen, PrintWriter err)
            throws InterruptedException {
        try (Interruption _ = Interruption.closes(screen, 0, err)) {
            StatusPicture picture = first;
            String trouble = "";
            while (true) {
                Size size = screen.size();
                // The last line of the terminal stays free for the cursor, the one before for what is wrong.
                List<String> lines = new ArrayList<>(picture.lines(size.getColumns() - 1, size.getRows() - 2));
                lines.add(trouble);
                screen.draw(lines);
                TimeUnit.MILLISECONDS.sleep(BETWEEN_PICTURES_MILLIS);
                try {
                    picture = StatusPicture.of(api);
                    trouble = "";
                } catch (CommandFailed away) {
                    // It may be starting anew; until it is back, the last picture stands.
                    trouble = "Trying on: " + away.getMessage();
                }
            }
        }
    }
}
