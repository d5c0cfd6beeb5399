package dev.poise.tokenize;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds added tokens in a text: the leftmost, and of those that begin together the longest.
final class AddedTokens {

    /// A token where it stands.
    ///
    /// @param start of it and of the white space that goes with it
    /// @param end of both, exclusive
    record Place(AddedToken token, int start, int end) {}

    private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();

    AddedTokens(Collection<AddedToken> tokens) {
        tokens.forEach(token -> byFirst.computeIfAbsent(token.content().charAt(0), _ -> new ArrayList<>())
                .add(token));
        byFirst.values()
                .forEach(list -> list.sort(Comparator.comparingInt(
                        (AddedToken token) -> -token.content().length())));
    }

    /// The next token of a text, from a place on.
    Optional<Place> next(String text, int from) {
        for (int at = from; at < text.length(); at++) {
            for (AddedToken token : byFirst.getOrDefault(text.charAt(at), List.of())) {
                if (text.startsWith(token.content(), at)) {
                    return Optional.of(place(token, text, from, at));
                }
            }
        }
        return Optional.empty();
    }

    private static Place place(AddedToken token, String text, int from, int at) {
        int start = at;
        while (token.takesLeft() && start > from && Character.isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        int end = at + token.content().length();
        while (token.takesRight() && end < text.length() && Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return new Place(token, start, end);
    }
}
