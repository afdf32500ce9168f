//! The start page, on which a person picks a report and its parameters and sees the document.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bieumau_model::access::{Action, Area, may_in_whole_school, may_somewhere};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{FieldView, Problem, ProblemKind, RenderRequest};
use jiff::Timestamp;
use serde_json::{Value, json};
use tera::{Context, Tera};

use crate::api::{answer, make};
use crate::error::status;
use crate::locale;
use crate::serve::App;
use crate::signed::{Guest, Signed};

/// What was given in the address.
type Given = BTreeMap<String, String>;

/// The templates of the pages.
pub(crate) struct Pages(Tera);

impl Pages {
    pub(crate) fn new() -> Self {
        let mut tera = Tera::default();
        tera.add_raw_templates([
            ("layout.html", include_str!("../pages/layout.html")),
            ("start.html", include_str!("../pages/start.html")),
            ("problem.html", include_str!("../pages/problem.html")),
            ("sign_in.html", include_str!("../pages/sign_in.html")),
            ("setup.html", include_str!("../pages/setup.html")),
            ("password.html", include_str!("../pages/password.html")),
            ("rights.html", include_str!("../pages/rights.html")),
            ("users.html", include_str!("../pages/users.html")),
            ("why.html", include_str!("../pages/why.html")),
            ("figures.html", include_str!("../pages/figures.html")),
            ("figure_records.html", include_str!("../pages/figure_records.html")),
            ("parts.html", include_str!("../pages/parts.html")),
            ("corrections.html", include_str!("../pages/corrections.html")),
            ("correction.html", include_str!("../pages/correction.html")),
            ("correction_new.html", include_str!("../pages/correction_new.html")),
            ("locks.html", include_str!("../pages/locks.html")),
            ("marks.html", include_str!("../pages/marks.html")),
            ("import.html", include_str!("../pages/import.html")),
            ("sign_offs.html", include_str!("../pages/sign_offs.html")),
            ("sign_off.html", include_str!("../pages/sign_off.html")),
            ("reviews.html", include_str!("../pages/reviews.html")),
            ("review.html", include_str!("../pages/review.html")),
            ("months.html", include_str!("../pages/months.html")),
            ("issued.html", include_str!("../pages/issued.html")),
            ("issued_one.html", include_str!("../pages/issued_one.html")),
            ("verify.html", include_str!("../pages/verify.html")),
            ("audit.html", include_str!("../pages/audit.html")),
            ("grants.html", include_str!("../pages/grants.html")),
        ])
        .expect("the shipped pages are right; a test renders them");
        Self(tera)
    }

    pub(crate) fn render(&self, page: &str, status: StatusCode, value: Value) -> Response {
        let html = Context::from_serialize(&value)
            .and_then(|context| self.0.render(page, &context))
            .expect("the shipped pages are right; a test renders them");
        (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
    }
}

/// `GET /`.
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = locale::choose(given.get("lang").map(String::as_str), &headers, app.site.locale());
    let (page_app, page_given) = (app.clone(), given.clone());
    let built =
        tokio::task::spawn_blocking(move || start_context(&page_app, &guest, &page_given, asked))
            .await;
    match built {
        Ok(Ok(context)) => app.pages.render("start.html", StatusCode::OK, context),
        Ok(Err(problem)) => problem_page(&app, &problem, asked),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /documents/{report}`: the document itself, shown or downloaded.
pub(crate) async fn document(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(report): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = locale::choose(given.remove("lang").as_deref(), &headers, app.site.locale());
    let download = given.remove("download").is_some();
    let format = given.remove("format").unwrap_or_else(|| "html".to_owned());
    let page = given.remove("page").and_then(|page| page.parse().ok());
    given.retain(|_, value| !value.is_empty());
    let made = match RenderRequest::new(report, given, &format, page) {
        Ok(request) => make(&app, caller, request).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(document) => answer(document, download),
        Err(problem) => problem_page(&app, &problem, asked),
    }
}

/// Every other address.
pub(crate) async fn not_found(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = locale::choose(None, &headers, app.site.locale());
    let problem = Problem::new(
        ProblemKind::NotFound,
        "J001",
        format!("Không có trang `{}`", uri.path()),
        format!("there is no page `{}`", uri.path()),
    );
    if uri.path().starts_with("/api/") {
        return crate::error::problem_json(&problem, asked);
    }
    problem_page(&app, &problem, asked)
}

/// Renders a page inside the frame that all pages share; `address` is where the other language is.
#[expect(clippy::too_many_arguments, reason = "what a frame shows, given by every page at once")]
pub(crate) fn frame(
    app: &App,
    guest: &Guest,
    status: StatusCode,
    page: &str,
    (title, address): (&str, &str),
    words: Value,
    mut context: Value,
    asked: Locale,
) -> Response {
    context["locale"] = json!(locale::tag(asked));
    context["other_locale"] = json!(locale::tag(other(asked)));
    let sign = if address.contains('?') { '&' } else { '?' };
    let link = format!("{address}{sign}lang={}", locale::tag(other(asked)));
    context["other_locale_link"] = json!(link);
    context["site"] = json!(app.site.title().get(asked));
    context["title"] = json!(title);
    context["person"] = person(app, guest);
    context["nav"] = nav(guest, address, asked);
    context["words"] = words;
    app.pages.render(page, status, context)
}

pub(crate) fn problem_page(app: &App, problem: &Problem, asked: Locale) -> Response {
    let findings: Vec<_> =
        problem.findings.iter().map(|finding| finding.message.get(asked)).take(20).collect();
    let context = json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other(asked)),
        "other_locale_link": format!("/?lang={}", locale::tag(other(asked))),
        "site": app.site.title().get(asked),
        "person": Value::Null,
        "title": problem.title.get(asked),
        "words": words(asked),
        "problem": {
            "title": problem.title.get(asked),
            "help": problem.help.as_ref().map(|help| help.get(asked)),
            "code": problem.code,
            "findings": findings,
        },
    });
    app.pages.render("problem.html", status(problem.kind), context)
}

/// The values that the frame of every page needs.
pub(crate) fn frame_values(
    app: &App,
    guest: &Guest,
    path: &str,
    given: &Given,
    asked: Locale,
) -> Value {
    let mut back: Vec<(&str, &str)> = given
        .iter()
        .filter(|(name, _)| *name != "lang")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    back.push(("lang", locale::tag(other(asked))));
    json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other(asked)),
        "other_locale_link": format!("{path}{}", query(&back)),
        "site": app.site.title().get(asked),
        "person": person(app, guest),
        "nav": nav(guest, path, asked),
        "words": words(asked),
    })
}

fn start_context(app: &App, guest: &Guest, given: &Given, asked: Locale) -> Result<Value, Problem> {
    let words = words(asked);
    let chosen = given.get("report").map(String::as_str).filter(|id| !id.is_empty());
    let view = chosen.map(|id| app.site.report_view(&guest.caller, id, given)).transpose()?;
    let mut topics: Vec<(String, Vec<Value>)> = Vec::new();
    for report in app.site.reports() {
        let item = json!({
            "title": report.title.get(asked),
            "source": report.source,
            "link": link(given.get("lang"), &[("report", &report.id)]),
            "current": chosen == Some(report.id.as_str()),
        });
        match topics.iter_mut().find(|(topic, _)| *topic == report.topic) {
            Some((_, items)) => items.push(item),
            None => topics.push((report.topic.clone(), vec![item])),
        }
    }
    let topics: Vec<_> = topics
        .into_iter()
        .map(|(topic, reports)| json!({"title": topic_title(&topic, asked), "reports": reports}))
        .collect();

    let report = view.as_ref().map(|view| {
        json!({
            "id": view.id,
            "title": view.title.get(asked),
            "source": view.source,
            "fields": view.fields.iter().map(|field| field_value(field, asked)).collect::<Vec<_>>(),
        })
    });
    let document = view.as_ref().filter(|view| view.ready).map(|view| {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for field in &view.fields {
            if let Some(value) = field.value.as_deref().filter(|value| !value.is_empty()) {
                pairs.push((&field.id, value));
            }
        }
        let address = |format: &str, download: bool| {
            let mut pairs = pairs.clone();
            pairs.push(("format", format));
            if download {
                pairs.push(("download", "1"));
            }
            format!("/documents/{}{}", view.id, query(&pairs))
        };
        let downloads: Vec<_> = view
            .formats
            .iter()
            .map(|format| {
                let download = matches!(*format, "xlsx" | "csv" | "docx");
                json!({"label": format_label(format, asked), "href": address(format, download)})
            })
            .collect();
        let preview = view.formats.contains(&"html").then(|| address("html", false));
        let why = format!("/why/{}{}", view.id, query(&pairs));
        let figures = view.figures.then(|| format!("/figures/{}{}", view.id, query(&pairs)));
        let given: Vec<Value> =
            pairs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let school = pairs.iter().find(|(name, _)| *name == "school").map_or("", |own| own.1);
        let issues = view.formats.contains(&"pdf")
            && app.site.keeps_register(&guest.caller, school, Timestamp::now()).is_ok();
        json!({"downloads": downloads, "preview": preview, "why": why, "given": given,
            "issues": issues, "figures": figures})
    });

    let mut back: Vec<(&str, &str)> = given
        .iter()
        .filter(|(name, _)| *name != "lang")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    back.push(("lang", locale::tag(other(asked))));
    Ok(json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other(asked)),
        "other_locale_link": format!("/{}", query(&back)),
        "site": app.site.title().get(asked),
        "person": person(app, guest),
        "nav": nav(guest, "/", asked),
        "title": view.as_ref().map_or(words["reports"].as_str().unwrap_or_default(), |view| view.title.get(asked)),
        "words": words,
        "topics": topics,
        "enters": enters(&guest.caller),
        "report": report,
        "document": document,
    }))
}

/// The links in the head of every page: those for which somebody has the rights, each with whether
/// it is where they are. The pages themselves ask again.
pub(crate) fn nav(guest: &Guest, address: &str, asked: Locale) -> Value {
    use Action as Do;
    let today = bieumau_model::lock::vietnam_day(Timestamp::now());
    let may = |actions: &[Action]| {
        actions.iter().any(|action| may_somewhere(&guest.caller, *action, today))
    };
    let path = address.split('?').next().unwrap_or_default();
    let links: [(&str, &str, &str, bool); 10] = [
        ("/", "Văn bản", "Documents", true),
        ("/entry/marks", "Nhập điểm", "Marks", may(&[Do::RequestCorrection])),
        (
            "/sign-offs",
            "Xác nhận sổ",
            "Sign-off",
            may(&[Do::SignOff, Do::ApproveSignOff, Do::Lock, Do::ReadAudit]),
        ),
        (
            "/corrections",
            "Sửa điểm",
            "Corrections",
            may(&[
                Do::RequestCorrection,
                Do::AdviseCorrection,
                Do::ApproveCorrection,
                Do::ApplyCorrection,
                Do::ReadAudit,
            ]),
        ),
        ("/locks", "Khóa sổ", "Locks", may(&[Do::Lock, Do::SignOff, Do::ReadAudit])),
        (
            "/reviews",
            "Rà soát",
            "Reviews",
            may(&[Do::Lock, Do::SignOff, Do::ApplyCorrection, Do::ReadAudit]),
        ),
        ("/months", "Duyệt tháng", "Months", may(&[Do::ReadAudit])),
        ("/issued", "Phát hành", "Issued", may_in_whole_school(&guest.caller, Do::Export, today)),
        ("/grants", "Giao quyền", "Rights", may(&[Do::ManageAccounts])),
        ("/audit", "Nhật ký", "Audit", may(&[Do::ReadAudit])),
    ];
    links
        .into_iter()
        .filter(|(.., shown)| *shown)
        .map(|(href, vi, en, _)| {
            let here = path == href || (href != "/" && path.starts_with(&format!("{href}/")));
            let title = if asked == Locale::Vi { vi } else { en };
            json!({"href": href, "title": title, "here": here})
        })
        .collect()
}

/// What the head of every page says of who is signed in; nothing without a person.
pub(crate) fn person(app: &App, guest: &Guest) -> Value {
    guest.visitor.as_ref().map_or(Value::Null, |visitor| {
        let year = app.site.current_year(Timestamp::now());
        json!({
            "full_name": visitor.full_name,
            "school": visitor.school,
            "year": format!("{year}-{}", year + 1),
            "enters": enters(&guest.caller),
        })
    })
}

/// Whether somebody enters records of pupils: then the pages for that are in sight.
fn enters(caller: &Caller) -> bool {
    let entered = [Area::Teaching, Area::Homeroom, Area::Pupils, Area::Admission];
    let reaches = caller.scope().reaches;
    reaches.iter().any(|reach| entered.into_iter().any(|area| reach.writes.has(area)))
}

pub(crate) fn field_value(field: &FieldView, asked: Locale) -> Value {
    json!({
        "id": field.id,
        "title": field.title.get(asked),
        "required": field.required,
        "has_default": field.has_default,
        "value": field.value.clone().unwrap_or_default(),
        "lists": field.lists,
        "choices": field.choices.iter()
            .map(|choice| json!({"value": choice.value, "label": choice.label.get(asked)}))
            .collect::<Vec<_>>(),
        "depends": field.depends.join(" "),
        "wait": match (asked, field.waits) {
            (Locale::Vi, true) => "Chọn các mục ở trên trước",
            (Locale::En, true) => "Choose the fields above first",
            (Locale::Vi, false) => "Chưa có dữ liệu",
            (Locale::En, false) => "No data yet",
        },
        "date": field.date,
        "number": field.number,
        "error": field.error.as_ref().map(|error| error.get(asked)),
    })
}

pub(crate) fn other(asked: Locale) -> Locale {
    match asked {
        Locale::Vi => Locale::En,
        Locale::En => Locale::Vi,
    }
}

fn link(lang: Option<&String>, pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    if let Some(lang) = lang {
        pairs.push(("lang", lang));
    }
    format!("/{}", query(&pairs))
}

pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("?{encoded}")
}

fn format_label(format: &str, asked: Locale) -> String {
    let name = match format {
        "pdf" => "PDF",
        "png" => "PNG",
        "html" => "HTML",
        "docx" => "Word",
        "xlsx" => "Excel",
        "csv" => "CSV",
        other => other,
    };
    match (asked, format) {
        (Locale::Vi, "docx" | "xlsx" | "csv") => format!("Tải {name}"),
        (Locale::En, "docx" | "xlsx" | "csv") => format!("Download {name}"),
        (Locale::Vi, _) => format!("Mở {name}"),
        (Locale::En, _) => format!("Open {name}"),
    }
}

/// The heading of a topic; a topic that a site adds stands under its own name.
fn topic_title(topic: &str, asked: Locale) -> String {
    let (vi, en) = match topic {
        "primary" => ("Tiểu học", "Primary school"),
        "secondary" => ("Trung học", "Secondary school"),
        "minutes" => ("Biên bản", "Minutes"),
        "lists" => ("Danh sách, khen thưởng, thông báo", "Lists, commendation, notices"),
        "administrative" => ("Văn bản hành chính", "Administrative documents"),
        "statistics" => ("Thống kê", "Statistics"),
        other => (other, other),
    };
    if asked == Locale::Vi { vi } else { en }.to_owned()
}

pub(crate) fn words(asked: Locale) -> Value {
    match asked {
        Locale::Vi => json!({
            "reports": "Văn bản và báo cáo",
            "reports_lead": "Chọn một loại, rồi chọn trường, năm học và lớp.",
            "no_reports": "Chưa có báo cáo nào trong hệ thống này.",
            "choose": "— Chọn —", "all": "— Tất cả —", "optional": "không bắt buộc",
            "show": "Xem", "document": "Văn bản", "why": "Vì sao ra kết quả này?",
            "figures": "Danh sách đằng sau từng số",
            "no_preview": "Loại văn bản này không xem trước được; hãy tải về.",
            "pick_report": "Chọn một văn bản ở danh sách",
            "pick_report_lead": "Văn bản hiện ra ở đây; có thể mở bản PDF để in.",
            "pick_more": "Chọn tiếp các mục còn thiếu",
            "pick_more_lead": "Văn bản hiện ra ở đây khi đã đủ thông tin.",
            "rights": "Quyền của tôi", "password": "Đổi mật khẩu", "sign_out": "Đăng xuất",
            "users": "Tài khoản", "year": "Năm học",
            "entry": "Nhập liệu", "marks": "Nhập điểm", "import": "Nhập từ Excel",
            "tasks": "Công việc", "issue": "Phát hành vào sổ",
            "issue_hint": "Ghi vào sổ đăng ký, có số và mã xác minh; bản đã phát hành không sửa được.",
            "code": "Mã", "back": "Về trang đầu",
            "nothing_lost": "Dữ liệu không bị thay đổi.",
            "foot": "bieumau: biểu mẫu và báo cáo của nhà trường",
            "verify_link": "Kiểm tra văn bản",
        }),
        Locale::En => json!({
            "reports": "Documents and reports",
            "reports_lead": "Pick a kind, then the school, the school year and the class.",
            "no_reports": "There is no report on this site yet.",
            "choose": "— Choose —", "all": "— All —", "optional": "optional",
            "show": "Show", "document": "Document", "why": "Why these results?",
            "figures": "Records behind each figure",
            "no_preview": "This kind cannot be previewed; please download it.",
            "pick_report": "Pick a document from the list",
            "pick_report_lead": "It appears here; open the PDF to print it.",
            "pick_more": "Fill in the missing fields",
            "pick_more_lead": "The document appears here as soon as everything is given.",
            "rights": "My rights", "password": "Change password", "sign_out": "Sign out",
            "users": "Accounts", "year": "School year",
            "entry": "Data entry", "marks": "Enter marks", "import": "Enter from Excel",
            "tasks": "Tasks", "issue": "Issue and register",
            "issue_hint": "It gets a number and a verification code, and never changes.",
            "code": "Code", "back": "Back to the start page",
            "nothing_lost": "No data was changed.",
            "foot": "bieumau: forms and reports for schools",
            "verify_link": "Check a document",
        }),
    }
}
