//! Where things are in this checkout, as cargo and cargo-leptos see it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{self, Shell};

/// The places the commands work with; every path is absolute.
pub(crate) struct Checkout {
    pub(crate) root: PathBuf,
    /// Cargo's target directory, wherever the environment or a config file puts it.
    pub(crate) target: PathBuf,
    /// What the server serves: the WASM, the styles, the static files.
    pub(crate) site: PathBuf,
    /// Every file and folder a release build depends on.
    pub(crate) inputs: Vec<PathBuf>,
}

impl Checkout {
    /// Knows the root at run time, because a shared target directory may hand one checkout the
    /// `xtask` that was compiled in another.
    pub(crate) fn root() -> PathBuf {
        let manifest = env::var_os("CARGO_MANIFEST_DIR");
        let package = manifest.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        package.parent().map_or(package.clone(), Path::to_path_buf)
    }

    pub(crate) fn read(shell: &Shell) -> Result<Self> {
        let mut metadata = shell.cargo(["metadata", "--no-deps", "--format-version=1"]);
        let metadata = serde_json::from_str(&process::read(&mut metadata)?)?;
        let site_root = env::var("LEPTOS_SITE_ROOT").ok();
        from_metadata(&metadata, site_root).context("cargo metadata lacks what xtask needs")
    }

    /// The server, as cargo-leptos builds it for release.
    pub(crate) fn binary(&self) -> PathBuf {
        self.target.join("release/latchkey")
    }

    /// The hashes in the names of the site's files; the server reads it beside its binary.
    pub(crate) fn hashes(&self) -> PathBuf {
        self.target.join("release/hash.txt")
    }
}

fn from_metadata(metadata: &Value, site_root: Option<String>) -> Option<Checkout> {
    let root = PathBuf::from(metadata["workspace_root"].as_str()?);
    let target = PathBuf::from(metadata["target_directory"].as_str()?);
    let leptos = &metadata["metadata"]["leptos"][0];
    let site_root = site_root.or_else(|| leptos["site-root"].as_str().map(str::to_owned))?;
    let site = match site_root.strip_prefix("CARGO_TARGET_DIR/") {
        Some(below_target) => target.join(below_target),
        None => root.join(site_root),
    };
    Some(Checkout {
        inputs: inputs(&root, metadata)?,
        root,
        target,
        site,
    })
}

/// Lists what a release is made of: every member but this one, the styles, the static files and
/// what cargo and cargo-leptos read at the root.
fn inputs(root: &Path, metadata: &Value) -> Option<Vec<PathBuf>> {
    let leptos = &metadata["metadata"]["leptos"][0];
    let style = Path::new(leptos["style-file"].as_str()?).parent()?;
    let assets = leptos["assets-dir"].as_str()?;
    let files = [
        ".cargo",
        ".env",
        "Cargo.lock",
        "Cargo.toml",
        "rust-toolchain.toml",
    ];
    let mut inputs: Vec<PathBuf> = files.iter().map(|file| root.join(file)).collect();
    inputs.extend([root.join(style), root.join(assets)]);
    for package in metadata["packages"].as_array()? {
        if package["name"] != "xtask" {
            let manifest = Path::new(package["manifest_path"].as_str()?);
            inputs.push(manifest.parent()?.to_path_buf());
        }
    }
    Some(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata() -> Value {
        json!({
            "workspace_root": "/w",
            "target_directory": "/cache/target",
            "metadata": { "leptos": [{
                "site-root": "target/site", "style-file": "style/main.css", "assets-dir": "public",
            }] },
            "packages": [
                { "name": "server", "manifest_path": "/w/server/Cargo.toml" },
                { "name": "xtask", "manifest_path": "/w/xtask/Cargo.toml" },
            ],
        })
    }

    #[test]
    fn the_binary_follows_the_target_directory_and_the_site_its_setting() {
        let checkout = from_metadata(&metadata(), None).unwrap();
        assert_eq!(
            checkout.binary(),
            Path::new("/cache/target/release/latchkey")
        );
        assert_eq!(checkout.site, Path::new("/w/target/site"));
        let below = Some("CARGO_TARGET_DIR/site".to_owned());
        let checkout = from_metadata(&metadata(), below).unwrap();
        assert_eq!(checkout.site, Path::new("/cache/target/site"));
    }

    #[test]
    fn every_member_but_xtask_is_an_input() {
        let inputs = from_metadata(&metadata(), None).unwrap().inputs;
        for wanted in ["server", "style", "public", "Cargo.lock", ".cargo"] {
            assert!(inputs.contains(&Path::new("/w").join(wanted)), "{wanted}");
        }
        assert!(!inputs.contains(&PathBuf::from("/w/xtask")));
    }
}
