//! Profile pictures: whatever was uploaded is decoded and encoded anew, so that the stored bytes are ours
//! (`security.md` 22).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// Width and height of a stored picture, in pixels.
const SIDE: u32 = 256;
/// The most pixels that are decoded: more than any phone's camera is asked for, little enough for the memory.
const MOST_PIXELS: u64 = 50_000_000;
/// The most memory that decoding may take.
const MOST_BYTES: u64 = 320 * 1024 * 1024;
const QUALITY: u8 = 86;

/// Why an uploaded picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no picture of the wanted sort, or it is broken.
    Unreadable,
    TooManyPixels,
}

/// The picture of a file of one of these formats, the right way up, with nothing of what else the file says. The format
/// goes by the content. Blocks for some tenths of a second and takes memory: let few run at once.
pub fn decode(content: &[u8], formats: &[ImageFormat]) -> Result<(DynamicImage, ImageFormat), Unusable> {
    let open = || {
        let reader = ImageReader::new(Cursor::new(content)).with_guessed_format().map_err(|_| Unusable::Unreadable)?;
        let format = reader.format().filter(|f| formats.contains(f)).ok_or(Unusable::Unreadable)?;
        Ok((reader, format))
    };
    let (width, height) = open()?.0.into_dimensions().map_err(|_| Unusable::Unreadable)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Unusable::TooManyPixels);
    }
    let (mut reader, format) = open()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unusable::Unreadable)?;
    let orientation = decoder.orientation().map_err(|_| Unusable::Unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unusable::Unreadable)?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

/// The square middle of an uploaded picture as a small JPEG. Blocks for some tenths of a second.
///
/// # Errors
/// What is wrong with the file, in words for its owner.
pub fn square(content: &[u8]) -> Result<Vec<u8>, &'static str> {
    const UNREADABLE: &str = "This file is not a picture that can be read. Choose a JPEG, PNG or WebP file.";
    let (picture, _) = decode(content, &[ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]).map_err(
        |unusable| match unusable {
            Unusable::Unreadable => UNREADABLE,
            Unusable::TooManyPixels => "This picture has too many pixels. Choose a smaller one.",
        },
    )?;
    let side = picture.width().min(picture.height());
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let small = picture.crop_imm(left, top, side, side).resize_exact(SIDE, SIDE, FilterType::Triangle);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small)).map_err(|_| UNREADABLE)?;
    Ok(jpeg)
}

/// JPEG has no transparency: what shows through is white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let blend = |channel: u8| {
            let mixed = (u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        Rgb([blend(red), blend(green), blend(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(width, height).write_to(&mut out, ImageFormat::Png).expect("encodes");
        out.into_inner()
    }

    #[test]
    fn a_picture_becomes_a_small_square_jpeg() {
        let jpeg = square(&png(640, 480)).expect("a picture");
        assert_eq!(image::guess_format(&jpeg).ok(), Some(ImageFormat::Jpeg));
        let stored = image::load_from_memory(&jpeg).expect("our own bytes");
        assert_eq!((stored.width(), stored.height()), (SIDE, SIDE));
        assert!(square(&png(1, 1)).is_ok());
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_is_refused() {
        let good = png(64, 64);
        for bad in [b"".as_slice(), b"<svg/>", b"GIF89a\x01\x00\x01\x00", &good[..40]] {
            assert!(square(bad).is_err());
        }
        // A header that promises 40000 × 40000 pixels, in few bytes.
        let mut bomb = good;
        bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
        assert!(square(&bomb).is_err());
    }
}
