/// What is timed with JMH. A benchmark checks its result before it is timed: a fast wrong answer is not a time.
///
/// ```
/// mvn -q -Pbenchmarks -Dmaven.test.skip=true package -pl library,benchmarks
/// java --enable-native-access=ALL-UNNAMED -cp 'benchmarks/target/classes:benchmarks/target/lib/*' org.openjdk.jmh.Main
/// ```
@NullMarked
package dev.poise.benchmarks;

import org.jspecify.annotations.NullMarked;
