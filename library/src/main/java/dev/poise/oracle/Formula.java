package dev.poise.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A reward by a formula over what a text measures: `0.5*words - 2*repetition + min(length, 100)/100`.
///
/// ```text
/// sum     = product { ( "+" | "-" ) product }
/// product = factor { ( "*" | "/" ) factor }
/// factor  = "-" factor | operand [ "^" factor ]
/// operand = number | metric | function "(" sum { "," sum } ")" | "(" sum ")"
/// metric  = "length" | "words" | "tokens" | "lines" | "sentences" | "repetition" | "distinct" | "uppercase"
///         | "digits" | "overlap" | "prompt_words"
/// function = "min" | "max" | "abs" | "log" | "exp" | "sqrt" | "clamp"
/// ```
///
/// `log` is the natural logarithm, `clamp(x, low, high)` is min(max(x, low), high). Every step of it must be finite: a
/// division by 0 or the logarithm of 0 is refused on the completion where it happens, with the place in the formula.
///
/// @param text as it was written
/// @param root what is computed
public record Formula(String text, Node root) implements Reward {

    /// Parentheses, signs and exponents inside each other, so that no formula exhausts the stack.
    private static final int DEPTH = 100;

    /// A part of a formula.
    public sealed interface Node {}

    private record Constant(double value) implements Node {}

    private record Measure(TextMetric metric) implements Node {}

    /// @param at where it stands, from 1
    private record Step(Operation operation, List<Node> operands, int at) implements Node {}

    private enum Operation {
        ADD("+", 2, 2),
        SUBTRACT("-", 2, 2),
        MULTIPLY("*", 2, 2),
        DIVIDE("/", 2, 2),
        POWER("^", 2, 2),
        NEGATE("-", 1, 1),
        MIN("min", 1, Integer.MAX_VALUE),
        MAX("max", 1, Integer.MAX_VALUE),
        ABS("abs", 1, 1),
        LOG("log", 1, 1),
        EXP("exp", 1, 1),
        SQRT("sqrt", 1, 1),
        CLAMP("clamp", 3, 3);

        private static final List<Operation> FUNCTIONS = List.of(MIN, MAX, ABS, LOG, EXP, SQRT, CLAMP);

        private final String word;
        private final int least;
        private final int most;

        Operation(String word, int least, int most) {
            this.word = word;
            this.least = least;
            this.most = most;
        }

        double of(double[] x) {
            return switch (this) {
                case ADD -> x[0] + x[1];
                case SUBTRACT -> x[0] - x[1];
                case MULTIPLY -> x[0] * x[1];
                case DIVIDE -> x[0] / x[1];
                case POWER -> Math.pow(x[0], x[1]);
                case NEGATE -> -x[0];
                case MIN -> Arrays.stream(x).min().orElseThrow();
                case MAX -> Arrays.stream(x).max().orElseThrow();
                case ABS -> Math.abs(x[0]);
                case LOG -> Math.log(x[0]);
                case EXP -> Math.exp(x[0]);
                case SQRT -> Math.sqrt(x[0]);
                case CLAMP -> Math.min(Math.max(x[0], x[1]), x[2]);
            };
        }
    }

    /// Reads a formula.
    ///
    /// @throws IllegalArgumentException saying where it is wrong and what would be legal
    public static Formula parse(String text) {
        return new Formula(text, new Parser(text).whole());
    }

    @Override
    public double score(String prompt, String completion) {
        return value(root, prompt, completion);
    }

    private double value(Node node, String prompt, String completion) {
        return switch (node) {
            case Constant(double value) -> value;
            case Measure(TextMetric metric) -> metric.of(prompt, completion);
            case Step(Operation operation, List<Node> operands, int at) -> {
                double[] values = operands.stream()
                        .mapToDouble(operand -> value(operand, prompt, completion))
                        .toArray();
                double result = operation.of(values);
                if (!Double.isFinite(result)) {
                    // The texts stay out of the message: they may be long, private or offensive.
                    throw new IllegalArgumentException("formula \"" + text + "\" must be finite, got " + result
                            + " from " + operation.word + " at character " + at + " with " + Arrays.toString(values));
                }
                yield result;
            }
        };
    }

    /// Recursive descent, one method a line of the grammar.
    private static final class Parser {

        private final String text;
        private int at;
        private int depth;

        Parser(String text) {
            this.text = text;
        }

        Node whole() {
            Node node = sum();
            if (!ended()) {
                throw wrong("must end or go on with + - * / ^");
            }
            return node;
        }

        private Node sum() {
            Node left = product();
            while (true) {
                int place = place();
                if (taken('+')) {
                    left = new Step(Operation.ADD, List.of(left, product()), place);
                } else if (taken('-')) {
                    left = new Step(Operation.SUBTRACT, List.of(left, product()), place);
                } else {
                    return left;
                }
            }
        }

        private Node product() {
            Node left = factor();
            while (true) {
                int place = place();
                if (taken('*')) {
                    left = new Step(Operation.MULTIPLY, List.of(left, factor()), place);
                } else if (taken('/')) {
                    left = new Step(Operation.DIVIDE, List.of(left, factor()), place);
                } else {
                    return left;
                }
            }
        }

        private Node factor() {
            depth++;
            if (depth > DEPTH) {
                throw wrong("must not nest deeper than " + DEPTH);
            }
            int place = place();
            Node node;
            if (taken('-')) {
                node = new Step(Operation.NEGATE, List.of(factor()), place);
            } else {
                Node base = operand();
                int power = place();
                node = taken('^') ? new Step(Operation.POWER, List.of(base, factor()), power) : base;
            }
            depth--;
            return node;
        }

        private Node operand() {
            if (taken('(')) {
                Node inner = sum();
                if (!taken(')')) {
                    throw wrong("must close its parenthesis");
                }
                return inner;
            }
            int from = place() - 1;
            if (ended()) {
                throw wrong("must go on with a number, a name or a parenthesis");
            }
            if (isNumber(text.charAt(at))) {
                return new Constant(number(from));
            }
            while (at < text.length() && isName(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw wrong("must go on with a number, a name or a parenthesis");
            }
            return named(text.substring(from, at), from + 1);
        }

        private Node named(String word, int place) {
            if (taken('(')) {
                Operation function = Operation.FUNCTIONS.stream()
                        .filter(one -> one.word.equals(word))
                        .findFirst()
                        .orElseThrow(() -> unknown("function", word, place, functions()));
                List<Node> operands = new ArrayList<>();
                do {
                    operands.add(sum());
                } while (taken(','));
                if (!taken(')')) {
                    throw wrong("must close the parenthesis of " + word);
                }
                if (operands.size() < function.least || operands.size() > function.most) {
                    throw new IllegalArgumentException("formula \"" + text + "\": " + word + " at character " + place
                            + " must have " + (function.least == function.most ? "" : "at least ") + function.least
                            + " operands, got " + operands.size());
                }
                return new Step(function, operands, place);
            }
            return new Measure(Arrays.stream(TextMetric.values())
                    .filter(metric -> metric.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> unknown("metric", word, place, metrics())));
        }

        private double number(int from) {
            while (at < text.length() && isNumber(text.charAt(at))) {
                at++;
            }
            if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
                int behind = at + 1;
                behind += behind < text.length() && "+-".indexOf(text.charAt(behind)) >= 0 ? 1 : 0;
                if (behind < text.length() && Character.isDigit(text.charAt(behind))) {
                    at = behind;
                    while (at < text.length() && Character.isDigit(text.charAt(at))) {
                        at++;
                    }
                }
            }
            String digits = text.substring(from, at);
            try {
                double value = Double.parseDouble(digits);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(notANumber(digits, from), e);
            }
            throw new IllegalArgumentException(notANumber(digits, from));
        }

        private String notANumber(String digits, int from) {
            return "formula \"" + text + "\" must have a finite number at character " + (from + 1) + ", got \"" + digits
                    + "\"";
        }

        private static boolean isNumber(char letter) {
            return (letter >= '0' && letter <= '9') || letter == '.';
        }

        private static boolean isName(char letter) {
            return Character.isLetterOrDigit(letter) || letter == '_';
        }

        private static List<String> functions() {
            return Operation.FUNCTIONS.stream().map(one -> one.word).toList();
        }

        private static List<String> metrics() {
            return Stream.of(TextMetric.values()).map(TextMetric::word).toList();
        }

        private boolean ended() {
            return place() > text.length();
        }

        /// Where the next character stands, from 1, behind white space.
        private int place() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at + 1;
        }

        private boolean taken(char letter) {
            boolean there = !ended() && text.charAt(at) == letter;
            at += there ? 1 : 0;
            return there;
        }

        private IllegalArgumentException wrong(String must) {
            int place = place();
            return new IllegalArgumentException("formula \"" + text + "\" " + must + " at character " + place + ", got "
                    + (place > text.length() ? "its end" : "\"" + text.charAt(place - 1) + "\""));
        }

        private IllegalArgumentException unknown(String kind, String word, int place, List<String> legal) {
            String lower = word.toLowerCase(Locale.ROOT);
            Optional<String> meant =
                    legal.stream().filter(one -> isClose(lower, one)).findFirst();
            return new IllegalArgumentException("formula \"" + text + "\": " + kind + " at character " + place
                    + " must be one of " + String.join(", ", legal) + ", got \"" + word + "\""
                    + meant.map(one -> "; did you mean " + one + "?").orElse(""));
        }

        /// Whether two words are one but for a letter or two at one place, or one begins the other.
        private static boolean isClose(String word, String legal) {
            int most = Math.min(word.length(), legal.length());
            int front = 0;
            while (front < most && word.charAt(front) == legal.charAt(front)) {
                front++;
            }
            int back = 0;
            while (back < most - front
                    && word.charAt(word.length() - 1 - back) == legal.charAt(legal.length() - 1 - back)) {
                back++;
            }
            boolean same = front + back >= Math.max(word.length(), legal.length()) - 2 && front + back > 0;
            return same || (most >= 3 && front == most);
        }
    }
}
