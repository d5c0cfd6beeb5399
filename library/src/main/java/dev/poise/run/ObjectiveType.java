package dev.poise.run;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What an objective's `type` may be in a recipe. Names that TRL has mean what they mean there.
enum ObjectiveType {
    MLE,
    SFT,
    UNLIKELIHOOD,
    TOKEN_UNLIKELIHOOD,
    MATE,
    EXMATE,
    EXMATE_BATCH,
    DPO,
    SIGMOID,
    SIGMOID_NORM,
    ROBUST,
    IPO,
    HINGE,
    SLIC,
    ANCHOR,
    SPREAD,
    DPOP,
    SIMPO,
    ALPHAPO,
    CPO,
    ORPO,
    EXO_PAIR,
    NCA_PAIR,
    BCO_PAIR,
    SPPO_HARD,
    AOT,
    AOT_UNPAIRED,
    APO_ZERO,
    APO_DOWN,
    DISCOPOP,
    WPO,
    LD,
    WEIGHTS,
    KTO,
    APO_ZERO_UNPAIRED,
    BCO_UNPAIRED,
    BRADLEY_TERRY,
    BEST_OF_N,
    RWR,
    REST,
    REINFORCE,
    RLOO,
    GRPO,
    PPO;

    /// All names, for messages.
    static String words() {
        return Arrays.stream(values()).map(RecipeText::word).collect(Collectors.joining(" | "));
    }

    /// Types that a name which is none of them may stand for: those it begins, or the one it was mistyped from, or
    /// those that share its first word.
    static List<ObjectiveType> meant(String name) {
        List<ObjectiveType> begun = where(word -> !name.isEmpty() && word.startsWith(name));
        List<ObjectiveType> mistyped = where(word -> EditDistance.between(name, word) <= 1 + name.length() / 5);
        List<ObjectiveType> akin =
                where(word -> name.contains("_") && word.startsWith(name.substring(0, name.indexOf('_'))));
        return begun.isEmpty() ? mistyped.isEmpty() ? akin : mistyped : begun;
    }

    private static List<ObjectiveType> where(Predicate<String> holds) {
        return Arrays.stream(values())
                .filter(type -> holds.test(RecipeText.word(type)))
                .toList();
    }
}
