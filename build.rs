//! Puts `static/` into the binary: each file once as it is and once compressed, under a name with its content's hash.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=migrations");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("static");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    files.sort();

    let mut table = String::from("&[\n");
    for (number, file) in files.iter().enumerate() {
        let Some(media_type) = media_type(file) else { continue };
        let content = fs::read(file)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&content)?;
        let compressed = out.join(format!("{number}.gz"));
        fs::write(&compressed, gzip.finish()?)?;

        let name = file.strip_prefix(&root).expect("walked from there").to_string_lossy().replace('\\', "/");
        let digest = Sha256::digest(&content);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        writeln!(
            table,
            "Asset {{ name: {name:?}, url: {url:?}, media_type: {media_type:?}, plain: include_bytes!({file:?}), gzip: include_bytes!({compressed:?}) }},",
            url = format!("/static/{stem}.{hash}.{ending}"),
        )
        .expect("writing to a String cannot fail");
    }
    table.push(']');
    fs::write(out.join("assets.rs"), table)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Only what browsers ask for is served; licences, versions and lists of icons stay in the source.
fn media_type(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "webmanifest" => Some("application/manifest+json"),
        _ => None,
    }
}
