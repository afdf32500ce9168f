//! The codes of the findings that this crate makes: `D100` to `D199`.

use bieumau_model::codes::Code;

macro_rules! codes {
    ($($name:ident $code:literal $vi:literal $en:literal)*) => {
        $(#[doc = concat!("`", $code, "`: ", $en, ".")] pub const $name: &str = $code;)*

        /// Every code of this crate, in order.
        pub const ALL: &[Code] = &[$(Code { code: $code, vi: $vi, en: $en }),*];
    };
}

codes! {
    STORE_FAILED "D100" "kho dữ liệu gặp lỗi" "the store failed"
    STORE_OPEN "D101" "không mở được kho dữ liệu" "the store could not be opened"
    NOT_A_STORE "D102" "tệp không phải kho dữ liệu" "the file is not a store"
    NEWER_STORE "D103" "kho dữ liệu của phiên bản mới hơn" "the store belongs to a newer version"
    NOT_MIGRATED "D104" "bảng chưa theo định nghĩa" "the table does not follow the definition yet"
    STORE_BUSY "D105" "kho dữ liệu đang bận" "the store is busy"
    REVISION_STALE "D106" "bản ghi đã được người khác sửa" "somebody else has changed the record"
    RECORD_MISSING "D107" "không có bản ghi" "there is no such record"
    FIELD_DROPPED "D110" "bỏ trường còn dữ liệu" "a field that holds values would be dropped"
    TYPE_NARROWED "D111" "đổi kiểu làm mất dữ liệu" "a change of type would lose values"
    BOUNDS_TIGHTENED "D112" "thu hẹp giới hạn khi còn dữ liệu vượt" "values lie outside the new bounds"
    CODE_IN_USE "D113" "bỏ mã đang dùng" "a code that is in use would be dropped"
    KEY_CHANGED "D114" "đổi khóa khi đã có bản ghi" "the key would change though there are records"
    REQUIRED_EMPTY "D115" "bắt buộc nhập khi còn ô trống" "a field would be required though it is empty somewhere"
    REFERENCE_BROKEN "D116" "tham chiếu tới bản ghi không có" "a reference would point nowhere"
    FORM_GONE "D117" "biểu mẫu không còn định nghĩa" "a form has lost its definition"
    VERSION_KEPT "D118" "định nghĩa đổi mà không tăng phiên bản" "the definition changed but not its version"
    FIELD_UNKNOWN "D120" "biểu mẫu không có trường" "the form has no such field"
    CELL_TYPE "D121" "ô sai kiểu" "a cell has the wrong type"
    CELL_EMPTY "D122" "ô bắt buộc còn trống" "a cell that must be filled is empty"
    CELL_BOUNDS "D123" "ô vượt giới hạn" "a cell lies outside the bounds"
    CELL_LENGTH "D124" "ô quá dài" "a cell is too long"
    CELL_PATTERN "D125" "ô sai mẫu" "a cell does not match the pattern"
    CELL_CODE "D126" "ô có mã không nằm trong danh mục" "a cell holds a code that is not in the list"
    CELL_REFERENCE "D127" "ô tham chiếu tới bản ghi không có" "a cell refers to a record that does not exist"
    RECORD_EXISTS "D128" "bản ghi đã có" "the record exists already"
    OUT_OF_SCOPE "D129" "ngoài phạm vi của người dùng" "outside of what the user may write"
    KEY_FIXED "D130" "khóa của bản ghi không đổi được" "the key of a record never changes"
    STILL_REFERRED "D131" "bản ghi còn được tham chiếu" "other records still refer to the record"
    MANY_MORE "D132" "còn nhiều lỗi khác" "there are many more findings"
    SQL_SYNTAX "D140" "câu SQL sai cú pháp" "the SQL is not well-formed"
    SQL_SIGN "D141" "câu SQL có ký hiệu không dùng được" "the SQL has a sign that cannot be used"
    SQL_ONE_SELECT "D142" "phải là đúng một câu SELECT" "it must be exactly one SELECT"
    SQL_PORTABLE "D143" "cú pháp ngoài phần SQL dùng chung" "the syntax is outside of the portable subset"
    SQL_FUNCTION "D144" "hàm không dùng được" "the function cannot be used"
    SQL_TABLE "D145" "không có biểu mẫu hay danh mục này" "there is no such form or code list"
    SQL_QUALIFIED "D146" "tên bảng có lược đồ" "a table name has a schema"
    SQL_NAME_TAKEN "D147" "tên tạm trùng tên đã có" "a name of the statement is already taken"
    SQL_COLUMN "D148" "không có cột này" "there is no such column"
    SQL_AMBIGUOUS "D149" "tên cột có ở nhiều bảng" "the column stands in several tables"
    SQL_PARAMETER "D150" "báo cáo không khai tham số này" "the report does not declare the parameter"
    SQL_COLUMN_NAME "D151" "cột kết quả thiếu tên" "a result column has no usable name"
    SQL_TYPE_MISSING "D152" "cột tính toán chưa khai kiểu" "a computed column has no declared type"
    SQL_TYPE_WRONG "D153" "kiểu khai khác kiểu của trường" "the declared type differs from that of the field"
    SQL_COLUMN_UNUSED "D154" "khai cột không có trong kết quả" "a declared column is not in the result"
    SQL_TOO_COMPLEX "D156" "câu SQL quá phức tạp" "the SQL is too complex"
    SQL_REFUSED "D157" "câu SQL không chạy được" "the SQL does not run"
    SQL_GROUPING "D158" "cột không nằm trong GROUP BY" "the column is not in GROUP BY"
    READ_TIME "D170" "đọc dữ liệu quá lâu" "reading took too long"
    READ_ROWS "D171" "quá nhiều dòng" "there are too many rows"
    READ_BYTES "D172" "quá nhiều dữ liệu" "there is too much data"
    READ_TYPE "D173" "giá trị khác kiểu của cột" "a value is not of the type of its column"
    READ_PARAMETER "D174" "thiếu tham số" "a parameter is missing"
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn codes_stay_in_the_numbers_of_this_crate() {
        assert!(ALL.iter().all(|code| code.code.starts_with("D1") && code.code.len() == 4));
    }
}
