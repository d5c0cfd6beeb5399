package dev.poise.template;

import dev.poise.template.Statement.Body;
import dev.poise.template.Statement.Parameter;
import dev.poise.template.Statement.Signature;
import dev.poise.template.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads statements.
final class Parser {

    private static final Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    /// Loops around the statement that is read, within the same macro.
    private int loops;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /// @throws TemplateException when the text is no template, or asks for another one
    static Body parse(String template) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(template)));
        return parser.body(Set.of());
    }

    /// Statements up to a tag of one of these names; the name is not read.
    private Body body(Set<String> ends) {
        List<Statement> statements = new ArrayList<>();
        while (!tokens.at(Token.Kind.END)) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.line(), token.text()));
                case PRINT_BEGIN -> {
                    statements.add(new Statement.Print(token.line(), expressions.tuple(true, "")));
                    tokens.expect(Token.Kind.PRINT_END, "'}}'");
                }
                case TAG_BEGIN -> {
                    if (tokens.at(Token.Kind.NAME)
                            && ends.contains(tokens.current().text())) {
                        return new Body(statements);
                    }
                    statements.add(statement());
                    tokens.expect(Token.Kind.TAG_END, "'%}'");
                }
                case PRINT_END, TAG_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END ->
                    throw TokenStream.error("unexpected " + token.shown(), token.line());
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.error(
                    "a tag is not closed: expected " + ends.stream().sorted().toList());
        }
        return new Body(statements);
    }

    /// The rest of a tag, and what stands behind it up to the end tag, which is read.
    private Body blockOf(String end) {
        Body body = bodyBehindTag(Set.of(end));
        tokens.next();
        return body;
    }

    private Body bodyBehindTag(Set<String> ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Kind.TAG_END, "'%}'");
        expressions.enter();
        Body body = body(ends);
        expressions.leave();
        return body;
    }

    private Statement statement() {
        Token tag = tokens.expect(Token.Kind.NAME, "the name of a tag");
        int line = tag.line();
        return switch (tag.text()) {
            case "if" -> ifStatement(line);
            case "for" -> forStatement(line);
            case "set" -> set(line);
            case "with" -> with(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "filter" -> filterBlock(line);
            case "generation" -> new Statement.Generation(line, ownBlockOf("endgeneration"));
            case "block" -> block(line);
            case "print" -> print(line);
            case "break" -> {
                requireLoop(tag);
                yield new Statement.Break(line);
            }
            case "continue" -> {
                requireLoop(tag);
                yield new Statement.Continue(line);
            }
            case "include", "import", "from", "extends" ->
                throw TokenStream.error(
                        "'" + tag.text() + "' asks for another template, and a chat template stands alone", line);
            case "autoescape" ->
                throw TokenStream.error("'autoescape' is not supported; chat templates escape nothing", line);
            case String unknown -> throw TokenStream.error("unknown tag '" + unknown + "'", line);
        };
    }

    private Statement print(int line) {
        List<Expression> values = new ArrayList<>();
        do {
            values.add(expressions.expression());
        } while (tokens.skipOperator(","));
        return new Statement.Print(line, new Expression.Concatenation(values));
    }

    private void requireLoop(Token tag) {
        if (loops == 0) {
            throw TokenStream.error("'" + tag.text() + "' must stand in a loop", tag.line());
        }
    }

    private Statement ifStatement(int line) {
        List<Statement.Branch> branches = new ArrayList<>();
        Body otherwise = new Body(List.of());
        while (true) {
            Expression test = expressions.tuple(false, "");
            branches.add(new Statement.Branch(test, bodyBehindTag(Set.of("elif", "else", "endif"))));
            String end = tokens.next().text();
            if (end.equals("else")) {
                otherwise = blockOf("endif");
            }
            if (!end.equals("elif")) {
                return new Statement.If(line, branches, otherwise);
            }
        }
    }

    private Statement forStatement(int line) {
        Target target = target(false, "in");
        tokens.expectName("in");
        Expression items = expressions.tuple(false, "recursive");
        Expression test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        Body body = bodyBehindTag(Set.of("endfor", "else"));
        loops--;
        boolean hasElse = tokens.next().isName("else");
        Body otherwise = hasElse ? blockOf("endfor") : new Body(List.of());
        return new Statement.For(line, target, items, test, recursive, body, otherwise);
    }

    private Statement set(int line) {
        Target target = target(true, "");
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(line, target, expressions.tuple(true, ""));
        }
        List<Expression.Filter> filters = expressions.filters();
        return new Statement.AssignBlock(line, target, filters, blockOf("endset"));
    }

    private Statement with(int line) {
        List<Statement.Binding> bindings = new ArrayList<>();
        while (!tokens.at(Token.Kind.TAG_END)) {
            if (!bindings.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = target(false, "");
            tokens.expectOperator("=");
            bindings.add(new Statement.Binding(target, expressions.expression()));
        }
        return new Statement.With(line, bindings, blockOf("endwith"));
    }

    private Statement macro(int line) {
        String name = variable();
        List<Parameter> parameters = parameters();
        Body body = ownBlockOf("endmacro");
        return new Statement.Macro(line, name, signature(parameters, body), body);
    }

    private Statement callBlock(int line) {
        List<Parameter> parameters = tokens.atOperator("(") ? parameters() : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw TokenStream.error("'call' must be followed by a call such as name()", line);
        }
        Body body = ownBlockOf("endcall");
        return new Statement.CallBlock(line, signature(parameters, body), call, body);
    }

    /// A block that runs on its own, so that loops around it cannot be left from within.
    private Body ownBlockOf(String end) {
        int around = loops;
        loops = 0;
        Body body = blockOf(end);
        loops = around;
        return body;
    }

    private static Signature signature(List<Parameter> parameters, Body body) {
        Set<String> names = Names.readIn(body);
        return new Signature(parameters, names.contains("caller"), names.contains("varargs"), names.contains("kwargs"));
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.atOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = variable();
            if (tokens.skipOperator("=")) {
                parameters.add(new Parameter(name, expressions.expression()));
            } else if (!parameters.isEmpty() && parameters.getLast().otherwise() != null) {
                throw tokens.error("a parameter with a default must not be followed by one without");
            } else if (name.equals("caller")) {
                throw tokens.error("the parameter 'caller' must have a default");
            } else {
                parameters.add(new Parameter(name, null));
            }
        }
        tokens.next();
        return parameters;
    }

    private Statement filterBlock(int line) {
        List<Expression.Filter> filters = new ArrayList<>(List.of(expressions.filter()));
        filters.addAll(expressions.filters());
        return new Statement.FilterBlock(line, filters, blockOf("endfilter"));
    }

    private Statement block(int line) {
        Token name = tokens.expect(Token.Kind.NAME, "the block's name");
        boolean scoped = tokens.skipName("scoped");
        Body body = ownBlockOf("endblock");
        tokens.skipName(name.text());
        return new Statement.Block(line, scoped, body);
    }

    private String variable() {
        String name = tokens.expect(Token.Kind.NAME, "a name").text();
        if (CONSTANTS.contains(name)) {
            throw tokens.error("'" + name + "' cannot be assigned to");
        }
        return name;
    }

    /// A target, or several without brackets.
    ///
    /// @param members whether members of namespaces may be assigned to
    /// @param end a name that ends the target, or an empty text
    private Target target(boolean members, String end) {
        List<Target> parts = new ArrayList<>();
        boolean several = false;
        while (!tokens.at(Token.Kind.TAG_END)
                && !tokens.atOperator(")")
                && (end.isEmpty() || !tokens.current().isName(end))) {
            parts.add(part(members));
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (parts.isEmpty()) {
            throw tokens.error(
                    "expected a name to assign to, got " + tokens.current().shown());
        }
        return several ? new Target.Unpacked(parts) : parts.getFirst();
    }

    private Target part(boolean members) {
        if (tokens.skipOperator("(")) {
            expressions.enter();
            Target inside = target(false, "");
            tokens.expectOperator(")");
            expressions.leave();
            return inside;
        }
        String name = variable();
        if (members && tokens.skipOperator(".")) {
            return new Target.Member(
                    name, tokens.expect(Token.Kind.NAME, "a member's name").text());
        }
        return new Target.Variable(name);
    }
}
