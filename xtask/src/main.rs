//! Development tasks: the generator of the protocol crate's shapes.
//!
//! - `cargo run -p xtask -- strip-model --botocore DIR` reduces botocore's service models to what
//!   the generator needs and writes them to `crates/protocol/model/`.
//! - `cargo run -p xtask -- generate` reads those models and writes
//!   `crates/protocol/src/generated/`.
//!
//! What must hold: the committed generated files are exactly what the generator writes from the
//! committed models; a test regenerates them in memory and compares. Both tasks are deterministic
//! and need no network. They fail, naming the shape, on anything in a model that the generator has
//! no rule for, so that a newer model cannot silently lose a constraint.
//!
//! Start reading in [`model`], then [`generate`].

mod generate;
mod model;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::model::ServiceModel;

/// The stripped models, in the order in which their operations are numbered.
const MODELS: [(&str, &str); 2] = [
    ("dynamodb", "dynamodb-2012-08-10.json"),
    ("dynamodbstreams", "dynamodbstreams-2012-08-10.json"),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["strip-model", "--botocore", directory] => strip_models(Path::new(directory)),
        ["generate"] => write_generated(),
        _ => bail!("usage: xtask strip-model --botocore DIR | xtask generate"),
    }
}

/// Strips the models found under `<botocore>/data/<service>/2012-08-10/service-2.json`, where
/// `directory` is an unpacked wheel. Wheels ship the files gzipped; gunzip them first.
fn strip_models(directory: &Path) -> Result<()> {
    for (service, file) in MODELS {
        let source = directory
            .join("botocore/data")
            .join(service)
            .join("2012-08-10/service-2.json");
        let model = read_model(&source)?;
        let mut text = serde_json::to_string_pretty(&model)?;
        text.push('\n');
        fs::write(model_directory().join(file), text)?;
    }
    Ok(())
}

fn write_generated() -> Result<()> {
    let directory = generated_directory();
    fs::create_dir_all(&directory)?;
    for file in generate::files(&read_models()?)? {
        fs::write(directory.join(file.name), file.text)?;
    }
    Ok(())
}

fn read_models() -> Result<Vec<ServiceModel>> {
    MODELS
        .iter()
        .map(|(_, file)| read_model(&model_directory().join(file)))
        .collect()
}

fn read_model(path: &Path) -> Result<ServiceModel> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("parsing {}", path.display()))
}

fn model_directory() -> PathBuf {
    protocol_directory().join("model")
}

fn generated_directory() -> PathBuf {
    protocol_directory().join("src/generated")
}

fn protocol_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/protocol")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_output_is_what_the_generator_writes() {
        let files = generate::files(&read_models().unwrap()).unwrap();
        let mut expected: Vec<_> = files.iter().map(|file| file.name.to_owned()).collect();
        expected.sort();
        let mut committed: Vec<_> = fs::read_dir(generated_directory())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        committed.sort();
        assert_eq!(committed, expected);
        for file in files {
            let text = fs::read_to_string(generated_directory().join(file.name)).unwrap();
            assert!(
                text == file.text,
                "{} is stale: run `cargo run -p xtask -- generate`",
                file.name
            );
        }
    }

    #[test]
    fn committed_models_are_in_stripped_form() {
        for (_, file) in MODELS {
            let path = model_directory().join(file);
            let text = serde_json::to_string_pretty(&read_model(&path).unwrap()).unwrap();
            assert_eq!(fs::read_to_string(path).unwrap().trim_end(), text);
        }
    }
}
