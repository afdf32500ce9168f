//! Plugins and templates that loop, take memory without end or answer nonsense: a clear problem
//! within the limit, while the server goes on answering others.

use std::time::{Duration, Instant};

use bieumau_model::scope::Caller;
use bieumau_pipeline::Workers;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::support::{Outcome, altered, contains, ensure, hasty_workers, same, workers};
use crate::web::Web;

/// A report on which the rules of Hải Phòng work, and one that no plugin touches.
const ASSESSED: (&str, &str) =
    ("primary_class_summary", "school=31020001 year=2025 class=2B point=end_2");
const OTHER: (&str, &str) = ("minutes_data_handover", "school=79020002 year=2025 number=2");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("hostile::a_plugin_that_loops_is_stopped", || {
            check_plugin(&component("(loop $forever (br $forever))")?, &["P001", "P002"], "bước")
        }),
        Trial::test("hostile::a_plugin_that_takes_memory_without_end_is_stopped", || {
            let body = "(loop $more (drop (memory.grow (i32.const 16))) (br $more))";
            check_plugin(&component(body)?, &["P003"], "đòi quá nhiều bộ nhớ")
        }),
        Trial::test("hostile::a_plugin_that_breaks_off_is_named", || {
            check_plugin(&component("unreachable")?, &["P004"], "dừng đột ngột")
        }),
        Trial::test("hostile::a_plugin_that_calls_itself_without_end_is_stopped", || {
            let body = "(drop (call $apply (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) \
                        (i32.const 0) (i32.const 0) (i32.const 0)))";
            check_plugin(&component(body)?, &["P004"], "dừng đột ngột")
        }),
        Trial::test("hostile::an_answer_of_the_wrong_kind_is_refused", || {
            check_plugin(
                &answering("(i32.store8 (i32.const 64) (i32.const 7))")?,
                &["P006"],
                "trả kết quả sai",
            )
        }),
        Trial::test("hostile::an_answer_without_the_promised_tables_is_refused", || {
            check_plugin(&answering("")?, &["P006"], "trả kết quả sai")
        }),
        Trial::test("hostile::an_answer_outside_the_memory_is_refused", || {
            let body = "(i32.store (i32.const 68) (i32.const 2147483632)) \
                        (i32.store (i32.const 72) (i32.const 100))";
            check_plugin(&answering(body)?, &["P004", "P006"], "assess_primary")
        }),
        Trial::test("hostile::an_answer_of_millions_of_tables_is_refused", || {
            let body = "(drop (memory.grow (i32.const 400))) \
                        (i32.store (i32.const 68) (i32.const 65536)) \
                        (i32.store (i32.const 72) (i32.const 1000000))";
            check_plugin(&answering(body)?, &["P005", "P006"], "assess_primary")
        }),
        Trial::test("hostile::a_plugin_that_is_no_component_is_refused", || {
            check_plugin(
                b"MZ this is something else",
                &["L001"],
                "không nạp được plugin `hai_phong`",
            )
        }),
        Trial::test("hostile::a_plugin_that_wants_to_import_is_refused", || {
            let wants = wat::parse_str(
                r#"(component (import "wasi:clocks/monotonic-clock@0.2.0" (instance)))"#,
            )?;
            check_plugin(&wants, &["L001"], "không nạp được plugin `hai_phong`")
        }),
        Trial::test("hostile::a_template_that_loops_is_killed", || {
            let page = "#for a in range(100000) { for b in range(100000) { let c = a + b } }";
            check_template(page, &hasty_workers(), "T009", "đã dừng vì quá 4 giây")
        }),
        Trial::test("hostile::a_template_that_takes_memory_without_end_is_killed", || {
            // Asked for at once and with time enough, so that a slow machine meets this limit first.
            check_template("#let some = range(200000000)", &workers(2), "T010", "bộ nhớ")
        }),
        Trial::test("hostile::a_template_of_endless_pages_is_killed", || {
            let page = "#for _ in range(100000) { pagebreak() }";
            check_template(page, &hasty_workers(), "T0", "đã dừng|tối đa")
        }),
        Trial::test("hostile::an_html_template_that_loops_is_killed", html_loop),
    ]
}

/// A component of the contract whose `apply` does `body`.
fn component(body: &str) -> Result<Vec<u8>, Failed> {
    let text = format!(
        r#"(module
             (memory (export "memory") 2)
             (global $next (mut i32) (i32.const 65536))
             (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
               (local $at i32)
               (local.set $at (i32.and
                 (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
                 (i32.sub (i32.const 0) (local.get $align))))
               (global.set $next (i32.add (local.get $at) (local.get $size)))
               (block $enough (loop $more
                 (br_if $enough (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
                 (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))))
               (local.get $at))
             (func $apply (export "bieumau:plugin/rules@1.0.0#apply")
               (param i32 i32 i32 i32 i32 i32 i32) (result i32)
               {body}
               (i32.const 64)))"#
    );
    let mut module = wat::parse_str(text)?;
    let mut resolve = Resolve::default();
    let contract = include_str!("../../plugins/wit/bieumau-plugin.wit");
    let package = resolve.push_source("bieumau-plugin.wit", contract).map_err(|e| e.to_string())?;
    let world = resolve.select_world(&[package], Some("plugin")).map_err(|e| e.to_string())?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|e| e.to_string())?;
    let mut encoder = ComponentEncoder::default().module(&module).map_err(|e| e.to_string())?;
    Ok(encoder.encode().map_err(|e| e.to_string())?)
}

/// A component that answers with the bytes at 64, which `body` has written: 0 is an answer (not a
/// failure), then three lists as address and length, all empty unless written.
fn answering(body: &str) -> Result<Vec<u8>, Failed> {
    component(body)
}

/// Puts `plugin` in the place of Hải Phòng's and renders what needs it: a problem with one of
/// `codes`, soon, while another report is made.
fn check_plugin(plugin: &[u8], codes: &[&str], words: &str) -> Outcome {
    let own = altered(&[("plugins/hai_phong/plugin.wasm", plugin)], &workers(1))?;
    let web = Web::serve(&own.site, Caller::Operator)?;
    let began = Instant::now();
    let problem = beside_another(&web, || {
        let answer = web.render(ASSESSED.0, ASSESSED.1, "html")?;
        let code = codes.iter().find(|code| answer.text().contains(*code)).unwrap_or(&codes[0]);
        answer.problem(500, code)
    })?;
    ensure(began.elapsed() < Duration::from_secs(20), || format!("{:?}", began.elapsed()))?;
    contains(problem["title"].as_str().unwrap_or_default(), &["hai_phong", words])?;
    same(web.get("/healthz")?.status, 200)
}

/// Does `hostile` while a thread asks for something else, which must be answered all the same.
fn beside_another(
    web: &Web,
    hostile: impl FnOnce() -> Result<Value, Failed>,
) -> Result<Value, Failed> {
    std::thread::scope(|scope| {
        let others = scope.spawn(|| -> Outcome {
            for _ in 0..3 {
                same(web.get("/healthz")?.status, 200)?;
                let answer = web.render(OTHER.0, OTHER.1, "html")?;
                contains(&answer.text(), &["Nắng Mai"])?;
            }
            Ok(())
        });
        let problem = hostile();
        others.join().expect("no panic")?;
        problem
    })
}

/// Puts `page` in the place of the template of the account minutes, and renders them: a problem
/// that names template and record.
fn check_template(page: &str, workers: &Workers, code: &str, words: &str) -> Outcome {
    let path = "templates/minutes/minutes_account_handover/page.typ";
    let own = altered(&[(path, page.as_bytes())], workers)?;
    let web = Web::serve(&own.site, Caller::Operator)?;
    check_killed(&web, "pdf", code, words)
}

fn check_killed(web: &Web, format: &str, code: &str, words: &str) -> Outcome {
    let began = Instant::now();
    let problem = beside_another(web, || {
        let answer =
            web.render("minutes_account_handover", "school=31030003 year=2025 number=1", format)?;
        let found = answer.json()?["code"].as_str().unwrap_or_default().to_owned();
        ensure(found.starts_with(code), || answer.text())?;
        answer.problem(503, &found)
    })?;
    ensure(began.elapsed() < Duration::from_secs(20), || format!("{:?}", began.elapsed()))?;
    let title = problem["title"].as_str().unwrap_or_default();
    contains(title, &["minutes/minutes_account_handover", "school=31030003", "number=1"])?;
    ensure(words.split('|').any(|words| title.contains(words)), || title.to_owned())?;
    // The killed worker has been replaced.
    same(web.render(OTHER.0, OTHER.1, "pdf")?.status, 200)
}

fn html_loop() -> Outcome {
    let page =
        "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    let path = "templates/minutes/minutes_account_handover/page.html";
    let own = altered(&[(path, page.as_bytes())], &hasty_workers())?;
    let web = Web::serve(&own.site, Caller::Operator)?;
    check_killed(&web, "html", "T0", "đã dừng")
}
