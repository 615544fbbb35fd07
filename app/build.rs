//! Compiles this crate anew when a step of the schema was added: `sqlx::migrate!` sees the files that were there.

fn main() {
    #[expect(clippy::print_stdout, reason = "this is how cargo is spoken to")]
    {
        println!("cargo:rerun-if-changed=migrations");
    }
}
