package dev.poise.template;

import dev.poise.template.Expression.Operator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/// Arithmetic on numbers, as Python does it: whole numbers of any size, `/` gives a float, `//` and `%` round
/// down.
final class Numbers {

    /// The longest whole number, in bits. Python prints none of more than 4,300 digits.
    private static final int MAX_BITS = 1 << 16;

    private Numbers() {}

    /// The number as a whole one, `True` as 1; null for what is none.
    static @Nullable BigInteger wholeOrNull(Value value) {
        return switch (value) {
            case Value.Int whole -> whole.number();
            case Value.Bool truth -> truth == Value.Bool.TRUE ? BigInteger.ONE : BigInteger.ZERO;
            case Value.Str _, Value.Real _, Value.None _, Value.Undefined _, Value.Items _ -> null;
            case Value.Dict _, Value.View _, Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ -> null;
        };
    }

    static boolean isNumber(Value value) {
        return value instanceof Value.Real || wholeOrNull(value) != null;
    }

    /// The nearest value of an `int`.
    static int clamp(BigInteger whole) {
        return whole.bitLength() < 32 ? whole.intValueExact() : whole.signum() * Integer.MAX_VALUE;
    }

    /// A number as a float.
    static double real(Value value) {
        if (value instanceof Value.Real real) {
            return real.number();
        }
        BigInteger whole = wholeOrNull(value);
        if (whole == null) {
            throw Fault.of("must be a number, got " + Types.name(value));
        }
        double number = whole.doubleValue();
        if (Double.isInfinite(number)) {
            throw Fault.of("a whole number of " + whole.bitLength() + " bits is too large for a float");
        }
        return number;
    }

    /// `left operator right`, both numbers.
    static Value apply(Operator operator, Value left, Value right) {
        BigInteger first = wholeOrNull(left);
        BigInteger second = wholeOrNull(right);
        if (first != null && second != null) {
            return whole(operator, first, second);
        }
        return new Value.Real(real(operator, real(left), real(right)));
    }

    private static Value whole(Operator operator, BigInteger left, BigInteger right) {
        return switch (operator) {
            case ADD -> bounded(left.add(right));
            case SUBTRACT -> bounded(left.subtract(right));
            case MULTIPLY -> {
                requireBits((long) left.bitLength() + right.bitLength());
                yield bounded(left.multiply(right));
            }
            case DIVIDE -> new Value.Real(quotient(left, right));
            case FLOOR_DIVIDE -> new Value.Int(floorDivide(left, right));
            case MODULO -> new Value.Int(left.subtract(floorDivide(left, right).multiply(right)));
            case POWER -> power(left, right);
        };
    }

    private static Value bounded(BigInteger number) {
        requireBits(number.bitLength());
        return new Value.Int(number);
    }

    private static void requireBits(long bits) {
        if (bits > MAX_BITS) {
            throw Fault.limit("makes a whole number of more than " + MAX_BITS + " bits");
        }
    }

    private static double quotient(BigInteger left, BigInteger right) {
        requireDivisor(right.signum());
        if (left.bitLength() <= 53 && right.bitLength() <= 53) {
            return left.doubleValue() / right.doubleValue();
        }
        double number = new BigDecimal(left)
                .divide(new BigDecimal(right), MathContext.DECIMAL128)
                .doubleValue();
        if (Double.isInfinite(number)) {
            throw Fault.of("the quotient of whole numbers is too large for a float");
        }
        return number;
    }

    private static BigInteger floorDivide(BigInteger left, BigInteger right) {
        requireDivisor(right.signum());
        BigInteger[] parts = left.divideAndRemainder(right);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != right.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static void requireDivisor(double divisor) {
        if (divisor == 0) {
            throw Fault.of("division by zero");
        }
    }

    private static Value power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return new Value.Real(real(Operator.POWER, real(new Value.Int(base)), real(new Value.Int(exponent))));
        }
        if (base.bitLength() > 1 || base.signum() < 0) {
            BigInteger bits = exponent.multiply(BigInteger.valueOf(base.abs().bitLength() - 1L));
            requireBits(bits.bitLength() < 63 ? bits.longValueExact() : Long.MAX_VALUE);
        }
        if (base.abs().bitLength() <= 1) {
            boolean odd = exponent.testBit(0);
            return new Value.Int(
                    exponent.signum() == 0 ? BigInteger.ONE : base.signum() < 0 && !odd ? base.negate() : base);
        }
        return bounded(base.pow(exponent.intValueExact()));
    }

    private static double real(Operator operator, double left, double right) {
        return switch (operator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> {
                requireDivisor(right);
                yield left / right;
            }
            case FLOOR_DIVIDE -> floorDivide(left, right);
            case MODULO -> modulo(left, right);
            case POWER -> power(left, right);
        };
    }

    private static double modulo(double left, double right) {
        requireDivisor(right);
        double rest = left % right;
        if (rest == 0) {
            return Math.copySign(0.0, right);
        }
        return (rest < 0) == (right < 0) ? rest : rest + right;
    }

    /// As CPython rounds it, which for large numbers is not the nearest whole one.
    private static double floorDivide(double left, double right) {
        requireDivisor(right);
        double rest = left % right;
        double quotient = (left - rest) / right;
        if (rest != 0 && (rest < 0) != (right < 0)) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, left / right);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw Fault.of("0 cannot be raised to a negative power");
        }
        // Python: 1 to any power, and anything to 0, is 1, even where the other is not a number.
        if (base == 1 || exponent == 0) {
            return 1;
        }
        double number = Math.pow(base, exponent);
        if (Double.isNaN(number) && !Double.isNaN(base) && !Double.isNaN(exponent)) {
            throw Fault.of("a negative number to a broken power has no real value");
        }
        if (Double.isInfinite(number) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
            throw Fault.of("the power is too large for a float");
        }
        return number;
    }

    /// Compares two numbers exactly, whole ones and floats alike; neither is NaN.
    static int compare(Value left, Value right) {
        BigInteger first = wholeOrNull(left);
        BigInteger second = wholeOrNull(right);
        if (first != null && second != null) {
            return first.compareTo(second);
        }
        if (first == null && second == null) {
            double one = real(left);
            double other = real(right);
            return one < other ? -1 : one > other ? 1 : 0;
        }
        double real = real(first == null ? left : right);
        if (Double.isInfinite(real)) {
            return (real > 0) == (first == null) ? 1 : -1;
        }
        BigDecimal one = first == null ? new BigDecimal(real) : new BigDecimal(first);
        BigDecimal other = second == null ? new BigDecimal(real) : new BigDecimal(second);
        return one.compareTo(other);
    }

    static boolean isNan(Value value) {
        return value instanceof Value.Real real && Double.isNaN(real.number());
    }
}
