package dev.poise.template;

import dev.poise.template.Expression.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What writes, decides, repeats or assigns.
sealed interface Statement {

    /// One-based line of the template.
    int line();

    /// Statements in a scope of their own, or of the statement that holds them.
    record Body(List<Statement> statements) {}

    /// Text that stands for itself.
    record Data(int line, String text) implements Statement {}

    record Print(int line, Expression value) implements Statement {}

    /// The first branch whose test holds. Branches share the scope around them.
    record If(int line, List<Branch> branches, Body otherwise) implements Statement {}

    record Branch(Expression test, Body body) {}

    /// The body once an item.
    ///
    /// @param test which items count; null for all
    /// @param otherwise what is done where no turn of the body came to its end
    record For(
            int line,
            Target target,
            Expression items,
            @Nullable Expression test,
            boolean recursive,
            Body body,
            Body otherwise)
            implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Assign(int line, Target target, Expression value) implements Statement {}

    /// `{% set target | filters %}body{% endset %}`
    record AssignBlock(int line, Target target, List<Filter> filters, Body body) implements Statement {}

    record With(int line, List<Binding> bindings, Body body) implements Statement {}

    record Binding(Target target, Expression value) {}

    record Macro(int line, String name, Signature signature, Body body) implements Statement {}

    /// What a macro takes.
    ///
    /// @param takesCaller whether the body asks for the block that calls it
    /// @param takesMore whether the body asks for positional arguments beyond the parameters
    /// @param takesMoreNamed the same of named arguments
    record Signature(List<Parameter> parameters, boolean takesCaller, boolean takesMore, boolean takesMoreNamed) {}

    record Parameter(String name, @Nullable Expression otherwise) {}

    /// `{% call(signature) call %}body{% endcall %}`
    record CallBlock(int line, Signature signature, Expression.Call call, Body body) implements Statement {}

    record FilterBlock(int line, List<Filter> filters, Body body) implements Statement {}

    /// `{% generation %}`: what the assistant says, and what training counts.
    record Generation(int line, Body body) implements Statement {}

    /// `{% block %}`, which without inheritance stands where it is.
    ///
    /// @param scoped whether it sees the variables of loops around it
    record Block(int line, boolean scoped, Body body) implements Statement {}

    /// What is assigned to.
    sealed interface Target {

        record Variable(String name) implements Target {}

        /// `namespace.name`
        record Member(String namespace, String name) implements Target {}

        record Unpacked(List<Target> parts) implements Target {}
    }
}
