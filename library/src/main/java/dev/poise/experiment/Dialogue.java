package dev.poise.experiment;

import dev.poise.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A stretch of a play: turns and their replies. Who speaks is left out, since a name would give a reply away.
///
/// @param exchanges each a turn and the reply to it; no turn is in two exchanges
record Dialogue(List<Exchange> exchanges) {

    private static final int TURNS = 8;

    /// A turn and the one behind it.
    record Exchange(String turn, String reply) {}

    /// The dialogues of a play: blocks of text between empty lines, the first line of each the speaker's name and a
    /// colon. Every eight turns are a dialogue; fewer at the end are left out.
    ///
    /// @throws DataException where the file has less than one dialogue
    static List<Dialogue> read(Path play) throws IOException {
        List<String> turns = new ArrayList<>();
        for (String block : Files.readString(play).split("\\R{2,}", -1)) {
            String[] lines = block.strip().split("\\R", 2);
            if (lines.length == 2 && lines[0].endsWith(":")) {
                turns.add(lines[1].strip());
            }
        }
        if (turns.size() < TURNS) {
            throw new DataException(
                    play,
                    "must hold at least " + TURNS + " turns, each a line with a name and a colon, then text, then an"
                            + " empty line; got " + turns.size());
        }
        List<Dialogue> dialogues = new ArrayList<>();
        for (int from = 0; from + TURNS <= turns.size(); from += TURNS) {
            List<Exchange> exchanges = new ArrayList<>();
            for (int turn = from; turn < from + TURNS; turn += 2) {
                exchanges.add(new Exchange(turns.get(turn), turns.get(turn + 1)));
            }
            dialogues.add(new Dialogue(exchanges));
        }
        return dialogues;
    }
}
