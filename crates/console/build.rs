//! Lists the built console's files, so that they become part of the binary.
//!
//! `npm run build` puts them into `console/dist`, each with a copy for browsers that take gzip
//! beside it. Without them, or if some of those that the first page names are missing, the list is
//! empty, and the server says how to build them: Rust alone is enough to build a server.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

fn main() -> io::Result<()> {
    let console = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console");
    let dist = console.join("dist");
    if console.is_dir() {
        // Cargo would run this at every build for as long as what it is told to watch is missing.
        // Where nothing may be written, it does.
        let _ = std::fs::create_dir_all(&dist);
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    if dist.is_dir() {
        find_files(&dist.canonicalize()?, "", &mut files)?;
    }
    if let Some(missing) = missing_of_first_page(&files)? {
        println!("cargo::warning=console/dist is not whole, {missing} is missing; build it again");
        files.clear();
    }
    // The order in which the server looks them up.
    files.sort();
    let list = list(&files)?;
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?;
    std::fs::write(Path::new(&out).join("assets.rs"), list)
}

/// A file that the first page names and that is not among those of the build.
fn missing_of_first_page(files: &[(String, String)]) -> io::Result<Option<String>> {
    let Some((_, page)) = files.iter().find(|(name, _)| name == "index.html") else {
        return Ok(None);
    };
    let page = std::fs::read_to_string(page)?;
    let missing = page
        .split("\"/console/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|wanted| !files.iter().any(|(name, _)| name == wanted));
    Ok(missing.map(str::to_owned))
}

/// The list as Rust reads it.
fn list(files: &[(String, String)]) -> io::Result<String> {
    let mut list = String::from("&[\n");
    for (name, file) in files.iter().filter(|(name, _)| !is_compressed(name)) {
        let etag = format!("W/\"{:032x}\"", xxh3_128(&std::fs::read(file)?));
        let gzip = files
            .iter()
            .find(|(other, _)| *other == format!("{name}.gz"));
        let gzip = gzip.map_or("None".to_owned(), |(_, file)| {
            format!("Some(include_bytes!({file:?}))")
        });
        writeln!(
            list,
            "Asset {{ path: {name:?}, etag: {etag:?}, bytes: include_bytes!({file:?}), gzip: {gzip} }},"
        )
        .map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    Ok(list)
}

/// All files below a directory with their names, but hidden ones: those are notes of the build.
fn find_files(directory: &Path, prefix: &str, found: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in directory.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().filter(|name| !name.starts_with('.'));
        let Some(name) = name.map(|name| format!("{prefix}{name}")) else {
            continue;
        };
        if entry.file_type()?.is_dir() {
            find_files(&entry.path(), &format!("{name}/"), found)?;
        } else {
            let path = entry.path().into_os_string().into_string();
            found.push((name, path.map_err(|path| not_text(&path))?));
        }
    }
    Ok(())
}

/// The copy of another file for browsers that take gzip.
fn is_compressed(name: &str) -> bool {
    Path::new(name).extension() == Some(OsStr::new("gz"))
}

fn not_text(path: &OsStr) -> io::Error {
    io::Error::other(format!("{} is not Unicode", path.display()))
}
