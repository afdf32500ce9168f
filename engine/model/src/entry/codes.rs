//! The stable codes of findings about what a person has entered: `J100` to `J119`.

use crate::codes::Code;

macro_rules! codes {
    ($($name:ident $code:literal $vi:literal $en:literal)*) => {
        $(#[doc = concat!("`", $code, "`: ", $en, ".")] pub const $name: &str = $code;)*

        /// Every code of entries, in order.
        pub const ALL: &[Code] = &[$(Code { code: $code, vi: $vi, en: $en }),*];
    };
}

codes! {
    UNKNOWN_FIELD "J100" "biểu mẫu không có trường" "the form has no such field"
    NUMBER "J101" "không phải số" "the entry is no number"
    DATE "J102" "không phải ngày" "the entry is no date"
    BOOLEAN "J103" "không phải có hoặc không" "the entry is neither yes nor no"
    NO_CODE "J104" "danh mục không có mã hay tên này" "the list has no such code or name"
    CODE_DAY "J105" "mã không còn hoặc chưa có hiệu lực" "the code is not valid on that day"
    TYPE "J106" "giá trị sai kiểu" "the value has another type"
    LETTER "J107" "chữ Đ gõ sai bảng mã" "the letter Đ was another one"
    EMPTY "J108" "trường bắt buộc còn trống" "a field that must be filled is empty"
    BOUNDS "J109" "vượt giới hạn" "the value is out of bounds"
    LENGTH "J110" "quá dài" "the text is too long"
    PATTERN "J111" "sai mẫu" "the text does not match the pattern"
    CHECK "J112" "điều kiện của biểu mẫu không thỏa" "a check of the form is not met"
    NOT_ASKED "J113" "trường này không phải điền" "the field is not asked"
    COMPUTED "J114" "giá trị khác kết quả tính" "the value differs from what is computed"
    FILTERED "J115" "mã không được chọn ở đây" "the code cannot be chosen here"
    ZEROS "J116" "đã thêm lại số 0 ở đầu" "zeros in front were put back"
    IMMUTABLE "J117" "mã định danh không đổi được" "an identifier never changes"
    LINES "J118" "số dòng của phần lặp không đúng" "the number of lines is not right"
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
