package dev.poise.template;

import dev.poise.template.Expression.Arithmetic;
import dev.poise.template.Expression.CallArguments;
import dev.poise.template.Expression.Operator;
import dev.poise.template.Expression.Relation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads expressions, by Jinja's precedence: conditional, `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`,
/// `**`, signs, then calls, items, filters and tests. `~` binds tighter than `+`, `**` groups to the left, and a
/// filter behind a sign takes the signed value: all as there.
final class ExpressionParser {

    /// Brackets within brackets, signs before signs; Python's own parser stops at 200 brackets.
    private static final int DEPTH = 200;

    private final TokenStream tokens;
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /// Goes one level deeper, into a bracket or a statement's body; `leave` comes back.
    void enter() {
        if (++depth > DEPTH) {
            throw tokens.error("nests more than " + DEPTH + " deep");
        }
    }

    void leave() {
        depth--;
    }

    Expression expression() {
        return conditional(true);
    }

    /// An expression, or a tuple of them without brackets.
    ///
    /// @param conditionals whether `if` belongs to the expression
    /// @param end a name that ends the tuple besides what ends every one, or an empty text
    Expression tuple(boolean conditionals, String end) {
        return tuple(conditionals, end, false);
    }

    private Expression tuple(boolean conditionals, String end, boolean bracketed) {
        List<Expression> items = new ArrayList<>();
        boolean tuple = false;
        while (!endsTuple(end)) {
            items.add(conditional(conditionals));
            if (!tokens.skipOperator(",")) {
                break;
            }
            tuple = true;
        }
        if (!tuple && !items.isEmpty()) {
            return items.getFirst();
        }
        if (!tuple && !bracketed) {
            throw tokens.error("expected an expression, got " + tokens.current().shown());
        }
        return new Expression.TupleLiteral(items);
    }

    private boolean endsTuple(String end) {
        return tokens.at(Token.Kind.PRINT_END)
                || tokens.at(Token.Kind.TAG_END)
                || tokens.atOperator(")")
                || (!end.isEmpty() && tokens.current().isName(end));
    }

    private Expression conditional(boolean conditionals) {
        enter();
        Expression value = or();
        while (conditionals && tokens.skipName("if")) {
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? conditional(true) : null;
            value = new Expression.Conditional(test, value, otherwise);
        }
        leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        enter();
        Expression negated = new Expression.Not(not());
        leave();
        return negated;
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Operand> rest = new ArrayList<>();
        for (Optional<Relation> relation = relation(); relation.isPresent(); relation = relation()) {
            rest.add(new Expression.Operand(relation.get(), sum()));
        }
        return rest.isEmpty() ? first : new Expression.Comparison(first, rest);
    }

    /// The comparison that stands here, read; empty where there is none.
    private Optional<Relation> relation() {
        Token token = tokens.current();
        if (token.isName("not") && tokens.look().isName("in")) {
            tokens.next();
            tokens.next();
            return Optional.of(Relation.NOT_IN);
        }
        if (tokens.skipName("in")) {
            return Optional.of(Relation.IN);
        }
        if (token.kind() != Token.Kind.OPERATOR) {
            return Optional.empty();
        }
        Optional<Relation> relation =
                switch (token.text()) {
                    case "==" -> Optional.of(Relation.EQUAL);
                    case "!=" -> Optional.of(Relation.UNEQUAL);
                    case "<" -> Optional.of(Relation.LESS);
                    case "<=" -> Optional.of(Relation.LESS_OR_EQUAL);
                    case ">" -> Optional.of(Relation.GREATER);
                    case ">=" -> Optional.of(Relation.GREATER_OR_EQUAL);
                    case String _ -> Optional.empty();
                };
        relation.ifPresent(_ -> tokens.next());
        return relation;
    }

    private Expression sum() {
        Expression left = concatenation();
        while (true) {
            if (tokens.skipOperator("+")) {
                left = new Arithmetic(Operator.ADD, left, concatenation());
            } else if (tokens.skipOperator("-")) {
                left = new Arithmetic(Operator.SUBTRACT, left, concatenation());
            } else {
                return left;
            }
        }
    }

    private Expression concatenation() {
        Expression first = product();
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? first : new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (true) {
            if (tokens.skipOperator("*")) {
                left = new Arithmetic(Operator.MULTIPLY, left, power());
            } else if (tokens.skipOperator("/")) {
                left = new Arithmetic(Operator.DIVIDE, left, power());
            } else if (tokens.skipOperator("//")) {
                left = new Arithmetic(Operator.FLOOR_DIVIDE, left, power());
            } else if (tokens.skipOperator("%")) {
                left = new Arithmetic(Operator.MODULO, left, power());
            } else {
                return left;
            }
        }
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skipOperator("**")) {
            left = new Arithmetic(Operator.POWER, left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean filtered) {
        enter();
        Expression value;
        if (tokens.skipOperator("-")) {
            value = new Expression.Negative(unary(false));
        } else if (tokens.skipOperator("+")) {
            value = new Expression.Positive(unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        leave();
        return filtered ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> new Expression.Constant(Value.Str.of(strings(token)));
            case INTEGER -> new Expression.Constant(new Value.Int(integer(token.text())));
            case FLOAT -> new Expression.Constant(new Value.Real(Double.parseDouble(token.text())));
            case OPERATOR -> bracketed(token);
            case DATA, PRINT_BEGIN, PRINT_END, TAG_BEGIN, TAG_END, END -> throw unexpected(token);
        };
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(Value.Bool.TRUE);
            case "false", "False" -> new Expression.Constant(Value.Bool.FALSE);
            case "none", "None" -> new Expression.Constant(Value.None.NONE);
            case String variable -> new Expression.Name(variable);
        };
    }

    /// Strings that follow each other are one.
    private String strings(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.at(Token.Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return text.toString();
    }

    private static BigInteger integer(String digits) {
        int radix = digits.length() > 2 ? Numerals.radix(digits.charAt(1)) : 10;
        return new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                Expression inside = tuple(true, "", true);
                tokens.expectOperator(")");
                yield inside;
            }
            case "[" -> list();
            case "{" -> dict();
            case String _ -> throw unexpected(token);
        };
    }

    private static TemplateException unexpected(Token token) {
        return TokenStream.error("unexpected " + token.shown(), token.line());
    }

    private Expression list() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.atOperator("]")) {
            items.add(expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("]");
        return new Expression.ListLiteral(items);
    }

    private Expression dict() {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!tokens.atOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            pairs.add(new Expression.Pair(key, expression()));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expression.DictLiteral(pairs);
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            if (tokens.skipOperator(".")) {
                result = member(result);
            } else if (tokens.skipOperator("[")) {
                result = subscript(result);
            } else if (tokens.atOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression member(Expression of) {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> new Expression.Attribute(of, token.text());
            case INTEGER -> new Expression.Item(of, new Expression.Constant(new Value.Int(integer(token.text()))));
            case DATA, PRINT_BEGIN, PRINT_END, TAG_BEGIN, TAG_END, STRING, FLOAT, OPERATOR, END ->
                throw TokenStream.error("expected a name or number behind '.', got " + token.shown(), token.line());
        };
    }

    private Expression subscript(Expression of) {
        Expression start = tokens.atOperator(":") ? null : tuplePart();
        if (tokens.skipOperator(":")) {
            Expression stop = sliceBound();
            Expression step = tokens.skipOperator(":") ? sliceBound() : null;
            tokens.expectOperator("]");
            return new Expression.Slice(of, start, stop, step);
        }
        List<Expression> indices = new ArrayList<>();
        if (start != null) {
            indices.add(start);
        }
        boolean tuple = false;
        while (tokens.skipOperator(",")) {
            tuple = true;
            indices.add(expression());
        }
        tokens.expectOperator("]");
        return new Expression.Item(of, tuple ? new Expression.TupleLiteral(indices) : indices.getFirst());
    }

    private Expression tuplePart() {
        if (tokens.atOperator("]")) {
            throw tokens.error("expected an index, got ']'");
        }
        return expression();
    }

    private @Nullable Expression sliceBound() {
        return tokens.atOperator(":") || tokens.atOperator("]") ? null : expression();
    }

    private Expression filtersAndTests(Expression value) {
        Expression result = value;
        while (true) {
            if (tokens.atOperator("|")) {
                tokens.next();
                result = new Expression.Filtered(result, filter());
            } else if (tokens.skipName("is")) {
                result = test(result);
            } else if (tokens.atOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    /// The name and arguments of a filter, behind its `|`.
    Expression.Filter filter() {
        String name = dottedName("a filter");
        return new Expression.Filter(name, tokens.atOperator("(") ? arguments() : CallArguments.NONE);
    }

    /// The filters behind a block's tag, `|` before each.
    List<Expression.Filter> filters() {
        List<Expression.Filter> filters = new ArrayList<>();
        while (tokens.skipOperator("|")) {
            filters.add(filter());
        }
        return filters;
    }

    private Expression test(Expression of) {
        boolean negated = tokens.skipName("not");
        String name = dottedName("a test");
        CallArguments arguments = CallArguments.NONE;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (startsOperand()) {
            if (tokens.current().isName("is")) {
                throw tokens.error("a value cannot be tested twice with 'is'; combine tests with 'and'");
            }
            Expression operand = postfix(primary());
            arguments = new CallArguments(List.of(operand), List.of(), null, null);
        }
        Expression test = new Expression.Test(of, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean startsOperand() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> !(token.isName("else") || token.isName("or") || token.isName("and"));
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            case DATA, PRINT_BEGIN, PRINT_END, TAG_BEGIN, TAG_END, END -> false;
        };
    }

    private String dottedName(String what) {
        StringBuilder name =
                new StringBuilder(tokens.expect(Token.Kind.NAME, what).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Token.Kind.NAME, what).text());
        }
        return name.toString();
    }

    private CallArguments arguments() {
        int line = tokens.current().line();
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Expression.Named> named = new ArrayList<>();
        Expression spread = null;
        Expression spreadNamed = null;
        boolean first = true;
        while (!tokens.atOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.atOperator(")")) {
                    break;
                }
            }
            first = false;
            boolean inOrder;
            if (tokens.skipOperator("*")) {
                inOrder = spread == null && spreadNamed == null;
                spread = expression();
            } else if (tokens.skipOperator("**")) {
                inOrder = spreadNamed == null;
                spreadNamed = expression();
            } else if (tokens.at(Token.Kind.NAME) && tokens.look().isOperator("=")) {
                inOrder = spreadNamed == null;
                String name = tokens.next().text();
                tokens.next();
                named.add(new Expression.Named(name, expression()));
            } else {
                inOrder = spread == null && spreadNamed == null && named.isEmpty();
                positional.add(expression());
            }
            if (!inOrder) {
                throw TokenStream.error("arguments must come by position first, then by name", line);
            }
        }
        tokens.expectOperator(")");
        return new CallArguments(positional, named, spread, spreadNamed);
    }
}
