package dev.poise.template;

import dev.poise.template.Expression.CallArguments;
import dev.poise.template.Statement.Body;
import dev.poise.template.Statement.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which names expressions read and targets assign.
final class Names {

    private Names() {}

    /// All names that statements read, those in their blocks included.
    static Set<String> readIn(Body body) {
        Set<String> names = new HashSet<>();
        readIn(body, names::add);
        return names;
    }

    private static void readIn(Body body, Consumer<String> reader) {
        for (Statement statement : body.statements()) {
            directly(statement, reader);
            switch (statement) {
                case Statement.If choice -> {
                    choice.branches().forEach(branch -> {
                        read(branch.test(), reader);
                        readIn(branch.body(), reader);
                    });
                    readIn(choice.otherwise(), reader);
                }
                case Statement.For loop -> {
                    read(loop.test(), reader);
                    readIn(loop.body(), reader);
                    readIn(loop.otherwise(), reader);
                }
                case Statement.AssignBlock block -> readIn(block.body(), reader);
                case Statement.With with -> readIn(with.body(), reader);
                case Statement.Macro macro -> {
                    macro.signature().parameters().forEach(parameter -> read(parameter.otherwise(), reader));
                    readIn(macro.body(), reader);
                }
                case Statement.CallBlock block -> readIn(block.body(), reader);
                case Statement.FilterBlock block -> readIn(block.body(), reader);
                case Statement.Generation generation -> readIn(generation.body(), reader);
                case Statement.Block block -> readIn(block.body(), reader);
                case Statement.Data _,
                        Statement.Print _,
                        Statement.Assign _,
                        Statement.Break _,
                        Statement.Continue _ -> {}
            }
        }
    }

    /// The names that a statement reads in the scope where it stands, blocks and the tests of `if` not included.
    static void directly(Statement statement, Consumer<String> reader) {
        switch (statement) {
            case Statement.Print print -> read(print.value(), reader);
            case Statement.For loop -> read(loop.items(), reader);
            case Statement.Assign assign -> {
                read(assign.value(), reader);
                namespaces(assign.target(), reader);
            }
            case Statement.AssignBlock block -> {
                block.filters().forEach(filter -> read(filter.arguments(), reader));
                namespaces(block.target(), reader);
            }
            case Statement.With with -> with.bindings().forEach(binding -> read(binding.value(), reader));
            case Statement.CallBlock block -> read(block.call(), reader);
            case Statement.FilterBlock block -> block.filters().forEach(filter -> read(filter.arguments(), reader));
            case Statement.Data _,
                    Statement.If _,
                    Statement.Macro _,
                    Statement.Generation _,
                    Statement.Block _,
                    Statement.Break _,
                    Statement.Continue _ -> {}
        }
    }

    /// The variables that a target assigns.
    static Stream<String> assigned(Target target) {
        return switch (target) {
            case Target.Variable(String name) -> Stream.of(name);
            case Target.Member _ -> Stream.empty();
            case Target.Unpacked(List<Target> parts) -> parts.stream().flatMap(Names::assigned);
        };
    }

    /// The namespaces whose members a target assigns: those variables are read.
    private static void namespaces(Target target, Consumer<String> reader) {
        switch (target) {
            case Target.Variable _ -> {}
            case Target.Member member -> reader.accept(member.namespace());
            case Target.Unpacked(List<Target> parts) -> parts.forEach(part -> namespaces(part, reader));
        }
    }

    /// The names that an expression reads.
    static void read(@Nullable Expression expression, Consumer<String> reader) {
        switch (expression) {
            case null -> {}
            case Expression.Constant _ -> {}
            case Expression.Name(String name) -> reader.accept(name);
            case Expression.TupleLiteral(List<Expression> items) -> readAll(items, reader);
            case Expression.ListLiteral(List<Expression> items) -> readAll(items, reader);
            case Expression.DictLiteral(List<Expression.Pair> pairs) ->
                pairs.forEach(pair -> {
                    read(pair.key(), reader);
                    read(pair.value(), reader);
                });
            case Expression.Attribute attribute -> read(attribute.of(), reader);
            case Expression.Item item -> {
                read(item.of(), reader);
                read(item.index(), reader);
            }
            case Expression.Slice slice -> {
                read(slice.of(), reader);
                read(slice.start(), reader);
                read(slice.stop(), reader);
                read(slice.step(), reader);
            }
            case Expression.Call call -> {
                read(call.function(), reader);
                read(call.arguments(), reader);
            }
            case Expression.Filtered filtered -> {
                read(filtered.of(), reader);
                read(filtered.filter().arguments(), reader);
            }
            case Expression.Test test -> {
                read(test.of(), reader);
                read(test.arguments(), reader);
            }
            case Expression.Not not -> read(not.operand(), reader);
            case Expression.Negative negative -> read(negative.operand(), reader);
            case Expression.Positive positive -> read(positive.operand(), reader);
            case Expression.Arithmetic arithmetic -> {
                read(arithmetic.left(), reader);
                read(arithmetic.right(), reader);
            }
            case Expression.Concatenation(List<Expression> parts) -> readAll(parts, reader);
            case Expression.And and -> {
                read(and.left(), reader);
                read(and.right(), reader);
            }
            case Expression.Or or -> {
                read(or.left(), reader);
                read(or.right(), reader);
            }
            case Expression.Comparison comparison -> {
                read(comparison.first(), reader);
                comparison.rest().forEach(operand -> read(operand.value(), reader));
            }
            case Expression.Conditional conditional -> {
                read(conditional.test(), reader);
                read(conditional.then(), reader);
                read(conditional.otherwise(), reader);
            }
        }
    }

    private static void readAll(List<Expression> expressions, Consumer<String> reader) {
        expressions.forEach(expression -> read(expression, reader));
    }

    private static void read(CallArguments arguments, Consumer<String> reader) {
        readAll(arguments.positional(), reader);
        arguments.named().forEach(named -> read(named.value(), reader));
        read(arguments.spread(), reader);
        read(arguments.spreadNamed(), reader);
    }
}
