package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShapeTest {

    private static final String TALK =
            "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"%s\"}]";

    @TempDir
    Path folder;

    @Test
    void detectsEveryShape() {
        assertShape(Shape.PREFERENCE, "{'prompt':'p','chosen':' a','rejected':' b'}");
        assertShape(
                Shape.PREFERENCE,
                "{'prompt':[{'role':'user','content':'q'}],'chosen':[{'role':'assistant','content':'a'}],"
                        + "'rejected':[{'role':'assistant','content':'b'}],'score':3}");
        assertShape(Shape.IMPLICIT_PREFERENCE, "{'chosen':'The sky is blue','rejected':'The sky is green'}");
        assertShape(
                Shape.DIALOGUE_PREFERENCE,
                "{'chosen':'\\n\\nHuman: q\\n\\nAssistant: a','rejected':'\\n\\nHuman: q\\n\\nAssistant: b'}");
        assertShape(Shape.PROMPT_PER_SIDE, "{'prompt_chosen':'p','chosen':'a','prompt_rejected':'o','rejected':'a'}");
        assertShape(Shape.PROMPT_COMPLETION, "{'prompt':'p','completion':'c','label':null}");
        assertShape(Shape.UNPAIRED, "{'prompt':'p','completion':'c','label':false}");
        assertShape(Shape.UNPAIRED, "{'messages':" + TALK.formatted("a").replace('"', '\'') + ",'label':true}");
        assertShape(Shape.TEXT, "{'text':'t','chosen':null}");
        assertShape(Shape.MESSAGES, "{'messages':" + TALK.formatted("a").replace('"', '\'') + "}");
        assertShape(Shape.PROMPT, "{'prompt':'p'}");
    }

    private void assertShape(Shape shape, String row) {
        Path file = Rows.write(folder.resolve("a.jsonl"), row.replace('\'', '"'));
        try (ExampleReader reader = ExampleReader.open(file)) {
            assertThat(reader.shape()).as(row).isEqualTo(shape);
            assertThat(reader.next()).as(row).isInstanceOf(Example.class);
        }
    }

    @Test
    void isKnownByName() {
        assertThat(Shape.named("prompt_per_side")).isEqualTo(Shape.PROMPT_PER_SIDE);
        assertThatThrownBy(() -> Shape.named("vicuna"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data.shape must be one of prompt_per_side, conversation_per_side,")
                .hasMessageEndingWith("got vicuna");
    }

    @Test
    void isInTheTableOfTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("../docs/data.md"));
        for (Shape shape : Shape.values()) {
            assertThat(page).contains("\n| `" + shape.key() + "` | ");
        }
    }

    @Test
    void givesEachSideItsPrompt() {
        Example.Pair pair =
                (Example.Pair) only("{'prompt_chosen':'p','chosen':'a','prompt_rejected':'o','rejected':'b'}");
        assertThat(pair.promptOfChosen()).isEqualTo(new Content.Text("p"));
        assertThat(pair.promptOfRejected()).isEqualTo(new Content.Text("o"));
    }

    @Test
    void takesThePromptOutOfConversations() {
        Example.Pair pair = (Example.Pair)
                only("{'prompt':'q','chosen':" + TALK.formatted("a") + ",'rejected':" + TALK.formatted("b") + "}");
        assertThat(pair.promptOfChosen()).isEqualTo(new Content.Conversation(List.of(new Message("user", "q"))));
        assertThat(pair.chosen()).isEqualTo(new Content.Conversation(List.of(new Message("assistant", "a"))));
        assertThat(pair.rejected()).isEqualTo(new Content.Conversation(List.of(new Message("assistant", "b"))));
    }

    @Test
    void takesTheLastAnswerAsUnpairedCompletion() {
        Example.Completion row = (Example.Completion) only("{'messages':" + TALK.formatted("a") + ",'label':false}");
        assertThat(row.completion()).isEqualTo(new Content.Conversation(List.of(new Message("assistant", "a"))));
        assertThat(row.desirable()).isFalse();
    }

    @Test
    void splitsADialogueBeforeItsLastAnswer() {
        Example.Pair pair =
                (Example.Pair) only("{'chosen':'\\n\\nHuman: q\\n\\nAssistant: x\\n\\nHuman: r\\n\\nAssistant: a',"
                        + "'rejected':'\\n\\nHuman: q\\n\\nAssistant: x\\n\\nHuman: r\\n\\nAssistant: b'}");
        assertThat(pair.promptOfChosen())
                .isEqualTo(new Content.Text("\n\nHuman: q\n\nAssistant: x\n\nHuman: r\n\nAssistant:"));
        assertThat(pair.chosen()).isEqualTo(new Content.Text(" a"));
        assertThat(pair.rejected()).isEqualTo(new Content.Text(" b"));
    }

    @Test
    void trap04_theImplicitPromptIsWholeWordsAndLeavesBothAnswers() {
        assertThat(CommonPrompt.length("The sky is blue.", "The sky is green.")).isEqualTo(10);
        assertThat(CommonPrompt.length("The sky is blue.", "The sky is black.")).isEqualTo(10);
        assertThat(CommonPrompt.length("blue", "green")).isZero();
        assertThat(CommonPrompt.length("blue", "black")).isZero();
        assertThat(CommonPrompt.length(" blue", " green")).isZero();
        assertThat(CommonPrompt.length("Q: x\nA: 12", "Q: x\nA: 13")).isEqualTo(7);
        assertThat(CommonPrompt.length("Q:\nyes", "Q:\nno")).isEqualTo(3);
        assertThat(CommonPrompt.length("so 😀", "so 😁")).isEqualTo(2);
        assertThat(CommonPrompt.length("a cafe\u0301", "a cafe")).isEqualTo(1);
        assertThat(CommonPrompt.length("it ends", "it ends here")).isEqualTo(7);
        assertThat(CommonPrompt.length("the sky", "the skyline")).isEqualTo(3);
    }

    @Test
    void trap04_onePrefixOfTheOtherIsABadRow() {
        assertBad(Flaw.EMPTY_COMPLETION, "{'chosen':'it ends','rejected':'it ends here'}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'chosen':'it ends here','rejected':'it ends'}");
        assertBad(
                Flaw.EMPTY_COMPLETION,
                "{'chosen':[{'role':'user','content':'q'}],'rejected':" + TALK.formatted("b") + "}");
    }

    @Test
    void trap22_equalSidesAreABadRow() {
        assertBad(Flaw.EQUAL_SIDES, "{'chosen':'same words','rejected':'same words'}");
        assertBad(Flaw.EQUAL_SIDES, "{'prompt':'p','chosen':'a','rejected':'a'}");
        assertBad(Flaw.EQUAL_SIDES, "{'chosen':" + TALK.formatted("a") + ",'rejected':" + TALK.formatted("a") + "}");
        assertBad(Flaw.EQUAL_SIDES, "{'prompt_chosen':'p','chosen':'a','prompt_rejected':'p','rejected':'a'}");
    }

    @Test
    void refusesEmptyAnswers() {
        assertBad(Flaw.EMPTY_COMPLETION, "{'prompt':'p','chosen':'','rejected':'b'}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'prompt':'p','chosen':'a','rejected':' \\n\\t'}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'prompt':'p','completion':' '}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'text':''}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'messages':" + TALK.formatted(" ") + "}");
        assertBad(Flaw.EMPTY_COMPLETION, "{'messages':[]}");
        assertBad(Flaw.NO_ANSWER, "{'messages':[{'role':'user','content':'q'}]}");
    }

    @Test
    void refusesWrongTypesByName() {
        assertThat(bad("{'prompt':'p','chosen':7,'rejected':'b'}").reason())
                .isEqualTo("chosen must be a string or a list of messages, got a number");
        assertThat(bad("{'prompt':'p','chosen':null,'rejected':'b'}").reason())
                .isEqualTo("chosen must be a string or a list of messages, got null");
        assertThat(bad("{'prompt':'p','completion':'c','label':1}").reason())
                .isEqualTo("label must be true or false, got a number");
        assertThat(bad("{'prompt':'p','completion':" + TALK.formatted("a") + "}")
                        .reason())
                .isEqualTo("prompt and completion must be both strings or both lists of messages");
        assertThat(bad("{'messages':[{'role':'user','content':['x']}]}").reason())
                .isEqualTo("messages[0].content[0] must be a part with a type, got a string");
        assertThat(bad("{'messages':['hello']}").reason())
                .isEqualTo("messages[0] must be an object with role and content, got a string");
        assertThat(bad("{'messages':[{'role':'assistant','content':'x','tool_calls':'none'}]}")
                        .reason())
                .isEqualTo("messages[0].tool_calls must be a list of calls, got a string");
    }

    @Test
    void refusesUnknownRolesByNameAndShowsThemSafely() {
        BadRow bad = bad("{'messages':[{'role':'to\\u001b[31mol','content':'x'}]}");
        assertThat(bad.flaw()).isEqualTo(Flaw.UNKNOWN_ROLE);
        assertThat(bad.reason())
                .isEqualTo("messages[0].role must be one of system, user, assistant, tool, got \"to\\u001b[31mol\"");
    }

    @Test
    void refusesHalfASurrogatePair() {
        BadRow bad = bad("{'text':'ab\\ud83d'}");
        assertThat(bad.flaw()).isEqualTo(Flaw.INVALID_UTF8);
        assertThat(bad.reason()).isEqualTo("text must be valid Unicode, got half a surrogate pair at char 2");
    }

    @Test
    void refusesDialoguesThatDifferBeforeTheLastAnswer() {
        assertBad(
                Flaw.PROMPTS_DIFFER,
                "{'chosen':'\\n\\nHuman: q\\n\\nAssistant: a','rejected':'\\n\\nHuman: r\\n\\nAssistant: b'}");
        assertBad(Flaw.OTHER_SHAPE, "{'chosen':'\\n\\nHuman: q\\n\\nAssistant: a','rejected':'nobody'}");
    }

    @Test
    void rowsOfAnotherShapeAreBadRows() {
        String good = "{\"prompt\":\"p\",\"completion\":\"c\"}";
        BadRow bad = (BadRow) Rows.second(folder.resolve("a.jsonl"), good, "{\"text\":\"t\",\"id\":4}");
        assertThat(bad.flaw()).isEqualTo(Flaw.OTHER_SHAPE);
        assertThat(bad.reason())
                .isEqualTo("must fit the file's shape prompt_completion (prompt, completion),"
                        + " got the columns text, id, which look like text");
        assertThat(((BadRow) Rows.second(folder.resolve("a.jsonl"), good, "{}")).reason())
                .endsWith("got no columns");
    }

    @Test
    void aShapeAskedForByNameTakesItsColumnsFromAnyRow() {
        Path file = Rows.write(folder.resolve("a.jsonl"), "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}");
        assertThat(Rows.read(file, Optional.of(Shape.PROMPT)))
                .containsExactly(new Example.Prompt(new Source(file, 1), new Content.Text("p")));
    }

    @Test
    void neverDropsAPromptThatItDoesNotKnow() {
        Path file = Rows.write(folder.resolve("a.jsonl"), "{\"context\":\"q\",\"chosen\":\"a\",\"rejected\":\"b\"}");
        assertThatThrownBy(() -> ExampleReader.open(file))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("; got the columns context, chosen, rejected");
    }

    private void assertBad(Flaw flaw, String row) {
        assertThat(bad(row).flaw()).as(row).isEqualTo(flaw);
    }

    private BadRow bad(String row) {
        return (BadRow) only(row);
    }

    private Row only(String row) {
        List<Row> rows = Rows.read(Rows.write(folder.resolve("only.jsonl"), row.replace('\'', '"')));
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }
}
