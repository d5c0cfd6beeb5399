package dev.poise.template;

/// Names of types, as errors give them.
final class Types {

    private Types() {}

    /// The type's name in Python.
    static String name(Value value) {
        return switch (value) {
            case Value.Str _ -> "str";
            case Value.Int _ -> "int";
            case Value.Real _ -> "float";
            case Value.Bool _ -> "bool";
            case Value.None _ -> "NoneType";
            case Value.Undefined _ -> "Undefined";
            case Value.Items items -> items.tuple() ? "tuple" : "list";
            case Value.Dict _ -> "dict";
            case Value.View view -> view.part().type();
            case Value.Range _ -> "range";
            case Value.Stream _ -> "generator";
            case Value.Namespace _ -> "Namespace";
            case Value.Thing thing -> thing.type();
        };
    }
}
