//! Makes a function of each message: what is misspelt, missing in a language, or given another argument is no
//! program.

use std::env;
use std::process::ExitCode;

use fluent_typed::{BuildOptions, FtlOutputOptions, LintLevel, build_from_locales_folder};

fn main() -> ExitCode {
    let out = env::var("OUT_DIR").expect("cargo names a folder for what is generated");
    let options = BuildOptions::default()
        .with_output_file_path(&format!("{out}/generated.rs"))
        .with_ftl_output(FtlOutputOptions::single_file(&format!("{out}/all.ftl")))
        .with_prefix("")
        .with_lint_level(LintLevel::Strict)
        // The marks would be seen where a text is taken out of a page or a letter, and looked for in vain.
        .without_bidi_isolation()
        .without_format();
    build_from_locales_folder(options)
}
