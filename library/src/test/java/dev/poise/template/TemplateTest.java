package dev.poise.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

final class TemplateTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 3, 9, 5);

    @Test
    void neverReadsAValueAsATemplate() {
        String said = "{{ 7 * 7 }}{% for x in [1] %}{{ x }}{% endfor %}{# gone #}";
        ObjectNode variables = JsonNodeFactory.instance.objectNode().put("said", said);
        Template template = Template.parse("{{ said }}|{{ said|trim }}|{% set x = said %}{{ x ~ '' }}");
        assertThat(template.render(variables, NOW).text()).isEqualTo(said + "|" + said + "|" + said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{ a.b }}; 1; 'a' is undefined",
                "x\\n{% if 1 %}\\n{{ 'a' + 1 }}{% endif %}; 3; '+' does not go with str and int",
                "\\n\\n{% endif %}; 3; unknown tag 'endif'",
                "x\\n{{ (1 }}; 2; unexpected '}'",
                "{{ x | no }}; 1; there is no filter 'no'",
                "{{ 1 is no }}; 1; there is no test 'no'",
                "{{ 1\\n + }}; 2; unexpected '}}'",
                "{% macro m() %}\\n{{ raise_exception('why') }}{% endmacro %}{{ m() }}; 2; why",
                "{% for x in [1] %}\\n\\n{{ x.append(1) }}{% endfor %}; 3; has no attribute 'append'",
                "{{ [1].append(2) }}; 1; 'append' would change a list; build a new one with '+'",
                "{% set m.x = 1 %}; 1; must be a namespace",
                "{{ {}|tojson(1, 2, 3, 4, 5) }}; 1; tojson takes at most 4 arguments",
                "{{ 'a'|replace('b') }}; 1; replace needs its argument 'new'"
            },
            quoteCharacter = '^')
    void saysWhereAndWhat(String template, int line, String problem) {
        assertThatThrownBy(() -> Template.parse(template.replace("\\n", "\n"))
                        .render(JsonNodeFactory.instance.objectNode(), NOW))
                .isInstanceOfSatisfying(TemplateException.class, e -> {
                    assertThat(e.line()).isEqualTo(line);
                    assertThat(e.problem()).contains(problem);
                    assertThat(e).hasMessage("template line " + line + ": " + e.problem());
                });
    }

    @Test
    void tellsWhereItCannotPlaceWhatTheAssistantSays() {
        String inMacro = "{% macro m() %}a{% generation %}b{% endgeneration %}{% endmacro %}{{ m() }}";
        Rendering rendering = Template.parse(inMacro).render(JsonNodeFactory.instance.objectNode(), NOW);
        assertThat(rendering.text()).isEqualTo("ab");
        assertThat(rendering.misplaced()).isTrue();
        assertThat(rendering.generations()).isEmpty();
        String within = "x{% generation %}a{% generation %}b{% endgeneration %}{% endgeneration %}";
        assertThat(Template.parse(within).render(JsonNodeFactory.instance.objectNode(), NOW))
                .isEqualTo(new Rendering("xab", java.util.List.of(new Rendering.Span(1, 3)), false));
    }

    @Test
    void tellsTheTimeItIsGiven() {
        assertThat(Template.parse("{{ strftime_now('%d %b %Y') }}")
                        .render(JsonNodeFactory.instance.objectNode(), NOW)
                        .text())
                .isEqualTo("03 Jul 2024");
    }
}
