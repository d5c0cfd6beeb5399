package dev.poise.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Reads a formula by recursive descent.
///
/// ```
/// sum     = product {("+" | "-") product}
/// product = sign {("*" | "/") sign}
/// sign    = "-" sign | power
/// power   = atom ["^" sign]
/// atom    = number | name | name "(" sum {"," sum} ")" | "(" sum ")"
/// ```
final class ExpressionParser {

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*((?<number>(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?)|(?<name>[A-Za-z_]\\w*)|(?<sign>.))");

    /// Deeper nesting is refused, not run out of stack on.
    private static final int DEEPEST = 100;

    private final String text;
    private final Map<String, Double> parameters;
    private int depth;
    private int column; // of the current token, from 1
    private int end; // behind it
    private String token = ""; // empty behind the last
    private boolean number;
    private boolean name;

    ExpressionParser(String text, Map<String, Double> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    Expression parse() {
        advance();
        Expression expression = sum();
        if (!token.isEmpty()) {
            throw wrong("must be an operator or the end");
        }
        return expression;
    }

    private Expression sum() {
        if (++depth > DEEPEST) {
            throw new ExpressionException(column, "must not nest deeper than " + DEEPEST + " levels");
        }
        Expression left = product();
        while (token.equals("+") || token.equals("-")) {
            boolean minus = token.equals("-");
            advance();
            Expression right = product();
            left = new Expression.Sum(left, minus ? new Expression.Negation(right) : right);
        }
        depth--;
        return left;
    }

    private Expression product() {
        Expression left = sign();
        while (token.equals("*") || token.equals("/")) {
            boolean by = token.equals("/");
            advance();
            Expression right = sign();
            left = by ? new Expression.Quotient(left, right) : new Expression.Product(left, right);
        }
        return left;
    }

    private Expression sign() {
        if (++depth > DEEPEST) {
            throw new ExpressionException(column, "must not nest deeper than " + DEEPEST + " levels");
        }
        boolean minus = token.equals("-");
        if (minus) {
            advance();
        }
        Expression signed = minus ? new Expression.Negation(sign()) : power();
        depth--;
        return signed;
    }

    private Expression power() {
        Expression base = atom();
        if (!token.equals("^")) {
            return base;
        }
        advance();
        int start = column;
        Expression exponent = sign();
        if (exponent.parts().stream().anyMatch(ExpressionParser::movesWithThePolicy)) {
            throw new ExpressionException(start, "an exponent must not depend on good, bad or delta: use exp and log");
        }
        return new Expression.Power(base, exponent);
    }

    private static boolean movesWithThePolicy(Expression part) {
        return part instanceof Expression.Known(Expression.Quantity quantity)
                && switch (quantity) {
                    case GOOD, BAD, DELTA -> true;
                    case REFERENCE_GOOD, REFERENCE_BAD, GOOD_TOKENS, BAD_TOKENS -> false;
                };
    }

    private Expression atom() {
        if (number) {
            double value = Double.parseDouble(token);
            advance();
            return new Expression.Constant(value);
        }
        if (name) {
            return named();
        }
        if (token.equals("(")) {
            advance();
            Expression inner = sum();
            expect(")");
            return inner;
        }
        throw wrong("must be a number, a name or \"(\"");
    }

    private Expression named() {
        String word = token;
        int start = column;
        Optional<Expression.Function> function = Arrays.stream(Expression.Function.values())
                .filter(candidate -> candidate.word().equals(word))
                .findFirst();
        advance();
        if (function.isPresent()) {
            return call(function.get(), start);
        }
        Double value = parameters.get(word);
        if (value != null) {
            return new Expression.Parameter(word, value);
        }
        return Arrays.stream(Expression.Quantity.values())
                .filter(candidate -> candidate.word().equals(word))
                .findFirst()
                .map(Expression.Known::new)
                .orElseThrow(() -> new ExpressionException(start, "must be one of " + names() + ", got " + word));
    }

    private Expression call(Expression.Function function, int start) {
        List<Expression> arguments = new ArrayList<>();
        expect("(");
        arguments.add(sum());
        while (token.equals(",")) {
            advance();
            arguments.add(sum());
        }
        expect(")");
        if (arguments.size() != function.arguments()) {
            throw new ExpressionException(
                    start,
                    function.word() + " must have " + function.arguments() + " arguments, got " + arguments.size());
        }
        return new Expression.Call(function, arguments);
    }

    private String names() {
        List<String> names = new ArrayList<>(Expression.quantities());
        parameters.keySet().stream().sorted().forEach(names::add);
        String functions = Arrays.stream(Expression.Function.values())
                .map(Expression.Function::word)
                .collect(Collectors.joining(", "));
        return String.join(", ", names) + " or a function (" + functions + ")";
    }

    private void expect(String sign) {
        if (!token.equals(sign)) {
            throw wrong("must be \"" + sign + "\"");
        }
        advance();
    }

    private ExpressionException wrong(String message) {
        return new ExpressionException(
                column, message + ", got " + (token.isEmpty() ? "the end" : "\"" + token + "\""));
    }

    private void advance() {
        Matcher matcher = TOKEN.matcher(text).region(end, text.length());
        if (!matcher.lookingAt()) {
            column = text.length() + 1;
            token = "";
            number = false;
            name = false;
            return;
        }
        column = matcher.start(1) + 1;
        end = matcher.end();
        token = matcher.group(1);
        number = matcher.group("number") != null;
        name = matcher.group("name") != null;
    }
}
