//! What a bill comes to. All amounts are minor units, all rates basis points (hundredths of a percent).
//!
//! The discount is of the whole bill; each line bears its share, and tax is of what is left of the line, rounded half up
//! in minor units. So the lines always add up to the bill, whatever the currency's decimals.

/// The highest subtotal of a bill: far beyond any, and far from where sums overflow.
pub const MOST: i64 = 1_000_000_000_000_000;
/// All of it, in basis points.
pub const WHOLE: i32 = 10_000;

/// A line before discount and tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Not negative.
    pub amount: i64,
    pub tax_rate: i32,
}

/// What is taken off a bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discount {
    #[default]
    None,
    /// An amount; of a bill that comes to less, all of it.
    Amount(i64),
    /// A part of the subtotal.
    Rate(i32),
}

/// A line's share of the discount, and its tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub discount: i64,
    pub tax: i64,
}

/// What a bill comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    pub subtotal: i64,
    pub discount: i64,
    pub tax: i64,
    pub total: i64,
    /// One for each line, in their order.
    pub shares: Vec<Share>,
}

/// What these lines come to; `None` beyond [`MOST`].
pub fn totals(lines: &[Line], discount: Discount) -> Option<Totals> {
    let subtotal = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount)).filter(|sum| *sum <= MOST)?;
    let discount = match discount {
        Discount::None => 0,
        Discount::Amount(amount) => amount.clamp(0, subtotal),
        Discount::Rate(rate) => part(subtotal, rate.clamp(0, WHOLE)),
    };
    let mut shares = Vec::with_capacity(lines.len());
    let (mut before, mut borne) = (0, 0);
    for line in lines {
        before += line.amount;
        // What all lines so far bear, less what those before it bear: nothing is lost by rounding.
        let until_here = shared(discount, before, subtotal);
        let share = until_here - borne;
        borne = until_here;
        shares.push(Share { discount: share, tax: part(line.amount - share, line.tax_rate) });
    }
    let tax = shares.iter().map(|share| share.tax).sum();
    Some(Totals { subtotal, discount, tax, total: subtotal - discount + tax, shares })
}

/// A part of an amount that is not negative, rounded half up.
fn part(amount: i64, rate: i32) -> i64 {
    let exact = i128::from(amount) * i128::from(rate);
    i64::try_from((exact + i128::from(WHOLE) / 2) / i128::from(WHOLE)).unwrap_or(i64::MAX)
}

/// What falls on `some` of `all`, rounded down.
fn shared(whole: i64, some: i64, all: i64) -> i64 {
    if all == 0 {
        return 0;
    }
    i64::try_from(i128::from(whole) * i128::from(some) / i128::from(all)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(amount: i64, tax_rate: i32) -> Line {
        Line { amount, tax_rate }
    }

    #[test]
    fn tax_is_of_what_the_discount_leaves_and_rounds_half_up() {
        let bill = totals(&[line(10_000, 2_000), line(5_000, 550)], Discount::Rate(1_000)).expect("small");
        assert_eq!((bill.subtotal, bill.discount), (15_000, 1_500));
        assert_eq!(bill.shares, [Share { discount: 1_000, tax: 1_800 }, Share { discount: 500, tax: 248 }]);
        assert_eq!(bill.total, 15_000 - 1_500 + 2_048);
        // 0.5 of a minor unit becomes one, and less becomes none.
        assert_eq!(totals(&[line(5, 1_000)], Discount::None).expect("small").tax, 1);
        assert_eq!(totals(&[line(4, 1_000)], Discount::None).expect("small").tax, 0);
    }

    #[test]
    fn a_discount_takes_all_of_it_at_most() {
        let free = totals(&[line(333, 0), line(0, 2_000), line(667, 2_000)], Discount::Rate(WHOLE)).expect("small");
        assert_eq!((free.total, free.tax, free.discount), (0, 0, 1_000));
        assert_eq!(totals(&[line(100, 0)], Discount::Amount(150)).expect("small").total, 0);
        assert_eq!(totals(&[], Discount::Amount(150)).expect("empty").total, 0);
        assert_eq!(totals(&[line(MOST, 0), line(1, 0)], Discount::None), None);
        assert_eq!(totals(&[line(i64::MAX, 0), line(i64::MAX, 0)], Discount::None), None);
    }

    proptest! {
        #[test]
        fn the_lines_always_add_up_to_the_bill(
            lines in prop::collection::vec((0_i64..=10_000_000_000_000, 0_i32..=WHOLE), 0..40),
            rate in prop::option::of(0_i32..=WHOLE),
            amount in 0_i64..=20_000_000_000_000,
        ) {
            let lines: Vec<Line> = lines.into_iter().map(|(amount, rate)| line(amount, rate)).collect();
            let discount = rate.map_or(Discount::Amount(amount), Discount::Rate);
            let bill = totals(&lines, discount).expect("within the limits");
            prop_assert_eq!(bill.shares.iter().map(|s| s.discount).sum::<i64>(), bill.discount);
            prop_assert_eq!(bill.shares.iter().map(|s| s.tax).sum::<i64>(), bill.tax);
            prop_assert_eq!(bill.total, bill.subtotal - bill.discount + bill.tax);
            prop_assert!(bill.total >= 0 && bill.discount <= bill.subtotal);
            for (line, share) in lines.iter().zip(&bill.shares) {
                prop_assert!(share.discount >= 0 && share.discount <= line.amount);
                // As the database checks it.
                let left = line.amount - share.discount;
                prop_assert_eq!(share.tax, (left * i64::from(line.tax_rate) + 5_000) / 10_000);
            }
        }
    }
}
