package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.Message;
import dev.poise.tokenize.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The shapes that other tools write.
final class PeerShapesTest {

    private static final Message ASKED = new Message("user", "q");
    private static final Content GOOD = talk(new Message("assistant", "a"));
    private static final Content BAD = talk(new Message("assistant", "b"));

    @TempDir
    Path folder;

    @Test
    void alpaca() {
        assertThat(only(Shape.ALPACA, "{'instruction':'q','input':'','output':'a'}"))
                .isEqualTo(answer(talk(ASKED), GOOD));
        assertThat(only(Shape.ALPACA, "{'instruction':'q','input':'about x','output':'a','text':null}"))
                .isEqualTo(answer(talk(new Message("user", "q\nabout x")), GOOD));
        assertThat(only(
                        Shape.ALPACA,
                        "{'instruction':'q','output':'a','system':'be kind','history':[['p','r'],['s','t']]}"))
                .isEqualTo(answer(
                        talk(
                                new Message("system", "be kind"),
                                new Message("user", "p"),
                                new Message("assistant", "r"),
                                new Message("user", "s"),
                                new Message("assistant", "t"),
                                ASKED),
                        GOOD));
        assertThat(only(Shape.ALPACA, "{'instruction':'q','context':'about x','response':'a'}"))
                .isEqualTo(answer(talk(new Message("user", "q\nabout x")), GOOD));
        assertThat(only(Shape.ALPACA, "{'instruction':'q','output':'a','generator':'m','dataset':'d'}"))
                .isEqualTo(answer(talk(ASKED), GOOD));
    }

    @Test
    void alpacaOfPairsAndLabels() {
        for (String asked : List.of("instruction", "question", "query", "input")) {
            assertThat(only(Shape.ALPACA_PREFERENCE, "{'" + asked + "':'q','chosen':'a','rejected':'b'}"))
                    .isEqualTo(pair(talk(ASKED)));
        }
        assertThat(only(
                        Shape.ALPACA_PREFERENCE,
                        "{'system':'be kind','question':'q','chosen':'a','rejected':'b','margin':2}"))
                .isEqualTo(pair(talk(new Message("system", "be kind"), ASKED)).withMargin(2.0));
        assertThat(only(Shape.ALPACA_PREFERENCE, "{'instruction':'q','input':'on x','chosen':'a','rejected':'b'}"))
                .isEqualTo(pair(talk(new Message("user", "q\non x"))));
        assertThat(only(Shape.UNPAIRED, "{'instruction':'q','input':'','output':'a','kto_tag':false}"))
                .isEqualTo(labelled(false));
    }

    @Test
    void sharegpt() {
        assertThat(
                        only(
                                Shape.SHAREGPT,
                                "{'conversations':[{'from':'human','value':'q'},{'from':'gpt','value':'a'}],'system':'be kind'}"))
                .isEqualTo(new Example.Plain(
                        source(), talk(new Message("system", "be kind"), ASKED, new Message("assistant", "a"))));
        assertThat(only(
                        Shape.SHAREGPT,
                        "{'conversations':[{'from':'User','value':'q'},{'from':'Assistant','value':'a'}]}"))
                .isEqualTo(new Example.Plain(source(), talk(ASKED, new Message("assistant", "a"))));
        assertThat(only(
                        Shape.SHAREGPT_PREFERENCE,
                        "{'conversations':[{'from':'human','value':'q'}],'chosen':{'from':'gpt','value':'a'},"
                                + "'rejected':{'from':'gpt','value':'b'}}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(only(
                        Shape.SHAREGPT_PREFERENCE,
                        "{'messages':[{'role':'user','content':'q'}],'chosen':{'role':'assistant','content':'a'},"
                                + "'rejected':{'role':'assistant','content':'b'}}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(only(
                        Shape.UNPAIRED,
                        "{'conversations':[{'from':'human','value':'q'},{'from':'gpt','value':'a'}],'kto_tag':true}"))
                .isEqualTo(labelled(true));
    }

    @Test
    void rejectedResponses() {
        String talk = "{'role':'user','content':'q'},{'role':'assistant','content':'a'}";
        assertThat(only(Shape.REJECTED_RESPONSE, "{'messages':[" + talk + "],'rejected_response':'b'}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(only(
                        Shape.REJECTED_RESPONSE,
                        "{'messages':[" + talk + "],'rejected_messages':[{'role':'user','content':'q'},"
                                + "{'role':'assistant','content':'b'}]}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(only(Shape.REJECTED_RESPONSE, "{'query':'q','response':'a','rejected_response':'b','history':[]}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(bad("{'messages':[{'role':'user','content':'q'}],'rejected_response':'b'}"))
                .isEqualTo("messages must end with a turn of the assistant, got user");
    }

    @Test
    void responsesAndConversationsPerSide() {
        assertThat(only(
                        Shape.RESPONSE_PREFERENCE,
                        "{'prompt':'q','chosen_response':'a','rejected_response':'b','chosen_reward':3}"))
                .isEqualTo(new Example.Pair(source(), text("q"), text("a"), text("q"), text("b")));
        assertThat(only(
                        Shape.RESPONSE_PREFERENCE,
                        "{'prompt':[{'role':'user','content':'q'}],'chosen_response':'a','rejected_response':'b'}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(only(Shape.UNPAIRED, "{'prompt':'q','response':'a','preference':'rejected'}"))
                .isEqualTo(labelled(false));
        String side = "[{'from':'human','value':'q'},{'from':'gpt','value':'%s'}]";
        assertThat(only(
                        Shape.CONVERSATION_PER_SIDE,
                        "{'chosen_conversations':" + side.formatted("a") + ",'rejected_conversations':"
                                + side.formatted("b") + "}"))
                .isEqualTo(pair(talk(ASKED)));
        assertThat(((Example.Pair) only(
                                Shape.CONVERSATION_PER_SIDE,
                                "{'chosen_messages':[{'role':'user','content':'q'},{'role':'assistant',"
                                        + "'content':[{'type':'text','value':'a'}],'loss_weight':1.0}],"
                                        + "'rejected_messages':[{'role':'user','content':'q'},{'role':'assistant',"
                                        + "'content':[{'type':'text','text':'b'}],'loss_weight':1.0}]}"))
                        .chosen())
                .isInstanceOfSatisfying(Content.Conversation.class, talk -> assertThat(talk.messages())
                        .extracting(Message::content)
                        .containsExactly("a"));
    }

    @Test
    void questionsAndAnswers() {
        for (String row : List.of(
                "{'question':'q','answer':'a'}",
                "{'query':'q','response':'a'}",
                "{'prompt':'q','response':'a'}",
                "{'input':'q','output':'a'}",
                "{'problem':'q','solution':'a'}")) {
            assertThat(only(Shape.QUESTION_ANSWER, row)).isEqualTo(answer(talk(ASKED), GOOD));
        }
    }

    @Test
    void rankedCompletions() {
        String nemo = "{'context':[{'role':'user','content':'q'}],'completions':["
                + "{'rank':1,'completion':[{'role':'assistant','content':'b'}]},"
                + "{'rank':0,'completion':[{'role':'assistant','content':'a'}]}]}";
        assertThat(only(Shape.RANKED, nemo)).isEqualTo(pair(talk(ASKED)));
        String feedback = "{'instruction':'q','completions':[{'response':'c','overall_score':6},"
                + "{'response':'b','overall_score':1},{'response':'a','overall_score':8.5}]}";
        assertThat(only(Shape.RANKED, feedback)).isEqualTo(pair(talk(ASKED)));
        String lists = "{'prompt':'q','responses':['b','a','c'],'scores':[-1,2,0]}";
        Path file = Rows.write(folder.resolve("lists.jsonl"), lists.replace('\'', '"'));
        assertThat(sides(file, Ranking.BEST_WORST)).containsExactly("a>b");
        assertThat(sides(file, Ranking.ADJACENT)).containsExactly("a>c", "c>b");
        assertThat(sides(file, Ranking.ALL)).containsExactly("a>c", "a>b", "c>b");
        assertThat(remarks(lists))
                .contains(
                        "ranked completions make one pair a row, its best completion against its worst; data.ranking chooses:"
                                + " best_worst, adjacent or all");
        assertThat(row("{'prompt':'q','responses':['b','a'],'scores':[1,1]}"))
                .isEqualTo(new Undecided(source(), "all 2 completions rank alike"));
        assertThat(bad("{'prompt':'q','responses':['b','a'],'scores':[1]}"))
                .isEqualTo("scores must be as many as responses, got 1 for 2");
        assertThat(bad("{'prompt':'q','completions':[{'text':'b','rank':'low'},{'text':'a','rank':2}]}"))
                .isEqualTo("rank of completions[0] must be a finite number, got a string");
    }

    @Test
    void judgements() {
        String row = "{'instruction':'q','output_1':'a','output_2':'b','preference':%s}";
        assertThat(only(Shape.JUDGED, row.formatted("1"))).isEqualTo(pair(talk(ASKED)));
        assertThat(only(Shape.JUDGED, row.formatted("1.2"))).isEqualTo(pair(talk(ASKED)));
        assertThat(((Example.Pair) only(Shape.JUDGED, row.formatted("2.0"))).chosen())
                .isEqualTo(BAD);
        assertThat(row(row.formatted("1.5"))).isEqualTo(new Undecided(source(), "preference is a tie"));
        assertThat(row(row.formatted("0"))).isEqualTo(new Undecided(source(), "preference is a tie"));
        assertThat(row(row.formatted("null"))).isEqualTo(new Undecided(source(), "preference is null: nobody judged"));
        assertThat(bad(row.formatted("3"))).isEqualTo("preference must be from 1 to 2, or 0 for a tie, got 3");
    }

    @Test
    void toolsAndTheirCallsGoToTheTemplate() {
        Example.Plain row = (Example.Plain) only(
                Shape.MESSAGES,
                "{'messages':[{'role':'user','content':'time?'},{'role':'assistant','content':null,'tool_calls':"
                        + "[{'id':'1','type':'function','function':{'name':'clock','arguments':'{\\'zone\\':\\'UTC\\'}'}}]},"
                        + "{'role':'tool','tool_call_id':'1','content':'12'},{'role':'assistant','content':'noon'}],"
                        + "'tools':'[{\\'name\\':\\'clock\\'}]','chat_template_kwargs':{'enable_thinking':false}}");
        Content.Conversation talk = (Content.Conversation) row.text();
        assertThat(talk.messages().get(1).callsTools()).isTrue();
        assertThat(talk.messages().get(1).more().get("tool_calls"))
                .isEqualTo(
                        json("[{'id':'1','type':'function','function':{'name':'clock','arguments':{'zone':'UTC'}}}]"));
        assertThat(talk.messages().get(2)).isEqualTo(new Message("tool", "12", Map.of("tool_call_id", json("'1'"))));
        assertThat(talk.given())
                .isEqualTo(Map.of(
                        "enable_thinking",
                        json("false"),
                        "tools",
                        json("[{'type':'function','function':{'name':'clock'}}]")));
        Example.Plain called = (Example.Plain) only(
                Shape.SHAREGPT,
                "{'conversations':[{'from':'human','value':'time?'},{'from':'function_call','value':"
                        + "'{\\'name\\':\\'clock\\',\\'arguments\\':{\\'zone\\':\\'UTC\\'}}'},"
                        + "{'from':'observation','value':'12'},{'from':'gpt','value':'noon'}]}");
        assertThat(((Content.Conversation) called.text()).messages())
                .extracting(Message::role)
                .containsExactly("user", "assistant", "tool", "assistant");
        assertThat(((Content.Conversation) called.text())
                        .messages()
                        .get(1)
                        .more()
                        .get("tool_calls"))
                .isEqualTo(json("[{'type':'function','function':{'name':'clock','arguments':{'zone':'UTC'}}}]"));
    }

    @Test
    void saysWhatItCannotRead() {
        assertThat(bad("{'messages':[{'role':'user','content':[{'type':'image','url':'x'}]}]}"))
                .isEqualTo("messages[0].content[0].type must be text, since only text is trained, got \"image\"");
        assertThat(bad("{'conversations':[{'from':'human','value':'q'},{'from':'judge','value':'a'}]}"))
                .isEqualTo("conversations[1].from must be one of system, user, assistant, tool, got \"judge\"");
        assertThat(bad("{'conversations':[{'from':'function_call','value':'not json'}]}"))
                .isEqualTo("conversations[0].value of a function_call must be the JSON of a call, got other text");
        assertThat(bad("{'instruction':'q','history':[['p']],'output':'a'}"))
                .isEqualTo("history[0] must be a list of a question and its answer, got a list");
        assertThat(bad("{'messages':[{'role':'user','content':'q'},{'role':'assistant','content':'a','loss':false},"
                        + "{'role':'user','content':'r'},{'role':'assistant','content':'b'}]}"))
                .startsWith("messages[1].loss must be 1 or true for a turn of the assistant");
    }

    @Test
    void weightsOfPromptsDoNotMatter() {
        assertThat(row("{'prompt':[{'role':'user','content':'q','loss_weight':1},{'role':'assistant','content':'a',"
                        + "'loss_weight':0},{'role':'user','content':'r'}],"
                        + "'completion':[{'role':'assistant','content':'b','loss_weight':1.0}]}"))
                .isInstanceOf(Example.Completion.class);
    }

    @Test
    void ordersOfTurnsThatMakeNoConversation() {
        String answers =
                "'chosen':[{'role':'assistant','content':'a'}],'rejected':[{'role':'assistant','content':'b'}]";
        assertThat(bad("{'prompt':[{'role':'user','content':'q'},{'role':'system','content':'s'}]," + answers + "}"))
                .isEqualTo("the conversation of chosen must have its system turn first, got it as message 1");
        assertThat(bad("{'prompt':[{'role':'user','content':'q'},{'role':'assistant','content':'s'}]," + answers + "}"))
                .isEqualTo("the prompt of chosen must end with a turn that is answered, got the assistant's");
        assertThat(bad("{'prompt':[{'role':'user','content':'q'}],'chosen':[{'role':'user','content':'q'},"
                        + "{'role':'assistant','content':'a'}],'rejected':[{'role':'user','content':'q'},"
                        + "{'role':'assistant','content':'b'}]}"))
                .isEqualTo(
                        "chosen must begin with a turn of the assistant, got user; where it repeats the prompt, leave"
                                + " the prompt out of the row");
        assertThat(bad("{'conversations':[{'from':'system','value':'s'},{'from':'gpt','value':'a'}],'system':'t'}"))
                .isEqualTo("system must be given once, got it as a column and as conversations[0]");
    }

    @Test
    void tellsWhatElseARowCouldBeAndWhatIsNotRead() {
        assertThat(remarks("{'instruction':'q','input':'','output':'a','text':'q a','id':4}"))
                .containsExactly(
                        "shape alpaca (instruction, output (or response))",
                        "the rows could also be read as text (text); data.shape: text does that, data.shape: alpaca keeps"
                                + " this",
                        "not read: the columns text, id");
        assertThat(remarks("{'prompt':'p','chosen':'a','rejected':'b','messages':[],'margin':1}"))
                .containsExactly("shape preference (prompt, chosen, rejected)", "not read: the columns messages");
        assertThat(remarks("{'prompt':'q','completion':'c','label':true}"))
                .singleElement()
                .asString()
                .startsWith("shape unpaired");
    }

    @Test
    void refusesToGuessBetweenTwoSetsOfExamples() {
        Path file = write("{'problem':'q','solution':'a','messages':[{'role':'user','content':'q'},"
                + "{'role':'assistant','content':'other'}]}");
        assertThatThrownBy(() -> ExampleReader.open(file))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        file + ": has rows that can be read in 2 ways: messages (messages); question_answer (question,"
                                + " answer; query, response; prompt, response; input, output; or problem, solution); which one is"
                                + " meant must be said: data.shape in a recipe, --shape on the command line");
        assertThat(Rows.read(file, Optional.of(Shape.QUESTION_ANSWER))).containsExactly(answer(talk(ASKED), GOOD));
        Path ranked = write("{'prompt':'q','chosen':'a','rejected':'b','responses':['c','d'],'scores':[1,2]}");
        assertThatThrownBy(() -> ExampleReader.open(ranked)).hasMessageContaining("2 ways: ranked (");
        assertThat(Rows.read(ranked, Optional.of(Shape.PREFERENCE))).hasSize(1);
    }

    @Test
    void aPromptOfAnotherNameIsNotLost() {
        Path file = write("{'id':'a1','post':'a long question','chosen':'yes','rejected':'no'}");
        assertThatThrownBy(() -> ExampleReader.open(file))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        file + ": has chosen and rejected that begin with nothing in common, and the prompt may be in"
                                + " the columns post: call it prompt, or ask for data.shape: implicit_preference (--shape on the"
                                + " command line) to train answers to nothing");
        assertThatThrownBy(() -> ExampleReader.open(
                        write("{'turns':[{'from':'user','value':'q'}],'chosen':'yes','rejected':'no'}")))
                .hasMessageContaining("may be in the columns turns");
        assertThat(Rows.read(file, Optional.of(Shape.IMPLICIT_PREFERENCE))).hasSize(1);
        // A name is no prompt, and where a beginning is shared that is the prompt.
        only(Shape.IMPLICIT_PREFERENCE, "{'id':'a1','chosen':'yes','rejected':'no'}");
        only(Shape.IMPLICIT_PREFERENCE, "{'note':'by two judges','chosen':'he says yes','rejected':'he says no'}");
    }

    @Test
    void wholeConversationsHoldTheirPromptWhateverStandsBeside() {
        String sides = "'chosen':[{'role':'user','content':'q'},{'role':'assistant','content':'a'}],"
                + "'rejected':[{'role':'user','content':'q'},{'role':'assistant','content':'b'}]";
        for (String beside : List.of("'prompt':'q'", "'question':'q'", "'prompt':'q','question':'q'")) {
            assertThat(only(Shape.IMPLICIT_PREFERENCE, "{" + beside + "," + sides + "}"))
                    .isEqualTo(pair(talk(ASKED)));
        }
        // What they do not hold is not lost either.
        assertThatThrownBy(() -> ExampleReader.open(write("{'system':'be brief'," + sides + "}")))
                .hasMessageContaining("has rows of no known shape");
        assertThatThrownBy(() -> ExampleReader.open(write(
                        "{'question':'q','chosen':[{'role':'assistant','content':'a'}],'rejected':[{'role':'assistant',"
                                + "'content':'b'}]}")))
                .hasMessageContaining("has rows of no known shape");
    }

    @Test
    void tellsOfColumnsThatAreReadElsewhere() {
        assertThat(remarks("{'problem':'q','solution':'a','answer':'3'}")).contains("not read: the columns answer");
        assertThat(remarks("{'instruction':'q','output':'a','response':'b'}"))
                .contains("not read: the columns response");
        assertThat(remarks("{'prompt':'q','completion':'a','tools':[{'name':'clock'}]}"))
                .contains("not read: the columns tools");
        assertThat(bad("{'prompt':'q','completion':'a','label':true,'kto_tag':false}"))
                .isEqualTo("must be labelled once, got label and kto_tag");
    }

    @Test
    void widelyUsedSetsOfTheHub() {
        assertThat(only(
                        Shape.RANKED,
                        "{'prompt':'q','answers':[{'answer':'b','model':'m','rank':2.0},"
                                + "{'answer':'a','model':'n','rank':1.0}],'turns':1}"))
                .isEqualTo(new Example.Pair(source(), text("q"), text("a"), text("q"), text("b")));
        assertThat(only(Shape.QUESTION_ANSWER, "{'id':'1','system_prompt':'s','question':'q','response':'a'}"))
                .isEqualTo(answer(talk(new Message("system", "s"), ASKED), GOOD));
        assertThat(only(
                        Shape.RESPONSE_PREFERENCE,
                        "{'instruction':'q','chosen_response':'a','rejected_response':'b','chosen_rating':5}"))
                .isEqualTo(pair(talk(ASKED)));
    }

    @Test
    void everyFileOfTheDataFolderOpensWithoutAFlag() {
        Map<String, Long> pairs = Map.of(
                "preferences/hh-harmless-test.jsonl.gz", 2303L,
                "preferences/llama-factory-dpo_en_demo.json", 300L,
                "preferences/llama-factory-dpo_zh_demo.json", 300L,
                "preferences/llama-factory-v1_dpo_demo.jsonl", 10L);
        pairs.forEach((name, count) -> {
            Survey survey = survey(name);
            assertThat(survey.pairs()).as(name).isEqualTo(count);
            assertThat(survey.bad()).as(name).isEqualTo(name.contains("hh-") ? 9 : 0);
        });
        Map<String, Long> others = Map.of(
                "preferences/llama-factory-kto_en_demo.json", 300L,
                "preferences/llama-factory-alpaca_en_demo.json", 999L,
                "text/gsm8k-train.jsonl", 7473L,
                "text/gsm8k-test.jsonl", 1319L,
                "judgements/phi-2.outputs.json.gz", 803L);
        others.forEach((name, count) -> {
            Survey survey = survey(name);
            assertThat(survey.examples()).as(name).isEqualTo(count);
            assertThat(survey.pairs() + survey.bad()).as(name).isZero();
        });
    }

    @Test
    void judgementsOfTheDataFolderAreAsManyAsItsLeaderboardCounts() throws IOException {
        List<String> leaderboard = Files.readAllLines(RealData.path("judgements/leaderboard.csv"));
        for (String model : List.of("alpaca-7b", "wizardlm-13b", "zephyr-7b-beta")) {
            String[] row = leaderboard.stream()
                    .filter(line -> line.startsWith(model + ","))
                    .findFirst()
                    .orElseThrow()
                    .split(",", -1);
            long decided = Long.parseLong(row[3]) + Long.parseLong(row[4]);
            Survey survey = survey("judgements/" + model + ".annotations.json.gz");
            assertThat(survey.pairs()).as(model).isEqualTo(decided);
            // Ties, and what the judge failed on.
            assertThat(survey.toJson().path("undecided").longValue()).as(model).isEqualTo(805 - decided);
        }
    }

    private static Survey survey(String name) {
        try (ExampleReader reader = ExampleReader.open(RealData.path(name))) {
            return Survey.of(reader);
        }
    }

    private List<String> sides(Path file, Ranking ranking) {
        try (ExampleReader reader = ExampleReader.open(file, new Reading(Optional.empty(), ranking))) {
            List<String> sides = new ArrayList<>();
            reader.forEachRemaining(row -> {
                Example.Pair pair = (Example.Pair) row;
                sides.add(((Content.Text) pair.chosen()).text() + ">" + ((Content.Text) pair.rejected()).text());
            });
            return sides;
        }
    }

    private List<String> remarks(String row) {
        try (ExampleReader reader = ExampleReader.open(write(row))) {
            return reader.remarks();
        }
    }

    private Row only(Shape shape, String row) {
        try (ExampleReader reader = ExampleReader.open(write(row))) {
            assertThat(reader.shape()).as(row).isEqualTo(shape);
        }
        Row read = row(row);
        assertThat(read).as(row).isInstanceOf(Example.class);
        return read;
    }

    private String bad(String row) {
        Row read = row(row);
        assertThat(read).as(row).isInstanceOf(BadRow.class);
        return ((BadRow) read).reason();
    }

    private Row row(String row) {
        List<Row> rows = Rows.read(write(row));
        assertThat(rows).as(row).hasSize(1);
        return rows.getFirst();
    }

    private Path write(String row) {
        return Rows.write(source().file(), quoted(row));
    }

    private Source source() {
        return new Source(folder.resolve("row.jsonl"), 1);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(quoted(text));
    }

    /// Single quotes stand for double ones; with a backslash, for double ones within a string.
    private static String quoted(String text) {
        return text.replace("\\'", "\u0000").replace('\'', '"').replace("\u0000", "\\\"");
    }

    private Example.Completion answer(Content prompt, Content answer) {
        return new Example.Completion(source(), prompt, answer, null);
    }

    private Example.Completion labelled(boolean desirable) {
        return new Example.Completion(source(), talk(ASKED), GOOD, desirable);
    }

    private Example.Pair pair(Content prompt) {
        return new Example.Pair(source(), prompt, GOOD, prompt, BAD);
    }

    private static Content talk(Message... messages) {
        return new Content.Conversation(List.of(messages));
    }

    private static Content text(String text) {
        return new Content.Text(text);
    }
}
