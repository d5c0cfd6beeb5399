package dev.poise.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/// A template comes from a stranger: it must not read anything, run for ever, or fill the memory.
final class TemplateLimitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /// A tenth of the usual, for the tests' time.
    private static final Limits LIMITS = new Limits(500_000, 64 << 20, 4 << 20, 200);

    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 3, 9, 5);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'a' * 10**9 }}",
                "{{ [1] * 10**9 }}",
                "{{ 10**(10**10) }}",
                "{{ 2**(10**9) }}",
                "{% set n = namespace(x=3) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(x) %}{{ [m(x), m(x)] }}{% endmacro %}{{ m(1) }}",
                "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(9) %}x{% endfor %}{% endfor %}"
                        + "{% endfor %}",
                "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
                "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
                "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
                "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
                        + "{{ n.x|tojson }}",
                "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}"
                        + "{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
                "{% set n = namespace(x=(1,)) %}{% for i in range(99) %}{% set n.x = (n.x, n.x) %}{% endfor %}"
                        + "{{ {n.x: 1} }}",
                "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
                "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}"
                        + "{{ n.x|tojson }}",
                "{{ range(10**9) }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '%.999999999f' % 1.5 }}",
                "{{ '%*d' % (10**9, 1) }}",
                "{{ '{:999999999}'.format(1) }}",
                "{{ '{:.999999999f}'.format(1.5) }}",
                "{{ 'a'.center(10**9) }}",
                "{{ 'a'|center(10**9) }}",
                "{{ 'a'.zfill(10**9) }}",
                "{{ '\t'.expandtabs(10**9) }}",
                "{{ ('a\n' * 99)|indent(10**9) }}",
                "{{ [1]|tojson(indent=10**9) }}",
                "{{ [1]|batch(10**9, 0)|list }}",
                "{{ [1]|slice(10**9)|list }}",
                "{{ 1.5|round(10**9) }}",
                "{{ ('a' * 99999).replace('', 'b' * 99999) }}",
                "{{ ('b' * 99999).join('a' * 99999) }}",
                "{% for n in [[]] recursive %}{{ loop([n]) }}{% endfor %}",
                "{% set n = namespace() %}{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}",
                "{% for i in range(99999) %}{{ 'a' * 9999 }}{% endfor %}",
                "{{ strftime_now('%c' * 99999999) }}"
            })
    void stopsWhatAsksForTooMuch(String template) {
        TemplateException refused = Assertions.assertTimeoutPreemptively(
                PATIENCE, () -> catchThrowableOfType(TemplateException.class, () -> render(template)));
        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(TemplateException.Kind.LIMIT);
    }

    @ParameterizedTest
    @CsvSource({"(,)", "[,]", "{1:,}", "'not ',''", "-,''", "a[,]", "a(,)", "'1 if 2 else ',''", "a|d(,)"})
    void refusesExpressionsThatNestTooDeep(String open, String close) {
        String template = "{{ " + open.repeat(100_000) + "1" + close.repeat(100_000) + " }}";
        TemplateException refused = catchThrowableOfType(TemplateException.class, () -> Template.parse(template));
        assertThat(refused.kind()).isEqualTo(TemplateException.Kind.SYNTAX);
        assertThat(refused.problem()).contains("nests");
    }

    @Test
    void refusesStatementsThatNestTooDeep() {
        TemplateException refused =
                catchThrowableOfType(TemplateException.class, () -> Template.parse("{% if 1 %}".repeat(100_000)));
        assertThat(refused.problem()).contains("nests");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+ 1", "~ 1", "or 0", "and 1", "* 1", "== 1", "|int", "if 1 else 0"})
    void takesLongChains(String link) {
        String template = "{{ 1 " + (link + " ").repeat(150) + "}}";
        assertThat(render(template)).isNotEmpty();
    }

    @Test
    void longChainsEndInAnErrorAtWorst() {
        for (String link : new String[] {"+ 1", "or 0", "and 1", "|int", ".a", "[0]", "()", "is odd"}) {
            Throwable thrown = catchThrowable(() -> render("{{ 1 " + (link + " ").repeat(20_000) + "}}"));
            assertThat(thrown == null || thrown instanceof TemplateException)
                    .as(link)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% include '/etc/passwd' %}",
                "{% import 'os' as os %}",
                "{% from 'os' import path %}",
                "{% extends 'base' %}"
            })
    void refusesOtherTemplatesByName(String template) {
        TemplateException refused = catchThrowableOfType(TemplateException.class, () -> Template.parse(template));
        assertThat(refused.kind()).isEqualTo(TemplateException.Kind.SYNTAX);
        assertThat(refused.problem()).contains("a chat template stands alone");
    }

    @Test
    void theUsualLimitsEndALoopWithinSeconds() {
        Template endless =
                Template.parse("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
        TemplateException refused = Assertions.assertTimeoutPreemptively(
                PATIENCE,
                () -> catchThrowableOfType(
                        TemplateException.class, () -> endless.render(JsonNodeFactory.instance.objectNode(), NOW)));
        assertThat(refused).hasMessage("template line 1: takes more than 5000000 steps");
    }

    @Test
    void holdsTheLimitsThatAreGiven() {
        Limits few = new Limits(50, 1000, 20, 5);
        assertThat(Template.parse("{{ 'ab' * 5 }}")
                        .render(JsonNodeFactory.instance.objectNode(), NOW, few)
                        .text())
                .hasSize(10);
        assertThat(kind("{{ 'ab' * 11 }}", few)).isEqualTo("writes more than 20 characters");
        assertThat(kind("{% set x = 'ab' * 999 %}", few)).isEqualTo("makes values of more than 1000 bytes in all");
        assertThat(kind("{% for i in range(99) %}{% endfor %}", few)).isEqualTo("takes more than 50 steps");
        assertThat(kind("{{ [[[[[[1]]]]]] }}", few)).isEqualTo("nests calls or values more than 5 deep");
    }

    private static String kind(String template, Limits limits) {
        return catchThrowableOfType(TemplateException.class, () -> Template.parse(template)
                        .render(JsonNodeFactory.instance.objectNode(), NOW, limits))
                .problem();
    }

    private static String render(String template) {
        return Template.parse(template)
                .render(JsonNodeFactory.instance.objectNode(), NOW, LIMITS)
                .text();
    }
}
