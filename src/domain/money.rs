//! Amounts of money, exact at every step.
//!
//! Two kinds, never mixed by accident: [`Amount`] counts integer minor units (fen, cents, yen) and is what the journal holds;
//! [`Exact`] is a provider's decimal with up to eighteen places and is what bills hold. An `Exact` becomes an `Amount` by one
//! named rounding, [`Exact::round`], once per charge. No floating point exists here, and an overflow is [`Overflow`], never a wrap.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decimal places that an [`Exact`] carries.
pub const EXACT_SCALE: u32 = 18;
const EXACT_ONE: i128 = 1_000_000_000_000_000_000;

/// A sum or product of money that does not fit; the command is refused and nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large to be counted")]
pub struct Overflow;

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    /// Not a plain decimal number.
    #[error("not a plain decimal number such as 1234.50")]
    NotADecimal,
    /// Written with an exponent, as spreadsheets do.
    #[error("written with an exponent; write all digits, such as 1234.50")]
    Exponent,
    /// More decimal places than can be kept.
    #[error("more than 18 decimal places")]
    TooManyDecimals,
    /// More digits than can be counted.
    #[error("too large to be counted")]
    TooLarge,
}

/// An ISO 4217 currency and its number of minor digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads an alphabetic code such as `CNY`, in either case; `None` if ISO 4217 does not have it or it has no minor unit.
    pub fn parse(text: &str) -> Option<Self> {
        let currency = iso_currency::Currency::from_code(&text.trim().to_ascii_uppercase())?;
        currency.exponent().filter(|digits| *digits <= 4)?;
        Some(Self(currency))
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the point of an amount that people see: 2 for CNY, 0 for JPY.
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// How many [`Exact`] mantissa steps one minor unit has.
    fn exact_per_minor(self) -> i128 {
        10_i128.pow(EXACT_SCALE.saturating_sub(self.minor_digits()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "not an ISO 4217 currency code such as CNY".to_owned())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Integer minor units of one currency (the currency stands beside it); signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of so many minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// The same amount with the other sign.
    pub fn negated(self) -> Result<Self, Overflow> {
        self.0.checked_neg().map(Self).ok_or(Overflow)
    }

    /// The same so many times.
    pub fn times(self, count: u32) -> Result<Self, Overflow> {
        self.0.checked_mul(i64::from(count)).map(Self).ok_or(Overflow)
    }

    /// The minor units nearest to a fraction of them, half away from zero; the denominator is above zero.
    pub fn nearest(numerator: i128, denominator: i128) -> Result<Self, Overflow> {
        i64::try_from(divide_half_away(numerator, denominator)).map(Self).map_err(|_| Overflow)
    }

    /// The next whole major unit above, or itself where it is one.
    pub fn rounded_up(self, currency: Currency) -> Result<Self, Overflow> {
        let unit = 10_i64.pow(currency.minor_digits());
        let above = (unit - self.0.rem_euclid(unit)) % unit;
        self.plus(Self(above))
    }

    /// The sum of all.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Itself, or zero if it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Major units as people read them: `1234.50`, with exactly the currency's minor digits.
    pub fn display(self, currency: Currency) -> String {
        let digits = currency.minor_digits();
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        if digits == 0 {
            return format!("{sign}{magnitude}");
        }
        let unit = 10_u64.pow(digits);
        format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit, width = digits as usize)
    }
}

/// An amount with its currency, as refusals and receipts carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The minor units.
    pub amount: Amount,
    /// What they are of.
    pub currency: Currency,
}

impl Money {
    /// Puts an amount and its currency together.
    pub fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount.display(self.currency), self.currency)
    }
}

/// An exact decimal with up to eighteen places, in major units; signed. Sums of a million lines of a thousand million each fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The value of a mantissa at [`EXACT_SCALE`].
    pub const fn from_mantissa(mantissa: i128) -> Self {
        Self(mantissa)
    }

    /// The mantissa at [`EXACT_SCALE`].
    pub const fn mantissa(self) -> i128 {
        self.0
    }

    /// Reads a plain decimal: digits, at most one point, an optional sign. No exponent, no thousands separator, no currency.
    pub fn parse(text: &[u8]) -> Result<Self, NotAnAmount> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mut mantissa = Mantissa::default();
        let mut scale: Option<u32> = None;
        let mut seen_digit = false;
        for byte in digits {
            match byte {
                b'0'..=b'9' => {
                    seen_digit = true;
                    if let Some(places) = scale {
                        if places == EXACT_SCALE {
                            if *byte == b'0' {
                                continue;
                            }
                            return Err(NotAnAmount::TooManyDecimals);
                        }
                        scale = Some(places + 1);
                    }
                    mantissa.push(byte - b'0')?;
                }
                b'.' if scale.is_none() => scale = Some(0),
                b'e' | b'E' if seen_digit => return Err(NotAnAmount::Exponent),
                _ => return Err(NotAnAmount::NotADecimal),
            }
        }
        if !seen_digit {
            return Err(NotAnAmount::NotADecimal);
        }
        let mantissa = shifted(mantissa.joined()?, i64::from(EXACT_SCALE - scale.unwrap_or(0)))?;
        Ok(Self(if negative { -mantissa } else { mantissa }))
    }

    /// Reads a decimal that may have an exponent: `6.123E-7`, `35.2E+7`. The sign of the mantissa is a minus or none. What the
    /// exponent shifts beyond the eighteenth place must be zero: nothing is rounded.
    pub fn parse_scientific(text: &[u8]) -> Result<Self, NotAnAmount> {
        let Some(at) = text.iter().position(|byte| matches!(byte, b'e' | b'E')) else {
            return Self::parse(text);
        };
        let exponent = parse_exponent(&text[at + 1..]).ok_or(NotAnAmount::NotADecimal)?;
        let (negative, digits) = match &text[..at] {
            [b'-', rest @ ..] => (true, rest),
            all => (false, all),
        };
        let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
            Some(point) => (&digits[..point], &digits[point + 1..]),
            None => (digits, &b""[..]),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(NotAnAmount::NotADecimal);
        }
        let fraction = &fraction[..fraction.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1)];
        let mut mantissa = Mantissa::default();
        for byte in whole.iter().chain(fraction) {
            mantissa.push(byte.is_ascii_digit().then(|| byte - b'0').ok_or(NotAnAmount::NotADecimal)?)?;
        }
        let places = i64::try_from(fraction.len()).map_err(|_| NotAnAmount::TooManyDecimals)?;
        let mantissa = shifted(mantissa.joined()?, i64::from(EXACT_SCALE) - places + exponent)?;
        Ok(Self(if negative { -mantissa } else { mantissa }))
    }

    /// The exact value of minor units.
    pub fn from_amount(amount: Amount, currency: Currency) -> Self {
        Self(i128::from(amount.0) * currency.exact_per_minor())
    }

    /// Rounds **once** to the minor unit, half away from zero.
    pub fn round(self, currency: Currency) -> Result<Amount, Overflow> {
        let rounded = divide_half_away(self.0, currency.exact_per_minor());
        i64::try_from(rounded).map(Amount).map_err(|_| Overflow)
    }

    /// The same value in minor units, if it has no more places than the currency; `None` if precision would be lost or it does
    /// not fit.
    pub fn to_amount(self, currency: Currency) -> Option<Amount> {
        let unit = currency.exact_per_minor();
        if self.0 % unit != 0 {
            return None;
        }
        i64::try_from(self.0 / unit).ok().map(Amount)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// How far a product lies from what somebody states it to be: `None` when that is at most a billionth of the statement, which
    /// rounding of the factors explains. What is too large to be counted is the largest that can be.
    pub fn product_misses(self, factor: Self, stated: Self) -> Option<Self> {
        const ONE: u128 = EXACT_ONE.unsigned_abs();
        const BILLIONTH_OF_ONE: u128 = ONE / 1_000_000_000;
        // Two mantissas multiplied have the scale twice, and more digits than fit: they are compared as pairs of halves.
        let (product_size, stated_size) = (Wide::product(self.0, factor.0), Wide::product(stated.0, EXACT_ONE));
        let tolerated = Wide::product_of_sizes(stated.0.unsigned_abs(), BILLIONTH_OF_ONE);
        let product_negative = (self.0 < 0) != (factor.0 < 0);
        let apart =
            if product_negative == (stated.0 < 0) { product_size.apart(stated_size) } else { product_size.plus(stated_size) };
        if apart <= tolerated {
            return None;
        }
        let size = Self(i128::try_from(apart.divided_by(ONE)).unwrap_or(i128::MAX));
        let above =
            if product_negative == (stated.0 < 0) { (product_size > stated_size) != product_negative } else { stated.0 < 0 };
        Some(if above { size } else { Self(-size.0) })
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether its size is less than half a minor unit: what rounding once can explain.
    pub fn is_below_half_a_minor_unit(self, currency: Currency) -> bool {
        self.0.unsigned_abs() * 2 < currency.exact_per_minor().unsigned_abs()
    }

    /// The size, whatever the sign.
    pub fn absolute(self) -> Result<Self, Overflow> {
        if self.is_negative() { self.negated() } else { Ok(self) }
    }

    /// The same with the other sign.
    pub fn negated(self) -> Result<Self, Overflow> {
        self.0.checked_neg().map(Self).ok_or(Overflow)
    }

    /// So many millionths of it, rounded to the eighteenth place, half away from zero.
    pub fn times_millionths(self, factor: i64) -> Result<Self, Overflow> {
        let product = self.0.checked_mul(i128::from(factor)).ok_or(Overflow)?;
        Ok(Self(divide_half_away(product, i128::from(MILLION))))
    }

    /// What so many millionths of are this, rounded to the eighteenth place, half away from zero; `None` for none of them, and
    /// where it is too large to be counted.
    pub fn divided_by_millionths(self, factor: i64) -> Option<Self> {
        if factor <= 0 {
            return None;
        }
        Some(Self(divide_half_away(self.0.checked_mul(i128::from(MILLION))?, i128::from(factor))))
    }
}

/// The sum of parts, each times so many millionths, rounded **once** to the minor unit, half away from zero.
pub fn rated(parts: impl IntoIterator<Item = (Exact, i64)>, currency: Currency) -> Result<Amount, Overflow> {
    let product = parts.into_iter().try_fold(0_i128, |sum, (part, factor)| {
        part.0.checked_mul(i128::from(factor)).and_then(|product| sum.checked_add(product)).ok_or(Overflow)
    })?;
    let unit = currency.exact_per_minor() * i128::from(MILLION);
    i64::try_from(divide_half_away(product, unit)).map(Amount).map_err(|_| Overflow)
}

const MILLION: i64 = 1_000_000;

/// The digits behind an `E`, with a sign or without; beyond four digits no amount is counted.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    const DIGITS_MAX: usize = 4;
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || digits.len() > DIGITS_MAX || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = digits.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    Some(if negative { -size } else { size })
}

/// Digits on their way into a mantissa. A bill has ten million amounts, and numbers of 64 bits are far quicker to add up: only
/// every eighteenth digit is a step in 128.
#[derive(Default)]
struct Mantissa {
    whole: i128,
    run: u64,
    run_digits: usize,
}

impl Mantissa {
    const RUN_DIGITS: usize = 18;

    fn push(&mut self, digit: u8) -> Result<(), NotAnAmount> {
        if self.run_digits == Self::RUN_DIGITS {
            *self = Self { whole: self.joined()?, run: 0, run_digits: 0 };
        }
        self.run = self.run * 10 + u64::from(digit);
        self.run_digits += 1;
        Ok(())
    }

    fn joined(&self) -> Result<i128, NotAnAmount> {
        let before = if self.whole == 0 { Some(0) } else { self.whole.checked_mul(POWERS_OF_TEN[self.run_digits]) };
        before.and_then(|before| before.checked_add(i128::from(self.run))).ok_or(NotAnAmount::TooLarge)
    }
}

/// All powers of ten that 128 bits with a sign can hold, by their exponents.
const POWERS_OF_TEN: [i128; 39] = {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// A mantissa with its point moved by so many places; digits that fall off must be zero.
fn shifted(mantissa: i128, places: i64) -> Result<i128, NotAnAmount> {
    if mantissa == 0 {
        return Ok(0);
    }
    let power = usize::try_from(places.unsigned_abs()).ok().and_then(|places| POWERS_OF_TEN.get(places).copied());
    match power {
        Some(power) if places >= 0 => mantissa.checked_mul(power).ok_or(NotAnAmount::TooLarge),
        Some(power) if mantissa % power == 0 => Ok(mantissa / power),
        None if places >= 0 => Err(NotAnAmount::TooLarge),
        _ => Err(NotAnAmount::TooManyDecimals),
    }
}

/// A product of two mantissas, without its sign: the high half first, so that it compares as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    fn product(one: i128, other: i128) -> Self {
        Self::product_of_sizes(one.unsigned_abs(), other.unsigned_abs())
    }

    fn product_of_sizes(one: u128, other: u128) -> Self {
        let (low, high) = one.carrying_mul(other, 0);
        Self { high, low }
    }

    /// The larger less the smaller.
    fn apart(self, other: Self) -> Self {
        let (large, small) = if self > other { (self, other) } else { (other, self) };
        let (low, borrow) = large.low.borrowing_sub(small.low, false);
        Self { high: large.high.borrowing_sub(small.high, borrow).0, low }
    }

    /// The sum; mantissas are signed, so that two products of them fit.
    fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.carrying_add(other.low, false);
        Self { high: self.high.carrying_add(other.high, carry).0, low }
    }

    /// The whole part of a division by less than 2^64; the largest number where it does not fit.
    fn divided_by(self, divisor: u128) -> u128 {
        if self.high >= divisor {
            return u128::MAX;
        }
        let half = |rest: u128, next: u128| ((rest << 64 | next) / divisor, (rest << 64 | next) % divisor);
        let (upper, rest) = half(self.high, self.low >> 64);
        let (lower, _) = half(rest, self.low & u128::from(u64::MAX));
        upper << 64 | lower
    }
}

fn divide_half_away(value: i128, unit: i128) -> i128 {
    let quotient = value / unit;
    let remainder = value % unit;
    if remainder.unsigned_abs() * 2 >= unit.unsigned_abs() { quotient + value.signum() } else { quotient }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let one = EXACT_ONE.unsigned_abs();
        let whole = magnitude / one;
        let mut fraction = u64::try_from(magnitude % one).expect("eighteen digits fit");
        // Numbers of 64 bits are printed much faster than those of 128.
        match u64::try_from(whole) {
            Ok(whole) => write!(f, "{sign}{whole}")?,
            Err(_) => write!(f, "{sign}{whole}")?,
        }
        if fraction == 0 {
            return Ok(());
        }
        let mut places = EXACT_SCALE as usize;
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        write!(f, ".{fraction:0places$}")
    }
}

impl Exact {
    /// As people read it: all places it has, and at least the currency's minor digits (`500.00`, `0.002`).
    pub fn display(self, currency: Currency) -> String {
        let plain = self.to_string();
        let wanted = currency.minor_digits() as usize;
        let places = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if places >= wanted {
            return plain;
        }
        let point = if places == 0 { "." } else { "" };
        format!("{plain}{point}{}", "0".repeat(wanted - places))
    }
}

impl FromStr for Exact {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        Self::parse(text.as_bytes())
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cny() -> Currency {
        Currency::parse("CNY").expect("CNY is in ISO 4217")
    }

    #[test]
    fn amounts_are_multiplied_divided_and_rounded_up() {
        let nearest = |numerator, denominator| Amount::nearest(numerator, denominator).unwrap().minor();
        assert_eq!([nearest(5, 2), nearest(-5, 2), nearest(7, 3), nearest(0, 9)], [3, -3, 2, 0]);
        assert_eq!(Amount::nearest(i128::MAX, 1), Err(Overflow));
        assert_eq!(Amount::from_minor(7).times(30).unwrap().minor(), 210);
        assert_eq!(Amount::from_minor(i64::MAX).times(2), Err(Overflow));
        let up = |minor, code: &str| Amount::from_minor(minor).rounded_up(code.parse().unwrap()).unwrap().minor();
        assert_eq!([up(1, "CNY"), up(100, "CNY"), up(101, "CNY"), up(0, "CNY"), up(7, "JPY")], [100, 100, 200, 0, 7]);
        assert_eq!(up(-101, "CNY"), -100);
        assert_eq!(Amount::from_minor(i64::MAX).rounded_up("CNY".parse().unwrap()), Err(Overflow));
    }

    #[test]
    fn decimals_are_read_exactly_or_refused() {
        let table = [
            ("12", Ok("12")),
            ("-0.10", Ok("-0.1")),
            ("+3.", Ok("3")),
            (".5", Ok("0.5")),
            ("10.1234567890", Ok("10.123456789")),
            ("0.000000000000000001", Ok("0.000000000000000001")),
            ("0.1000000000000000000000", Ok("0.1")),
            ("0.0000000000000000001", Err(NotAnAmount::TooManyDecimals)),
            ("1e99", Err(NotAnAmount::Exponent)),
            ("1.06892E+15", Err(NotAnAmount::Exponent)),
            ("NaN", Err(NotAnAmount::NotADecimal)),
            ("", Err(NotAnAmount::NotADecimal)),
            ("-", Err(NotAnAmount::NotADecimal)),
            ("1,234.50", Err(NotAnAmount::NotADecimal)),
            ("1.2.3", Err(NotAnAmount::NotADecimal)),
            ("99999999999999999999999999999999999999999", Err(NotAnAmount::TooLarge)),
        ];
        for (text, expected) in table {
            let read = Exact::parse(text.as_bytes()).map(|e| e.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn exponents_are_exact_or_refused() {
        let table = [
            ("35.2E-7", Ok("0.00000352")),
            ("35.2E7", Ok("352000000")),
            ("35.2E+7", Ok("352000000")),
            ("6.123e-7", Ok("0.0000006123")),
            ("-1.5E-3", Ok("-0.0015")),
            ("-.5E1", Ok("-5")),
            ("1.E0", Ok("1")),
            ("0E-9999", Ok("0")),
            ("0.0E99", Ok("0")),
            ("1.000000000000000000000000000000000000000000E-18", Ok("0.000000000000000001")),
            ("1.2345678901234567890123E+10", Ok("12345678901.234567890123")),
            ("10E-19", Ok("0.000000000000000001")),
            ("12.5", Ok("12.5")),
            ("1E-19", Err(NotAnAmount::TooManyDecimals)),
            ("1.5E-18", Err(NotAnAmount::TooManyDecimals)),
            ("1E-99", Err(NotAnAmount::TooManyDecimals)),
            ("1E+99", Err(NotAnAmount::TooLarge)),
            ("1E21", Err(NotAnAmount::TooLarge)),
            ("1E12345", Err(NotAnAmount::NotADecimal)),
            ("+1E2", Err(NotAnAmount::NotADecimal)),
            ("1E", Err(NotAnAmount::NotADecimal)),
            ("E5", Err(NotAnAmount::NotADecimal)),
            (".E5", Err(NotAnAmount::NotADecimal)),
            ("1E--2", Err(NotAnAmount::NotADecimal)),
            ("1E2.5", Err(NotAnAmount::NotADecimal)),
            ("1.2.3E4", Err(NotAnAmount::NotADecimal)),
            ("3,432E2", Err(NotAnAmount::NotADecimal)),
            ("35.24 x 10^7", Err(NotAnAmount::NotADecimal)),
        ];
        for (text, expected) in table {
            let read = Exact::parse_scientific(text.as_bytes()).map(|e| e.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_stated_product_may_miss_by_a_billionth() {
        let exact = |text: &str| text.parse::<Exact>().unwrap();
        let table = [
            ("0.096", "189.6469", "18.2061024", None),
            ("0.0000012149", "1222335.5526", "1.48501546285374", None),
            ("3", "0.333333333333333333", "1", None),
            ("-7", "0.125", "-0.875", None),
            ("2", "3", "6.000000006", None),
            ("2", "3", "6.0000000061", Some("-0.0000000061")),
            ("2", "3", "5.99", Some("0.01")),
            ("-2", "3", "-5", Some("-1")),
            ("-2", "3", "6", Some("-12")),
            ("2", "3", "-6", Some("12")),
            ("0", "3", "1", Some("-1")),
            ("3", "0", "-1", Some("1")),
            ("0", "3", "0", None),
            ("99999999999999999999", "99999999999999999999", "0", Some("170141183460469231731.687303715884105727")),
        ];
        for (one, other, stated, misses) in table {
            let found = exact(one).product_misses(exact(other), exact(stated)).map(|e| e.to_string());
            assert_eq!(found, misses.map(str::to_owned), "{one} x {other} = {stated}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero_and_happens_once() {
        let table = [("7999.992", 799_999), ("0.005", 1), ("-0.005", -1), ("0.0049999999", 0), ("2.345", 235), ("-2.344", -234)];
        for (text, minor) in table {
            assert_eq!(text.parse::<Exact>().unwrap().round(cny()).unwrap().minor(), minor, "{text}");
        }
    }

    #[test]
    fn rated_parts_are_summed_and_rounded_once() {
        let table: [(&[(&str, i64)], i64); 7] = [
            (&[("9999.99", 950_000)], 949_999),
            (&[("37.6543209864", 850_000)], 3201),
            (&[("4.375", 850_000)], 372),
            (&[("-900", 800_000)], -72_000),
            (&[("100", 0)], 0),
            (&[("0.01", 999_999)], 1),
            // Each of them would round to one fen.
            (&[("0.005", 950_000), ("0.005", 900_000)], 1),
        ];
        for (parts, minor) in table {
            let payable = rated(parts.iter().map(|(part, factor)| (part.parse().unwrap(), *factor)), cny()).unwrap();
            assert_eq!(payable.minor(), minor, "{parts:?}");
        }
    }

    #[test]
    fn millionths_of_an_exact_amount_and_back() {
        let exact = |text: &str| text.parse::<Exact>().unwrap();
        assert_eq!(exact("0.000000000000000005").times_millionths(500_000), Ok(exact("0.000000000000000003")));
        assert_eq!(exact("-12").times_millionths(950_000), Ok(exact("-11.4")));
        assert_eq!(exact("11.4").divided_by_millionths(950_000), Some(exact("12")));
        assert_eq!(exact("11.4").divided_by_millionths(0), None);
        assert_eq!(Exact::from_mantissa(i128::MAX).divided_by_millionths(1), None);
    }

    #[test]
    fn amounts_show_the_minor_digits_of_their_currency() {
        let jpy = Currency::parse("jpy").unwrap();
        assert_eq!(Amount::from_minor(-5).display(cny()), "-0.05");
        assert_eq!(Amount::from_minor(123_450).display(cny()), "1234.50");
        assert_eq!(Amount::from_minor(1234).display(jpy), "1234");
        assert_eq!(Amount::from_minor(i64::MIN).display(cny()), "-92233720368547758.08");
        assert_eq!("0.002".parse::<Exact>().unwrap().display(cny()), "0.002");
        assert_eq!("500".parse::<Exact>().unwrap().display(cny()), "500.00");
        assert_eq!("500.5".parse::<Exact>().unwrap().display(cny()), "500.50");
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(Amount::from_minor(i64::MAX).plus(Amount::from_minor(1)), Err(Overflow));
        assert_eq!(Exact::from_mantissa(i128::MAX).plus(Exact::from_mantissa(1)), Err(Overflow));
        assert_eq!(rated([(Exact::from_mantissa(i128::MAX), 1_000_000)], cny()), Err(Overflow));
        assert!("99999999999999999".parse::<Exact>().unwrap().to_amount(cny()).is_none());
    }

    proptest! {
        #[test]
        fn exact_text_round_trips(mantissa in -10_i128.pow(30)..10_i128.pow(30)) {
            let exact = Exact::from_mantissa(mantissa);
            prop_assert_eq!(exact.to_string().parse::<Exact>().unwrap(), exact);
        }

        #[test]
        fn an_exponent_says_the_same_as_plain_digits(
            mantissa in -10_i128.pow(30)..10_i128.pow(30),
            point in 0..18_usize,
            sign: bool,
        ) {
            let plain = Exact::from_mantissa(mantissa);
            let digits = mantissa.unsigned_abs().to_string();
            let (whole, fraction) = digits.split_at(point.min(digits.len()));
            let exponent = i64::try_from(fraction.len()).unwrap() - 18;
            let plus = if sign && exponent >= 0 { "+" } else { "" };
            let minus = if mantissa < 0 { "-" } else { "" };
            let text = format!("{minus}{whole}.{fraction}E{plus}{exponent}");
            prop_assert_eq!(Exact::parse_scientific(text.as_bytes()).unwrap(), plain, "{}", text);
            prop_assert_eq!(Exact::parse_scientific(plain.to_string().as_bytes()).unwrap(), plain);
        }

        #[test]
        fn a_product_of_small_numbers_misses_by_their_difference(
            one in -1_000_000_i128..1_000_000,
            other in -1_000_000_i128..1_000_000,
            stated in -1_000_000_000_000_i128..1_000_000_000_000,
        ) {
            let nine = 10_i128.pow(9);
            let factors = [one, other].map(|factor| Exact::from_mantissa(factor * nine));
            let found = factors[0].product_misses(factors[1], Exact::from_mantissa(stated));
            let apart = one * other - stated;
            let tolerated = apart.abs() * nine <= stated.abs();
            prop_assert_eq!(found, (!tolerated).then_some(Exact::from_mantissa(apart)));
        }

        #[test]
        fn rounding_moves_by_at_most_half_a_minor_unit(mantissa in -10_i128.pow(30)..10_i128.pow(30)) {
            let exact = Exact::from_mantissa(mantissa);
            let back = Exact::from_amount(exact.round(cny()).unwrap(), cny());
            prop_assert!((back.mantissa() - mantissa).abs() * 2 <= 10_i128.pow(16));
        }
    }
}
