package dev.poise.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.hub.HubId.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HubIdTest {

    @Test
    void namesModels() {
        assertThat(HubId.model("org/tiny-1.5_B")).contains(new HubId(Kind.MODEL, "org/tiny-1.5_B", "main", "", ""));
        assertThat(HubId.model("org/tiny@v1.0")).contains(new HubId(Kind.MODEL, "org/tiny", "v1.0", "", ""));
        assertThat(HubId.model("hf:gpt2")).contains(new HubId(Kind.MODEL, "gpt2", "main", "", ""));
        assertThat(HubId.model("hf://org/tiny")).contains(new HubId(Kind.MODEL, "org/tiny", "main", "", ""));
        assertThat(HubId.model(Path.of("hf://models/org/tiny@r").toString()))
                .contains(new HubId(Kind.MODEL, "org/tiny", "r", "", ""));
        for (String folder : List.of("gpt2", "./org/tiny", "/org/tiny", "a/b/c", "../tiny", "org/", "", "org tiny/x")) {
            assertThat(HubId.model(folder)).as(folder).isEmpty();
        }
        for (String wrong :
                List.of("hf:", "hf:org/tiny/config.json", "hf:datasets/org/set", "hf:org/a..b", "hf:-a/b")) {
            assertThatThrownBy(() -> HubId.model(wrong)).as(wrong).isInstanceOf(HubException.class);
        }
    }

    @Test
    void namesDataSets() {
        assertThat(HubId.dataset("hf:org/set")).contains(new HubId(Kind.DATASET, "org/set", "main", "", ""));
        assertThat(HubId.dataset("hf://datasets/org/set@v2/data/a.parquet"))
                .contains(new HubId(Kind.DATASET, "org/set", "v2", "data/a.parquet", ""));
        assertThat(HubId.dataset("hf:org/set/main#test_prefs"))
                .contains(new HubId(Kind.DATASET, "org/set", "main", "main", "test_prefs"));
        assertThat(HubId.dataset("hf:org/set@refs/convert/parquet/main/train"))
                .contains(new HubId(Kind.DATASET, "org/set", "refs/convert/parquet", "main/train", ""));
        assertThat(HubId.dataset("org/set")).isEmpty();
        assertThat(HubId.dataset("pairs.jsonl")).isEmpty();
        assertThatThrownBy(() -> HubId.dataset("hf:org/set/../../secret")).hasMessageContaining("must lie within it");
        assertThatThrownBy(() -> HubId.dataset("hf:models/org/set")).hasMessageContaining("must name a data set here");
    }

    @Test
    void knowsTheSplitOfAFile() {
        assertThat(DatasetFiles.split("data/train-00000-of-00001.parquet")).isEqualTo("train");
        assertThat(DatasetFiles.split("data/train_prefs-00000-of-00001-b0ff.parquet"))
                .isEqualTo("train_prefs");
        assertThat(DatasetFiles.split("gsm8k-test.jsonl")).isEqualTo("test");
        assertThat(DatasetFiles.split("harmless-base/train.jsonl.gz")).isEqualTo("train");
        assertThat(DatasetFiles.split("default/train/0000.parquet")).isEqualTo("train");
        assertThat(DatasetFiles.split("default/partial-train/0000.parquet")).isEqualTo("train");
        assertThat(DatasetFiles.split("pairs.jsonl")).isEmpty();
        assertThat(DatasetFiles.split("contest.jsonl")).isEmpty();
    }

    @Test
    void choosesTheTrainingSplitAndAsksWhereThereAreSeveralSets() {
        List<String> prefs = List.of(
                "README.md",
                "dataset_infos.json",
                "data/test_prefs-00000-of-00001.parquet",
                "data/train_gen-00000-of-00001.parquet",
                "data/train_prefs-00000-of-00001.parquet");
        assertThat(chosen("hf:o/s#train_prefs", prefs)).containsExactly("data/train_prefs-00000-of-00001.parquet");
        assertThatThrownBy(() -> chosen("hf:o/s", prefs))
                .hasMessage(
                        "data set o/s: has no split train; write one of #test_prefs, #train_gen, #train_prefs behind"
                                + " its name");
        List<String> several =
                List.of("main/train-00000-of-00001.parquet", "main/test.parquet", "socratic/train.parquet");
        assertThatThrownBy(() -> chosen("hf:o/s", several))
                .hasMessage("data set o/s: holds several sets; write one of /main, /socratic behind its name");
        assertThat(chosen("hf:o/s/main", several)).containsExactly("main/train-00000-of-00001.parquet");
        assertThat(chosen("hf:o/s/main/test.parquet", several)).containsExactly("main/test.parquet");
        assertThat(chosen("hf:o/s", List.of("pairs.jsonl", ".gitattributes"))).containsExactly("pairs.jsonl");
        List<String> twice = List.of("data/train.jsonl", "data/train.parquet", "test.jsonl");
        assertThatThrownBy(() -> chosen("hf:o/s", twice))
                .hasMessage(
                        "data set o/s: holds its rows as .jsonl and .parquet; write one file's path behind its name,"
                                + " such as /data/train.jsonl");
        assertThat(chosen("hf:o/s/data/train.parquet", twice)).containsExactly("data/train.parquet");
        assertThatThrownBy(() -> chosen("hf:o/s", List.of("README.md")))
                .hasMessageContaining("must hold files of rows");
    }

    private static List<String> chosen(String id, List<String> paths) {
        return DatasetFiles.chosen(HubId.dataset(id).orElseThrow(), paths, HubIdTest::isRows);
    }

    private static boolean isRows(String name) {
        return name.endsWith(".parquet") || name.endsWith(".jsonl");
    }
}
