//! `bieumau plugin …` for packages: pack, sign, verify, install, and what becomes of them later.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use bieumau_model::text::Locale;
use bieumau_pipeline::{InstallRequest, NeedView, NewKey, Problem, ProblemKind};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::Ending;
use crate::commands::{print_line, say, workers};

#[derive(Debug, Subcommand)]
pub(crate) enum PackageCommand {
    /// Pack the folder of a plugin into one file, with the SHA-256 of every file in it.
    Pack {
        /// Folder with a `plugin.yaml`.
        folder: PathBuf,
        /// Output file; by default `<folder>.bmplugin`.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Make, trust and list keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sign a package; the file is rewritten with the signature in it.
    Sign {
        /// The package.
        package: PathBuf,
        /// Secret key, of `plugin key new` or of the tool minisign.
        #[arg(long, value_name = "FILE", required_unless_present = "signature")]
        key: Option<PathBuf>,
        /// File with the password of the key; without it the password is asked for.
        #[arg(long, value_name = "FILE", requires = "key")]
        password_file: Option<PathBuf>,
        /// Put in a signature that minisign made over the package's `manifest.sha256` instead.
        #[arg(long, value_name = "FILE", conflicts_with = "key")]
        signature: Option<PathBuf>,
    },
    /// Hold a package against a public key.
    Verify {
        /// The package.
        package: PathBuf,
        /// Public key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Install a package into the site, or a newer version of it.
    Install(InstallArguments),
    /// List every version that the site keeps.
    Versions {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Use no version of an installed plugin any more; what it has stored stays.
    Remove {
        /// The plugin.
        plugin: String,
        /// Why, for the audit.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Go back to the version that was in use before.
    Rollback {
        /// The plugin.
        plugin: String,
        /// Go back to this version.
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
        /// Why, for the audit.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Show what an installed plugin may see; grant more of it, or take some back.
    Grant {
        /// The plugin.
        plugin: String,
        /// Needs, such as `pupils.full_name`, `parameter:absence_limit`, `form:pupil`, or `all`;
        /// none only shows them.
        needs: Vec<String>,
        /// Take them back instead.
        #[arg(long, requires = "needs")]
        take_back: bool,
        /// Why, for the audit.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a package, or every package with a certain file in it, never be used again.
    Revoke {
        /// SHA-256 of the package or the file.
        sha256: String,
        /// Why; whoever asks for the plugin reads it.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// The package.
    pub package: PathBuf,
    /// Grant a need, such as `pupils.full_name`, or `all`; may be repeated.
    #[arg(long, value_name = "NEED")]
    pub grant: Vec<String>,
    /// Take a package that nobody signed; lists and documents will say so.
    #[arg(long)]
    pub allow_unsigned: bool,
    /// Take an older version than the one in use.
    #[arg(long)]
    pub allow_downgrade: bool,
    /// Why, for the audit.
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a pair of keys: FILE stays secret, FILE.pub is for those who install.
    New {
        /// File of the secret key.
        file: PathBuf,
        /// File with the password; without it the password is asked for.
        #[arg(long, value_name = "FILE", conflicts_with = "no_password")]
        password_file: Option<PathBuf>,
        /// No password, for machines that sign by themselves.
        #[arg(long)]
        no_password: bool,
    },
    /// Trust a public key from now on.
    Trust {
        /// Public key.
        file: PathBuf,
        /// Whose it is.
        #[arg(long, value_name = "NAME")]
        owner: String,
        /// Code of the one province whose plugins it may sign.
        #[arg(long, value_name = "CODE")]
        province: Option<String>,
        /// First day of its validity, such as 2026-01-01.
        #[arg(long, value_name = "DAY")]
        from: Option<Date>,
        /// Last day of its validity.
        #[arg(long, value_name = "DAY")]
        to: Option<Date>,
    },
    /// Trust a key no more.
    Distrust {
        /// Id of the key.
        key: String,
        /// Why, for the audit.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Write the keys of the site as a list for other sites, signed: FILE and FILE.minisig.
    Publish {
        /// File of the list.
        file: PathBuf,
        /// Secret key that signs it.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// File with the password of the key; without it the password is asked for.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Take over a signed list of keys: new ones, new days, and those that are trusted no more.
    Import {
        /// File of the list; FILE.minisig beside it is its signature.
        file: PathBuf,
    },
    /// List the keys of the site.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Does what was asked and prints what came of it.
pub(crate) fn run(site: &Path, asked: &PackageCommand, locale: Locale) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    match asked {
        PackageCommand::Pack { folder, output } => pack(folder, output.as_deref(), locale),
        PackageCommand::Key(asked) => key(site, asked, locale, now),
        PackageCommand::Sign { package, key, password_file, signature } => {
            let bytes = read(package)?;
            let signed = match (signature, key) {
                (Some(signature), _) => bieumau_pipeline::signed_with(&bytes, &text(signature)?)?,
                (None, Some(key)) => {
                    let key = text(key)?;
                    let password = password_of(&key, password_file.as_deref(), locale)?;
                    bieumau_pipeline::sign_plugin(&bytes, &key, password.as_deref())?
                }
                (None, None) => unreachable!("clap wants one of them"),
            };
            write(package, &signed)?;
            print_line(&package.display());
            Ok(Ending::Done)
        }
        PackageCommand::Verify { package, key } => {
            let comment = bieumau_pipeline::verify_plugin(&read(package)?, &text(key)?)?;
            print_line(&comment);
            say(locale, "Chữ ký đúng.", "The signature is right.");
            Ok(Ending::Done)
        }
        PackageCommand::Install(asked) => install(site, asked, locale, now),
        PackageCommand::Versions { json } => versions(site, *json, locale),
        PackageCommand::Remove { plugin, reason } => {
            let forms = bieumau_pipeline::remove_plugin(site, plugin, reason, now)?;
            say(locale, &format!("Đã gỡ `{plugin}`."), &format!("Removed `{plugin}`."));
            for form in forms {
                say(
                    locale,
                    &format!("Dữ liệu của biểu mẫu `{form}` vẫn được giữ trong kho."),
                    &format!("The records of form `{form}` stay in the store."),
                );
            }
            Ok(Ending::Done)
        }
        PackageCommand::Rollback { plugin, to, reason } => {
            let version =
                bieumau_pipeline::rollback_plugin(site, plugin, to.as_deref(), reason, now)?;
            print_line(&format_args!("{plugin} {version}"));
            Ok(Ending::Done)
        }
        PackageCommand::Grant { plugin, needs, take_back, reason } => {
            if !needs.is_empty() {
                bieumau_pipeline::grant_plugin(site, plugin, needs, *take_back, reason, now)?;
            }
            for (need, is_granted) in bieumau_pipeline::plugin_needs(site, plugin)? {
                let mark = if is_granted { "+" } else { "-" };
                print_line(&format_args!("{mark} {}", need_text(&need, locale)));
            }
            Ok(Ending::Done)
        }
        PackageCommand::Revoke { sha256, reason } => {
            bieumau_pipeline::revoke_plugin(site, sha256, reason, now)?;
            say(locale, "Đã thu hồi.", "Revoked.");
            Ok(Ending::Done)
        }
    }
}

fn pack(folder: &Path, output: Option<&Path>, locale: Locale) -> Result<Ending, Problem> {
    let (bytes, left_out) = bieumau_pipeline::pack_plugin(folder)?;
    let output = match output {
        Some(output) => output.to_owned(),
        None => {
            let folder = fs::canonicalize(folder).map_err(|error| failed(folder, &error))?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            PathBuf::from(format!("{name}.bmplugin"))
        }
    };
    write(&output, &bytes)?;
    print_line(&output.display());
    if !left_out.is_empty() {
        let listed = left_out.join(", ");
        say(locale, &format!("Không đưa vào gói: {listed}"), &format!("Left out: {listed}"));
    }
    Ok(Ending::Done)
}

fn install(
    site: &Path,
    asked: &InstallArguments,
    locale: Locale,
    now: Timestamp,
) -> Result<Ending, Problem> {
    let request = InstallRequest {
        grant_all: asked.grant.iter().any(|need| need == "all"),
        grant: asked.grant.clone(),
        allow_unsigned: asked.allow_unsigned,
        allow_downgrade: asked.allow_downgrade,
        reason: asked.reason.clone(),
    };
    let bytes = read(&asked.package)?;
    let mut ask = |needs: &[NeedView]| confirm(needs, locale);
    let done =
        bieumau_pipeline::install_plugin(site, &bytes, &request, &workers()?, now, &mut ask)?;
    print_line(&format_args!("{} {}  sha256:{}", done.plugin, done.version, done.sha256));
    let before = done.before.as_deref().filter(|_| !done.is_known);
    if let Some(before) = before {
        say(locale, &format!("Thay phiên bản {before}."), &format!("In place of {before}."));
    }
    match &done.signed_by {
        Some(owner) => say(locale, &format!("Ký bởi: {owner}"), &format!("Signed by: {owner}")),
        None => say(locale, "GÓI CHƯA KÝ: chỉ để thử.", "NOT SIGNED: for trying out only."),
    }
    for report in &done.reports {
        say(locale, &format!("Báo cáo: {report}"), &format!("Report: {report}"));
    }
    Ok(Ending::Done)
}

/// Shows what a plugin needs and asks on the terminal; without a terminal the answer is no.
fn confirm(needs: &[NeedView], locale: Locale) -> bool {
    say(locale, "Plugin cần xem:", "The plugin needs to see:");
    for need in needs {
        eprintln!("  {}", need_text(need, locale));
    }
    if !io::stdin().is_terminal() {
        return false;
    }
    eprint!("{}", if locale == Locale::Vi { "Cấp quyền? [c/K] " } else { "Grant it? [y/N] " });
    let mut line = String::new();
    // A terminal that cannot be read says no.
    let _ = io::stdin().read_line(&mut line);
    matches!(line.trim().to_lowercase().as_str(), "c" | "có" | "y" | "yes")
}

fn need_text(need: &NeedView, locale: Locale) -> String {
    let title = need.title.as_ref().map(|title| format!("  {}", title.get(locale)));
    let personal = match (need.personal, locale) {
        (None, _) => "",
        (Some("sensitive"), Locale::Vi) => "  [dữ liệu cá nhân nhạy cảm]",
        (Some("sensitive"), Locale::En) => "  [sensitive personal data]",
        (Some(_), Locale::Vi) => "  [dữ liệu cá nhân]",
        (Some(_), Locale::En) => "  [personal data]",
    };
    format!("{:<32}{}{personal}", need.need, title.unwrap_or_default())
}

fn versions(site: &Path, json: bool, locale: Locale) -> Result<Ending, Problem> {
    let versions = bieumau_pipeline::plugin_versions(site)?;
    if json {
        print_line(&format_args!("{:#}", serde_json::to_value(&versions).unwrap_or_default()));
        return Ok(Ending::Done);
    }
    for version in &versions {
        let mark = if version.in_use { "*" } else { " " };
        let unsigned = if locale == Locale::Vi { "CHƯA KÝ" } else { "UNSIGNED" };
        let key = version.key.as_deref().unwrap_or(unsigned);
        let revoked = version.revoked.as_ref().map(|reason| match locale {
            Locale::Vi => format!("  đã thu hồi: {reason}"),
            Locale::En => format!("  revoked: {reason}"),
        });
        print_line(&format_args!(
            "{mark} {} {}  {key}  sha256:{}{}",
            version.plugin,
            version.version,
            version.sha256,
            revoked.unwrap_or_default()
        ));
    }
    Ok(Ending::Done)
}

fn key(site: &Path, asked: &KeyCommand, locale: Locale, now: Timestamp) -> Result<Ending, Problem> {
    match asked {
        KeyCommand::New { file, password_file, no_password } => {
            let password = match (no_password, password_file) {
                (true, _) => None,
                (false, Some(file)) => Some(password(file)?),
                (false, None) => Some(new_password(locale)?),
            };
            let public = bieumau_pipeline::new_plugin_key(file, password.as_deref())?;
            print_line(&public.display());
            say(
                locale,
                &format!("Giữ kín `{}`; gửi tệp .pub cho nơi cài plugin.", file.display()),
                &format!(
                    "Keep `{}` secret; the .pub file is for those who install.",
                    file.display()
                ),
            );
        }
        KeyCommand::Trust { file, owner, province, from, to } => {
            let new = NewKey {
                text: text(file)?,
                owner: owner.clone(),
                province: province.clone(),
                valid_from: *from,
                valid_to: *to,
            };
            print_line(&bieumau_pipeline::trust_plugin_key(site, &new, now)?);
        }
        KeyCommand::Distrust { key, reason } => {
            bieumau_pipeline::distrust_plugin_key(site, key, reason, now)?;
            say(locale, "Không tin khóa này nữa.", "The key is not trusted any more.");
        }
        KeyCommand::List { json } => {
            let keys = bieumau_pipeline::list_plugin_keys(site)?;
            if *json {
                print_line(&format_args!("{:#}", serde_json::to_value(&keys).unwrap_or_default()));
                return Ok(Ending::Done);
            }
            print_keys(keys);
        }
        KeyCommand::Publish { file, key, password_file } => {
            let key = text(key)?;
            let password = password_of(&key, password_file.as_deref(), locale)?;
            let (list, signature) =
                bieumau_pipeline::publish_plugin_keys(site, &key, password.as_deref(), now)?;
            let beside = file.with_added_extension("minisig");
            write(file, list.as_bytes())?;
            write(&beside, signature.as_bytes())?;
            print_line(&file.display());
            print_line(&beside.display());
        }
        KeyCommand::Import { file } => {
            let signature = text(&file.with_added_extension("minisig"))?;
            let changed =
                bieumau_pipeline::import_plugin_keys(site, &text(file)?, &signature, now)?;
            if changed.is_empty() {
                say(locale, "Danh sách không có gì mới.", "The list has nothing new.");
            }
            print_keys(changed);
        }
    }
    Ok(Ending::Done)
}

/// Prints keys one a line: + trusted, - no more.
fn print_keys(keys: Vec<bieumau_pipeline::KeyView>) {
    for key in keys {
        let mark = if key.trusted { "+" } else { "-" };
        let day = |day: Option<String>| day.unwrap_or_else(|| "…".to_owned());
        print_line(&format_args!(
            "{mark} {}  {}  {}  {} – {}",
            key.key,
            key.province.as_deref().unwrap_or("*"),
            key.owner,
            day(key.valid_from),
            day(key.valid_to)
        ));
    }
}

/// Returns the password of a locked key: from its file, or asked for.
fn password_of(key: &str, file: Option<&Path>, locale: Locale) -> Result<Option<String>, Problem> {
    match file {
        Some(file) => password(file).map(Some),
        None if bieumau_pipeline::is_key_locked(key) => ask_password(if locale == Locale::Vi {
            "Mật khẩu của khóa: "
        } else {
            "Password: "
        })
        .map(Some),
        None => Ok(None),
    }
}

fn new_password(locale: Locale) -> Result<String, Problem> {
    let vi = locale == Locale::Vi;
    let first = ask_password(if vi { "Mật khẩu cho khóa: " } else { "Password: " })?;
    let second = ask_password(if vi { "Nhập lại: " } else { "Once more: " })?;
    if first == second {
        return Ok(first);
    }
    Err(Problem::new(
        ProblemKind::BadInput,
        "J092",
        "Hai lần nhập mật khẩu khác nhau",
        "the two passwords differ",
    ))
}

/// Asks on the terminal without showing what is typed.
fn ask_password(question: &str) -> Result<String, Problem> {
    if !io::stdin().is_terminal() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J092",
            "Thiếu mật khẩu của khóa",
            "the password of the key is missing",
        )
        .help("Thêm --password-file TỆP", "add --password-file FILE"));
    }
    rpassword::prompt_password(question).map_err(|error| failed(Path::new("-"), &error))
}

fn password(file: &Path) -> Result<String, Problem> {
    Ok(text(file)?.trim_end_matches(['\r', '\n']).to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| failed(path, &error))
}

fn text(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Problem {
    let shown = path.display();
    Problem::new(
        ProblemKind::Machine,
        "J330",
        format!("Không dùng được `{shown}`: {error}"),
        format!("`{shown}` cannot be used: {error}"),
    )
}
