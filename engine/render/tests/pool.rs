//! Renders through real worker processes: limits, errors, and the same bytes each time.
//!
//! Has its own `main`, because this program is its own render worker.

#![expect(clippy::unwrap_used, reason = "a test may break off")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::text::Locale;
use bieumau_render::{
    Config, Data, PageFormat, RenderError, RenderJob, Rendered, Renderer, SharedFiles, Template,
    check_template, worker,
};

/// Every test of this file, by the sentence that it proves.
const TESTS: &[(&str, fn())] = &[
    ("the_same_input_gives_the_same_bytes_in_one_process_and_in_two", same_bytes),
    ("the_data_and_the_day_make_a_document_another_one", other_bytes),
    ("a_document_that_never_ends_is_stopped_and_the_others_go_on", endless),
    ("a_document_that_takes_all_memory_is_stopped", memory_bomb),
    ("a_page_that_never_ends_is_stopped_in_html_too", endless_html),
    ("loops_and_calls_that_typst_sees_through_are_errors_with_a_place", seen_through),
    ("too_many_pages_are_refused", too_many_pages),
    ("a_document_that_is_too_long_is_refused", too_long),
    ("a_template_reads_no_file_no_package_no_code_and_no_clock", no_files),
    ("an_error_points_into_the_page", error_in_page),
    ("an_error_in_a_shared_file_tells_who_called", error_in_shared),
    ("an_error_in_html_points_into_the_page", error_in_html),
    ("letters_outside_the_font_are_marked_and_told", letters),
    ("a_document_without_a_title_is_made_and_the_missed_standard_told", no_title),
    ("a_document_that_does_not_settle_is_made_and_told", unstable),
    ("a_picture_shows_the_page_asked_for", pictures),
    ("a_template_without_a_page_of_that_kind_says_so", no_page),
    ("check_finds_what_is_wrong_in_both_pages", check_both),
    ("more_threads_than_workers_all_get_their_document", many_threads),
    ("a_worker_is_replaced_after_its_share_of_documents", fresh_workers),
    ("a_program_that_is_no_worker_is_told_apart", no_worker),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "render-worker") {
        return worker::main();
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    let mut failed = 0;
    for (name, test) in TESTS {
        if wanted.is_some_and(|wanted| !name.contains(wanted.as_str())) {
            continue;
        }
        let start = Instant::now();
        let passed = catch_unwind(AssertUnwindSafe(test)).is_ok();
        failed += usize::from(!passed);
        let verdict = if passed { "ok" } else { "FAILED" };
        println!("test {name} ... {verdict} ({} ms)", start.elapsed().as_millis());
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A page that meets every PDF standard.
const HEAD: &str = "#set document(title: \"Thử\")\n#set text(font: \"Tinos\", lang: \"vi\")\n";

const NAME: &str = "secondary/test";

fn fonts() -> Vec<Arc<[u8]>> {
    static FONTS: OnceLock<Vec<Arc<[u8]>>> = OnceLock::new();
    let read = |style| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/shared/fonts");
        fs::read(format!("{folder}/Tinos-{style}.ttf")).unwrap().into()
    };
    FONTS.get_or_init(|| ["Regular", "Bold", "Italic", "BoldItalic"].map(read).into()).clone()
}

fn renderer_with(change: impl FnOnce(&mut Config)) -> Renderer {
    let mut config = Config::new(env::current_exe().unwrap(), ["render-worker"], fonts());
    config.workers = 2;
    change(&mut config);
    Renderer::new(config)
}

/// The renderer of all tests that need no limits of their own.
fn renderer() -> &'static Renderer {
    static RENDERER: OnceLock<Renderer> = OnceLock::new();
    RENDERER.get_or_init(|| renderer_with(|_| ()))
}

fn template(typst: Option<&str>, html: Option<&str>) -> Template {
    let shared = SharedFiles::from([
        ("base.typ".to_owned(), Arc::from("#let shout(who) = {\n  upper(who.name)\n}\n")),
        ("base.html".to_owned(), Arc::from("<b>{% block page %}{% endblock page %}</b>")),
    ]);
    let typst = typst.map(|page| Arc::from(format!("{HEAD}{page}")));
    Template::new(NAME, typst, html.map(Arc::from), Arc::new(shared))
}

fn render(
    renderer: &Renderer,
    template: &Template,
    data: &str,
    format: PageFormat,
) -> Result<Rendered, RenderError> {
    let data = Data::Json(data.as_bytes());
    renderer.render(&RenderJob { template, data, format, label: "HS0042", date: None })
}

/// Renders `page` behind [`HEAD`], so its first line is line 3.
fn pdf(renderer: &Renderer, page: &str, data: &str) -> Result<Rendered, RenderError> {
    render(renderer, &template(Some(page), None), data, PageFormat::Pdf)
}

fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|diagnostic| diagnostic.one_line(Locale::Vi)).collect()
}

/// Renders a page that must fail, and compares what a person reads.
#[track_caller]
fn check_error(renderer: &Renderer, page: &str, expected: &str) {
    let error = pdf(renderer, page, r#"{"name":"An"}"#).unwrap_err();
    assert_eq!(lines(&error.diagnostics()).join("\n"), expected, "{error}");
}

/// Renders a page that must succeed with these warnings.
#[track_caller]
fn check_warnings(page: &str, data: &str, expected: &[&str]) {
    let rendered = pdf(renderer(), page, data).unwrap();
    assert!(rendered.bytes.starts_with(b"%PDF-1."), "no PDF");
    assert_eq!(lines(&rendered.warnings), expected);
}

const DATA_PAGE: &str = "#let data = json(\"/data.json\")\n= #data.name\n\
     #table(columns: 3, table.header[a][b][c], ..range(300).map(str))";

fn same_bytes() {
    let template = template(Some(DATA_PAGE), Some("<p>{{ name }}</p>"));
    let data = r#"{"name":"Nguyễn Thị Ánh"}"#;
    let other = renderer_with(|_| ());
    for format in [PageFormat::Pdf, PageFormat::Png { page: 1, ppi: 72 }, PageFormat::Html] {
        let first = render(renderer(), &template, data, format).unwrap();
        let again = render(renderer(), &template, data, format).unwrap();
        let elsewhere = render(&other, &template, data, format).unwrap();
        assert!(first.bytes == again.bytes, "{format:?} differs in one process");
        assert!(first.bytes == elsewhere.bytes, "{format:?} differs in two processes");
    }
}

fn other_bytes() {
    let template = template(Some(DATA_PAGE), None);
    let render = |name: &str, day| {
        let json = format!(r#"{{"name":"{name}"}}"#);
        let data = Data::Json(json.as_bytes());
        let date = Some(jiff::civil::date(2026, 5, day));
        let format = PageFormat::Pdf;
        let job = RenderJob { template: &template, data, format, label: "", date };
        renderer().render(&job).unwrap().bytes
    };
    assert!(render("An", 31) == render("An", 31));
    assert!(render("An", 31) != render("Ân", 31));
    assert!(render("An", 31) != render("An", 30));
}

fn endless() {
    let time = Duration::from_secs(2);
    let renderer = renderer_with(|config| config.limits.time = time);
    let done = thread::scope(|scope| {
        let stuck = scope.spawn(|| {
            let start = Instant::now();
            check_error(
                &renderer,
                "#for i in range(1000000) { for j in range(1000000) { } }",
                "error[T009] mẫu `secondary/test`, bản ghi `HS0042`: đã dừng vì quá 2 giây",
            );
            start.elapsed()
        });
        let mut done = 0;
        while !stuck.is_finished() {
            pdf(&renderer, "#json(\"/data.json\").name", r#"{"name":"Bình"}"#).unwrap();
            done += 1;
        }
        let took = stuck.join().unwrap();
        assert!(took >= time, "stopped after {took:?}");
        done
    });
    assert!(done > 0, "no other document meanwhile");
    // The worker that was killed is replaced.
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| pdf(&renderer, "An", "{}").unwrap());
        }
    });
}

fn memory_bomb() {
    let renderer = renderer_with(|config| {
        config.limits.memory_bytes = 512 << 20;
        config.workers = 1;
    });
    let expected = "error[T010] mẫu `secondary/test`, bản ghi `HS0042`: đã dừng vì cần hơn 512 MB \
                    bộ nhớ";
    check_error(&renderer, "#range(100000000).len()", expected);
    check_error(
        &renderer,
        "#let a = \"aaaaaaaaaaaaaaaa\"\n#for i in range(40) { a += a }",
        expected,
    );
    pdf(&renderer, "An", "{}").unwrap();
}

fn endless_html() {
    let renderer = renderer_with(|config| config.limits.time = Duration::from_secs(1));
    let page = "{% for i in range(end=100000) %}{% for j in range(end=100000) %}{% endfor %}\
                {% endfor %}";
    let template = template(None, Some(page));
    let error = render(&renderer, &template, "{}", PageFormat::Html).unwrap_err();
    assert_eq!(error.to_string(), "template `secondary/test` for `HS0042`: stopped after 1 s");
}

fn seen_through() {
    check_error(
        renderer(),
        "#while true { }",
        "templates/secondary/test/page.typ:3:8 error[T001] không dàn trang được: điều kiện lặp \
         luôn đúng (condition is always true)",
    );
    check_error(
        renderer(),
        "#let data = json(\"/data.json\")\n#while data.name == \"An\" { }",
        "templates/secondary/test/page.typ:4:2 error[T001] không dàn trang được: vòng lặp có vẻ \
         không bao giờ dừng (loop seems to be infinite)",
    );
    check_error(
        renderer(),
        "#let f(n) = f(n + 1)\n#f(0)",
        "templates/secondary/test/page.typ:3:13 error[T001] không dàn trang được: hàm gọi chính \
         nó quá sâu (maximum function call depth exceeded) (while calling `f` \
         (templates/secondary/test/page.typ:4:2))",
    );
}

fn too_many_pages() {
    let renderer = renderer_with(|config| config.limits.pages = 10);
    check_error(
        &renderer,
        "#for i in range(11) [#i #pagebreak(weak: true)]",
        "error[T011] mẫu `secondary/test`, bản ghi `HS0042`: văn bản có 11 trang, tối đa 10 trang",
    );
}

fn too_long() {
    let renderer = renderer_with(|config| config.limits.output_bytes = 100);
    let error = pdf(&renderer, "An", "{}").unwrap_err();
    let said = lines(&error.diagnostics()).join("\n");
    assert!(said.starts_with("error[T012] mẫu `secondary/test`, bản ghi `HS0042`: tệp dài "));
}

fn no_files() {
    let refused = |path: &str| {
        format!(
            "templates/secondary/test/page.typ:3:7 error[T004] mẫu đọc tệp không được phép: mẫu \
             chỉ được đọc /data.json và các tệp trong /shared, không được đọc {path} (failed to \
             load file (a template sees only /data.json and the files of /shared, not {path}))"
        )
    };
    check_error(renderer(), "#read(\"/etc/passwd\")", &refused("/etc/passwd"));
    check_error(renderer(), "#json(\"sample.json\")", &refused("/sample.json"));
    let at = |column: u8, rest: &str| {
        format!("templates/secondary/test/page.typ:3:{column} error{rest}")
    };
    check_error(
        renderer(),
        "#read(\"../../etc/passwd\")",
        &at(
            7,
            "[T004] mẫu đọc tệp không được phép: đường dẫn `\"../../etc/passwd\"` đi ra ngoài mẫu \
             (path `\"../../etc/passwd\"` would escape the project root) (cannot access files \
             outside of the project sandbox)",
        ),
    );
    check_error(
        renderer(),
        "#import \"@preview/tablex:0.0.9\"",
        &at(
            9,
            "[T004] mẫu đọc tệp không được phép: mẫu không được dùng gói ngoài (failed to load \
             package (a template cannot use packages))",
        ),
    );
    for (page, name) in [("#plugin(\"x.wasm\")", "plugin"), ("#eval(\"1 + 1\")", "eval")] {
        let expected = format!(
            "[T001] không dàn trang được: không có biến `{name}` (unknown variable: {name})"
        );
        check_error(renderer(), page, &at(2, &expected));
    }
    check_error(
        renderer(),
        "#std.plugin(\"x.wasm\")",
        &at(6, "[T001] không dàn trang được: module `global` does not contain `plugin`"),
    );
    check_error(
        renderer(),
        "#import \"/shared/nowhere.typ\"",
        &at(
            9,
            "[T001] không dàn trang được: không có tệp /shared/nowhere.typ (file not found \
             (searched at /shared/nowhere.typ))",
        ),
    );
    check_error(
        renderer(),
        "#datetime.today()",
        &at(
            2,
            "[T001] không dàn trang được: mẫu không được hỏi ngày hôm nay (unable to get the \
             current date)",
        ),
    );
}

fn error_in_page() {
    check_error(
        renderer(),
        "#let data = json(\"/data.json\")\nÔng #data.nam",
        "templates/secondary/test/page.typ:4:11 error[T001] không dàn trang được: dữ liệu không \
         có khoá \"nam\" (dictionary does not contain key \"nam\")",
    );
    check_error(
        renderer(),
        "Ông #upper[",
        "templates/secondary/test/page.typ:3:11 error[T001] không dàn trang được: thiếu dấu đóng \
         ngoặc (unclosed delimiter)",
    );
}

fn error_in_shared() {
    check_error(
        renderer(),
        "#import \"/shared/base.typ\": *\n#shout(json(\"/data.json\").name)",
        "templates/shared/base.typ:2:13 error[T001] không dàn trang được: không thể lấy trường từ \
         giá trị kiểu string (cannot access fields on type string) (while calling `shout` \
         (templates/secondary/test/page.typ:4:2))",
    );
}

fn error_in_html() {
    let page = "{% extends \"shared/base.html\" %}\n{% block page %}{{ pupil }}{% endblock page %}";
    let template = template(None, Some(page));
    let error = render(renderer(), &template, "{}", PageFormat::Html).unwrap_err();
    assert_eq!(
        lines(&error.diagnostics()),
        ["templates/secondary/test/page.html:2:20 error[T006] không điền được mẫu HTML: không có \
          biến `pupil` (Variable `pupil` is not defined.)"]
    );
}

fn letters() {
    check_warnings(
        "#json(\"/data.json\").pupils.map(pupil => pupil.name).join()",
        r#"{"pupils":[{"name":"Ksor H’Năm"},{"name":"Lò 😀 漢\u0007"}]}"#,
        &[
            "warning[T007] `pupils[1].name – Lò � �`: phông chữ không có chữ “😀” (U+1F600), đã in “�”",
            "warning[T007] `pupils[1].name – Lò � �`: phông chữ không có chữ “漢” (U+6F22), đã in “�”",
            "warning[T007] `pupils[1].name – Lò � �`: đã bỏ ký tự điều khiển U+0007",
        ],
    );
}

fn no_title() {
    let shared = Arc::new(SharedFiles::new());
    let template = Template::new(NAME, Some(Arc::from("An")), None, shared);
    let rendered = render(renderer(), &template, "{}", PageFormat::Pdf).unwrap();
    assert_eq!(
        lines(&rendered.warnings),
        ["warning[T008] PDF chưa đạt chuẩn lưu trữ: chưa có tiêu đề văn bản (chuẩn PDF/UA-1) \
          (PDF/UA-1 error: missing document title) (set the title with `set document(title: \
          [...])`)"]
    );
}

fn unstable() {
    let page = "#let n = state(\"n\", 1)\n#context n.update(n.final() + 1)";
    let rendered = pdf(renderer(), page, "{}").unwrap();
    let told = lines(&rendered.warnings);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(
        "warning[T003] trang chưa ổn định: dàn trang năm lần vẫn chưa ổn định (document did not \
         converge within five attempts)"
    ));
    assert!(told[1].starts_with(
        "templates/secondary/test/page.typ:4:19 warning[T003] trang chưa ổn định: value of \
         `state(\"n\")` did not converge (the following values were observed: - run 1: `1`"
    ));
}

fn pictures() {
    let template = template(Some("#set page(width: 72pt, height: 36pt)\nA\n#pagebreak()\nB"), None);
    let picture = |page| render(renderer(), &template, "{}", PageFormat::Png { page, ppi: 144 });
    let (first, second) = (picture(1).unwrap(), picture(2).unwrap());
    for picture in [&first, &second] {
        assert_eq!(picture.bytes[1..4], *b"PNG");
        assert_eq!(picture.bytes[16..24], [0, 0, 0, 144, 0, 0, 0, 72], "width and height");
        assert_eq!(picture.pages, 2);
    }
    assert!(first.bytes != second.bytes);
    assert_eq!(
        picture(3).unwrap_err().to_string(),
        "template `secondary/test` for `HS0042`: the page asked for is not among 2, or too large \
         for a picture"
    );
}

fn no_page() {
    let template = template(None, Some("x"));
    let error = render(renderer(), &template, "{}", PageFormat::Pdf).unwrap_err();
    assert_eq!(
        lines(&error.diagnostics()),
        [
            "error[T014] mẫu `secondary/test`, bản ghi `HS0042`: mẫu không có trang cho định dạng này"
        ]
    );
}

fn check_both() {
    let template = template(Some("#json(\"/data.json\").nam"), Some("{{ nam }}"));
    let found = check_template(renderer(), &template, br#"{"name":"An"}"#);
    assert_eq!(
        lines(&found),
        [
            "templates/secondary/test/page.html:1:4 error[T006] không điền được mẫu HTML: không \
             có biến `nam` (Variable `nam` is not defined. Available variables: name)",
            "templates/secondary/test/page.typ:3:21 error[T001] không dàn trang được: dữ liệu \
             không có khoá \"nam\" (dictionary does not contain key \"nam\")"
        ]
    );
    let neither = Template::new(NAME, None, None, Arc::new(SharedFiles::new()));
    assert_eq!(
        lines(&check_template(renderer(), &neither, b"{}")),
        ["error[T014] mẫu `secondary/test` không có page.typ, cũng không có page.html"]
    );
}

fn many_threads() {
    let expected = pdf(renderer(), DATA_PAGE, r#"{"name":"An"}"#).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let made = pdf(renderer(), DATA_PAGE, r#"{"name":"An"}"#).unwrap();
                    assert!(made == expected);
                }
            });
        }
    });
}

fn fresh_workers() {
    let renderer = renderer_with(|config| {
        config.workers = 1;
        config.documents_per_worker = 3;
    });
    let expected = pdf(&renderer, DATA_PAGE, r#"{"name":"An"}"#).unwrap();
    for _ in 0..7 {
        assert!(pdf(&renderer, DATA_PAGE, r#"{"name":"An"}"#).unwrap() == expected);
    }
}

fn no_worker() {
    let with = |program: &str| renderer_with(|config| config.program = program.into());
    let error = pdf(&with("/bin/false"), "An", "{}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "template `secondary/test` for `HS0042`: the render worker broke off: exit status: 1"
    );
    let error = pdf(&with("/nowhere/bieumau"), "An", "{}").unwrap_err();
    assert_eq!(error.to_string(), "the render worker `/nowhere/bieumau` could not be started");
}
