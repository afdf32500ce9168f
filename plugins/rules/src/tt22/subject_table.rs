//! Subjects of lower and upper secondary schools with their yearly periods (regulations 2.2).
//!
//! Data for forms and demo classes; the rules take the subjects they are given.

use super::values::{Standing, SubjectKind};

/// One subject of the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectRow {
    /// Code, a proposal.
    pub code: &'static str,
    /// Name as printed.
    pub name: &'static str,
    /// How it is assessed.
    pub kind: SubjectKind,
    /// Periods in the year, for grades 6 to 12; 0 where it is not taught.
    pub periods: [u16; 7],
    /// Whether it stands in the learning result.
    pub standing: Standing,
    /// Whether pupils of upper secondary choose it.
    pub elective: Elective,
}

/// Whether a subject is chosen in upper secondary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Elective {
    /// Everyone has it in the grades where it is taught.
    No,
    /// Chosen in grades 10 to 12.
    UpperSecondary,
}

impl SubjectRow {
    /// Returns the yearly periods in a grade; `None` where the subject is not taught.
    pub fn periods_in(&self, grade: u8) -> Option<u16> {
        let index = usize::from(grade.checked_sub(6)?);
        self.periods.get(index).copied().filter(|periods| *periods > 0)
    }
}

const fn row(
    code: &'static str,
    name: &'static str,
    kind: SubjectKind,
    periods: [u16; 7],
) -> SubjectRow {
    SubjectRow { code, name, kind, periods, standing: Standing::Compulsory, elective: Elective::No }
}

const fn optional(code: &'static str, name: &'static str, periods: [u16; 7]) -> SubjectRow {
    SubjectRow { standing: Standing::Optional, ..row(code, name, SubjectKind::Scored, periods) }
}

const fn elective(
    code: &'static str,
    name: &'static str,
    kind: SubjectKind,
    periods: [u16; 7],
) -> SubjectRow {
    SubjectRow { elective: Elective::UpperSecondary, ..row(code, name, kind, periods) }
}

/// The subjects, in the order of the paper transcript.
pub static SUBJECTS: [SubjectRow; 23] = {
    use SubjectKind::{Comment, Scored};
    const LOWER_70: [u16; 7] = [70, 70, 70, 70, 0, 0, 0];
    const UPPER_70: [u16; 7] = [0, 0, 0, 0, 70, 70, 70];
    const LOWER_105: [u16; 7] = [105, 105, 105, 105, 0, 0, 0];
    const ALL_105: [u16; 7] = [105; 7];
    const CORE: [u16; 7] = [140, 140, 140, 140, 105, 105, 105];
    [
        row("NV", "Ngữ văn", Scored, CORE),
        row("TOAN", "Toán", Scored, CORE),
        row("NN1", "Ngoại ngữ 1", Scored, ALL_105),
        row("GDCD", "Giáo dục công dân", Scored, [35, 35, 35, 35, 0, 0, 0]),
        row("LSDL", "Lịch sử và Địa lí", Scored, LOWER_105),
        row("KHTN", "Khoa học tự nhiên", Scored, [140, 140, 140, 140, 0, 0, 0]),
        row("LS", "Lịch sử", Scored, [0, 0, 0, 0, 52, 52, 52]),
        row("GDQPAN", "Giáo dục quốc phòng và an ninh", Scored, [0, 0, 0, 0, 35, 35, 35]),
        elective("DL", "Địa lí", Scored, UPPER_70),
        elective("GDKTPL", "Giáo dục kinh tế và pháp luật", Scored, UPPER_70),
        elective("VL", "Vật lí", Scored, UPPER_70),
        elective("HH", "Hóa học", Scored, UPPER_70),
        elective("SH", "Sinh học", Scored, UPPER_70),
        elective("CN", "Công nghệ", Scored, [35, 35, 52, 52, 70, 70, 70]),
        elective("TH", "Tin học", Scored, [35, 35, 35, 35, 70, 70, 70]),
        row("GDTC", "Giáo dục thể chất", Comment, [70; 7]),
        row("NT", "Nghệ thuật", Comment, LOWER_70),
        elective("AN", "Âm nhạc", Comment, UPPER_70),
        elective("MT", "Mĩ thuật", Comment, UPPER_70),
        row("HDTNHN", "Hoạt động trải nghiệm, hướng nghiệp", Comment, ALL_105),
        row("GDDP", "Nội dung giáo dục của địa phương", Comment, [35; 7]),
        optional("NN2", "Ngoại ngữ 2", ALL_105),
        optional("TDT", "Tiếng dân tộc thiểu số", ALL_105),
    ]
};
