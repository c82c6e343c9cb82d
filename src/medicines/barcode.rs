//! Barcodes of packs: the global trade item numbers (GTIN-8, -12, -13, -14) with their check digit, and other texts.

/// The longest barcode that is kept.
const LONGEST: usize = 60;

/// Reads a typed or scanned barcode, without the spaces in it: a trade item number in its shortest form.
///
/// # Errors
/// What is wrong, in words for the person.
pub fn read(typed: &str) -> Result<String, &'static str> {
    if typed.len() > 4 * LONGEST {
        return Err("This is too long for a barcode.");
    }
    let code: String = typed.split_whitespace().collect();
    if code.chars().count() > LONGEST {
        return Err("This is too long for a barcode.");
    }
    if !code.chars().all(|c| c.is_ascii_graphic()) {
        return Err("A barcode has letters, digits and signs only.");
    }
    if is_gtin_long(&code) && !has_right_check_digit(&code) {
        return Err("The last digit does not fit the others. Scan it, or look at the number again.");
    }
    Ok(if is_gtin_long(&code) { short(&code) } else { code })
}

/// Scanners fill the same number up with zeros to different lengths: the shortest of them is kept.
fn short(code: &str) -> String {
    let digits = code.trim_start_matches('0');
    let length = [8, 12, 13, 14].into_iter().find(|length| digits.len() <= *length).unwrap_or(14);
    format!("{digits:0>length$}")
}

fn is_gtin_long(code: &str) -> bool {
    matches!(code.len(), 8 | 12 | 13 | 14) && code.bytes().all(|b| b.is_ascii_digit())
}

/// From the right, digits count three and one times in turn; with the check digit the sum is a multiple of ten.
fn has_right_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trade_item_numbers_are_checked_and_other_texts_are_taken() {
        for right in
            ["4006381333931", "400 6381 333931", "04006381333931", "96385074", "036000291452", "ABC-123", "12345", ""]
        {
            assert!(read(right).is_ok(), "{right}");
        }
        for wrong in ["4006381333932", "96385075", "036000291453", "bär", "a\u{7f}b"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&"9".repeat(100_000)).is_err());
    }

    #[test]
    fn a_number_is_the_same_however_many_zeros_are_before_it() {
        for (typed, kept) in [
            ("04006381333931", "4006381333931"),
            ("4006381333931", "4006381333931"),
            ("0036000291452", "036000291452"),
            ("00000096385074", "96385074"),
            ("0042", "0042"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(kept));
        }
    }
}
