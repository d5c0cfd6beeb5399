package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.model.Architecture;
import dev.poise.model.ModelDirectory;
import dev.poise.model.TokenBatch;
import dev.poise.tokenize.TokenSequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Counted by hand for a model of 2 layers, width 6, 3 query heads and 1 key-value head of width 2, feed-forward
/// width 5 and a vocabulary of 11. A block's matrices hold 6 (3 + 2) 2 + 6 6 + 3 6 5 = 186 weights.
final class ProductsTest {

    @TempDir
    private Path folder;

    private Architecture architecture() throws Exception {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": 11, "hidden_size": 6, "intermediate_size": 5,
                 "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 2,
                 "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0,
                 "tie_word_embeddings": true}
                """);
        return ModelDirectory.architecture(folder);
    }

    @Test
    void countsAPairThatSharesItsPrompt() throws Exception {
        // A prompt of 4, then 2 and 3 tokens. Pairs: 10 of the prompt, 8 + 3 and 12 + 6 of the answers.
        TokenBatch batch =
                TokenBatch.of(List.of(List.of(sequence(4, 1, 2, 3, 4, 5, 6), sequence(4, 1, 2, 3, 4, 7, 8, 9))));

        Products products = Products.shared(architecture(), batch);

        assertThat(products.trunk()).isEqualTo(2.0 * 9 * 2 * 186);
        assertThat(products.attention()).isEqualTo(4.0 * 39 * 2 * 6);
        assertThat(products.head()).isEqualTo(2.0 * 5 * 6 * 11);
        assertThat(products.times(4).total()).isEqualTo(4 * (6696.0 + 1872 + 660));
    }

    @Test
    void countsTheSamePairPadded() throws Exception {
        Products products = Products.padded(architecture(), new int[] {6, 7});

        assertThat(products.trunk()).isEqualTo(2.0 * 14 * 2 * 186);
        assertThat(products.attention()).isEqualTo(4.0 * 98 * 2 * 6);
        assertThat(products.head()).isEqualTo(2.0 * 14 * 6 * 11);
    }

    @Test
    void sumsPassByPass() {
        assertThat(new Products(1, 2, 3).plus(new Products(40, 50, 60))).isEqualTo(new Products(41, 52, 63));
        assertThat(new Products(1, 2, 3).total()).isEqualTo(6);
    }

    private static TokenSequence sequence(int prompt, int... ids) {
        boolean[] trained = new boolean[ids.length];
        for (int t = prompt; t < ids.length; t++) {
            trained[t] = true;
        }
        return new TokenSequence(ids, trained);
    }
}
