package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.weights.Dtype;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.SafetensorsFile;
import dev.poise.weights.SafetensorsWriter;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntConsumer;

/// The reference policy's log-probabilities, computed once and kept on disk by content.
///
/// The key is a digest of everything they depend on: the reference's configuration and weights, the precision, the
/// micro-batch size (which decides how sums are rounded) and the encoded rows. Runs and sweeps that share these
/// share the file; anything else has another key.
///
/// @param directory where the files lie
public record ReferenceCache(Path directory) {

    private static final String TENSOR = "log_probabilities.summed";

    /// The cache of this user: `$POISE_CACHE`, else `poise` under `$XDG_CACHE_HOME` or `~/.cache`.
    public static ReferenceCache ofUser() {
        String own = System.getenv("POISE_CACHE");
        if (own != null && !own.isBlank()) {
            return new ReferenceCache(Path.of(own).resolve("reference"));
        }
        String shared = System.getenv("XDG_CACHE_HOME");
        Path base = shared != null && !shared.isBlank()
                ? Path.of(shared)
                : Path.of(System.getProperty("user.home"), ".cache");
        return new ReferenceCache(base.resolve("poise").resolve("reference"));
    }

    /// log π_ref(y|x) of every sequence of every row, nats, summed over trained tokens: `[row][sequence]`.
    ///
    /// @param reference the reference policy's files
    /// @param rows what to score
    /// @param rowsDigest a digest of their content
    /// @param progress told how many rows are done while they are computed; not called when they are at hand
    public double[][] summed(
            ModelFiles reference,
            Precision precision,
            int microBatchTokens,
            List<? extends Encoded> rows,
            String rowsDigest,
            IntConsumer progress) {
        Path file = file("reference log-probabilities, 1", reference, precision, microBatchTokens, rowsDigest);
        if (Files.exists(file)) {
            return read(file, rows.size());
        }
        requireWritable();
        try (Decoder decoder = ModelDirectory.read(reference, precision, false)) {
            double[][] summed = Likelihoods.summed(decoder, rows, microBatchTokens, progress);
            write(file, summed);
            return summed;
        }
    }

    /// log π_ref of every trained token of every sequence of every row, nats: `[row][sequence][token]`.
    ///
    /// Parameters are those of [#summed].
    public double[][][] byToken(
            ModelFiles reference,
            Precision precision,
            int microBatchTokens,
            List<? extends Encoded> rows,
            String rowsDigest,
            IntConsumer progress) {
        Path file = file("reference log-probabilities by token, 1", reference, precision, microBatchTokens, rowsDigest);
        if (Files.exists(file)) {
            return byRow(read(file, tokens(rows)), rows);
        }
        requireWritable();
        try (Decoder decoder = ModelDirectory.read(reference, precision, false)) {
            double[][][] values = Likelihoods.byToken(decoder, rows, microBatchTokens, progress);
            double[][] column = Arrays.stream(values)
                    .flatMap(Arrays::stream)
                    .flatMapToDouble(Arrays::stream)
                    .mapToObj(value -> new double[] {value})
                    .toArray(double[][]::new);
            write(file, column);
            return values;
        }
    }

    private static int tokens(List<? extends Encoded> rows) {
        return rows.stream()
                .flatMap(row -> TrainingRow.sequences(row).stream())
                .mapToInt(TokenSequence::trainedTokens)
                .sum();
    }

    /// A column of one value a token, cut into rows and sequences.
    private static double[][][] byRow(double[][] column, List<? extends Encoded> rows) {
        double[][][] values = new double[rows.size()][][];
        int next = 0;
        for (int row = 0; row < values.length; row++) {
            List<TokenSequence> sequences = TrainingRow.sequences(rows.get(row));
            values[row] = new double[sequences.size()][];
            for (int s = 0; s < values[row].length; s++) {
                values[row][s] = new double[sequences.get(s).trainedTokens()];
                for (int t = 0; t < values[row][s].length; t++) {
                    values[row][s][t] = column[next++][0];
                }
            }
        }
        return values;
    }

    /// Before the work, not after it.
    private void requireWritable() {
        String advice = ": must be a writable folder for reference log-probabilities; set POISE_CACHE to one";
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IllegalStateException(directory + advice, e);
        }
        if (!Files.isWritable(directory)) {
            throw new IllegalStateException(directory + advice);
        }
    }

    private Path file(String what, ModelFiles reference, Precision precision, int microBatchTokens, String rowsDigest) {
        return directory.resolve(key(what, reference, precision, microBatchTokens, rowsDigest) + ".safetensors");
    }

    private static String key(
            String what, ModelFiles reference, Precision precision, int microBatchTokens, String rowsDigest) {
        try {
            String config = ModelDirectory.configuration(reference);
            String all = String.join(
                    "\n",
                    what,
                    config,
                    ModelDirectory.digest(reference),
                    precision.name(),
                    Integer.toString(microBatchTokens),
                    rowsDigest);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            throw new UncheckedIOException(reference.newest() + ": cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static double[][] read(Path file, int rows) {
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            StoredTensor tensor = stored.tensors().get(TENSOR);
            if (tensor == null
                    || tensor.dtype() != Dtype.F64
                    || tensor.shape().size() != 2
                    || tensor.shape().getFirst() != rows) {
                throw WeightsException.in(
                        file, "must hold reference log-probabilities of " + rows + " rows; delete it");
            }
            int sequences = Math.toIntExact(tensor.shape().getLast());
            double[][] summed = new double[rows][sequences];
            for (int row = 0; row < rows; row++) {
                for (int sequence = 0; sequence < sequences; sequence++) {
                    long index = (long) row * sequences + sequence;
                    summed[row][sequence] = tensor.bytes().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES);
                }
            }
            return summed;
        }
    }

    private static void write(Path file, double[][] summed) {
        int sequences = summed.length == 0 ? 0 : summed[0].length;
        double[] flat = new double[summed.length * sequences];
        for (int row = 0; row < summed.length; row++) {
            System.arraycopy(summed[row], 0, flat, row * sequences, sequences);
        }
        MemorySegment numbers = MemorySegment.ofArray(flat);
        List<Long> shape = List.of((long) summed.length, (long) sequences);
        SafetensorsWriter.write(file, List.of(new OutgoingTensor(TENSOR, Dtype.F64, shape, Dtype.F64, () -> numbers)));
    }
}
