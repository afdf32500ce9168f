//! Checks the configuration of a site.

use std::net::SocketAddr;

use super::place::Place;
use super::world::World;
use super::{Draft, Sink};
use crate::codes;
use crate::definition::Site;
use crate::raw::RawSite;
use crate::yaml::At;

pub(super) fn site(raw: RawSite, at: At<'_>, _place: &Place, sink: &mut Sink<'_>) -> Site {
    if let Some(listen) = &raw.listen
        && listen.parse::<SocketAddr>().is_err()
    {
        sink.error(
            codes::BAD_VALUE,
            at.get("listen").span(),
            format!("`{listen}` không phải địa chỉ và cổng như \"127.0.0.1:8080\""),
            format!("`{listen}` is not an address and port such as \"127.0.0.1:8080\""),
        );
    }
    if let Some(data) = &raw.data
        && (data.is_empty() || data.contains(['/', '\\']) || data.starts_with('.'))
    {
        sink.error(
            codes::BAD_VALUE,
            at.get("data").span(),
            format!("`{data}` không phải tên một tệp trong thư mục của hệ thống"),
            format!("`{data}` is not the name of a file in the site folder"),
        );
    }
    Site {
        title: raw.title,
        province: raw.province,
        level: raw.level.map(|level| level.0),
        school: raw.school,
        year: raw.year,
        locale: raw.locale,
        data: raw.data,
        listen: raw.listen,
        after_sign_off: raw.after_sign_off,
        missing_letters: raw.missing_letters,
    }
}

pub(super) fn references(draft: &Draft<Site>, world: &World<'_>, sink: &mut Sink<'_>) {
    let (site, at) = (&draft.definition, draft.at());
    if let Some(province) = &site.province {
        world.code("province", province, at.get("province"), sink);
    }
    if let Some(level) = &site.level {
        world.code("level", level, at.get("level"), sink);
    }
}
