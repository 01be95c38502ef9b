//! The tasks of the project: `cargo xtask run|test|tidy|codegen|tour|bench`.
fn main() {}
