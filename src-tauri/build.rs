//! Lets the window call the commands of the contract, and nothing else: the
//! list is generated from the command table of `handoff-device`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const LIST: &str = "../ui/src/lib/ipc/generated/commands.json";
    println!("cargo::rerun-if-changed={LIST}");
    println!("cargo::rerun-if-changed=../ui/dist/field");
    let names: Vec<String> = serde_json::from_str(&std::fs::read_to_string(LIST)?)?;
    let names: Vec<&'static str> = names
        .into_iter()
        .map(|name| &*Box::leak(name.into_boxed_str()))
        .collect();
    let manifest = tauri_build::AppManifest::new().commands(Box::leak(names.into_boxed_slice()));
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
