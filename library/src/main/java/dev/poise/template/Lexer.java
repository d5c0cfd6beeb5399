package dev.poise.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts a template into tokens and controls white space, as Jinja does with `trim_blocks` and `lstrip_blocks`:
/// the line break behind a tag or comment goes, and so does the indentation before it. `-` at a tag's edge takes
/// all white space on that side, `+` keeps it. A single line break at the template's end goes as well.
final class Lexer {

    private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
    private static final String OPERATORS = "+-/*%~[](){}><=.:|,;";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private int counted;

    private Lexer(String source) {
        this.source = source;
    }

    /// @throws TemplateException when a tag, string or comment is not closed, or a character fits nowhere
    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.read();
        return List.copyOf(lexer.tokens);
    }

    private void read() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position), position);
                position = source.length();
                break;
            }
            char kind = source.charAt(tag + 1);
            char sign = sign(tag + 2);
            data(before(tag, sign, kind != '{'), position);
            position = tag + (sign == 0 ? 2 : 3);
            switch (kind) {
                case '{' -> inside(tag, Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END);
                case '#' -> comment(tag);
                default -> {
                    if (!raw(tag)) {
                        inside(tag, Token.Kind.TAG_BEGIN, Token.Kind.TAG_END);
                    }
                }
            }
        }
        add(Token.Kind.END, "", source.length());
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
            if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    /// The sign of white space control at an index, or 0.
    private char sign(int at) {
        return at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+') ? source.charAt(at) : 0;
    }

    /// The text from here to a tag, without the white space that the tag takes.
    private String before(int tag, char sign, boolean takesIndentation) {
        int end = tag;
        if (sign == '-') {
            while (end > position && Unicode.isSpace(source.charAt(end - 1))) {
                end--;
            }
        } else if (sign == 0 && takesIndentation) {
            int start = tag;
            while (start > position && source.charAt(start - 1) != '\n' && Unicode.isSpace(source.charAt(start - 1))) {
                start--;
            }
            end = start == 0 || source.charAt(start - 1) == '\n' ? start : end;
        }
        return source.substring(position, end);
    }

    private void data(String text, int at) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text, at);
        }
    }

    private void comment(int tag) {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("the comment is not closed: '#}' is missing", tag);
        }
        char sign = end > position ? sign(end - 1) : 0;
        position = end + 2;
        behindTag(sign, true);
    }

    /// Takes what a tag's end takes: all white space for `-`, nothing for `+`, else one line break of tags that
    /// are not printed.
    private void behindTag(char sign, boolean takesLineBreak) {
        if (sign == '-') {
            skipSpace();
        } else if (sign == 0 && takesLineBreak && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
    }

    private void skipSpace() {
        while (position < source.length() && Unicode.isSpace(source.charAt(position))) {
            position++;
        }
    }

    /// Reads `{% raw %}` to its end where the tag is one; its text stands for itself.
    private boolean raw(int tag) {
        int start = position;
        skipSpace();
        if (!source.startsWith("raw", position)) {
            position = start;
            return false;
        }
        position += 3;
        skipSpace();
        char sign = sign(position);
        if (!source.startsWith(sign == '-' ? "-%}" : "%}", position)) {
            position = start;
            return false;
        }
        position += sign == '-' ? 3 : 2;
        if (sign == '-') {
            skipSpace();
        }
        for (int end = source.indexOf("{%", position); end >= 0; end = source.indexOf("{%", end + 1)) {
            if (endRaw(end)) {
                return true;
            }
        }
        throw error("{% raw %} is not closed: '{% endraw %}' is missing", tag);
    }

    private boolean endRaw(int tag) {
        int start = position;
        char sign = sign(tag + 2);
        position = tag + (sign == 0 ? 2 : 3);
        skipSpace();
        if (!source.startsWith("endraw", position)) {
            position = start;
            return false;
        }
        position += "endraw".length();
        skipSpace();
        char endSign = sign(position);
        position += endSign == 0 ? 0 : 1;
        if (!source.startsWith("%}", position)) {
            position = start;
            return false;
        }
        int behind = position + 2;
        position = start;
        data(before(tag, sign, true), start);
        position = behind;
        behindTag(endSign, true);
        return true;
    }

    /// Reads the tokens of a tag up to its end.
    private void inside(int tag, Token.Kind begin, Token.Kind end) {
        String closing = begin == Token.Kind.PRINT_BEGIN ? "}}" : "%}";
        add(begin, begin == Token.Kind.PRINT_BEGIN ? "{{" : "{%", tag);
        Deque<Character> open = new ArrayDeque<>();
        while (position < source.length()) {
            if (open.isEmpty() && closes(closing)) {
                char sign = sign(position);
                add(end, closing, position);
                position += sign == 0 ? 2 : 3;
                behindTag(sign, end == Token.Kind.TAG_END);
                return;
            }
            char letter = source.charAt(position);
            if (Unicode.isSpace(letter)) {
                position++;
            } else if (letter >= '0' && letter <= '9') {
                number();
            } else if (letter == '\'' || letter == '"') {
                string(letter);
            } else if (Unicode.startsName(source.codePointAt(position))) {
                name();
            } else {
                operator(open);
            }
        }
        throw error("the tag is not closed: '" + closing + "' is missing", tag);
    }

    /// Whether a tag ends here. `+` belongs to the ends of tags that are not printed only.
    private boolean closes(String closing) {
        char sign = sign(position);
        boolean signed = sign == '-' || (sign == '+' && closing.equals("%}"));
        return source.startsWith(closing, position + (signed ? 1 : 0));
    }

    private void number() {
        int start = position;
        int end = Numerals.floatEnd(source, start);
        if (end > start && (start == 0 || source.charAt(start - 1) != '.')) {
            position = end;
            add(Token.Kind.FLOAT, source.substring(start, end).replace("_", ""), start);
        } else {
            position = Numerals.integerEnd(source, start);
            add(Token.Kind.INTEGER, source.substring(start, position).replace("_", ""), start);
        }
    }

    private void string(char quote) {
        int start = position;
        int end = start + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error("the string is not closed: " + quote + " is missing", start);
        }
        position = end + 1;
        try {
            add(Token.Kind.STRING, Escapes.read(source.substring(start + 1, end)), start);
        } catch (Fault fault) {
            throw error(fault.getMessage() + "", start);
        }
    }

    private void name() {
        int start = position;
        while (position < source.length() && Unicode.continuesName(source.codePointAt(position))) {
            position += Character.charCount(source.codePointAt(position));
        }
        add(Token.Kind.NAME, source.substring(start, position), start);
    }

    private void operator(Deque<Character> open) {
        int start = position;
        for (String operator : LONG_OPERATORS) {
            if (source.startsWith(operator, start)) {
                position += 2;
                add(Token.Kind.OPERATOR, operator, start);
                return;
            }
        }
        char letter = source.charAt(start);
        if (OPERATORS.indexOf(letter) < 0) {
            throw error("unexpected character '" + Character.toString(source.codePointAt(start)) + "'", start);
        }
        switch (letter) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != letter) {
                    throw error("unexpected '" + letter + "'", start);
                }
            }
            default -> {}
        }
        position++;
        add(Token.Kind.OPERATOR, String.valueOf(letter), start);
    }

    private void add(Token.Kind kind, String text, int at) {
        tokens.add(new Token(kind, text, lineAt(at)));
    }

    /// Line of an index; indices only grow, but for errors.
    private int lineAt(int at) {
        while (counted < at) {
            line += source.charAt(counted++) == '\n' ? 1 : 0;
        }
        return line;
    }

    private TemplateException error(String problem, int at) {
        int where = 1
                + (int) source.substring(0, at)
                        .chars()
                        .filter(letter -> letter == '\n')
                        .count();
        return new TemplateException(TemplateException.Kind.SYNTAX, where, problem);
    }
}
