package dev.poise.template;

/// Something that an expression cannot do. Where it stands in the template is added by the statement around it.
final class Fault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TemplateException.Kind kind;
    private final String problem;

    private Fault(TemplateException.Kind kind, String problem) {
        super(problem, null, false, false);
        this.kind = kind;
        this.problem = problem;
    }

    static Fault of(String problem) {
        return new Fault(TemplateException.Kind.EVALUATION, problem);
    }

    static Fault limit(String problem) {
        return new Fault(TemplateException.Kind.LIMIT, problem);
    }

    static Fault raised(String problem) {
        return new Fault(TemplateException.Kind.RAISED, problem);
    }

    TemplateException at(int line) {
        return new TemplateException(kind, line, problem);
    }
}
