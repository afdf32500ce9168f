//! Builds the plugins in the given folders: what `bieumau plugin build` does, without the program.
//!
//! `cargo run -p bieumau-plugin-host --example build_plugin -- plugins/national`

use std::env;
use std::process::ExitCode;

use bieumau_model::text::Locale;
use bieumau_plugin_host::build::build;

fn main() -> ExitCode {
    for folder in env::args().skip(1) {
        let told =
            build(folder.as_ref(), &mut |text| eprintln!("{folder}: {}", text.get(Locale::En)));
        match told {
            Ok(built) => println!("{}: {} bytes", built.component.display(), built.bytes),
            Err(error) => {
                eprintln!("{}", error.diagnostic().one_line(Locale::En));
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
