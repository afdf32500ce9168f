//! Names of invented people, put together at random from the parts that real names are made of.
//!
//! Who bears the name (ethnic group, gender, region) is decided elsewhere.

use super::random::Stream;

/// Gender, as the code that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Male,
    Female,
}

impl Gender {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    fn of<T>(self, male: T, female: T) -> T {
        match self {
            Self::Male => male,
            Self::Female => female,
        }
    }
}

/// Where a family comes from: some family names differ between north and south.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    North,
    South,
}

/// A person's name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// As on the birth certificate.
    pub(super) full: String,
    /// Under what it is sorted, when the given name is not the last word.
    pub(super) sort: Option<String>,
    /// The family name, to be shared with the father; empty when there is none.
    pub(super) family: &'static str,
}

/// How a name is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// As most names of the group.
    Usual,
    /// One word only.
    OneWord,
    /// Seven syllables or more.
    VeryLong,
}

/// Invents the name of a person of `ethnic_group`.
pub(super) fn invent(
    stream: &mut Stream,
    ethnic_group: &str,
    gender: Gender,
    region: Region,
    build: Build,
) -> Name {
    match (ethnic_group, build) {
        (_, Build::VeryLong) => very_long(stream, gender),
        ("05", Build::OneWord) => {
            single(stream.pick(gender.of(KHMER_SINGLE, KHMER_SINGLE_GIRLS)).to_owned())
        }
        ("02", _) => kinh_like(stream, TAY_FAMILIES, gender),
        ("03", _) => kinh_like(stream, THAI_FAMILIES, gender),
        ("04", _) => hoa(stream, gender),
        ("05", _) => in_order(stream.pick(KHMER_FAMILIES), &[stream.pick(KHMER_GIVEN)]),
        ("06", _) => kinh_like(stream, MUONG_FAMILIES, gender),
        ("07", _) => kinh_like(stream, NUNG_FAMILIES, gender),
        ("08", _) => hmong(stream, gender),
        ("10", _) => {
            let given = stream.pick(gender.of(GIA_RAI_GIVEN, GIA_RAI_GIVEN_GIRLS));
            in_order(stream.pick(GIA_RAI_FAMILIES), &[given])
        }
        ("12", _) => e_de(stream, gender),
        ("16", _) => co_ho(stream, gender),
        ("17", _) => {
            let given = stream.pick(gender.of(CHAM_GIVEN, CHAM_GIVEN_GIRLS));
            in_order(stream.pick(CHAM_FAMILIES), &[given])
        }
        ("55", _) => single(stream.pick(gender.of(FOREIGN, FOREIGN_GIRLS)).to_owned()),
        _ => {
            let family = kinh_family(stream, region);
            kinh_like(stream, &[family], gender)
        }
    }
}

/// Invents the name of a parent: the father's begins with the family name of the child.
pub(super) fn parent(
    stream: &mut Stream,
    child: &Name,
    ethnic_group: &str,
    gender: Gender,
    region: Region,
) -> String {
    // The parent of a foreign child who is named here is Vietnamese.
    let group = if ethnic_group == "55" { "01" } else { ethnic_group };
    let own = invent(stream, group, gender, region, Build::Usual);
    match own.full.strip_prefix(own.family) {
        Some(rest)
            if gender == Gender::Male && !own.family.is_empty() && !child.family.is_empty() =>
        {
            format!("{}{rest}", child.family)
        }
        _ => own.full,
    }
}

fn in_order(family: &'static str, rest: &[&str]) -> Name {
    Name { full: format!("{family} {}", rest.join(" ")), sort: None, family }
}

/// A name without a family name that could be shared.
fn single(full: String) -> Name {
    Name { full, sort: None, family: "" }
}

fn kinh_family(stream: &mut Stream, region: Region) -> &'static str {
    match (stream.weighted(KINH_FAMILIES), region) {
        ("Hoàng", Region::South) => "Huỳnh",
        ("Vũ", Region::South) => "Võ",
        (family, _) => family,
    }
}

/// Family, up to three middle names, given name.
fn kinh_like(stream: &mut Stream, families: &[&'static str], gender: Gender) -> Name {
    let family = stream.pick(families);
    let given = stream.pick(gender.of(GIVEN, GIVEN_GIRLS));
    let middles = stream.weighted(&[(3, 0), (68, 1), (26, 2), (3, 3)]);
    let mut words = Vec::new();
    if middles > 0 && stream.chance(gender.of(180, 330)) {
        words.push(gender.of("Văn", "Thị"));
    }
    while words.len() < middles {
        let word = stream.pick(gender.of(MIDDLE, MIDDLE_GIRLS));
        if word != given && !words.contains(&word) {
            words.push(word);
        }
    }
    words.push(given);
    in_order(family, &words)
}

/// Seven or eight syllables, as the descendants of the old royal family bear them.
fn very_long(stream: &mut Stream, gender: Gender) -> Name {
    let family = gender.of("Nguyễn Phúc Vĩnh", "Công Tằng Tôn Nữ");
    let given = stream.pick(gender.of(GIVEN, GIVEN_GIRLS));
    let others = gender.of(MIDDLE, MIDDLE_GIRLS).iter().copied().filter(|word| *word != given);
    let mut words: Vec<&str> = others.skip(stream.below(25)).take(3).collect();
    words.push(given);
    in_order(family, &words)
}

fn hoa(stream: &mut Stream, gender: Gender) -> Name {
    let middle = stream.pick(gender.of(HOA_MIDDLE, HOA_MIDDLE_GIRLS));
    let given = stream.pick(gender.of(HOA_GIVEN, HOA_GIVEN_GIRLS));
    in_order(stream.pick(HOA_FAMILIES), &[middle, given])
}

fn hmong(stream: &mut Stream, gender: Gender) -> Name {
    let given = stream.pick(gender.of(HMONG_GIVEN, HMONG_GIVEN_GIRLS));
    in_order(stream.pick(HMONG_FAMILIES), &[gender.of("A", "Thị"), given])
}

/// `Y Jôn Niê`, `H'Hen Niê`: the family name stands last, so the name sorts as `Niê Y Jôn`.
fn e_de(stream: &mut Stream, gender: Gender) -> Name {
    let family = stream.pick(E_DE_FAMILIES);
    let given = match gender {
        Gender::Male => format!("Y {}", stream.pick(E_DE_GIVEN)),
        Gender::Female => format!("H'{}", stream.pick(E_DE_GIVEN_GIRLS)),
    };
    Name { full: format!("{given} {family}"), sort: Some(format!("{family} {given}")), family: "" }
}

fn co_ho(stream: &mut Stream, gender: Gender) -> Name {
    single(match gender {
        Gender::Male => format!("K'{}", stream.pick(CO_HO_GIVEN)),
        Gender::Female => format!("Ka {}", stream.pick(CO_HO_GIVEN_GIRLS)),
    })
}

type Words = &'static [&'static str];

/// Family names of the Kinh with their rough share in a thousand.
const KINH_FAMILIES: &[(usize, &str)] = &[
    (330, "Nguyễn"),
    (110, "Trần"),
    (90, "Lê"),
    (70, "Phạm"),
    (52, "Hoàng"),
    (45, "Phan"),
    (42, "Vũ"),
    (25, "Đặng"),
    (22, "Bùi"),
    (18, "Đỗ"),
    (16, "Hồ"),
    (15, "Ngô"),
    (13, "Dương"),
    (8, "Lý"),
    (8, "Đào"),
    (7, "Đinh"),
    (7, "Mai"),
    (7, "Lương"),
    (6, "Trịnh"),
    (6, "Đoàn"),
    (5, "Hà"),
    (5, "Cao"),
    (4, "Tạ"),
    (4, "Chu"),
    (4, "Lưu"),
    (4, "Phùng"),
    (3, "Tống"),
    (3, "Tô"),
    (3, "Nghiêm"),
    (3, "Quách"),
    (2, "Khổng"),
    (2, "Giang"),
    (2, "Ứng"),
    (2, "Âu"),
    (2, "Nguyễn Lê"),
    (2, "Trần Lê"),
];

/// Middle names, for boys and girls.
const MIDDLE: Words = &[
    "Hữu", "Đức", "Minh", "Quang", "Gia", "Bảo", "Tuấn", "Anh", "Hoàng", "Thành", "Công", "Xuân",
    "Đình", "Ngọc", "Quốc", "Thanh", "Trọng", "Duy", "Nhật", "Khánh", "Hải", "Việt", "Tiến",
    "Mạnh", "Phúc", "Thiên", "Đăng", "Trung", "Thế", "Chí", "Kim", "Thái", "Bá", "Vĩnh", "Sỹ",
];
const MIDDLE_GIRLS: Words = &[
    "Ngọc", "Thu", "Minh", "Phương", "Thanh", "Khánh", "Bảo", "Hà", "Mai", "Thùy", "Quỳnh", "Kim",
    "Hồng", "Diệu", "Anh", "Tường", "Yến", "Như", "Gia", "Thảo", "Nhã", "Bích", "Hoài", "Mỹ",
    "Cẩm", "Tú", "Linh", "Hoàng", "Trúc", "Uyên", "Lan", "Vân", "Thiên", "Ánh", "Kiều",
];

/// Given names, for boys and girls.
const GIVEN: Words = &[
    "An", "Anh", "Ân", "Bách", "Bảo", "Bình", "Cường", "Chiến", "Dũng", "Duy", "Dương", "Đạt",
    "Đăng", "Đức", "Hải", "Hào", "Hiếu", "Hiển", "Hoàng", "Huy", "Hùng", "Hưng", "Khang", "Khánh",
    "Khải", "Khoa", "Khôi", "Kiên", "Kiệt", "Lâm", "Lập", "Lộc", "Long", "Lợi", "Luân", "Mạnh",
    "Minh", "Nam", "Nghĩa", "Nguyên", "Nhân", "Nhật", "Phát", "Phong", "Phú", "Phúc", "Phước",
    "Quân", "Quang", "Quý", "Quốc", "Sang", "Sơn", "Tài", "Tâm", "Tân", "Thái", "Thành", "Thắng",
    "Thiện", "Thịnh", "Thông", "Thuận", "Tiến", "Tín", "Toàn", "Toản", "Trí", "Triết", "Trọng",
    "Trung", "Tú", "Tuấn", "Tùng", "Tường", "Việt", "Vinh", "Vũ", "Vương", "Vỹ", "Ý",
];
const GIVEN_GIRLS: Words = &[
    "An",
    "Anh",
    "Ánh",
    "Ân",
    "Băng",
    "Bình",
    "Châu",
    "Chi",
    "Diễm",
    "Diệp",
    "Diệu",
    "Dung",
    "Duyên",
    "Đan",
    "Đào",
    "Giang",
    "Hà",
    "Hạ",
    "Hạnh",
    "Hằng",
    "Hân",
    "Hậu",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hoài",
    "Hòa",
    "Hồng",
    "Huệ",
    "Hương",
    "Hường",
    "Huyền",
    "Khanh",
    "Khuê",
    "Lam",
    "Lan",
    "Lê",
    "Liên",
    "Linh",
    "Loan",
    "Ly",
    "Mai",
    "Mẫn",
    "Mi",
    "My",
    "Mỹ",
    "Nga",
    "Ngà",
    "Ngân",
    "Nghi",
    "Ngọc",
    "Nguyên",
    "Nguyệt",
    "Nhàn",
    "Nhi",
    "Nhiên",
    "Như",
    "Nhung",
    "Oanh",
    "Phụng",
    "Phương",
    "Phượng",
    "Quyên",
    "Quỳnh",
    "Sương",
    "Tâm",
    "Thanh",
    "Thảo",
    "Thắm",
    "Thi",
    "Thơ",
    "Thu",
    "Thủy",
    "Thúy",
    "Thùy",
    "Thư",
    "Thương",
    "Tiên",
    "Trà",
    "Trang",
    "Trâm",
    "Trân",
    "Trinh",
    "Trúc",
    "Tú",
    "Tuyền",
    "Tuyết",
    "Tường",
    "Uyên",
    "Uyển",
    "Vân",
    "Vi",
    "Vy",
    "Xuân",
    "Yên",
    "Yến",
    "Ý",
];

/// Family names of the Tày, Thái, Mường and Nùng, whose given names are like those of the Kinh.
const TAY_FAMILIES: Words =
    &["Nông", "Hoàng", "Lý", "Lương", "Hà", "Ma", "Triệu", "Bế", "Đàm", "Chu"];
const THAI_FAMILIES: Words = &["Lò", "Cầm", "Quàng", "Lường", "Cà", "Tòng", "Vì", "Bạc"];
const MUONG_FAMILIES: Words = &["Bùi", "Đinh", "Quách", "Bạch", "Phùng", "Hà", "Xa"];
const NUNG_FAMILIES: Words = &["Nông", "Vi", "Lương", "Hứa", "Lục", "Mông", "Lộc"];

/// HMông: family, `A` or `Thị`, given name.
const HMONG_FAMILIES: Words =
    &["Giàng", "Vàng", "Sùng", "Thào", "Lý", "Vừ", "Mùa", "Cứ", "Hạng", "Lầu"];
const HMONG_GIVEN: Words =
    &["Páo", "Dơ", "Sình", "Của", "Chu", "Tủa", "Dế", "Lử", "Vảng", "Chớ", "Thào", "Lềnh"];
const HMONG_GIVEN_GIRLS: Words =
    &["Mỷ", "Dua", "Sua", "Chở", "Máy", "Pà", "Dính", "Xay", "Mai", "Chư"];

/// Ê-đê: the family name stands last.
const E_DE_FAMILIES: Words = &["Niê", "Mlô", "Êban", "Ayun", "Byă", "Ksơr", "Kbuôr", "Hmŏk"];
const E_DE_GIVEN: Words =
    &["Jôn", "Wen", "Blô", "Thim", "Khoa", "Djuh", "Jim", "Winh", "Zak", "Phi"];
const E_DE_GIVEN_GIRLS: Words =
    &["Hen", "Zuôn", "Linh", "Bia", "Wơn", "Nhiên", "Juin", "Fi", "Zen", "Jô"];

/// Gia-rai.
const GIA_RAI_FAMILIES: Words = &["Rơ Châm", "Ksor", "Siu", "Kpă", "Nay", "Rcom", "Rmah"];
const GIA_RAI_GIVEN: Words = &["Phước", "Jem", "Wing", "Zun", "Thiêm", "Khôi", "Brơn"];
const GIA_RAI_GIVEN_GIRLS: Words = &["H'Wen", "H'Zuyên", "H'Fin", "H'Jưn", "H'Nga", "H'Lan"];

/// Cơ-ho: `K'` or `Ka` and the given name.
const CO_HO_GIVEN: Words = &["Brai", "Wung", "Jack", "Zĩ", "Fin", "Tèo", "Broi", "Wel"];
const CO_HO_GIVEN_GIRLS: Words = &["Zuyên", "Wiên", "Jen", "Fai", "Hương", "Thuyn"];

/// Khơ-me, many of whom have one word only.
const KHMER_FAMILIES: Words = &["Thạch", "Sơn", "Danh", "Kim", "Châu", "Lâm", "Kiên", "Tăng"];
const KHMER_GIVEN: Words = &[
    "Sa Ray",
    "Sà Rinh",
    "Sóc Phia",
    "Sô Phol",
    "Chanh Đa",
    "Rích",
    "Mô Ni",
    "Sa Von",
    "Thi Da",
    "Ra Vy",
];
const KHMER_SINGLE: Words = &["Rích", "Sóc", "Đara", "Sươl", "Vuthy", "Phol"];
const KHMER_SINGLE_GIRLS: Words = &["Đavi", "Sarây", "Sôphi", "Rotha", "Moni", "Thiđa"];

/// Chăm.
const CHAM_FAMILIES: Words = &["Đàng", "Thập", "Quảng", "Báo", "Từ", "Châu", "Mohamach", "Ysa"];
const CHAM_GIVEN: Words = &["Năng Jét", "Zaky", "Yusof", "Văn Zan", "Sari", "Ân", "Ảnh"];
const CHAM_GIVEN_GIRLS: Words = &["Thị Zan", "Fatimah", "Mariza", "Thị Mận", "Safiyah", "Nữ Wen"];

/// Hoa.
const HOA_FAMILIES: Words = &[
    "Lâm", "Trương", "Vương", "Lưu", "Quách", "Tô", "Tăng", "Mã", "Tiêu", "Thái", "Trần", "Lý",
    "Huỳnh", "Châu", "Phùng",
];
const HOA_MIDDLE: Words =
    &["Vĩ", "Gia", "Chí", "Quốc", "Diệu", "Cẩm", "Tuấn", "Bội", "Hán", "Kiến"];
const HOA_MIDDLE_GIRLS: Words =
    &["Tuyết", "Mỹ", "Bội", "Huệ", "Lệ", "Tiểu", "Gia", "Vĩnh", "Tú", "Bảo"];
const HOA_GIVEN: Words =
    &["Hào", "Cường", "Kiệt", "Huy", "Minh", "Vinh", "Hoa", "Quyền", "Dân", "Phong", "Sâm"];
const HOA_GIVEN_GIRLS: Words =
    &["Nghi", "Dinh", "San", "Phân", "Linh", "Bình", "Quân", "Hân", "Yến", "Ngọc", "Oanh"];

/// Foreigners, whole names.
const FOREIGN: Words = &[
    "Kim Min Woo",
    "Fujiwara Kenji",
    "Wang Zhi Hao",
    "Oliver James Wright",
    "Park Jae Won",
    "Felix Zimmermann",
];
const FOREIGN_GIRLS: Words = &[
    "Lee Seo Jin",
    "Suzuki Fumiko",
    "Wu Jia Wei",
    "Zoe Frances Walker",
    "Choi Yu Jin",
    "Julia Wolff",
];
