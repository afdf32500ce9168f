//! The commands, one function each: ask `pipeline`, print, choose the exit code.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bieumau_model::scope::{Caller, History, Reach, Scope};
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    DemoSite, NewSite, Problem, ProblemKind, Question, RenderRequest, Site, Workers,
};
use bieumau_server::{Access, Server};
use jiff::Timestamp;

use crate::Ending;
use crate::arguments::{
    Arguments, CallerArguments, Command, DemoArguments, InitArguments, PluginCommand,
    RenderArguments, ServeArguments,
};
use crate::batch;
use crate::findings::{check, print_problem, reports};
use crate::progress::Bar;

/// Does what was asked and prints what came of it.
pub(crate) fn run(arguments: &Arguments) -> Ending {
    let locale = arguments.locale.into();
    let site = arguments.site.as_path();
    let done = match &arguments.command {
        Command::Demo(demo) => make_demo(demo, locale),
        Command::Init(init) => make_site(init, locale),
        Command::Check(asked) => check(site, asked, locale),
        Command::Reports { json } => reports(&catalog_folder(site), *json, locale),
        Command::Render(asked) => render(site, asked, locale),
        Command::Figures(asked) => crate::figures::run(site, asked, locale),
        Command::Workbook(asked) => crate::entry::workbook(site, asked),
        Command::Import(asked) => crate::entry::import(site, asked, locale),
        Command::Serve(asked) => serve(site, asked, locale),
        Command::Lock(asked) => crate::flows::lock(site, asked, locale),
        Command::Correction(asked) => crate::flows::correction(site, asked, locale),
        Command::SignOff(asked) => crate::flows::sign_off(site, asked, locale),
        Command::Review(asked) => crate::flows::review(site, asked, locale),
        Command::Approval(asked) => crate::flows::approval(site, asked),
        Command::Issued(asked) => crate::flows::issued(site, asked, locale),
        Command::Dev(asked) => crate::dev::run(site, asked, locale),
        Command::Lint(asked) => crate::lint::run(site, asked, locale),
        Command::Layer(asked) => crate::layer::run(site, asked, locale),
        Command::Schema { kind, form } => schema(site, kind.as_deref(), form.as_deref(), locale),
        Command::Record(asked) => crate::record::run(site, asked, locale),
        Command::ImportXlsform(asked) => crate::xlsform::run(asked, locale),
        Command::Plugin(asked) => plugin(site, asked, locale),
        Command::User(asked) => crate::access::user(site, asked, locale),
        Command::Token(asked) => crate::access::token(site, asked, locale),
        Command::Access(asked) => crate::access::access(site, asked, locale),
        Command::Audit(asked) => crate::audit::audit(site, asked, locale),
        Command::Inspect(asked) => crate::audit::inspect(site, asked, locale),
        Command::RenderWorker | Command::PluginCompiler => unreachable!("main has taken it"),
    };
    done.unwrap_or_else(|problem| {
        print_problem(&problem, locale);
        ending(&problem)
    })
}

/// The exit code of a problem.
fn ending(problem: &Problem) -> Ending {
    match problem.kind {
        ProblemKind::NotFound
        | ProblemKind::BadInput
        | ProblemKind::Conflict
        | ProblemKind::Unsigned
        | ProblemKind::Forbidden
        | ProblemKind::TooSoon => Ending::Usage,
        ProblemKind::Definition | ProblemKind::Plugin | ProblemKind::Limit => Ending::Findings,
        ProblemKind::Machine => Ending::Environment,
    }
}

/// How this program starts itself to render documents.
pub(crate) fn workers() -> Result<Workers, Problem> {
    let program = std::env::current_exe().map_err(|error| {
        machine(
            format!("Không tìm được chính chương trình này: {error}"),
            format!("this program cannot be found: {error}"),
        )
    })?;
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Workers { program, arguments: vec!["render-worker".into()], count, time: None })
}

/// A folder that holds no site still has the shipped definitions; one that is not there is an
/// error, which `pipeline` tells.
fn catalog_folder(site: &Path) -> Option<&Path> {
    (site.join("site.yaml").is_file() || !site.is_dir()).then_some(site)
}

pub(crate) fn machine(vi: String, en: String) -> Problem {
    Problem::new(ProblemKind::Machine, "J091", vi, en)
}

pub(crate) fn usage(vi: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::BadInput, "J092", vi, en)
}

/// Prints a result. Whoever closes the pipe early, as `head` does, has read enough.
pub(crate) fn print_line(what: &dyn std::fmt::Display) {
    if writeln!(io::stdout(), "{what}").is_err() {
        std::process::exit(0);
    }
}

pub(crate) fn say(locale: Locale, vi: &str, en: &str) {
    eprintln!("{}", if locale == Locale::Vi { vi } else { en });
}

pub(crate) fn caller(arguments: &CallerArguments, site: &Site) -> Result<Caller, Problem> {
    let limited = !arguments.only_school.is_empty()
        || !arguments.only_class.is_empty()
        || !arguments.only_subject.is_empty();
    match &arguments.user {
        // Without limits of their own, users have the rights of their account.
        Some(name) if !limited => site.caller_of(name, Timestamp::now()),
        _ => Ok(limited_caller(arguments)),
    }
}

fn limited_caller(arguments: &CallerArguments) -> Caller {
    let listed = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
    match &arguments.user {
        None => Caller::Operator,
        Some(name) => Caller::User {
            name: name.clone(),
            scope: Scope::from(Reach {
                // A named user sees nothing that is not named; naming a class names its school.
                schools: (!arguments.only_school.is_empty() || arguments.only_class.is_empty())
                    .then(|| arguments.only_school.clone()),
                classes: (!arguments.only_class.is_empty()).then(|| arguments.only_class.clone()),
                subjects: listed(&arguments.only_subject),
                // Whoever sees all subjects of a class prints whole transcripts of its pupils.
                history: match arguments.only_subject.is_empty() {
                    true => History::InDocuments,
                    false => History::Hidden,
                },
                ..Reach::everything()
            }),
        },
    }
}

fn render(site: &Path, asked: &RenderArguments, locale: Locale) -> Result<Ending, Problem> {
    let parameters = asked.parameters.iter().cloned().collect();
    if asked.data {
        let site = Site::open(site, &workers()?, Timestamp::now())?;
        let caller = caller(&asked.caller, &site)?;
        let mut data = site.template_data(&caller, &asked.report, &parameters)?;
        if asked.explain {
            let all = Question::default();
            let explained = site.explanations(&caller, &asked.report, &parameters, &all)?;
            data["explanations"] = serde_json::json!(explained);
        }
        write_bytes(format!("{data:#}\n").as_bytes(), &asked.output)?;
        return Ok(Ending::Done);
    }
    if let Some(each) = &asked.each {
        let site = Site::open(site, &workers()?, Timestamp::now())?;
        let caller = caller(&asked.caller, &site)?;
        return batch::render_each(&site, &caller, asked, each, locale);
    }
    let ending = asked.output.extension().and_then(|ending| ending.to_str());
    let Some(format) = asked.format.as_deref().or(ending) else {
        return Err(usage("Chưa rõ định dạng văn bản", "the format of the document is not known")
            .help("Thêm `--format pdf`", "add `--format pdf`"));
    };
    if asked.issue {
        let site = Site::open(site, &workers()?, Timestamp::now())?;
        let wanted = (asked.report.as_str(), &parameters, format);
        let caller = caller(&asked.caller, &site)?;
        let issued = site.issue(&caller, wanted, asked.period.as_deref(), Timestamp::now())?;
        say(
            locale,
            &format!(
                "Đã phát hành: số {}, mã xác minh {} (id {})",
                issued.line.number, issued.line.code, issued.line.id
            ),
            &format!(
                "issued: number {}, verification code {} (id {})",
                issued.line.number, issued.line.code, issued.line.id
            ),
        );
        write_bytes(&issued.document.bytes, &asked.output)?;
        return Ok(Ending::Done);
    }
    let request = RenderRequest::new(asked.report.clone(), parameters, format, asked.page)?;
    let site = Site::open(site, &workers()?, Timestamp::now())?;
    let caller = caller(&asked.caller, &site)?;
    let document = site.render_noted(&caller, &request, Timestamp::now())?;
    for finding in &document.findings {
        eprintln!("{}", finding.one_line(locale));
    }
    write_bytes(&document.bytes, &asked.output)?;
    Ok(Ending::Done)
}

pub(crate) fn write_bytes(bytes: &[u8], output: &Path) -> Result<(), Problem> {
    let written = if output == Path::new("-") {
        io::stdout().write_all(bytes)
    } else {
        fs::write(output, bytes)
    };
    written.map_err(|error| not_written(output, &error))
}

pub(crate) fn not_written(output: &Path, error: &io::Error) -> Problem {
    machine(
        format!("Không ghi được `{}`: {error}", output.display()),
        format!("`{}` cannot be written: {error}", output.display()),
    )
}

fn serve(site: &Path, asked: &ServeArguments, locale: Locale) -> Result<Ending, Problem> {
    let site = Arc::new(Site::open(site, &workers()?, Timestamp::now())?);
    let address = match (asked.listen, site.listen()) {
        (Some(address), _) => address,
        (None, Some(text)) => text.parse().map_err(|_| {
            usage(
                format!("`listen: {text}` trong site.yaml không phải địa chỉ"),
                format!("`listen: {text}` in site.yaml is not an address"),
            )
            .help("Ví dụ: 127.0.0.1:8080", "for example 127.0.0.1:8080")
        })?,
        (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
    };
    let access = access(&site, asked, address, locale)?;
    answer(bind(address)?, site, access, locale)
}

/// Whom the server answers: everybody who signs in, unless it is started for one user.
fn access(
    site: &Site,
    asked: &ServeArguments,
    address: SocketAddr,
    locale: Locale,
) -> Result<Access, Problem> {
    if asked.caller.user.is_some() {
        return Ok(Access::As(caller(&asked.caller, site)?));
    }
    if asked.without_sign_in {
        if !address.ip().is_loopback() {
            return Err(usage(
                "`--without-sign-in` chỉ dùng với địa chỉ của chính máy này",
                "`--without-sign-in` is only for this machine's own address",
            )
            .help("Dùng `--listen 127.0.0.1:8080`", "use `--listen 127.0.0.1:8080`"));
        }
        return Ok(Access::As(Caller::Operator));
    }
    if site.has_accounts()? {
        return Ok(Access::SignIn { setup_code: None });
    }
    let code = setup_code(&crate::access::random()?);
    say(
        locale,
        &format!("Chưa có tài khoản nào. Mã thiết lập để tạo quản trị viên đầu tiên: {code}"),
        &format!("There is no account yet. Setup code for the first administrator: {code}"),
    );
    Ok(Access::SignIn { setup_code: Some(code) })
}

/// Ten letters that are not mistaken for one another.
fn setup_code(random: &[u8; 32]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    let code: String = random[..10].iter().map(letter).collect();
    format!("{}-{}", &code[..5], &code[5..])
}

pub(crate) fn bind(address: SocketAddr) -> Result<Server, Problem> {
    Server::bind(address).map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        machine(
            format!("Không mở được địa chỉ {address}: {source}"),
            format!("address {address} cannot be opened: {source}"),
        )
        .help(
            "Chọn địa chỉ khác, ví dụ `--listen 127.0.0.1:8090`",
            "choose another one, such as `--listen 127.0.0.1:8090`",
        )
    })
}

fn answer(
    server: Server,
    site: Arc<Site>,
    access: Access,
    locale: Locale,
) -> Result<Ending, Problem> {
    let address = server.address();
    say(
        locale,
        &format!("Mở http://{address}/ trong trình duyệt. Nhấn Ctrl-C để dừng."),
        &format!("Open http://{address}/ in a browser. Press Ctrl-C to stop."),
    );
    server
        .run_until_interrupted(site, access)
        .map(|()| Ending::Done)
        .map_err(|error| machine(format!("Máy chủ dừng vì lỗi: {error}"), format!("{error}")))
}

fn make_demo(asked: &DemoArguments, locale: Locale) -> Result<Ending, Problem> {
    // A taken address should be known before minutes of work, not after.
    let server = if asked.no_serve { None } else { Some(bind(asked.listen)?) };
    let started = Instant::now();
    let wanted = DemoSite { seed: asked.seed, schools: asked.schools as usize };
    let bar = Bar::new();
    let site =
        bieumau_pipeline::make_demo(&asked.folder, &wanted, &workers()?, Timestamp::now(), &bar)?;
    let made = bieumau_pipeline::render_examples(&site, &asked.folder.join("documents"), &bar)?;
    drop(bar);
    say(
        locale,
        &format!(
            "Hệ thống mẫu: {} (dữ liệu hư cấu, {} trường). Văn bản đã làm:",
            asked.folder.display(),
            asked.schools
        ),
        &format!(
            "Demo site: {} (invented data, {} schools). Documents made:",
            asked.folder.display(),
            asked.schools
        ),
    );
    for example in &made {
        print_line(&example.path.display());
        for finding in &example.findings {
            eprintln!("  {}", finding.one_line(locale));
        }
    }
    let seconds = started.elapsed().as_secs();
    say(locale, &format!("Xong sau {seconds} giây."), &format!("Done in {seconds} s."));
    match server {
        Some(server) => {
            let access = Access::SignIn { setup_code: None };
            answer(server, Arc::new(site), access, locale)
        }
        None => Ok(Ending::Done),
    }
}

fn make_site(asked: &InitArguments, locale: Locale) -> Result<Ending, Problem> {
    let ask = |given: &Option<String>, flag: &str, vi: &str, en: &str| -> Result<String, Problem> {
        match given {
            Some(value) => Ok(value.clone()),
            None => ask_person(flag, if locale == Locale::Vi { vi } else { en }),
        }
    };
    let wanted = NewSite {
        name: ask(
            &asked.name,
            "--name",
            "Tên trường (hoặc đơn vị)",
            "Name of the school or office",
        )?,
        province: ask(
            &asked.province,
            "--province",
            "Mã tỉnh, thành phố (ví dụ 31)",
            "Code of the province (such as 31)",
        )?,
        level: ask(
            &asked.level,
            "--level",
            "Cấp học (primary, lower_secondary, upper_secondary)",
            "Level (primary, lower_secondary, upper_secondary)",
        )?,
        school_year: ask(
            &asked.school_year,
            "--school-year",
            "Năm học (ví dụ 2026-2027)",
            "School year (such as 2026-2027)",
        )?,
        school: asked.school.clone(),
    };
    bieumau_pipeline::init(&asked.folder, &wanted, Timestamp::now())?;
    print_line(&asked.folder.display());
    say(
        locale,
        &format!("Đã tạo. Mở bằng: bieumau --site {} serve", asked.folder.display()),
        &format!("Made. Open it with: bieumau --site {} serve", asked.folder.display()),
    );
    Ok(Ending::Done)
}

/// Asks on the terminal; without a terminal the missing flag is named.
fn ask_person(flag: &str, question: &str) -> Result<String, Problem> {
    if !io::stdin().is_terminal() {
        return Err(usage(
            format!("Thiếu {flag}: {question}"),
            format!("{flag} is missing: {question}"),
        ));
    }
    eprint!("{question}: ");
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|error| machine(error.to_string(), error.to_string()))?;
    Ok(line.trim().to_owned())
}

fn schema(
    site: &Path,
    kind: Option<&str>,
    form: Option<&str>,
    locale: Locale,
) -> Result<Ending, Problem> {
    let text = match form {
        Some(form) => {
            let folder = catalog_folder(site);
            bieumau_pipeline::form_schema(folder, form, Timestamp::now(), locale)?
        }
        None => bieumau_pipeline::schema(kind)?,
    };
    print_line(&format_args!("{text:#}"));
    Ok(Ending::Done)
}

fn plugin(site: &Path, asked: &PluginCommand, locale: Locale) -> Result<Ending, Problem> {
    match asked {
        PluginCommand::Author(asked) => crate::authoring::run(catalog_folder(site), asked, locale),
        PluginCommand::List { json } => {
            crate::findings::plugins(&catalog_folder(site), *json, locale)
        }
        PluginCommand::Call { plugin, rule, input, explain } => {
            let text = read_input(input)?;
            let folder = catalog_folder(site);
            let answer = bieumau_pipeline::call_plugin(folder, plugin, rule, &text, *explain)?;
            print_line(&format_args!("{answer:#}"));
            Ok(Ending::Done)
        }
        PluginCommand::Policy(asked) => crate::policy::policy(catalog_folder(site), asked, locale),
        PluginCommand::Build { folders, verify } => build(folders, *verify, locale),
        PluginCommand::Package(asked) => crate::package::run(site, asked, locale),
    }
}

fn build(folders: &[std::path::PathBuf], verify: bool, locale: Locale) -> Result<Ending, Problem> {
    let mut stale = false;
    for folder in folders {
        if verify {
            if bieumau_pipeline::is_plugin_stale(folder)? {
                stale = true;
                print_line(&folder.display());
            }
        } else {
            let built = bieumau_pipeline::build_plugin(folder, &mut |line| {
                eprintln!("{}", line.get(locale));
            })?;
            print_line(&built.display());
        }
    }
    if stale {
        say(
            locale,
            "Các plugin trên cũ hơn mã nguồn; chạy `bieumau plugin build`.",
            "The plugins above are older than their source; run `bieumau plugin build`.",
        );
        return Ok(Ending::Findings);
    }
    Ok(Ending::Done)
}

fn read_input(path: &Path) -> Result<String, Problem> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| {
        machine(
            format!("Không đọc được `{}`: {error}", path.display()),
            format!("`{}` cannot be read: {error}", path.display()),
        )
    })
}
