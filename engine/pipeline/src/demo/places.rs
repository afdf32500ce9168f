//! Where the invented schools stand: two provinces, their districts until 30/6/2025 and their
//! communes since 01/7/2025. The places are real; the schools and the unit codes are not.

use super::names::Region;

/// A province that has schools in the demo.
#[derive(Debug)]
pub(super) struct Province {
    pub(super) code: &'static str,
    /// Code of the People's Committee.
    pub(super) committee: &'static str,
    /// Code of the department of education.
    pub(super) department: &'static str,
    pub(super) name: &'static str,
    /// Name without the kind, as in addresses and at the head of documents.
    pub(super) short: &'static str,
    pub(super) place: &'static str,
    pub(super) region: Region,
    pub(super) places: &'static [Place],
}

/// A commune, and the district that it was in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Code of the direct superior of the schools there, the same before and after 01/7/2025.
    pub(super) unit: &'static str,
    pub(super) district: &'static str,
    pub(super) commune: &'static str,
}

impl Place {
    const fn new(unit: &'static str, district: &'static str, commune: &'static str) -> Self {
        Self { unit, district, commune }
    }
}

/// Returns the name of a place as written before a date: numbered districts keep the kind.
pub(super) fn spoken(unit: &'static str) -> &'static str {
    let kinds = ["Phường ", "Xã ", "Quận ", "Huyện ", "Đặc khu ", "Thành phố "];
    let short = kinds.iter().find_map(|kind| unit.strip_prefix(kind)).unwrap_or(unit);
    if short.starts_with(|first: char| first.is_ascii_digit()) { unit } else { short }
}

/// Hải Phòng.
pub(super) const HAI_PHONG: Province = Province {
    code: "31",
    committee: "31-UBND",
    department: "31-SGDDT",
    name: "Thành phố Hải Phòng",
    short: "Hải Phòng",
    place: "Hải Phòng",
    region: Region::North,
    places: &[
        Place::new("31-DV-01", "Huyện An Lão", "Xã An Lão"),
        Place::new("31-DV-02", "Quận Lê Chân", "Phường Lê Chân"),
        Place::new("31-DV-03", "Quận Hải An", "Phường Hải An"),
        Place::new("31-DV-04", "Huyện Vĩnh Bảo", "Xã Vĩnh Bảo"),
        Place::new("31-DV-05", "Quận Hồng Bàng", "Phường Hồng Bàng"),
        Place::new("31-DV-06", "Quận Kiến An", "Phường Kiến An"),
        Place::new("31-DV-07", "Huyện Cát Hải", "Đặc khu Cát Hải"),
        Place::new("31-DV-08", "Quận Ngô Quyền", "Phường Gia Viên"),
        Place::new("31-DV-09", "Quận Đồ Sơn", "Phường Đồ Sơn"),
        Place::new("31-DV-10", "Huyện Tiên Lãng", "Xã Tiên Lãng"),
        Place::new("31-DV-11", "Quận Dương Kinh", "Phường Dương Kinh"),
        Place::new("31-DV-12", "Huyện Kiến Thụy", "Xã Kiến Thụy"),
    ],
};

/// TP. Hồ Chí Minh.
pub(super) const HO_CHI_MINH: Province = Province {
    code: "79",
    committee: "79-UBND",
    department: "79-SGDDT",
    name: "Thành phố Hồ Chí Minh",
    short: "Thành phố Hồ Chí Minh",
    place: "Thành phố Hồ Chí Minh",
    region: Region::South,
    places: &[
        Place::new("79-DV-01", "Quận 7", "Phường Tân Thuận"),
        Place::new("79-DV-02", "Huyện Nhà Bè", "Xã Nhà Bè"),
        Place::new("79-DV-03", "Quận 5", "Phường Chợ Lớn"),
        Place::new("79-DV-04", "Quận Bình Thạnh", "Phường Gia Định"),
        Place::new("79-DV-05", "Thành phố Thủ Đức", "Phường Thủ Đức"),
        Place::new("79-DV-06", "Huyện Củ Chi", "Xã Củ Chi"),
        Place::new("79-DV-07", "Quận 3", "Phường Bàn Cờ"),
        Place::new("79-DV-08", "Huyện Cần Giờ", "Xã Cần Giờ"),
        Place::new("79-DV-09", "Quận Tân Phú", "Phường Tân Phú"),
        Place::new("79-DV-10", "Quận 4", "Phường Khánh Hội"),
        Place::new("79-DV-11", "Huyện Bình Chánh", "Xã Bình Chánh"),
        Place::new("79-DV-12", "Quận Phú Nhuận", "Phường Phú Nhuận"),
    ],
};

/// Names of invented schools.
pub(super) const SCHOOL_NAMES: &[&str] = &[
    "Sao Biển",
    "Nắng Mai",
    "Cánh Buồm",
    "Sông Xanh",
    "Hoa Phượng Đỏ",
    "Hải Đăng Nhỏ",
    "Vườn Ươm",
    "Sóng Biếc",
    "Bến Nước Trong",
    "Chân Trời Rộng",
    "Mầm Xanh",
    "Cầu Vồng",
    "Triều Dâng",
    "Hàng Me",
    "Ngọn Hải Đăng",
    "Hạt Giống",
    "Tre Làng",
    "Đồng Lúa Vàng",
    "Gió Lành",
    "Trăng Rằm",
    "Chim Én",
    "Bông Sen Trắng",
    "Bình Minh Xanh",
    "Cánh Diều Quê",
    "Ước Mơ Xanh",
];

/// Streets for addresses.
pub(super) const STREETS: &[&str] = &[
    "Hoa Phượng",
    "Bến Đò",
    "Chợ Mới",
    "Hàng Dừa",
    "Cây Đa",
    "Đầm Sen",
    "Cầu Gỗ",
    "Xóm Đình",
    "Bãi Sậy",
    "Nhà Thờ",
    "Lò Gạch",
    "Giếng Nước",
];

/// Other provinces from which families came, as named before 01/7/2025, with their old codes.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("30", "Hải Dương"),
    ("34", "Thái Bình"),
    ("36", "Nam Định"),
    ("22", "Quảng Ninh"),
    ("38", "Thanh Hóa"),
    ("40", "Nghệ An"),
    ("33", "Hưng Yên"),
    ("52", "Bình Định"),
    ("51", "Quảng Ngãi"),
    ("80", "Long An"),
    ("82", "Tiền Giang"),
    ("83", "Bến Tre"),
    ("94", "Sóc Trăng"),
    ("96", "Cà Mau"),
];
