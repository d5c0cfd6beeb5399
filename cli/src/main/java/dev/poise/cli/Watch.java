package dev.poise.cli;

import dev.poise.watch.WatchServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise watch`: runs on a local page while they are written.
@Command(footer = {"", "Stop with Ctrl-C. Only this machine can open the page unless --host says otherwise."})
final class Watch implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "DIR", description = "A run, or a directory of runs.")
    private Path directory;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen; 0 for any that is free (default: 7007).")
    private int port = 7007;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where to listen (default: 127.0.0.1).")
    private String host = "127.0.0.1";

    @Option(
            names = "--token",
            paramLabel = "TEXT",
            description = "What the page's address must hold (default: drawn, where --host is not this machine alone).")
    private @Nullable String token;

    Watch(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new UsageException("--port must be 0 to 65535, got " + port);
        }
        if (token != null && !token.matches("[A-Za-z0-9._~-]+")) {
            throw new UsageException("--token must be of letters, digits and ._~-, got another character or nothing");
        }
        InetAddress address = address();
        String needed = token == null && !address.isLoopbackAddress() ? drawn() : token;
        try (WatchServer server = WatchServer.start(directory, address, port, needed)) {
            console.result(server.uri().toString());
            console.note("watching " + directory + "; stop with Ctrl-C");
            // Only the end of the process ends it.
            new CountDownLatch(1).await();
            return 0;
        } catch (BindException e) {
            throw new UsageException("--port must be free, got " + port + ", where something listens already");
        }
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UsageException("--host must be an address of this machine, got " + host);
        }
    }

    private static String drawn() {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
