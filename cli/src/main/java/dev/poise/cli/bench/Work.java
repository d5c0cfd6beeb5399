package dev.poise.cli.bench;

import java.util.Arrays;
import java.util.stream.Collectors;

/// What can be timed.
public enum Work {
    /// DPO steps in float32, the reference computed as part of the time.
    DPO_FLOAT32("dpo-float32"),
    /// DPO steps in bfloat16, the reference computed beforehand.
    DPO_BFLOAT16("dpo-bfloat16"),
    /// DPO steps on an adapter of every linear layer, in float32, the reference computed as part of the time.
    DPO_LORA("dpo-lora"),
    /// Sampling from a model of 0.3 M parameters, batches of 1, 16 and 64.
    SAMPLE_260K("sample-260k"),
    /// Sampling from a model of 49 M parameters, a batch of 8.
    SAMPLE_49M("sample-49m"),
    /// What twice the pairs, the length and the batch cost.
    SCALING("scaling"),
    /// The machine's own rates.
    MATMUL("matmul");

    private final String key;

    Work(String key) {
        this.key = key;
    }

    /// What a command line calls it.
    public String key() {
        return key;
    }

    /// The work that a command line calls so.
    ///
    /// @throws IllegalArgumentException when there is none
    public static Work named(String key) {
        return Arrays.stream(values())
                .filter(work -> work.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("work must be one of "
                        + Arrays.stream(values()).map(Work::key).collect(Collectors.joining(", ")) + ", got " + key));
    }
}
