//! Writes an archive of random components: what `tests/compiling/smith.rs` sends through the host.
//!
//! A program of its own, outside of the workspace: `wasm-smith` wants `arbitrary` with its derive
//! macros, and for that the whole compiler of WebAssembly below the host would be built twice, once
//! for the program and once for the tests. The archive in `tests/smith` is written with the defaults.
//!
//! ```text
//! cargo run --release --manifest-path engine/plugin_host/smith/Cargo.toml -- ARCHIVE.zip [SEED] [COUNT]
//! ```

use std::error::Error;
use std::fs::File;
use std::io::Write;

use arbitrary::Unstructured;
use wasm_smith::{Component, Config, Module};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;
use zip::write::SimpleFileOptions;

/// Bytes of chance for one component; the more, the larger it gets.
const CHANCE: usize = 3_000;

/// What is written, and how many of it for each hundred.
const KINDS: [(&str, usize, Make); 6] = [
    ("component", 15, any_component),
    ("module", 15, any_module),
    ("contract", 15, |random| contract(random, ours(), Help::None)),
    ("features", 15, |random| contract(random, Config::default(), Help::None)),
    ("allocating", 15, |random| contract(random, ours(), Help::Allocator)),
    ("answering", 25, |random| contract(random, ours(), Help::AllocatorAndAnswer)),
];

/// Makes a component, or finds that chance does not give one.
type Make = fn(&mut Unstructured<'_>) -> Result<Vec<u8>, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual| arguments.get(at).map_or(Ok(usual), |text| text.parse::<u64>());
    let target = arguments.first().ok_or("usage: bieumau-smith ARCHIVE.zip [SEED] [COUNT]")?;
    let (seed, count) = (number(1, 1)?, number(2, 300)?);
    let mut archive = zip::ZipWriter::new(File::create(target)?);
    for (at, (kind, share, make)) in (0_u64..).zip(KINDS) {
        let mut random = Random::new(seed.wrapping_mul(1_000).wrapping_add(at));
        let wanted = usize::try_from(count)? * share / 100;
        let mut made = 0;
        while made < wanted {
            let Ok(wasm) = make(&mut Unstructured::new(&random.bytes(CHANCE))) else { continue };
            let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
            archive.start_file(format!("{kind}-{made:05}.wasm"), options)?;
            archive.write_all(&wasm)?;
            made += 1;
        }
    }
    archive.finish()?;
    Ok(())
}

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 32) as u8
        };
        (0..count).map(|_| next()).collect()
    }
}

/// Whatever is a component.
fn any_component(random: &mut Unstructured<'_>) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(Component::new(Config::default(), random)?.to_bytes())
}

/// Whatever is a module, with whatever feature, as an instance inside of a component.
fn any_module(random: &mut Unstructured<'_>) -> Result<Vec<u8>, Box<dyn Error>> {
    let config = Config { max_imports: 0, ..Config::default() };
    let module = Module::new(config, random)?.to_bytes();
    let mut component = wasm_encoder::Component::new();
    component.section(&wasm_encoder::RawSection {
        id: wasm_encoder::ComponentSectionId::CoreModule.into(),
        data: &module,
    });
    let mut instances = wasm_encoder::InstanceSection::new();
    instances.instantiate::<[(&str, wasm_encoder::ModuleArg); 0], &str>(0, []);
    component.section(&instances);
    Ok(component.finish())
}

/// The features that the host has.
fn ours() -> Config {
    Config {
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        // Tables of functions would do; other references need a collector, which the host has not.
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    }
}

/// What is laid around the random functions, so that a call gets further.
#[derive(PartialEq)]
enum Help {
    None,
    Allocator,
    AllocatorAndAnswer,
}

/// A module with the exports of the contract and random functions, made a component.
fn contract(
    random: &mut Unstructured<'_>,
    config: Config,
    help: Help,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let post = r#"(func (export "cabi_post_bieumau:plugin/rules@1.0.0#apply") (param i32))"#;
    let realloc =
        r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)"#;
    let shape = wat::parse_str(format!(
        r#"(module (memory (export "memory") 2 32)
          {}
          {post}
          (func (export "bieumau:plugin/rules@1.0.0#apply")
            (param i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#,
        if help == Help::None { realloc } else { "" },
    ))?;
    let config = Config { max_imports: 0, max_instructions: 200, exports: Some(shape), ..config };
    let module = Module::new(config, random)?.to_bytes();
    let mut module = match help {
        Help::None => module,
        help => with_allocator(&module, help == Help::AllocatorAndAnswer)?,
    };
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../plugins/wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some("plugin"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    // The unknown features are the point of some; the host is to refuse them, not this.
    Ok(ComponentEncoder::default().validate(false).module(&module)?.encode()?)
}

/// Adds an allocator that is right, and perhaps lets the answer lie somewhere in memory.
fn with_allocator(module: &[u8], is_answering: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut text = wasmprinter::print_bytes(module)?;
    let mut more = r#"(global $allocated (mut i32) (i32.const 98304))
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $allocated) (i32.const 7)) (i32.const -8)))
        (global.set $allocated (i32.add (local.get $at) (local.get 3)))
        (local.get $at))"#
        .to_owned();
    if is_answering {
        let own = "(export \"bieumau:plugin/rules@1.0.0#apply\" (func ";
        let from = text.find(own).ok_or("the function is not exported")?;
        let rest = &text[from + own.len()..];
        let index: u32 = rest[..rest.find(')').ok_or("no end")?].trim().parse()?;
        text = text.replacen(own, "(export \"inner\" (func ", 1);
        // The lowest pages hold what the random data segments have left there.
        more += &format!(
            r#"(func (export "bieumau:plugin/rules@1.0.0#apply")
              (param i32 i32 i32 i32 i32 i32 i32) (result i32)
              (i32.and (i32.const 65528) (call {index} (local.get 0) (local.get 1) (local.get 2)
                (local.get 3) (local.get 4) (local.get 5) (local.get 6))))"#
        );
    }
    let end = text.rfind(')').ok_or("no module")?;
    text.insert_str(end, &more);
    Ok(wat::parse_str(&text)?)
}
