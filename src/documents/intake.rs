//! What is taken of an uploaded file (`security.md` 22): the type goes by the content and has to agree with the name;
//! pictures are decoded and encoded anew; everything else is looked through for what it pretends.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageFormat};
use sha2::{Digest, Sha256};

use super::model::{MediaType, size_text};
use super::names;
use crate::accounts::pictures::{self, Unusable};

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The largest picture after it was encoded anew: it can grow a little.
const MOST_ENCODED: usize = 2 * MOST_BYTES;
const JPEG_QUALITY: u8 = 90;
/// How near to its end a PDF says where its parts are.
const PDF_TAIL: usize = 2048;

const WANTED: &str = "Choose a PDF, a PNG or JPEG picture, or a plain text file (UTF-8).";

/// A file that can be stored.
#[derive(Clone, Debug)]
pub struct Taken {
    /// As it is shown; its ending fits its type.
    pub file_name: String,
    pub media_type: MediaType,
    pub content: Vec<u8>,
    /// Of `content`, in hexadecimal digits.
    pub sha256: String,
}

impl Taken {
    /// The name without its ending: a title for what nobody titled.
    pub fn stem(&self) -> &str {
        names::split(&self.file_name).0
    }
}

/// Looks an uploaded file through. Blocks for as long as a picture takes, some tenths of a second.
///
/// # Errors
/// What is wrong with it, in words for who chose it.
pub fn take(typed_name: &str, content: &[u8]) -> Result<Taken, String> {
    if content.is_empty() {
        return Err("This file is empty.".to_owned());
    }
    if content.len() > MOST_BYTES {
        return Err(format!("This file is too large: at most {}.", size_text(MOST_BYTES as i64)));
    }
    let name = names::file_name(typed_name);
    let (_, ending) = names::split(&name);
    let Some(media_type) = sniff(content) else {
        return Err(format!("This file is of no kind that is taken here. {WANTED}"));
    };
    if !media_type.endings().contains(&ending.as_str()) {
        let called = if ending.is_empty() { "has no ending".to_owned() } else { format!("ends in .{ending}") };
        return Err(format!(
            "The name {called}, but the content is not: it is a {}. {WANTED}",
            media_type.label().replace("Text", "text")
        ));
    }
    let content = match media_type {
        MediaType::Pdf => pdf(content)?,
        MediaType::Text => text(content)?,
        MediaType::Png => picture(content, ImageFormat::Png)?,
        MediaType::Jpeg => picture(content, ImageFormat::Jpeg)?,
    };
    let sha256 = sha256(&content);
    Ok(Taken { file_name: name, media_type, content, sha256 })
}

/// The digest of a content, in hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// What the content begins like. Text is what is nothing else and reads as text.
fn sniff(content: &[u8]) -> Option<MediaType> {
    match content {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(MediaType::Pdf),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(MediaType::Png),
        [0xff, 0xd8, 0xff, ..] => Some(MediaType::Jpeg),
        other => std::str::from_utf8(other).is_ok_and(|text| text.chars().all(is_textual)).then_some(MediaType::Text),
    }
}

/// Whether a character belongs into a text: none that controls a machine.
fn is_textual(c: char) -> bool {
    !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}')
}

/// A PDF as it is. One that is cut off, or that goes on as something else, is refused.
fn pdf(content: &[u8]) -> Result<Vec<u8>, String> {
    let tail = &content[content.len().saturating_sub(PDF_TAIL)..];
    let find = |wanted: &[u8]| tail.windows(wanted.len()).rposition(|part| part == wanted);
    let is_whole = find(b"startxref").is_some();
    let ends = find(b"%%EOF").is_some_and(|at| tail[at + 5..].iter().all(|b| b.is_ascii_whitespace() || *b == 0));
    if !is_whole || !ends {
        return Err("This PDF is not whole, or it has something else behind its end. Save or print it as a PDF anew."
            .to_owned());
    }
    Ok(content.to_vec())
}

/// A text as it is, unless it is a page or a drawing that a browser would run.
fn text(content: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(content).map_err(|_| WANTED.to_owned())?;
    let begin = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if begin.is_empty() {
        return Err("There is nothing in this text.".to_owned());
    }
    let is_tag =
        begin.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || "!?/".contains(c)));
    let lower = text.to_ascii_lowercase();
    if is_tag || ["<script", "<html", "<svg", "<iframe", "<!doctype"].iter().any(|tag| lower.contains(tag)) {
        return Err(format!("This is a web page or a drawing in code, not a plain text. {WANTED}"));
    }
    Ok(content.to_vec())
}

/// A picture made anew of its pixels: where it was taken, by whom and with what is not among them.
fn picture(content: &[u8], format: ImageFormat) -> Result<Vec<u8>, String> {
    let (picture, _) = pictures::decode(content, &[format]).map_err(|unusable| match unusable {
        Unusable::Unreadable => format!("This picture cannot be read. {WANTED}"),
        Unusable::TooManyPixels => "This picture has too many pixels. Choose a smaller one.".to_owned(),
    })?;
    let mut out = Vec::new();
    let encoded = match (format, picture) {
        (ImageFormat::Png, picture) => picture.write_with_encoder(PngEncoder::new_with_quality(
            &mut out,
            CompressionType::Default,
            FilterType::Adaptive,
        )),
        (_, grey @ DynamicImage::ImageLuma8(_)) => {
            grey.write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY))
        }
        (_, picture) => DynamicImage::ImageRgb8(picture.into_rgb8())
            .write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY)),
    };
    encoded.map_err(|_| format!("This picture cannot be read. {WANTED}"))?;
    if out.len() > MOST_ENCODED {
        return Err("This picture becomes too large to be stored. Save it as a JPEG, or make it smaller.".to_owned());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n";

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(40, 20).write_to(&mut out, format).expect("it encodes");
        out.into_inner()
    }

    fn refused(name: &str, content: &[u8]) -> String {
        take(name, content).expect_err(name)
    }

    /// `security.md` 22: type by content as well as name.
    #[test]
    fn s22_what_is_taken_is_what_its_name_says() {
        let text = "Hb 13.2 g/dl, < 5 mg\r\nnormal – für Łukasz".as_bytes();
        for (name, content, wanted) in [
            ("report.pdf", PDF, MediaType::Pdf),
            ("scan.PNG", &encoded(ImageFormat::Png), MediaType::Png),
            ("photo.jpeg", &encoded(ImageFormat::Jpeg), MediaType::Jpeg),
            ("notes.txt", text, MediaType::Text),
        ] {
            let taken = take(name, content).expect(name);
            assert_eq!(taken.media_type, wanted);
            assert_eq!(taken.sha256, sha256(&taken.content));
        }
        assert!(refused("scan.pdf", &encoded(ImageFormat::Png)).contains("ends in .pdf"));
        assert!(refused("report.png", PDF).contains("it is a PDF"));
        assert!(refused("report", PDF).contains("has no ending"));
        assert!(refused("report.pdf.exe", PDF).contains(".exe"));
    }

    #[test]
    fn s22_what_pretends_is_refused() {
        let zip = b"PK\x03\x04\x14\x00\x00\x00\x08\x00";
        let exe = b"MZ\x90\x00\x03\x00\x00\x00";
        for (name, content) in [
            ("report.pdf", zip.as_slice()),
            ("photo.png", exe),
            ("notes.txt", b"<!DOCTYPE html><p>Hello"),
            ("notes.txt", b"\xef\xbb\xbf \n<html>"),
            ("notes.txt", b"Results:\n<script>alert(1)</script>"),
            ("drawing.txt", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("notes.txt", b"a\0b"),
            ("notes.txt", b"caf\xe9"),
            ("notes.txt", b" \r\n\t"),
            ("drawing.svg", b"<svg/>"),
            ("photo.gif", b"GIF89a\x01\x00\x01\x00"),
            ("empty.pdf", b""),
            ("cut.pdf", &PDF[..PDF.len() - 8]),
            ("photo.png", &encoded(ImageFormat::Png)[..40]),
        ] {
            refused(name, content);
        }
        let polyglot = [PDF, zip, b"PK\x05\x06"].concat();
        assert!(refused("both.pdf", &polyglot).contains("behind its end"));
        refused("large.txt", &vec![b'a'; MOST_BYTES + 1]);
    }

    #[test]
    fn s22_a_picture_keeps_its_pixels_only() {
        let png = encoded(ImageFormat::Png);
        let hidden = [png.as_slice(), b"GPS 48.85 2.35 PK\x03\x04"].concat();
        let taken = take("a.png", &hidden).expect("a picture with something behind its end");
        assert!(!taken.content.windows(3).any(|part| part == b"GPS"));
        // A JPEG with an Exif block that says: turned by ninety degrees, taken somewhere.
        let jpeg = encoded(ImageFormat::Jpeg);
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0SECRET-PLACE";
        let length = u16::try_from(exif.len() + 2).expect("it is short").to_be_bytes();
        let turned = [&jpeg[..2], &[0xff, 0xe1], &length, exif, &jpeg[2..]].concat();
        let taken = take("a.jpg", &turned).expect("a picture with a place in it");
        assert!(!taken.content.windows(6).any(|part| part == b"SECRET" || part == b"Exif\0\0"));
        let stored = image::load_from_memory(&taken.content).expect("our own bytes");
        assert_eq!((stored.width(), stored.height()), (20, 40), "it stands upright");
        // The same file again is the same stored file.
        assert_eq!(take("b.jpg", &turned).expect("again").sha256, taken.sha256);
    }

    #[test]
    fn s22_a_picture_that_would_fill_the_memory_is_refused() {
        let mut bomb = encoded(ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
        let mut sum = flate2::Crc::new();
        sum.update(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        assert!(refused("bomb.png", &bomb).contains("too many pixels"));
    }
}
