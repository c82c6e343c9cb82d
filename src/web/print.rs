//! What printed pages share: the hospital's letterhead, and codes to scan.

use barcoders::sym::code128::Code128;
use qrcode::{Color, QrCode};

use crate::error::AppError;
use crate::settings::model::Settings;

/// The hospital as printed pages name it (`templates/print.html` reads `letterhead`).
#[derive(Clone, Debug)]
pub struct Letterhead {
    pub name: String,
    pub address: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub has_logo: bool,
}

impl From<&Settings> for Letterhead {
    fn from(settings: &Settings) -> Self {
        Self {
            name: settings.hospital_name.clone(),
            address: settings.address.clone(),
            phone: settings.phone.clone(),
            email: settings.email.clone(),
            website: settings.website.clone(),
            has_logo: false,
        }
    }
}

/// A QR code as one path of an SVG picture: `components/print.html` draws it with `print::qr(code)`.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Its width and height in modules, with the quiet border of four that scanners need.
    pub size: usize,
    /// The dark modules, one horizontal run after the other.
    pub path: String,
}

/// The modules that stay empty around the code.
const BORDER: usize = 4;

impl Qr {
    /// The code of a text, such as a record's address.
    ///
    /// # Errors
    /// `Internal` for a text beyond what a code holds (nearly 3,000 letters).
    pub fn of(text: &str) -> Result<Self, AppError> {
        use std::fmt::Write;
        let code = QrCode::new(text).map_err(|e| AppError::Internal(format!("no QR code: {e}")))?;
        let (width, colors) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|c| **c == Color::Dark).count();
                if run > 0 {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER);
                }
                x += run.max(1);
            }
        }
        Ok(Self { size: width + 2 * BORDER, path })
    }
}

/// A barcode (Code 128) as one path of an SVG picture: `components/print.html` draws it with `print::barcode(code)`.
#[derive(Clone, Debug)]
pub struct Barcode {
    /// What it says, to be printed under it.
    pub text: String,
    /// Its width in modules, with the quiet border of ten on either side that scanners need.
    pub width: usize,
    /// The dark bars, [`Barcode::HEIGHT`] high.
    pub path: String,
}

/// The modules left and right of a barcode that stay empty.
const QUIET: usize = 10;

impl Barcode {
    /// Its height in modules.
    pub const HEIGHT: usize = 30;

    /// The barcode of a record's number, such as `RX000123`.
    ///
    /// # Errors
    /// `Internal` for what is no printable ASCII.
    pub fn of(text: &str) -> Result<Self, AppError> {
        use std::fmt::Write;
        // Its letter says that what follows is of character set B: all printable ASCII.
        let code =
            Code128::new(format!("\u{181}{text}")).map_err(|e| AppError::Internal(format!("no barcode: {e}")))?;
        let bars = code.encode();
        let (mut path, mut x) = (String::new(), 0);
        while x < bars.len() {
            let run = bars[x..].iter().take_while(|bar| **bar == 1).count();
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} 0h{run}v{}h-{run}z", x + QUIET, Self::HEIGHT);
            }
            x += run.max(1);
        }
        Ok(Self { text: text.to_owned(), width: bars.len() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_draws_its_three_corners_and_leaves_its_border_empty() {
        let code = Qr::of("https://clinic.example/appointments/1").expect("a short text");
        assert!(code.size >= 21 + 2 * BORDER);
        // The outer edge of a corner's square is seven modules long: two corners on the first line.
        assert!(code.path.starts_with("M4 4h7v1h-7z"));
        assert!(code.path.contains(&format!("M{} 4h7v1h-7z", code.size - BORDER - 7)));
        assert!(Qr::of(&"x".repeat(5000)).is_err());
    }

    #[test]
    fn a_barcode_begins_and_ends_as_scanners_expect() {
        let code = Barcode::of("RX000123").expect("printable letters");
        // Start, eight letters and the check digit of 11 modules each, and the stop of 13.
        assert_eq!(code.width, 10 * 11 + 13 + 2 * QUIET);
        // Start B is bars of 2, 1, 1 with spaces of 1, 2, 4; the stop ends with a bar of 2.
        assert!(code.path.starts_with("M10 0h2v30h-2zM13 0h1v30h-1zM16 0h1v30h-1zM21 0h"), "{}", code.path);
        assert!(code.path.ends_with(&format!("M{} 0h2v30h-2z", code.width - QUIET - 2)), "{}", code.path);
        assert!(Barcode::of("Ünknown").is_err());
    }
}
