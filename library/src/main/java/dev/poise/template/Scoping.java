package dev.poise.template;

import dev.poise.template.Statement.Body;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which names a block hides from the start.
///
/// Jinja decides before it renders where a name lives. A name that a block assigns, always and before it reads
/// it, is the block's own from its beginning: a loop that stands before the assignment finds it undefined, even
/// where the input has a variable of that name. A name that is read first, or assigned in a branch only, is
/// looked for further out until it is assigned.
final class Scoping {

    private final IdentityHashMap<Body, Set<String>> hidden = new IdentityHashMap<>();

    private Scoping() {}

    /// The scopes of a whole template.
    static Scoping of(Body template) {
        Scoping scoping = new Scoping();
        scoping.scope(template, null, Stream.empty());
        return scoping;
    }

    /// The names that a block with a scope of its own hides until it assigns them.
    Set<String> hidden(Body body) {
        return hidden.getOrDefault(body, Set.of());
    }

    /// The names that a block knows.
    ///
    /// @param known read or assigned in the block
    /// @param assigned assigned in the block
    /// @param own hidden from the start
    private record Symbols(@Nullable Symbols parent, Set<String> known, Set<String> assigned, Set<String> own) {

        Symbols(@Nullable Symbols parent) {
            this(parent, new HashSet<>(), new HashSet<>(), new HashSet<>());
        }

        boolean knows(String name) {
            return known.contains(name) || (parent != null && parent.knows(name));
        }

        void read(String name) {
            if (!knows(name)) {
                known.add(name);
            }
        }

        void declare(String name) {
            assigned.add(name);
            known.add(name);
        }

        void assign(String name) {
            assigned.add(name);
            if (!known.contains(name) && (parent == null || !parent.knows(name))) {
                own.add(name);
            }
            known.add(name);
        }

        Symbols branch() {
            return new Symbols(parent, new HashSet<>(known), new HashSet<>(assigned), new HashSet<>(own));
        }

        /// Takes over what a branch knows; what it assigns may not have been assigned, so it is not the block's
        /// own.
        void join(Symbols branch) {
            known.addAll(branch.known);
            assigned.addAll(branch.assigned);
        }
    }

    private void scope(Body body, @Nullable Symbols parent, Stream<String> parameters) {
        Symbols symbols = new Symbols(parent);
        parameters.forEach(symbols::declare);
        visit(body, symbols);
        hidden.put(body, symbols.own);
        within(body, symbols);
    }

    private static void visit(Body body, Symbols symbols) {
        for (Statement statement : body.statements()) {
            Names.directly(statement, symbols::read);
            switch (statement) {
                case Statement.If choice -> branches(choice, symbols);
                case Statement.Assign assign -> Names.assigned(assign.target()).forEach(symbols::assign);
                case Statement.AssignBlock block ->
                    Names.assigned(block.target()).forEach(symbols::assign);
                case Statement.Macro macro -> symbols.assign(macro.name());
                case Statement.Data _,
                        Statement.Print _,
                        Statement.For _,
                        Statement.With _,
                        Statement.CallBlock _,
                        Statement.FilterBlock _,
                        Statement.Generation _,
                        Statement.Block _,
                        Statement.Break _,
                        Statement.Continue _ -> {}
            }
        }
    }

    private static void branches(Statement.If choice, Symbols symbols) {
        Names.read(choice.branches().getFirst().test(), symbols::read);
        Symbols before = symbols.branch();
        for (Statement.Branch branch : choice.branches()) {
            Symbols inside = before.branch();
            Names.read(branch.test(), inside::read);
            visit(branch.body(), inside);
            symbols.join(inside);
        }
        Symbols inside = before.branch();
        visit(choice.otherwise(), inside);
        symbols.join(inside);
    }

    /// Goes into the blocks of statements that have scopes of their own.
    private void within(Body body, Symbols symbols) {
        for (Statement statement : body.statements()) {
            switch (statement) {
                case Statement.If choice -> {
                    choice.branches().forEach(branch -> within(branch.body(), symbols));
                    within(choice.otherwise(), symbols);
                }
                case Statement.For loop -> {
                    scope(loop.body(), symbols, Stream.concat(Stream.of("loop"), Names.assigned(loop.target())));
                    scope(loop.otherwise(), symbols, Stream.empty());
                }
                case Statement.AssignBlock block -> scope(block.body(), symbols, Stream.empty());
                case Statement.With with ->
                    scope(
                            with.body(),
                            symbols,
                            with.bindings().stream().flatMap(binding -> Names.assigned(binding.target())));
                case Statement.Macro macro -> scope(macro.body(), symbols, parameters(macro.signature()));
                case Statement.CallBlock block -> scope(block.body(), symbols, parameters(block.signature()));
                case Statement.FilterBlock block -> scope(block.body(), symbols, Stream.empty());
                case Statement.Generation generation -> scope(generation.body(), symbols, Stream.empty());
                case Statement.Block block -> scope(block.body(), block.scoped() ? symbols : null, Stream.empty());
                case Statement.Data _,
                        Statement.Print _,
                        Statement.Assign _,
                        Statement.Break _,
                        Statement.Continue _ -> {}
            }
        }
    }

    private static Stream<String> parameters(Statement.Signature signature) {
        return Stream.concat(
                signature.parameters().stream().map(Statement.Parameter::name),
                Stream.of("caller", "varargs", "kwargs"));
    }
}
