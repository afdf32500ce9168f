fn main() {
    for folder in std::env::args().skip(1) {
        let start = std::time::Instant::now();
        match bieumau_plugin_host::build::build(folder.as_ref(), &mut |text| eprintln!("{text:?}")) {
            Ok(built) => println!("{built:?} {:?}", start.elapsed()),
            Err(error) => println!("{}", error.diagnostic().one_line(bieumau_model::text::Locale::En)),
        }
        println!("{:?}", bieumau_plugin_host::build::freshness(folder.as_ref()));
    }
}
