//! The fonts of PDF files, so that every name prints, whatever its script. Their licences lie beside them in
//! `assets/fonts`.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use parley::fontique::{Blob, Collection, CollectionOptions};
use parley::{FontContext, FontFamily, FontFamilyName};

/// The files, compressed.
const FILES: &[&[u8]] = &[
    include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansArabic-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansArmenian-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansBengali-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansDevanagari-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansEthiopic-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansGeorgian-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansGujarati-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansGurmukhi-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansHebrew-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansKannada-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansKhmer-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansLao-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansMalayalam-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansMyanmar-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansSinhala-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansTamil-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansTelugu-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/NotoSansThai-Regular.ttf.gz"),
    include_bytes!("../../../assets/fonts/DroidSansFallbackFull.ttf.gz"),
];

/// The families, the first that has a letter gives it.
const FAMILIES: &[FontFamilyName<'static>] = &[
    named("Noto Sans"),
    named("Noto Sans Arabic"),
    named("Noto Sans Armenian"),
    named("Noto Sans Bengali"),
    named("Noto Sans Devanagari"),
    named("Noto Sans Ethiopic"),
    named("Noto Sans Georgian"),
    named("Noto Sans Gujarati"),
    named("Noto Sans Gurmukhi"),
    named("Noto Sans Hebrew"),
    named("Noto Sans Kannada"),
    named("Noto Sans Khmer"),
    named("Noto Sans Lao"),
    named("Noto Sans Malayalam"),
    named("Noto Sans Myanmar"),
    named("Noto Sans Sinhala"),
    named("Noto Sans Tamil"),
    named("Noto Sans Telugu"),
    named("Noto Sans Thai"),
    named("Droid Sans Fallback"),
];

const fn named(name: &'static str) -> FontFamilyName<'static> {
    FontFamilyName::Named(std::borrow::Cow::Borrowed(name))
}

/// All families, in their order.
pub(super) fn families() -> FontFamily<'static> {
    FontFamily::List(std::borrow::Cow::Borrowed(FAMILIES))
}

/// Our fonts and no others: a file looks the same wherever it was made.
pub(super) fn context() -> FontContext {
    static FONTS: LazyLock<FontContext> = LazyLock::new(|| {
        let mut fonts = FontContext {
            collection: Collection::new(CollectionOptions { shared: false, system_fonts: false }),
            source_cache: Default::default(),
        };
        for file in FILES {
            let mut font = Vec::new();
            match GzDecoder::new(*file).read_to_end(&mut font) {
                Ok(_) => {
                    fonts.collection.register_fonts(Blob::from(font), None);
                }
                Err(error) => log::error!("a built-in font cannot be unpacked: {error}"),
            }
        }
        fonts
    });
    FONTS.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_there() {
        let mut fonts = context();
        for family in FAMILIES {
            let FontFamilyName::Named(name) = family else { panic!("families are named") };
            assert!(fonts.collection.family_by_name(name).is_some(), "{name}");
        }
    }
}
