/// Numbers about answers, with intervals where they are estimates: paired win rates, means, proportions; diversity of
/// texts; turning points of curves.
///
/// Every estimate carries the interval that belongs to its kind, at 95 %:
///
/// | what | interval | source |
/// |---|---|---|
/// | paired win rate, ties half | Tango's score interval | Tango, Statistics in Medicine 17 (1998) 891 |
/// | proportion | Wilson's score interval | Wilson, JASA 22 (1927) 209 |
/// | mean, mean of paired differences | Student's t | Student, Biometrika 6 (1908) 1 |
///
/// Not here: what is watched while a policy is tuned (`monitor`), and when (`train`).
@NullMarked
package dev.poise.evaluate;

import org.jspecify.annotations.NullMarked;
