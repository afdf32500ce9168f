//! Which subjects a class has, how each is assessed, and in how many periods a year.

use super::schools::Level;

/// How a subject is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Score,
    Comment,
}

/// Who in a class takes a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takers {
    All,
    FirstHalf,
    SecondHalf,
}

/// A subject of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) code: &'static str,
    pub(super) kind: Kind,
    pub(super) periods: i64,
    pub(super) optional: bool,
    pub(super) takers: Takers,
    /// Chosen by each pupil (môn học lựa chọn).
    pub(super) elective: bool,
}

impl Kind {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Comment => "comment",
        }
    }
}

const fn scored(code: &'static str, periods: i64) -> Subject {
    let (optional, takers) = (false, Takers::All);
    Subject { code, kind: Kind::Score, periods, optional, takers, elective: false }
}

const fn commented(code: &'static str, periods: i64) -> Subject {
    let (optional, takers) = (false, Takers::All);
    Subject { code, kind: Kind::Comment, periods, optional, takers, elective: false }
}

impl Subject {
    /// Returns the number of ongoing marks in a term (Thông tư 22/2021, Điều 6).
    pub(super) fn ongoing(&self) -> usize {
        match self.periods {
            ..=35 => 2,
            36..=70 => 3,
            _ => 4,
        }
    }

    /// Returns whether its periods hold those of a cụm chuyên đề học tập.
    pub(super) fn has_topic_cluster(&self) -> bool {
        self.elective && self.periods == 105
    }

    fn for_half(self, takers: Takers) -> Self {
        Self { takers, ..self }
    }
}

/// Choices that classes of one school and grade may make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choices {
    pub(super) level: Level,
    pub(super) grade: i64,
    /// Position of the class in its grade.
    pub(super) class: usize,
    /// English for grades 1 and 2, a second foreign language for one lower secondary class.
    pub(super) optional_languages: bool,
}

/// Returns the subjects of a class in the order of the paper form.
pub(super) fn of_class(choices: Choices) -> Vec<Subject> {
    match choices.level {
        Level::Primary => primary(choices.grade, choices.optional_languages),
        Level::LowerSecondary => {
            lower_secondary(choices.grade, choices.optional_languages && choices.class == 0)
        }
        Level::UpperSecondary => upper_secondary(choices.class),
    }
}

/// Scored are the subjects with a periodic test (Thông tư 27/2020, Điều 7).
fn primary(grade: i64, optional_english: bool) -> Vec<Subject> {
    let vietnamese = match grade {
        1 => 420,
        2 => 350,
        _ => 245,
    };
    let mut subjects =
        vec![scored("TV", vietnamese), scored("TOAN", if grade == 1 { 105 } else { 175 })];
    if grade >= 3 {
        subjects.push(scored("NN1", 140));
    } else if optional_english {
        subjects.push(Subject { optional: true, ..commented("NN1", 70) });
    }
    subjects.push(commented("DD", 35));
    if grade <= 3 {
        subjects.push(commented("TNXH", 70));
    } else {
        subjects.extend([scored("LSDL", 70), scored("KH", 70)]);
    }
    if grade >= 3 {
        subjects.extend([scored("TH", 35), scored("CN", 35)]);
    }
    subjects.extend([
        commented("GDTC", 70),
        commented("AN", 35),
        commented("MT", 35),
        commented("HDTN", 105),
    ]);
    subjects
}

fn lower_secondary(grade: i64, second_language: bool) -> Vec<Subject> {
    let mut subjects = vec![
        scored("VAN", 140),
        scored("TOAN", 140),
        scored("NN1", 105),
        scored("GDCD", 35),
        scored("LSDL", 105),
        scored("KHTN", 140),
        scored("CNGHE", if grade <= 7 { 35 } else { 52 }),
        scored("TIN", 35),
        commented("GDTC", 70),
        commented("NT", 70),
        commented("HDTNHN", 105),
        commented("GDDP", 35),
    ];
    if second_language {
        subjects.push(Subject { optional: true, ..scored("NN2", 105) });
    }
    subjects
}

fn upper_secondary(class: usize) -> Vec<Subject> {
    let mut subjects = vec![
        scored("VAN", 105),
        scored("TOAN", 105),
        scored("NN1", 105),
        scored("LS", 52),
        scored("GDQPAN", 35),
    ];
    let mut electives = electives(class);
    electives.iter_mut().for_each(|subject| subject.elective = true);
    subjects.extend(electives.iter().filter(|subject| subject.kind == Kind::Score));
    subjects.push(commented("GDTC", 70));
    subjects.extend(electives.iter().filter(|subject| subject.kind == Kind::Comment));
    subjects.extend([commented("HDTNHN", 105), commented("GDDP", 35)]);
    subjects
}

/// Four electives; the second class of each grade has two sets and the union in its book.
///
/// 105 periods are 70 of the subject and 35 of its specialised topics (cụm chuyên đề).
fn electives(class: usize) -> Vec<Subject> {
    match class {
        1 => vec![
            scored("DIA", 70).for_half(Takers::SecondHalf),
            scored("GDKTPL", 70).for_half(Takers::SecondHalf),
            scored("LY", 105),
            scored("HOA", 105),
            scored("SINH", 70).for_half(Takers::FirstHalf),
            scored("TIN", 70).for_half(Takers::FirstHalf),
        ],
        2 => {
            vec![scored("LY", 105), scored("HOA", 105), scored("CNGHE", 70), scored("TIN", 105)]
        }
        3 => {
            vec![scored("DIA", 105), scored("GDKTPL", 105), scored("CNGHE", 70), scored("TIN", 70)]
        }
        4 => {
            vec![scored("DIA", 105), scored("GDKTPL", 105), scored("SINH", 70), scored("CNGHE", 70)]
        }
        5 => vec![
            scored("DIA", 105),
            scored("GDKTPL", 105),
            commented("AMNHAC", 70),
            commented("MITHUAT", 70),
        ],
        6 => {
            vec![scored("LY", 105), scored("HOA", 105), scored("SINH", 105), scored("CNGHE", 70)]
        }
        7 => {
            vec![scored("DIA", 105), scored("GDKTPL", 105), scored("LY", 70), scored("TIN", 70)]
        }
        8 => vec![
            scored("DIA", 105),
            scored("GDKTPL", 105),
            scored("TIN", 70),
            commented("AMNHAC", 70),
        ],
        9 => vec![scored("DIA", 70), scored("LY", 105), scored("HOA", 105), scored("TIN", 70)],
        _ => vec![scored("LY", 105), scored("HOA", 105), scored("SINH", 105), scored("TIN", 70)],
    }
}
