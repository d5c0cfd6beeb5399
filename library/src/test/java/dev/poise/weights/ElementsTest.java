package dev.poise.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ElementsTest {

    /// Bits by the definitions of IEEE 754 binary16 (5 exponent bits, bias 15) and bfloat16 (a float's upper half).
    @ParameterizedTest
    @CsvSource({
        // exact: one, minus two, largest, smallest normal, largest and smallest subnormal, zeros, infinities
        "F16, 3C00, 1.0",
        "F16, C000, -2.0",
        "F16, 7BFF, 65504.0",
        "F16, 0400, 6.103515625E-5",
        "F16, 03FF, 6.09755516052246E-5",
        "F16, 8001, -5.960464477539063E-8",
        "F16, 8000, -0.0",
        "F16, FC00, -Infinity",
        "BF16, 3F80, 1.0",
        "BF16, C049, -3.140625",
        "BF16, 7F7F, 3.3895313892515355E38",
        "BF16, 0080, 1.1754943508222875E-38",
        "BF16, 0001, 9.183549615799121E-41",
        "BF16, 807F, -1.1663108012064884E-38",
        "BF16, 8000, -0.0",
        "BF16, 7F80, Infinity",
    })
    void widensKnownBits(Dtype dtype, String bits, double value) {
        double read = as(Dtype.F64, dtype, shorts(bits)).get(ValueLayout.JAVA_DOUBLE, 0);
        assertThat((float) read).isEqualTo((float) value);
        assertThat(Double.doubleToRawLongBits(read) < 0).isEqualTo(Double.doubleToRawLongBits(value) < 0);
        assertThat(hex(as(dtype, Dtype.F64, doubles(read)))).isEqualTo(bits);
        assertThat(hex(as(dtype, Dtype.F32, floats((float) read)))).isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({
        // ties: 1 + 2^-11 and 1 + 3 * 2^-11 lie half way between halves, 1 + 2^-8 and 1 + 3 * 2^-8 between bfloat16s
        "F16, 1.00048828125, 3C00",
        "F16, 1.00146484375, 3C02",
        "BF16, 1.00390625, 3F80",
        "BF16, 1.01171875, 3F82",
        "BF16, -1.01171875, BF82",
        // just off the tie
        "F16, 1.0004884, 3C01",
        "BF16, 1.0039064, 3F81",
        "BF16, 1.0117186, 3F81",
        // the last number that rounds to the largest, and the tie that rounds to infinity
        "F16, 65519.996, 7BFF",
        "F16, 65520, 7C00",
        "BF16, 3.3961775E38, 7F80",
        "BF16, 3.3961773E38, 7F7F",
        // half of the smallest subnormal is a tie with zero, three halves one with its double
        "F16, 2.9802322387695312E-8, 0000",
        "F16, 8.940696716308594E-8, 0002",
        "BF16, 4.591774807899561E-41, 0000",
        "BF16, 1.3775324423698682E-40, 0002",
        // subnormal up to normal
        "BF16, 1.1709025760145888E-38, 0080",
    })
    void roundsFloatsToNearestWithTiesToEven(Dtype dtype, float value, String bits) {
        assertThat(hex(as(dtype, Dtype.F32, floats(value)))).isEqualTo(bits);
        assertThat(hex(as(dtype, Dtype.F64, doubles(value)))).isEqualTo(bits);
    }

    /// 1 + 2^-11 + 2^-40 is above a tie of halves; as a float it would be the tie itself and round down.
    @ParameterizedTest
    @CsvSource({
        "F16, 1.0004882812509095, 3C01",
        "F16, 1.0014648437490905, 3C01",
        "BF16, 1.0039062500009095, 3F81",
        "BF16, -1.0117187499990905, BF81",
        "F16, 1e300, 7C00",
        "BF16, -1e300, FF80",
        "F16, -1e-300, 8000",
        "BF16, 1e-300, 0000",
    })
    void roundsDoublesOnce(Dtype dtype, double value, String bits) {
        assertThat(hex(as(dtype, Dtype.F64, doubles(value)))).isEqualTo(bits);
    }

    /// The nearest of all numbers of the type, found by exact decimal arithmetic.
    @ParameterizedTest
    @CsvSource({"F16", "BF16"})
    void narrowsRandomDoublesToTheNearest(Dtype dtype) {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 20_000; i++) {
            // A wide exponent range, and few bits after the kept ones, so that ties and near ties are common.
            double value = Math.scalb(
                    1 + random.nextInt(1 << 13) / (double) (1 << 13) + random.nextInt(3) * 0x1p-45,
                    random.nextInt(37) - 23);
            short bits = as(dtype, Dtype.F64, doubles(value)).get(ValueLayout.JAVA_SHORT, 0);
            BigDecimal distance = distance(dtype, bits, value);
            BigDecimal below = distance(dtype, (short) (bits - 1), value);
            BigDecimal above = distance(dtype, (short) (bits + 1), value);
            assertThat(distance).as("%s of %s", dtype, value).isLessThanOrEqualTo(below.min(above));
            if (distance.compareTo(below.min(above)) == 0) {
                assertThat(bits & 1).as("tie of %s", value).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32", "F64"})
    void keepsNanAndInfinity(Dtype dtype) {
        MemorySegment special = doubles(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        MemorySegment back = as(Dtype.F64, dtype, as(dtype, Dtype.F64, special));
        assertThat(back.toArray(ValueLayout.JAVA_DOUBLE))
                .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        // NaNs whose fraction lies all in the half that bfloat16 drops, and one that rounding up would carry to -0.
        for (int bits : new int[] {0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF}) {
            MemorySegment nan = MemorySegment.ofArray(new int[] {bits});
            assertThat(as(Dtype.F64, dtype, as(dtype, Dtype.F32, nan)).get(ValueLayout.JAVA_DOUBLE, 0))
                    .isNaN();
        }
    }

    @ParameterizedTest
    @CsvSource({"F16", "BF16"})
    void everyNumberOfSixteenBitsSurvivesBothWidths(Dtype dtype) {
        short[] all = new short[1 << 16];
        for (int i = 0; i < all.length; i++) {
            all[i] = (short) i;
        }
        for (Dtype wide : new Dtype[] {Dtype.F32, Dtype.F64}) {
            MemorySegment widened = as(wide, dtype, MemorySegment.ofArray(all));
            short[] back = as(dtype, wide, widened).toArray(ValueLayout.JAVA_SHORT);
            MemorySegment again = as(wide, dtype, MemorySegment.ofArray(back));
            for (int i = 0; i < all.length; i++) {
                double value = number(wide, widened, i);
                if (Double.isNaN(value)) {
                    assertThat(number(wide, again, i)).isNaN();
                } else {
                    assertThat(back[i]).isEqualTo(all[i]);
                }
            }
        }
    }

    @Test
    void copiesEqualTypesBitForBit() {
        MemorySegment integers = MemorySegment.ofArray(new long[] {-3, Long.MAX_VALUE});
        assertThat(as(Dtype.I64, Dtype.I64, integers).toArray(ValueLayout.JAVA_LONG))
                .containsExactly(-3, Long.MAX_VALUE);
    }

    @Test
    void refusesOtherSizesAndTypes() {
        assertThatThrownBy(() -> Elements.convert(floats(1, 2), Dtype.F32, doubles(1), Dtype.F64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("destination must hold 16 bytes for 2 numbers as F64, got 8");
        assertThatThrownBy(() -> as(Dtype.F32, Dtype.I16, shorts("0001")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("must be F64, F32, F16 or BF16, got I16");
        assertThatThrownBy(() -> as(Dtype.U8, Dtype.F32, floats(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("must be F64, F32, F16 or BF16, got U8");
    }

    private static MemorySegment as(Dtype target, Dtype source, MemorySegment from) {
        long count = from.byteSize() / source.bytes();
        // Longs behind the bytes, so that every layout finds its alignment.
        MemorySegment to = MemorySegment.ofArray(new long[(int) count + 1]).asSlice(0, count * target.bytes());
        Elements.convert(from, source, to, target);
        return to;
    }

    private static double number(Dtype wide, MemorySegment numbers, int index) {
        return wide == Dtype.F32
                ? numbers.getAtIndex(ValueLayout.JAVA_FLOAT, index)
                : numbers.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
    }

    private static BigDecimal distance(Dtype dtype, short bits, double value) {
        double number =
                dtype == Dtype.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(Short.toUnsignedInt(bits) << 16);
        return new BigDecimal(number).subtract(new BigDecimal(value)).abs();
    }

    private static MemorySegment shorts(String bits) {
        return MemorySegment.ofArray(new short[] {(short) Integer.parseInt(bits, 16)});
    }

    private static MemorySegment floats(float... numbers) {
        return MemorySegment.ofArray(numbers);
    }

    private static MemorySegment doubles(double... numbers) {
        return MemorySegment.ofArray(numbers);
    }

    private static String hex(MemorySegment numbers) {
        return "%04X".formatted(numbers.get(ValueLayout.JAVA_SHORT, 0));
    }
}
