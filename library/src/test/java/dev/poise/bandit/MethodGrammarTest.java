package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.poise.bandit.BestOfN.Push;
import dev.poise.bandit.Penalty.Form;
import dev.poise.objective.Dpo;
import dev.poise.objective.Ipo;
import dev.poise.objective.Normalise;
import org.junit.jupiter.api.Test;

final class MethodGrammarTest {

    @Test
    void everyNameIsAMethod() {
        assertThat(MethodGrammar.names())
                .containsExactly(
                        "best-of-n", "dpo", "grpo", "ipo", "ppo", "pref-ft", "reinforce", "rest", "rloo", "rwr");
        assertThat(MethodGrammar.names().stream().map(MethodGrammar::parse)).doesNotHaveDuplicates();
    }

    @Test
    void optionsAndDefaults() {
        assertThat(MethodGrammar.parse("dpo:beta=0.3:threshold=.2")).isEqualTo(new Pairwise(new Dpo(.3, 0), .2));
        assertThat(MethodGrammar.parse("IPO")).isEqualTo(new Pairwise(new Ipo(.05, Normalise.NONE), 0));
        assertThat(MethodGrammar.parse("best-of-n:push=worst")).isEqualTo(new BestOfN(Push.WORST, .05));
        assertThat(MethodGrammar.parse("pref-ft:threshold=1")).isEqualTo(new PreferredOnly(1));
        assertThat(MethodGrammar.parse("rwr:beta=2")).isEqualTo(new RewardWeighted(2));
        assertThat(MethodGrammar.parse("rest:keep=.5")).isEqualTo(new Filtered(.5));
        assertThat(MethodGrammar.parse("reinforce:advantage=leave-one-out"))
                .isEqualTo(MethodGrammar.parse("rloo"))
                .isEqualTo(new PolicyGradient(Advantage.LEAVE_ONE_OUT, Penalty.NONE));
        assertThat(MethodGrammar.parse("ppo:clip=.1:kl=.01:kl-by=score"))
                .isEqualTo(new Clipped(.1, Advantage.RUNNING, new Penalty(.01, Form.SCORE)));
        assertThat(MethodGrammar.parse("grpo")).isEqualTo(new Clipped(.2, Advantage.STATE, Penalty.NONE));
    }

    @Test
    void saysWhatWouldBeLegal() {
        refused(
                "dp",
                "method must be one of best-of-n, dpo, grpo, ipo, ppo, pref-ft, reinforce, rest, rloo, rwr, got dp");
        refused("dpo:tau=1", "options of dpo must be beta=VALUE, threshold=VALUE, each once, got tau=1");
        refused("dpo:beta", "options of dpo must be beta=VALUE, threshold=VALUE, each once, got beta");
        refused("dpo:beta=1:beta=2", "options of dpo must be beta=VALUE, threshold=VALUE, each once, got beta=2");
        refused("dpo:beta=x", "beta of dpo:beta=x must be a number, got x");
        refused("dpo:beta=NaN", "beta of dpo:beta=NaN must be a number, got nan");
        refused("ppo:kl-by=sum", "kl-by of ppo:kl-by=sum must be one of reward, score, got sum");
        refused("dpo:beta=-1", "dpo: beta must be positive and finite, got -1.0");
    }

    private static void refused(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MethodGrammar.parse(text))
                .withMessageContaining(message);
    }
}
