//! What can go wrong with a plugin, with the facts; and the same as a finding for a person.
//!
//! The first letter of a code tells whose matter it is: `R` the rule says no (whoever entered the
//! data), `P` a defect of the plugin (its author), `L` it cannot be loaded (the administrator),
//! `C` the call does not fit the rule (the author of the report), `H` the host (the operator).

use std::time::Duration;

use bieumau_model::definition::Need;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::table::ColumnType;
use bieumau_model::text::{Locale, Text};

use crate::answer::Place;

/// Why a plugin cannot be loaded or a rule gives no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The rule looked at the call and gives no answer.
    #[error("rule `{rule}` of plugin `{plugin}` gives no answer: {}", .message.get(Locale::En))]
    RuleFailed {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// The rule's own code.
        code: String,
        /// The rule's own sentence; boxed, since the variant is rare and large.
        message: Box<Text>,
        /// Where, in the tables of the call.
        place: Box<Place>,
    },
    /// The call took too long.
    #[error("plugin `{plugin}` used more than {} ms for rule `{rule}`", .limit.as_millis())]
    OutOfTime {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// The limit.
        limit: Duration,
    },
    /// The call took too many steps.
    #[error("plugin `{plugin}` used more than {limit} steps for rule `{rule}`")]
    OutOfFuel {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// The limit.
        limit: u64,
    },
    /// The call asked for too much memory.
    #[error("plugin `{plugin}` asked for {wanted} {what} in rule `{rule}`, more than {limit}")]
    OutOfMemory {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// Bytes of memory, or elements of a table.
        what: &'static str,
        /// How many it asked for.
        wanted: usize,
        /// The limit.
        limit: usize,
    },
    /// The plugin broke off.
    #[error("plugin `{plugin}` broke off in rule `{rule}`: {trap}")]
    Trap {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// The kind of trap.
        trap: String,
        /// Functions that were running, innermost first.
        functions: Vec<String>,
    },
    /// The text of the plugin stopped with an error, or gave something else than it declares.
    #[error("plugin `{plugin}` broke off in rule `{rule}`: {}", .message.get(Locale::En))]
    Script {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// What is wrong, with line and column of the text, or table, row and column of the answer.
        message: Box<Text>,
    },
    /// The answer is larger than a call may have.
    #[error("plugin `{plugin}` answered rule `{rule}` with more than {limit} bytes")]
    AnswerTooLarge {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// The limit.
        limit: usize,
    },
    /// The answer is not what the manifest declares.
    #[error("plugin `{plugin}` answered rule `{rule}` wrongly: {what}")]
    BadAnswer {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// What is wrong.
        what: String,
    },
    /// The file is not a plugin, or not one that this host takes.
    #[error("plugin `{plugin}` could not be loaded: {reason}")]
    Load {
        /// Plugin.
        plugin: String,
        /// Why.
        reason: LoadError,
    },
    /// The manifest has no such rule.
    #[error("plugin `{plugin}` has no rule `{rule}`")]
    UnknownRule {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
    },
    /// The parameters or tables do not fit the rule.
    #[error("the call of rule `{rule}` of plugin `{plugin}` does not fit: {reason}")]
    BadCall {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// Why.
        reason: CallError,
    },
    /// The rule needs something that was not granted to the plugin, or not any more.
    #[error("plugin `{plugin}` was not granted `{need}`, which rule `{rule}` needs")]
    NotGranted {
        /// Plugin.
        plugin: String,
        /// Rule.
        rule: String,
        /// What the rule needs.
        need: Need,
    },
    /// The engine that runs plugins failed.
    #[error("the plugin host failed: {what}")]
    Host {
        /// What happened.
        what: String,
    },
}

/// Why a file is not a plugin that this host takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Larger than the limit.
    #[error("it has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Machine code, which is never taken from a file.
    #[error("it is machine code, not a WebAssembly component")]
    MachineCode,
    /// A module without the component around it.
    #[error("it is a core module, not a component; `bieumau plugin build` makes one")]
    CoreModule,
    /// It imports something.
    #[error("it imports `{import}`, but a plugin imports nothing")]
    Import {
        /// The import.
        import: String,
    },
    /// It imports a part of the contract that this program does not have.
    #[error("it imports `{import}`, which this program does not have: it was made for a newer one")]
    NewerContract {
        /// The import.
        import: String,
    },
    /// One of the counts is above its limit.
    #[error("it has {found} {what}, more than {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The process that compiles failed.
    #[error("the compiler failed on it: {what}")]
    Compiler {
        /// What happened.
        what: String,
    },
    /// Compiling it took more than the compiler may have.
    #[error("compiling it took more than {limit}")]
    CompileLimit {
        /// The limit.
        limit: String,
    },
    /// Not WebAssembly, or damaged.
    #[error("it is not a valid component: {what}")]
    Invalid {
        /// What the parser or the compiler says.
        what: String,
    },
    /// It does not export the contract.
    #[error("it does not export `{interface}`")]
    NoRules {
        /// The interface.
        interface: &'static str,
    },
    /// It exports the contract, but not its function.
    #[error("it does not export `{function}` of `{interface}`")]
    NoFunction {
        /// The function.
        function: &'static str,
        /// The interface.
        interface: &'static str,
    },
    /// It was made for another version of the contract.
    #[error("it was made for `{found}`, and this program has `{interface}`")]
    OtherContract {
        /// The interface that it exports.
        found: String,
        /// The interface of this program.
        interface: &'static str,
    },
    /// It exports something else under the name of the contract.
    #[error("its rules do not have the types of the contract: {what}")]
    WrongTypes {
        /// What is different.
        what: String,
    },
    /// Its text is not right.
    #[error("{what}")]
    Script {
        /// What is wrong, with line and column.
        what: String,
    },
    /// The plugin of which it takes a rule is not there.
    #[error("it takes over a rule of the plugin `{plugin}`, which is not there")]
    NoOther {
        /// The other plugin.
        plugin: String,
    },
    /// It does not even start.
    #[error("it does not start: {what}")]
    Start {
        /// What happened.
        what: String,
    },
}

/// Why parameters and tables do not fit a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The rule takes no such table.
    #[error("the rule does not take a table `{table}`")]
    UnknownTable {
        /// Table.
        table: String,
    },
    /// A table was given twice.
    #[error("table `{table}` is given twice")]
    RepeatedTable {
        /// Table.
        table: String,
    },
    /// A table that the rule needs.
    #[error("table `{table}` is missing")]
    MissingTable {
        /// Table.
        table: String,
    },
    /// More rows than can be counted.
    #[error("table `{table}` has too many rows")]
    TooManyRows {
        /// Table.
        table: String,
    },
    /// A column that the rule needs.
    #[error("column `{column}` of table `{table}` is missing")]
    MissingColumn {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// A column of another type, or with decimals that would be lost.
    #[error("column `{column}` of table `{table}` is {found}, the rule takes {expected}")]
    WrongColumn {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// The type of the manifest.
        expected: ColumnType,
        /// The type that was given.
        found: ColumnType,
    },
    /// The administrator of the site did not grant it.
    #[error("`{need}` was not granted")]
    NotGranted {
        /// What the rule needs.
        need: Need,
    },
    /// The rule has no such parameter.
    #[error("the rule has no parameter `{parameter}`")]
    UnknownParameter {
        /// Parameter.
        parameter: String,
    },
}

impl PluginError {
    /// Returns the stable code; its first letter tells whose matter it is.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RuleFailed { .. } => "R001",
            Self::OutOfTime { .. } => "P001",
            Self::OutOfFuel { .. } => "P002",
            Self::OutOfMemory { .. } => "P003",
            Self::Trap { .. } => "P004",
            Self::AnswerTooLarge { .. } => "P005",
            Self::BadAnswer { .. } => "P006",
            Self::Script { .. } => "P007",
            Self::Load { .. } => "L001",
            Self::NotGranted { .. } => "L002",
            Self::UnknownRule { .. } => "C001",
            Self::BadCall { .. } => "C002",
            Self::Host { .. } => "H001",
        }
    }

    /// Returns the error as a finding, for a person.
    pub fn diagnostic(&self) -> Diagnostic {
        let (vi, help) = self.vietnamese();
        let en = match self {
            // The rule's own sentence, in its own words.
            Self::RuleFailed { message, .. } => message.get(Locale::En).to_owned(),
            other => other.to_string(),
        };
        let diagnostic = Diagnostic::error(self.code(), Text::both(vi, en));
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn vietnamese(&self) -> (String, Option<Text>) {
        let no_marks = || {
            Some(Text::both(
                "không có kết quả nào được dùng; hãy báo cho tác giả của plugin",
                "no result was used; tell the author of the plugin",
            ))
        };
        match self {
            Self::RuleFailed { message, .. } => (message.get(Locale::Vi).to_owned(), None),
            Self::OutOfTime { plugin, rule, limit } => (
                format!("plugin `{plugin}` chạy quy tắc `{rule}` quá {} ms", limit.as_millis()),
                no_marks(),
            ),
            Self::OutOfFuel { plugin, rule, limit } => {
                (format!("plugin `{plugin}` chạy quy tắc `{rule}` quá {limit} bước"), no_marks())
            }
            Self::OutOfMemory { plugin, rule, wanted, limit, .. } => (
                format!(
                    "plugin `{plugin}` đòi quá nhiều bộ nhớ ở quy tắc `{rule}`: {wanted}, giới hạn {limit}"
                ),
                no_marks(),
            ),
            Self::Trap { plugin, rule, trap, functions } => {
                let at = functions.first().map(|name| format!(" (tại `{name}`)"));
                let at = at.unwrap_or_default();
                (
                    format!("plugin `{plugin}` dừng đột ngột ở quy tắc `{rule}`: {trap}{at}"),
                    no_marks(),
                )
            }
            Self::Script { plugin, rule, message } => (
                format!("plugin `{plugin}` dừng ở quy tắc `{rule}`: {}", message.get(Locale::Vi)),
                no_marks(),
            ),
            Self::AnswerTooLarge { plugin, rule, limit } => (
                format!(
                    "plugin `{plugin}` trả kết quả quá lớn ở quy tắc `{rule}`, giới hạn {limit} byte"
                ),
                no_marks(),
            ),
            Self::BadAnswer { plugin, rule, what } => (
                format!("plugin `{plugin}` trả kết quả sai ở quy tắc `{rule}`: {what}"),
                no_marks(),
            ),
            Self::Load { plugin, reason } => (
                format!("không nạp được plugin `{plugin}`: {}", reason.vietnamese()),
                reason.help(),
            ),
            Self::UnknownRule { plugin, rule } => {
                (format!("plugin `{plugin}` không có quy tắc `{rule}`"), None)
            }
            Self::BadCall { plugin, rule, reason } => (
                format!(
                    "dữ liệu gọi quy tắc `{rule}` của plugin `{plugin}` không khớp: {}",
                    reason.vietnamese()
                ),
                None,
            ),
            Self::NotGranted { plugin, rule, need } => (
                format!(
                    "plugin `{plugin}` chưa được cấp quyền dùng `{need}` mà quy tắc `{rule}` cần"
                ),
                Some(Text::both(
                    format!("quản trị viên cấp bằng `bieumau plugin grant {plugin} {need}`"),
                    format!(
                        "the administrator grants it with `bieumau plugin grant {plugin} {need}`"
                    ),
                )),
            ),
            Self::Host { what } => (format!("bộ chạy plugin gặp lỗi: {what}"), None),
        }
    }
}

impl LoadError {
    /// Returns what to do, where somebody can do something.
    fn help(&self) -> Option<Text> {
        match self {
            Self::NewerContract { .. } | Self::OtherContract { .. } => Some(Text::both(
                "cập nhật chương trình, hoặc dựng lại plugin bằng `bieumau plugin build` của chương trình này",
                "update the program, or build the plugin again with `bieumau plugin build` of this one",
            )),
            Self::NoRules { .. } | Self::NoFunction { .. } | Self::WrongTypes { .. } => {
                Some(Text::both(
                    "giao ước là plugins/wit; dựng lại plugin bằng `bieumau plugin build` với plugins/sdk của chương trình này",
                    "the contract is plugins/wit; build the plugin again with `bieumau plugin build` and the plugins/sdk of this program",
                ))
            }
            _ => None,
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::TooLarge { bytes, limit } => format!("tệp có {bytes} byte, giới hạn {limit}"),
            Self::MachineCode => "tệp là mã máy, không phải component WebAssembly".to_owned(),
            Self::CoreModule => {
                "tệp là core module, chưa phải component; `bieumau plugin build` sẽ tạo".to_owned()
            }
            Self::Import { import } => {
                format!("tệp đòi `{import}`, nhưng plugin không được đòi gì từ bên ngoài")
            }
            Self::NewerContract { import } => format!(
                "tệp đòi `{import}` mà chương trình này chưa có: nó được làm cho bản mới hơn"
            ),
            Self::TooMany { what, found, limit } => {
                format!("tệp có {found} {what}, giới hạn {limit}")
            }
            Self::Compiler { what } => format!("không biên dịch được tệp này: {what}"),
            Self::CompileLimit { limit } => format!("biên dịch tệp này cần hơn {limit}"),
            Self::Invalid { what } => format!("tệp không phải component hợp lệ: {what}"),
            Self::NoRules { interface } => format!("tệp không có `{interface}`"),
            Self::NoFunction { function, interface } => {
                format!("tệp không có `{function}` của `{interface}`")
            }
            Self::OtherContract { found, interface } => {
                format!("tệp được làm cho `{found}`, chương trình này có `{interface}`")
            }
            Self::WrongTypes { what } => format!("kiểu dữ liệu không đúng giao ước: {what}"),
            Self::Script { what } => what.clone(),
            Self::NoOther { plugin } => {
                format!("nó dùng quy tắc của plugin `{plugin}`, nhưng không có plugin ấy")
            }
            Self::Start { what } => format!("không khởi động được: {what}"),
        }
    }
}

impl CallError {
    fn vietnamese(&self) -> String {
        match self {
            Self::UnknownTable { table } => format!("quy tắc không nhận bảng `{table}`"),
            Self::RepeatedTable { table } => format!("bảng `{table}` có hai lần"),
            Self::MissingTable { table } => format!("thiếu bảng `{table}`"),
            Self::TooManyRows { table } => format!("bảng `{table}` có quá nhiều dòng"),
            Self::MissingColumn { table, column } => {
                format!("bảng `{table}` thiếu cột `{column}`")
            }
            Self::WrongColumn { table, column, expected, found } => {
                format!("cột `{column}` của bảng `{table}` là {found}, quy tắc cần {expected}")
            }
            Self::NotGranted { need } => format!("chưa được cấp quyền dùng `{need}`"),
            Self::UnknownParameter { parameter } => {
                format!("quy tắc không có tham số `{parameter}`")
            }
        }
    }
}

impl From<&PluginError> for Diagnostic {
    fn from(error: &PluginError) -> Self {
        error.diagnostic()
    }
}
