//! The stable codes of findings, one line each.
//!
//! `D001` to `D099` are made in this crate. Rooms above take other numbers: `D1xx` store,
//! `D2xx` render, `D3xx` plugin host, `D4xx` pipeline.

use crate::text::Text;

/// One code with what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code, `D` and three digits.
    pub code: &'static str,
    /// What it stands for, in Vietnamese.
    pub vi: &'static str,
    /// What it stands for, in English.
    pub en: &'static str,
}

macro_rules! codes {
    ($($name:ident $code:literal $vi:literal $en:literal)*) => {
        $(#[doc = concat!("`", $code, "`: ", $en, ".")] pub const $name: &str = $code;)*

        /// Every code of this crate, in order.
        pub const ALL: &[Code] = &[$(Code { code: $code, vi: $vi, en: $en }),*];
    };
}

codes! {
    YAML_SYNTAX "D001" "tệp YAML sai cú pháp" "the file is not well-formed YAML"
    NOT_UTF8 "D002" "tệp không phải văn bản UTF-8" "the file is not UTF-8 text"
    TOO_LARGE "D003" "tệp quá lớn" "the file is too large"
    TOO_DEEP "D004" "lồng nhau quá sâu" "lists and objects are nested too deeply"
    TOO_MANY_NODES "D005" "tệp có quá nhiều phần tử, kể cả do bí danh nhân lên" "the file has too many values, aliases counted in full"
    DUPLICATE_KEY "D006" "một khóa viết hai lần" "a key stands twice in one object"
    MISPLACED_FILE "D007" "tệp không nằm đúng chỗ của một định nghĩa" "the file is not where definitions belong"
    UNKNOWN_KEY "D010" "khóa không có trong định dạng" "the key is not part of the format"
    WRONG_TYPE "D011" "giá trị sai kiểu" "the value has the wrong type"
    MISSING_KEY "D012" "thiếu khóa bắt buộc" "a required key is missing"
    UNKNOWN_VALUE "D013" "giá trị không nằm trong các giá trị cho phép" "the value is none of the allowed ones"
    SCHEMA_VERSION "D014" "phiên bản định dạng không được hỗ trợ" "the format version is not supported"
    BAD_ID "D015" "mã viết sai dạng" "the id has the wrong form"
    ID_DIFFERS "D016" "mã khác tên tệp hoặc tên thư mục" "the id differs from the name of the file or folder"
    DUPLICATE_ID "D017" "mã đã dùng" "the id is already taken"
    BAD_VALUE "D018" "giá trị không hợp lệ" "the value is not valid"
    KEY_NOT_FOR_TYPE "D019" "khóa không dùng cho kiểu này" "the key does not go with this type"
    UNKNOWN_KEY_FIELD "D020" "khóa của biểu mẫu nêu trường không có" "the key of the form names a field that does not exist"
    SCHOOL_FIRST "D021" "biểu mẫu theo trường phải có `school` đứng đầu khóa" "a form of schools must begin its key with `school`"
    UNKNOWN_FORM "D022" "biểu mẫu không có" "there is no such form"
    UNKNOWN_CODE_LIST "D023" "danh mục không có" "there is no such code list"
    BAD_BOUNDS "D024" "giới hạn sai" "the bounds are wrong"
    BAD_PATTERN "D025" "mẫu chữ sai cú pháp" "the pattern is not a regular expression"
    REFERENCE_KEY "D026" "thiếu trường để tạo khóa của tham chiếu" "a field that the key of a reference needs is missing"
    REFERENCE_CYCLE "D027" "các biểu mẫu tham chiếu vòng tròn" "forms refer to each other in a circle"
    RESERVED_NAME "D028" "tên dành riêng" "the name is reserved"
    EXPRESSION_SYNTAX "D030" "biểu thức sai cú pháp" "the expression is not well-formed"
    EXPRESSION_NAME "D031" "biểu thức nêu trường không có" "the expression names a field that does not exist"
    EXPRESSION_CODE "D032" "biểu thức so sánh với mã không có" "the expression compares with a code that does not exist"
    EXPRESSION_FUNCTION "D033" "biểu thức gọi hàm không có" "the expression calls a function that does not exist"
    EXPRESSION_TYPE "D034" "biểu thức ghép các kiểu không hợp nhau" "the expression puts types together that do not fit"
    GRID "D035" "bảng nhập khai sai" "a grid is not declared right"
    REPEAT "D036" "phần lặp khai sai" "a repeat is not declared right"
    COMPUTED "D037" "trường tính khai sai" "a computed field is not declared right"
    UNKNOWN_RULE "D041" "không có plugin nào khai quy tắc này" "no plugin declares the rule"
    UNKNOWN_PLUGIN "D042" "plugin không có" "there is no such plugin"
    RULE_TABLE "D043" "quy tắc không có bảng này" "the rule has no such table"
    RULE_TABLE_MISSING "D044" "quy tắc thiếu bảng bắt buộc" "a table that the rule needs is missing"
    UNKNOWN_TABLE "D045" "báo cáo không có bảng này" "the report has no such table"
    RULE_ORDER "D046" "quy tắc dùng bảng chưa có khi nó chạy" "a rule takes a table that does not exist yet when it runs"
    UNKNOWN_COLUMN "D047" "bảng không có cột này" "the table has no such column"
    RULE_PARAMETER "D048" "tham số của quy tắc sai" "a parameter of a rule is wrong"
    TEMPLATE_MISSING "D049" "thiếu tệp của mẫu trình bày" "a file of the template is missing"
    SHEETS "D050" "định dạng và các trang tính không khớp nhau" "formats and sheets do not go together"
    COLUMN_TYPE "D051" "kiểu cột không có" "there is no such column type"
    NAME_TAKEN "D052" "tên trùng với một cột" "the name is that of a column"
    NODE_PLACE "D053" "khóa không dùng ở chỗ này của tài liệu" "the key does not go with this place of the document"
    LAYER_REFUSED "D054" "lớp đổi chỗ mà định nghĩa gốc không cho phép" "a layer changes what its base does not allow"
    LAYER_PLACE "D055" "lớp nêu chỗ không có trong định nghĩa gốc" "a layer names a place that its base does not have"
    LAYER_BEHIND "D056" "lớp viết cho phiên bản khác của định nghĩa gốc" "a layer was written for another version of its base"
    LAYOUT "D057" "cách bày trang khai sai" "the layout of a page is not declared right"
    OVERLAP "D060" "một mã có hai nghĩa trong cùng một ngày" "a code has two meanings on one day"
    BAD_DATE "D061" "ngày sai" "the date is wrong"
    CODE_COLUMN "D062" "danh mục không khai cột này" "the code list does not declare the column"
    INDICATOR "D063" "bảng thống kê khai sai" "a statistical table is not declared right"
    INDICATOR_LINE "D064" "dòng hoặc cột thống kê không có" "there is no such row or column of a statistical table"
    CELL_CHECK "D065" "điều kiện giữa các ô khai sai" "a check between figures is not declared right"
    INDICATOR_VALUE "D066" "giá trị không hợp kiểu của cột" "the value does not fit the type of its column"
    BATCH "D067" "`batch` khai sai" "`batch` is not declared right"
    UNKNOWN_DATASET "D068" "tập dữ liệu dùng chung không có" "there is no such shared dataset"
    DATASET_PARAMETER "D069" "báo cáo thiếu tham số của tập dữ liệu dùng chung" "the report lacks a parameter of a shared dataset"
    BAD_VERSION "D070" "phiên bản plugin sai dạng" "the version of a plugin has the wrong form"
    UNKNOWN_CODE "D071" "danh mục không có mã này" "the code list has no such code"
    SAMPLE_SYNTAX "D080" "dữ liệu mẫu không phải JSON" "the sample is not JSON"
    SAMPLE_MISSING "D081" "dữ liệu mẫu thiếu một khóa" "the sample lacks a key"
    SAMPLE_UNKNOWN "D082" "dữ liệu mẫu có khóa mà báo cáo không khai" "the sample has a key that the report does not declare"
    SAMPLE_SHAPE "D083" "dữ liệu mẫu sai dạng" "the sample has the wrong shape"
    TABLES_SYNTAX "D090" "tệp bảng không phải JSON" "the tables are not JSON"
    TABLES_SHAPE "D091" "tệp bảng sai dạng" "the tables have the wrong shape"
    TABLE_UNKNOWN "D092" "quy tắc không nhận bảng này" "the rule does not take the table"
    COLUMN_UNKNOWN "D093" "bảng không khai cột này" "the table does not declare the column"
    TABLE_MISSING "D094" "thiếu bảng mà quy tắc cần" "a table that the rule needs is missing"
    COLUMN_MISSING "D095" "thiếu cột mà bảng cần" "a column that the table needs is missing"
    CELL_WRONG "D096" "ô có giá trị sai" "a cell has a wrong value"
    PARAMETER_UNKNOWN "D097" "quy tắc không có tham số này" "the rule has no such parameter"
}

/// Returns what to do about a finding of `code` that carries no help of its own.
pub fn usual_help(code: &str) -> Option<Text> {
    let (vi, en) = match code {
        YAML_SYNTAX => (
            "xem lại ngoặc, nháy và thụt đầu dòng quanh chỗ này",
            "look at brackets, quotes and indentation around this place",
        ),
        TOO_LARGE => ("chia định nghĩa thành nhiều tệp", "split the definition into several files"),
        TOO_DEEP => (
            "viết phẳng hơn; không định nghĩa nào cần sâu như vậy",
            "write it flatter; no definition needs that depth",
        ),
        TOO_MANY_NODES => (
            "bỏ bớt bí danh (`*ten`) hoặc chia tệp",
            "use fewer aliases (`*name`) or split the file",
        ),
        MISSING_KEY => (
            "thêm khóa này; `bieumau schema` cho biết các khóa",
            "add the key; `bieumau schema` tells all keys",
        ),
        DUPLICATE_ID => ("đổi tên hoặc bỏ một trong hai", "rename or remove one of the two"),
        BAD_VALUE => ("sửa giá trị theo dạng đã nêu", "write the value in the form named"),
        KEY_NOT_FOR_TYPE => ("bỏ khóa này hoặc đổi `type`", "remove the key or change `type`"),
        BAD_BOUNDS => ("sửa `min` và `max`", "mend `min` and `max`"),
        BAD_PATTERN => ("ví dụ: pattern: \"[0-9]{10}\"", "for example pattern: \"[0-9]{10}\""),
        REFERENCE_CYCLE => ("bỏ một tham chiếu trong vòng", "remove one reference of the circle"),
        RESERVED_NAME => ("chọn tên khác", "choose another name"),
        EXPRESSION_SYNTAX => {
            ("ví dụ: `grade >= 1 && grade <= 5`", "for example `grade >= 1 && grade <= 5`")
        }
        EXPRESSION_TYPE => (
            "xem kiểu của các trường trong biểu thức",
            "look at the types of the fields in the expression",
        ),
        GRID => (
            "`fixed` và `rows.field` cùng nhau phải gồm mọi trường khóa",
            "`fixed` and `rows.field` together must hold every field of the key",
        ),
        REPEAT => (
            "khóa của biểu mẫu lặp phải là khóa của biểu mẫu này thêm đúng một trường",
            "the key of the repeated form must be the key of this one and one field more",
        ),
        COMPUTED => (
            "trường tính không thuộc khóa và không tính từ trường tính đứng sau",
            "a computed field is not of the key, and names no computed field behind it",
        ),
        RULE_TABLE_MISSING => ("thêm bảng vào `takes`", "add the table to `takes`"),
        RULE_ORDER => {
            ("đặt quy tắc cho ra bảng đó lên trước", "put the rule that gives the table first")
        }
        TEMPLATE_MISSING => (
            "tạo tệp này, hoặc bỏ định dạng khỏi `formats`",
            "make the file, or take the format out of `formats`",
        ),
        SHEETS => (
            "khai `sheets`, hoặc bỏ xlsx và csv khỏi `formats`",
            "declare `sheets`, or take xlsx and csv out of `formats`",
        ),
        LAYER_PLACE => (
            "xem các chỗ trong tệp của định nghĩa gốc; mục của danh sách gọi theo `id`, `column` hoặc `name`",
            "look at the file of the base; items of lists are named by `id`, `column` or `name`",
        ),
        LAYOUT => (
            "`rows` nêu một nút của `document`; `name` viết dạng `nút.cột`, nút có `one: true`",
            "`rows` names a node of `document`; `name` is `node.column` of a node with `one: true`",
        ),
        NODE_PLACE => (
            "nút con cần `on`; nút trên cùng không có `on`",
            "a node below another needs `on`; one at the top has none",
        ),
        INDICATOR => (
            "xem mục Indicators trong forms/README.md",
            "see the section Indicators of forms/README.md",
        ),
        BATCH => (
            "xem khóa `batch` ở mục Rules trong forms/README.md",
            "see the key `batch` in the section Rules of forms/README.md",
        ),
        CELL_CHECK => (
            "ví dụ: `total = public + other`, `girls <= pupils`, `row_1.total = row_2.total`",
            "for example `total = public + other`, `girls <= pupils`, `row_1.total = row_2.total`",
        ),
        OVERLAP => (
            "cho mỗi nghĩa một khoảng `valid_from`, `valid_to` riêng",
            "give each meaning days of its own with `valid_from` and `valid_to`",
        ),
        BAD_DATE => (
            "viết ngày dạng \"2025-06-30\", ngày đầu trước ngày cuối",
            "write days as \"2025-06-30\", the first before the last",
        ),
        BAD_VERSION => ("viết ba số, ví dụ \"1.0.0\"", "write three numbers, such as \"1.0.0\""),
        SAMPLE_SYNTAX => (
            "lấy dữ liệu mẫu bằng `bieumau render … --data`",
            "take a sample with `bieumau render … --data`",
        ),
        SAMPLE_MISSING => (
            "thêm khóa vào sample.json; giá trị có thể là null",
            "add the key to sample.json; its value may be null",
        ),
        SAMPLE_UNKNOWN => (
            "bỏ khóa này, hoặc khai nó ở `document`",
            "remove the key, or declare it under `document`",
        ),
        SAMPLE_SHAPE => {
            ("so với `bieumau render … --data`", "compare with `bieumau render … --data`")
        }
        _ => return None,
    };
    Some(Text::both(vi, en))
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
