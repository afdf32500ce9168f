//! The words of a policy that only take certain values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::{Locale, Text};

/// Says a value of a policy to a person.
pub(crate) trait Spoken {
    /// Returns the value in the words of `locale`; a dash for nothing.
    fn say(&self, locale: Locale) -> String;
}

impl Spoken for u8 {
    fn say(&self, _locale: Locale) -> String {
        self.to_string()
    }
}

impl Spoken for u16 {
    fn say(&self, _locale: Locale) -> String {
        self.to_string()
    }
}

impl Spoken for bool {
    fn say(&self, locale: Locale) -> String {
        let words = match (self, locale) {
            (true, Locale::Vi) => "có",
            (false, Locale::Vi) => "không",
            (true, Locale::En) => "yes",
            (false, Locale::En) => "no",
        };
        words.to_owned()
    }
}

impl Spoken for String {
    fn say(&self, _locale: Locale) -> String {
        if self.is_empty() { "–".to_owned() } else { self.clone() }
    }
}

impl<T: Spoken> Spoken for Vec<T> {
    fn say(&self, locale: Locale) -> String {
        let words: Vec<String> = self.iter().map(|word| word.say(locale)).collect();
        words.join(", ").say(locale)
    }
}

/// Makes an enum of words, each with what a person reads.
macro_rules! words {
    ($(
        $(#[doc = $about:literal])+
        $name:ident {
            $( $(#[doc = $says:literal])+ $word:ident = $written:literal, $vi:literal, $en:literal; )+
        }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        pub enum $name {
            $( $(#[doc = $says])+ #[serde(rename = $written)] $word, )+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// Returns the word as it is written in YAML.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $written),+ }
            }

            /// Returns what a person reads.
            pub fn title(self) -> Text {
                match self { $(Self::$word => Text::both($vi, $en)),+ }
            }

            /// Returns the word that is written so.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }

        impl Spoken for $name {
            fn say(&self, locale: Locale) -> String {
                self.title().get(locale).to_owned()
            }
        }
    )+ };
}

words! {
    /// Whoever decides, acts or signs. Where accounts have a role of that name, it is the same word.
    Actor {
        /// Hiệu trưởng.
        Principal = "principal", "Hiệu trưởng", "principal";
        /// Phó Hiệu trưởng.
        VicePrincipal = "vice_principal", "Phó Hiệu trưởng", "vice-principal";
        /// Văn thư.
        Clerk = "clerk", "Văn thư", "clerk";
        /// Tổ (khối) trưởng chuyên môn.
        SubjectGroupHead = "subject_group_head", "Tổ trưởng chuyên môn", "subject-group head";
        /// Giáo viên chủ nhiệm.
        ClassTeacher = "class_teacher", "Giáo viên chủ nhiệm", "class teacher";
        /// Giáo viên bộ môn.
        SubjectTeacher = "subject_teacher", "Giáo viên bộ môn", "subject teacher";
        /// The person in charge of the sector database.
        DataOfficer = "data_officer", "Cán bộ phụ trách CSDL ngành", "officer in charge of the database";
        /// Any manager, teacher or employee, about their own data.
        Staff = "staff", "Cán bộ, giáo viên, nhân viên", "member of staff";
        /// Cha mẹ học sinh.
        Parent = "parent", "Cha mẹ học sinh", "parent";
        /// Who hands over.
        HandingOver = "handing_over", "Bên giao", "party handing over";
        /// Who takes over.
        TakingOver = "taking_over", "Bên nhận", "party taking over";
    }

    /// Who hands in a report.
    Reporter {
        /// School.
        School = "school", "Trường", "school";
        /// Phòng GD&ĐT, until 30/6/2025.
        District = "district", "Phòng GD&ĐT", "district office";
        /// UBND cấp xã, since 01/7/2025.
        Commune = "commune", "UBND cấp xã", "commune committee";
        /// Sở GD&ĐT.
        Department = "province_department", "Sở GD&ĐT", "provincial department";
        /// Bộ GD&ĐT.
        Ministry = "ministry", "Bộ GD&ĐT", "ministry";
    }

    /// How often something is done.
    Interval {
        /// Every day.
        Day = "day", "hằng ngày", "daily";
        /// Every week.
        Week = "week", "hằng tuần", "weekly";
        /// Every month.
        Month = "month", "hằng tháng", "monthly";
        /// Every term.
        Term = "term", "mỗi học kì", "every term";
        /// Every school year.
        Year = "year", "hằng năm", "every year";
        /// No interval is set.
        Never = "never", "không quy định", "not set";
    }

    /// A point of the school year at which results are assessed.
    Point {
        /// Giữa học kì I.
        Mid1 = "mid_1", "giữa học kì I", "middle of term I";
        /// Cuối học kì I.
        End1 = "end_1", "cuối học kì I", "end of term I";
        /// Giữa học kì II.
        Mid2 = "mid_2", "giữa học kì II", "middle of term II";
        /// Cuối năm học.
        End2 = "end_2", "cuối năm học", "end of year";
    }

    /// How certain a value of a policy is.
    Certainty {
        /// Seen in the source that is named.
        Confirmed = "confirmed", "đã đối chiếu nguồn", "confirmed";
        /// Told by people who know, not seen in the source: check before relying on it.
        Unconfirmed = "unconfirmed", "chưa đối chiếu nguồn", "not confirmed";
        /// No rule was found; chosen so that work can go on.
        Proposed = "proposed", "đề xuất, chưa có quy định", "proposed, no rule found";
    }

    /// How a mark without a fraction is written.
    ScoreDisplay {
        /// `8`.
        Whole = "8", "8", "8";
        /// `8,0`.
        OneDecimal = "8,0", "8,0", "8,0";
    }

    /// How names are ordered.
    NamePolicy {
        /// Given name, then family and middle names from left to right.
        GivenThenLeftToRight = "given_then_left_to_right", "tên, rồi họ và đệm", "given name, then from left to right";
        /// Given name, then middle names, then family name.
        GivenMiddleFamily = "given_middle_family", "tên, đệm, họ", "given, middle, family name";
    }

    /// What decides between equal names.
    Tiebreak {
        /// Date of birth.
        BirthDate = "birth_date", "ngày sinh", "date of birth";
        /// Code of the pupil.
        Pupil = "pupil", "mã học sinh", "code of the pupil";
    }

    /// A day of the week.
    Weekday {
        /// Thứ Hai.
        Monday = "monday", "Thứ Hai", "Monday";
        /// Thứ Ba.
        Tuesday = "tuesday", "Thứ Ba", "Tuesday";
        /// Thứ Tư.
        Wednesday = "wednesday", "Thứ Tư", "Wednesday";
        /// Thứ Năm.
        Thursday = "thursday", "Thứ Năm", "Thursday";
        /// Thứ Sáu.
        Friday = "friday", "Thứ Sáu", "Friday";
        /// Thứ Bảy.
        Saturday = "saturday", "Thứ Bảy", "Saturday";
        /// Chủ nhật.
        Sunday = "sunday", "Chủ nhật", "Sunday";
    }
}

impl From<Weekday> for jiff::civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

impl From<NamePolicy> for crate::definition::NameOrder {
    fn from(policy: NamePolicy) -> Self {
        match policy {
            NamePolicy::GivenThenLeftToRight => Self::GivenThenLeftToRight,
            NamePolicy::GivenMiddleFamily => Self::GivenMiddleFamily,
        }
    }
}
