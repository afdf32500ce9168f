//! What people read for the actions of the audit.

use bieumau_model::text::Text;

/// An action as its word, with what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionWord {
    /// The word, as the audit has it.
    pub word: &'static str,
    vi: &'static str,
    en: &'static str,
}

impl ActionWord {
    /// Those that a list offers to filter by, the most asked for first.
    pub const ALL: &'static [Self] = &[
        of("record_read", "Xem bản ghi", "read records"),
        of("document_read", "Xem văn bản có dữ liệu cá nhân", "read a document"),
        of("attachment_read", "Tải tệp minh chứng", "took an evidence file"),
        of("insert", "Thêm bản ghi", "added records"),
        of("update", "Sửa bản ghi", "changed records"),
        of("retire", "Ngừng dùng bản ghi", "retired records"),
        of("restore", "Dùng lại bản ghi", "restored records"),
        of("attach", "Thêm tệp minh chứng", "added an evidence file"),
        of("issue", "Phát hành văn bản", "issued a document"),
        of("issue_revoke", "Thu hồi văn bản", "revoked a document"),
        of("stale", "Văn bản không còn khớp dữ liệu", "documents became stale"),
        of("sign_in", "Đăng nhập", "signed in"),
        of("sign_in_refused", "Đăng nhập không thành công", "failed to sign in"),
        of("sign_out", "Đăng xuất", "signed out"),
        of("user_add", "Thêm tài khoản", "added an account"),
        of("user_disable", "Khóa tài khoản", "disabled an account"),
        of("user_enable", "Mở lại tài khoản", "enabled an account"),
        of("password_change", "Đổi mật khẩu", "changed a password"),
        of("password_reset", "Đặt lại mật khẩu", "reset a password"),
        of("grant_add", "Giao quyền", "gave a right"),
        of("grant_end", "Thu quyền", "ended a right"),
        of("token_add", "Tạo mã truy cập", "made a token"),
        of("token_end", "Thu hồi mã truy cập", "ended a token"),
        of("workbook_made", "Tải bảng tính", "took a workbook"),
        of("audit_export", "Xuất nhật ký", "exported the audit"),
        of("inspection", "Lập hồ sơ kiểm tra", "made an inspection bundle"),
        of("migrate", "Cập nhật biểu mẫu", "applied definitions"),
        of("seal", "Niêm phong bản ghi đã có", "sealed what was there"),
    ];

    /// Returns what people read for it.
    pub fn title(self) -> Text {
        Text::both(self.vi, self.en)
    }

    /// Returns what people read for any action; one without words of its own is its word.
    pub fn title_of(word: &str) -> Text {
        let found = Self::ALL.iter().find(|own| own.word == word);
        found.map_or_else(|| Text::from(word), |own| own.title())
    }
}

const fn of(word: &'static str, vi: &'static str, en: &'static str) -> ActionWord {
    ActionWord { word, vi, en }
}
