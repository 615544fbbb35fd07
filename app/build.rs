//! Compiles this crate anew when a step of the schema was added: `sqlx::migrate!` sees the files that were there.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
