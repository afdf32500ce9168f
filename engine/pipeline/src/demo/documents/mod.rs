//! One administrative document of each kind per school: the decision, plan, report, submission,
//! letter, notice and invitation with which a school runs its data.
//!
//! The texts are in `texts`; their elements stand one per line.

mod texts;

use jiff::civil::{Date, date};

use super::calendar::THIS_YEAR;
use super::classes::World;
use super::rows::{self, Book};

/// A document before the names of the school are put in.
struct Draft {
    kind: &'static str,
    number: Option<i64>,
    unit: Option<&'static str>,
    /// Nothing while it is not issued.
    issued_on: Option<Date>,
    name: &'static str,
    opening: Option<&'static str>,
    grounds: &'static [&'static str],
    /// Elements of the text, one per line: `element | title | text`.
    text: &'static str,
    annexes: &'static [Annex],
    addressees: &'static [&'static str],
    copies_to: &'static [&'static str],
    signing: Signing,
    /// Urgency, circulation, drafter's mark and copies.
    marks: Marks,
}

/// Who signs, and with what authority.
#[derive(Clone, Copy)]
enum Signing {
    Principal,
    ForPrincipal,
    ByOrder,
    ForCouncil,
}

#[derive(Clone, Copy)]
struct Marks {
    secrecy: Option<&'static str>,
    urgency: Option<&'static str>,
    circulation: Option<&'static str>,
    drafter: Option<&'static str>,
    copies: Option<i64>,
    address: bool,
}

struct Annex {
    heading: Option<&'static str>,
    name: &'static str,
    landscape: bool,
    text: &'static str,
    columns: [Option<&'static str>; 4],
    /// Cells of a row, divided by `|`.
    rows: &'static [&'static str],
}

/// Adds the documents of this year.
pub(super) fn write(world: &World, book: &mut Book) {
    for (at, draft) in texts::DRAFTS.iter().enumerate() {
        let document = format!("VB{:02}", at + 1);
        Writer { world, draft, document: &document }.write(book);
    }
}

struct Writer<'a> {
    world: &'a World,
    draft: &'a Draft,
    document: &'a str,
}

impl Writer<'_> {
    fn write(&self, book: &mut Book) {
        self.write_head(book);
        for (position, ground) in (1..).zip(self.draft.grounds) {
            book.add(rows::DocumentGround {
                school: &self.world.school.id,
                year: THIS_YEAR,
                kind: self.draft.kind,
                document: self.document,
                position,
                text: self.named(ground),
            });
        }
        self.write_text(0, self.draft.text, book);
        for (annex, content) in (1..).zip(self.draft.annexes) {
            self.write_annex(annex, content, book);
        }
        self.write_recipients("addressee", self.draft.addressees, book);
        self.write_recipients("copy", self.draft.copies_to, book);
    }

    fn write_head(&self, book: &mut Book) {
        let Self { world, draft, document } = self;
        let faculty = &world.faculty;
        let (authority, authority_post, signer, signer_post) = match draft.signing {
            Signing::Principal => (None, None, faculty.principal(THIS_YEAR), "Hiệu trưởng"),
            Signing::ForPrincipal => (
                Some("deputy"),
                Some("Hiệu trưởng"),
                faculty.vice_principal(THIS_YEAR),
                "Phó Hiệu trưởng",
            ),
            Signing::ByOrder => {
                (Some("by_order"), Some("Hiệu trưởng"), faculty.clerk(THIS_YEAR), "Văn thư")
            }
            Signing::ForCouncil => (
                Some("collective"),
                Some("Hội đồng trường"),
                faculty.principal(THIS_YEAR),
                "Chủ tịch",
            ),
        };
        book.add(rows::AdministrativeDocument {
            school: &world.school.id,
            year: THIS_YEAR,
            kind: draft.kind,
            document,
            number: draft.number,
            unit: draft.unit,
            issued_on: draft.issued_on,
            name: self.named(draft.name),
            opening: draft.opening.map(|opening| self.named(opening)),
            secrecy: draft.marks.secrecy,
            urgency: draft.marks.urgency,
            circulation: draft.marks.circulation,
            drafter: draft.marks.drafter,
            copies: draft.marks.copies,
            show_address: draft.marks.address,
            authority,
            authority_post,
            signer: faculty.code(signer),
            signer_post,
        });
    }

    fn write_text(&self, annex: i64, text: &str, book: &mut Book) {
        for (position, line) in (1..).zip(text.lines().filter(|line| !line.is_empty())) {
            let mut parts = line.splitn(3, '|').map(str::trim);
            let element = parts.next().unwrap_or_default();
            let mut cell = || parts.next().filter(|text| !text.is_empty());
            let (title, text) = (cell(), cell());
            book.add(rows::DocumentPart {
                school: &self.world.school.id,
                year: THIS_YEAR,
                kind: self.draft.kind,
                document: self.document,
                annex,
                position,
                element,
                title: title.map(|title| self.named(title)),
                text: text.map(|text| self.named(text)),
            });
        }
    }

    fn write_annex(&self, annex: i64, content: &Annex, book: &mut Book) {
        let (school, document) = (&self.world.school, self.document);
        let [column_1, column_2, column_3, column_4] = content.columns;
        book.add(rows::DocumentAnnex {
            school: &school.id,
            year: THIS_YEAR,
            kind: self.draft.kind,
            document,
            annex,
            heading: content.heading,
            name: self.named(content.name),
            landscape: content.landscape,
            column_1,
            column_2,
            column_3,
            column_4,
        });
        self.write_text(annex, content.text, book);
        for (position, row) in (1..).zip(content.rows) {
            let mut cells = row.split('|').map(str::trim).filter(|cell| !cell.is_empty());
            let mut cell = || cells.next().map(|cell| self.named(cell));
            book.add(rows::DocumentAnnexRow {
                school: &school.id,
                year: THIS_YEAR,
                kind: self.draft.kind,
                document,
                annex,
                position,
                cell_1: cell(),
                cell_2: cell(),
                cell_3: cell(),
                cell_4: cell(),
            });
        }
    }

    fn write_recipients(&self, place: &'static str, recipients: &[&str], book: &mut Book) {
        for (position, recipient) in (1..).zip(recipients) {
            book.add(rows::DocumentRecipient {
                school: &self.world.school.id,
                year: THIS_YEAR,
                kind: self.draft.kind,
                document: self.document,
                place,
                position,
                text: self.named(recipient),
            });
        }
    }

    /// Puts the names of the school and of its people in.
    fn named(&self, text: &str) -> String {
        let (school, faculty) = (&self.world.school, &self.world.faculty);
        let person = |employee: usize| faculty.employees[employee].name.as_str();
        text.replace("{school}", &school.name)
            .replace("{symbol}", &school.symbol)
            .replace("{commune}", school.place.commune)
            .replace("{department}", &format!("Sở Giáo dục và Đào tạo {}", school.province.short))
            .replace("{principal}", person(faculty.principal(THIS_YEAR)))
            .replace("{vice_principal}", person(faculty.vice_principal(THIS_YEAR)))
            .replace("{clerk}", person(faculty.clerk(THIS_YEAR)))
            .replace("{equipment}", person(faculty.equipment(THIS_YEAR)))
    }
}

/// A day of the year in which the documents are issued.
const fn day(month: i8, day: i8) -> Option<Date> {
    Some(date(THIS_YEAR as i16, month, day))
}
