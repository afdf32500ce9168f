//! `bieumau dev`: shows a report in the browser while its definition and template are written.

use std::net::SocketAddr;
use std::path::Path;

use bieumau_model::text::Locale;
use bieumau_pipeline::{Preview, Problem};
use clap::Args;

use crate::Ending;
use crate::commands::{bind, machine, say, workers};

#[derive(Debug, Args)]
pub(crate) struct DevArguments {
    /// The report; `bieumau reports` lists them.
    pub report: String,
    /// Address on which the page is shown; only this machine should reach it.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
}

/// Shows the report until Ctrl-C.
pub(crate) fn run(site: &Path, asked: &DevArguments, locale: Locale) -> Result<Ending, Problem> {
    let server = bind(asked.listen)?;
    let preview = Preview::open(site, &asked.report, &workers()?)?;
    let address = server.address();
    say(
        locale,
        &format!(
            "Mở http://{address}/ trong trình duyệt; trang tự làm lại mỗi khi lưu tệp. Ctrl-C để dừng."
        ),
        &format!(
            "Open http://{address}/ in a browser; the page follows every saved file. Ctrl-C stops."
        ),
    );
    server
        .show(preview, locale)
        .map(|()| Ending::Done)
        .map_err(|error| machine(format!("Máy chủ dừng vì lỗi: {error}"), format!("{error}")))
}
