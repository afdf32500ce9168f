//! The rows that are invented, one type per core form.
//!
//! Field names and types are those of `forms/core`; a test compares them.

use bieumau_model::table::{Cells, Column};
use jiff::civil::Date;

pub(super) use super::book::{Book, Tenths};
use super::book::{Cell, Row};

/// Declares the row types, in the order in which their references are satisfied.
macro_rules! forms {
    ($($Row:ident$(<$life:lifetime>)? = $id:literal {
        $($field:ident: $kind:ty,)*
    })*) => {
        /// The core forms.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Form { $($Row),* }

        impl Form {
            /// Ids in order.
            pub(super) const IDS: &'static [&'static str] = &[$($id),*];

            /// A sheet without rows for each form.
            pub(super) fn empty_sheets() -> Vec<Vec<Column>> {
                vec![$($Row::columns()),*]
            }
        }

        $(
            #[derive(Debug)]
            pub(super) struct $Row$(<$life>)? { $(pub(super) $field: $kind,)* }

            impl$(<$life>)? Row for $Row$(<$life>)? {
                const FORM: Form = Form::$Row;
                fn columns() -> Vec<Column> {
                    vec![$(Column {
                        name: stringify!($field).to_owned(),
                        cells: Cells::empty(<$kind as Cell>::KIND),
                    }),*]
                }
                fn put(self, columns: &mut [Column]) {
                    let mut columns = columns.iter_mut();
                    $(self.$field.put(
                        &mut columns.next().expect("the sheet has a column per field").cells,
                    );)*
                }
            }
        )*
    };
}

forms! {
    OrgUnit<'a> = "org_unit" {
        unit: &'a str,
        valid_from: Date,
        valid_to: Option<Date>,
        kind: &'a str,
        name: String,
        heading: String,
        parent: Option<&'a str>,
        province: &'a str,
        place: &'a str,
    }
    SchoolYear = "school_year" {
        year: i64,
        starts_on: Date,
        term_2_on: Date,
        ends_on: Date,
    }
    School<'a> = "school" {
        school: &'a str,
        name: &'a str,
        unit: &'a str,
        symbol: &'a str,
        level: &'a str,
        province: &'a str,
        commune: &'a str,
        district: &'a str,
        place: &'a str,
        address: String,
        ownership: &'a str,
        national_standard: bool,
        campuses: i64,
        phone: String,
        email: String,
    }
    Staff<'a> = "staff" {
        school: &'a str,
        staff: &'a str,
        full_name: &'a str,
        birth_date: Date,
        gender: &'a str,
        ethnic_group: &'a str,
        personal_id: String,
        phone: String,
        email: String,
        position: &'a str,
        status: &'a str,
        joined_on: Date,
        left_on: Option<Date>,
    }
    SchoolLeader<'a> = "school_leader" {
        school: &'a str,
        year: i64,
        principal: &'a str,
        vice_principal: &'a str,
        clerk: &'a str,
    }
    Class<'a> = "class" {
        school: &'a str,
        year: i64,
        class: &'a str,
        grade: i64,
        homeroom_teacher: Option<&'a str>,
        mixed_grade: bool,
        sessions_per_week: i64,
        foreign_language: &'a str,
        position: i64,
    }
    Pupil<'a> = "pupil" {
        school: &'a str,
        pupil: &'a str,
        full_name: &'a str,
        sort_name: Option<&'a str>,
        birth_date: Date,
        gender: &'a str,
        ethnic_group: &'a str,
        nationality: &'a str,
        personal_id: Option<String>,
        birth_place: &'a str,
        home_town: &'a str,
        address: String,
        priority: Option<&'a str>,
        disability: Option<&'a str>,
        father_name: Option<String>,
        father_occupation: Option<&'a str>,
        father_phone: Option<String>,
        father_email: Option<String>,
        mother_name: Option<String>,
        mother_occupation: Option<&'a str>,
        mother_phone: Option<String>,
        mother_email: Option<String>,
        guardian_name: Option<String>,
        guardian_occupation: Option<&'a str>,
        register_number: String,
        admitted_on: Date,
    }
    PriorStudy<'a> = "prior_study" {
        school: &'a str,
        pupil: &'a str,
        year: i64,
        class: String,
        school_name: &'a str,
        commune: &'a str,
        province: &'a str,
        register_number: String,
        entered_on: Date,
    }
    Enrolment<'a> = "enrolment" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        class: &'a str,
        number: i64,
        status: &'a str,
        status_on: Option<Date>,
        entered_on: Date,
        left_on: Option<Date>,
        repeating: bool,
        newly_enrolled: bool,
        not_assessed: bool,
        two_sessions: bool,
        boarding: bool,
        note: Option<&'a str>,
    }
    TeachingAssignment<'a> = "teaching_assignment" {
        school: &'a str,
        year: i64,
        class: &'a str,
        subject: &'a str,
        kind: &'a str,
        periods: i64,
        optional: bool,
        elective: bool,
        position: i64,
        teacher: Option<&'a str>,
    }
    Elective<'a> = "elective" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        subject: &'a str,
        topic_cluster: bool,
    }
    Exemption<'a> = "exemption" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        subject: &'a str,
        reason: &'a str,
        decided_on: Date,
    }
    Mark<'a> = "mark" {
        school: &'a str,
        year: i64,
        term: i64,
        pupil: &'a str,
        subject: &'a str,
        class: &'a str,
        ongoing_1: Option<Tenths>,
        ongoing_2: Option<Tenths>,
        ongoing_3: Option<Tenths>,
        ongoing_4: Option<Tenths>,
        ongoing_5: Option<Tenths>,
        mid_term: Option<Tenths>,
        end_of_term: Option<Tenths>,
        comment: Option<&'a str>,
    }
    CommentResult<'a> = "comment_result" {
        school: &'a str,
        year: i64,
        term: i64,
        pupil: &'a str,
        subject: &'a str,
        class: &'a str,
        ongoing_1: Option<&'a str>,
        ongoing_2: Option<&'a str>,
        ongoing_3: Option<&'a str>,
        ongoing_4: Option<&'a str>,
        mid_term: Option<&'a str>,
        end_of_term: Option<&'a str>,
        comment: Option<&'a str>,
    }
    Reassessment<'a> = "reassessment" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        subject: &'a str,
        score: Option<Tenths>,
        level: Option<&'a str>,
        held_on: Date,
    }
    Conduct<'a> = "conduct" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        class: &'a str,
        term_1: Option<&'a str>,
        term_2: Option<&'a str>,
        summer: Option<&'a str>,
    }
    YearRecord<'a> = "year_record" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        class: &'a str,
        remark: Option<&'a str>,
        certificate: Option<&'a str>,
        certificate_grade: Option<&'a str>,
        contests: Option<&'a str>,
        commendation: Option<&'a str>,
        principal_decision: Option<&'a str>,
        changes: Option<&'a str>,
    }
    Attendance<'a> = "attendance" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        day: Date,
        session: &'a str,
        class: &'a str,
        kind: &'a str,
    }
    PrimaryResult<'a> = "primary_result" {
        school: &'a str,
        year: i64,
        point: &'a str,
        pupil: &'a str,
        subject: &'a str,
        class: &'a str,
        level: Option<&'a str>,
        score: Option<i64>,
        comment: Option<&'a str>,
        supplementary_level: Option<&'a str>,
        supplementary_score: Option<i64>,
    }
    QualityResult<'a> = "quality_result" {
        school: &'a str,
        year: i64,
        point: &'a str,
        pupil: &'a str,
        class: &'a str,
        patriotism: &'a str,
        kindness: &'a str,
        diligence: &'a str,
        honesty: &'a str,
        responsibility: &'a str,
        qualities_comment: Option<&'a str>,
        autonomy: &'a str,
        communication: &'a str,
        problem_solving: &'a str,
        general_comment: Option<&'a str>,
        language: &'a str,
        calculation: &'a str,
        science: &'a str,
        technology: Option<&'a str>,
        informatics: Option<&'a str>,
        aesthetics: &'a str,
        physical: &'a str,
        specific_comment: Option<&'a str>,
    }
    PrimaryYear<'a> = "primary_year" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        class: &'a str,
        outstanding: bool,
        recognised: bool,
        principal_decision: Option<&'a str>,
        commendation: Option<&'a str>,
        higher_commendation: Option<&'a str>,
        remark: Option<&'a str>,
    }
    Health<'a> = "health" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        measured_on: Date,
        height_cm: Tenths,
        weight_kg: Tenths,
        eye_left: Tenths,
        eye_right: Tenths,
    }
    Handover<'a> = "handover" {
        school: &'a str,
        year: i64,
        number: i64,
        kind: &'a str,
        held_on: Date,
        starts_hour: i64,
        starts_minute: i64,
        ends_hour: i64,
        ends_minute: i64,
        place: String,
        giver: &'a str,
        receiver: Option<&'a str>,
        copies: i64,
        remaining: Option<&'a str>,
        outside_receiver: Option<&'a str>,
        outside_position: Option<&'a str>,
        outside_unit: Option<&'a str>,
        class: Option<&'a str>,
    }
    HandoverAccount<'a> = "handover_account" {
        school: &'a str,
        year: i64,
        number: i64,
        line: i64,
        staff: &'a str,
        system: &'a str,
        login: String,
        role: String,
        handed_on: Date,
    }
    HandoverClass<'a> = "handover_class" {
        school: &'a str,
        year: i64,
        number: i64,
        class: &'a str,
        enrolled: i64,
        reviewed: i64,
        verified: i64,
        faulty: i64,
        remaining: Option<&'a str>,
        note: Option<&'a str>,
    }
    Equipment<'a> = "equipment" {
        school: &'a str,
        item: String,
        name: &'a str,
        category: &'a str,
        subject: Option<&'a str>,
        measure: &'a str,
        quantity: i64,
        used_since: i64,
        condition: &'a str,
        room: &'a str,
        updated_on: Date,
    }
    EquipmentUse<'a> = "equipment_use" {
        school: &'a str,
        year: i64,
        item: String,
        used_on: Date,
        class: &'a str,
        subject: Option<&'a str>,
        teacher: Option<&'a str>,
        lessons: i64,
        condition: &'a str,
        note: Option<&'a str>,
    }
    HandoverEquipment<'a> = "handover_equipment" {
        school: &'a str,
        year: i64,
        number: i64,
        line: i64,
        item: String,
        quantity: i64,
        condition: &'a str,
        note: Option<&'a str>,
    }
    ComputerNeed<'a> = "computer_need" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        class: &'a str,
        circumstance: &'a str,
        has_device: bool,
        has_internet: bool,
        device: &'a str,
        note: Option<&'a str>,
    }
    ComputerAllocation<'a> = "computer_allocation" {
        school: &'a str,
        year: i64,
        batch: i64,
        device: &'a str,
        quantity: i64,
        decision: String,
        decided_on: Date,
        donor: &'a str,
        received_on: Date,
    }
    ComputerHandover<'a> = "computer_handover" {
        school: &'a str,
        year: i64,
        pupil: &'a str,
        number: i64,
        class: &'a str,
        device: &'a str,
        model: &'a str,
        serial: String,
        accessories: &'a str,
        condition: &'a str,
        receiver: String,
        note: Option<&'a str>,
    }
    EntryProgress<'a> = "entry_progress" {
        school: &'a str,
        year: i64,
        point: &'a str,
        class: &'a str,
        subject: &'a str,
        teacher: &'a str,
        due_on: Date,
        completed_on: Option<Date>,
    }
    AdministrativeDocument<'a> = "administrative_document" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        number: Option<i64>,
        unit: Option<&'a str>,
        issued_on: Option<Date>,
        name: String,
        opening: Option<String>,
        secrecy: Option<&'a str>,
        urgency: Option<&'a str>,
        circulation: Option<&'a str>,
        drafter: Option<&'a str>,
        copies: Option<i64>,
        show_address: bool,
        authority: Option<&'a str>,
        authority_post: Option<&'a str>,
        signer: &'a str,
        signer_post: &'a str,
    }
    DocumentGround<'a> = "document_ground" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        position: i64,
        text: String,
    }
    DocumentPart<'a> = "document_part" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        annex: i64,
        position: i64,
        element: &'a str,
        title: Option<String>,
        text: Option<String>,
    }
    DocumentRecipient<'a> = "document_recipient" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        place: &'a str,
        position: i64,
        text: String,
    }
    DocumentAnnex<'a> = "document_annex" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        annex: i64,
        heading: Option<&'a str>,
        name: String,
        landscape: bool,
        column_1: Option<&'a str>,
        column_2: Option<&'a str>,
        column_3: Option<&'a str>,
        column_4: Option<&'a str>,
    }
    DocumentAnnexRow<'a> = "document_annex_row" {
        school: &'a str,
        year: i64,
        kind: &'a str,
        document: &'a str,
        annex: i64,
        position: i64,
        cell_1: Option<String>,
        cell_2: Option<String>,
        cell_3: Option<String>,
        cell_4: Option<String>,
    }
    StaffQualification<'a> = "staff_qualification" {
        school: &'a str,
        staff: &'a str,
        employment: &'a str,
        degree: &'a str,
        standard: Option<&'a str>,
        subject: Option<&'a str>,
    }
    Facility<'a> = "facility" {
        school: &'a str,
        year: i64,
        room: &'a str,
        structure: &'a str,
        number: i64,
        area: Tenths,
    }
    IdentityCheck<'a> = "identity_check" {
        school: &'a str,
        kind: &'a str,
        person: &'a str,
        checked_on: Date,
        result: &'a str,
        differs: Option<&'a str>,
    }
    AgePopulation<'a> = "age_population" {
        school: &'a str,
        year: i64,
        six_year_olds: i64,
        six_year_old_girls: Option<i64>,
        counted_on: Date,
        source: &'a str,
    }
}
