//! What the decree asks for, in words that help.

pub(super) const MARGINS: (&str, &str) = (
    "lề trên và dưới 20-25 mm, trái 30-35 mm, phải 15-20 mm",
    "top and bottom margins 20-25 mm, left 30-35 mm, right 15-20 mm",
);
pub(super) const PAGE_NUMBER: (&str, &str) = (
    "chữ số Ả Rập, cỡ 13-14, đứng, giữa lề trên, không hiện ở trang thứ nhất",
    "Arabic, 13-14 points, upright, centred in the top margin, hidden on the first page",
);
pub(super) const NATION: (&str, &str) = (
    "Quốc hiệu ở góc phải trên, cỡ 12-13, in hoa, đứng, đậm; Tiêu ngữ ngay dưới, cỡ 13-14",
    "the name of the state at the top right, 12-13 points, bold capitals; the motto below it, 13-14",
);
pub(super) const ISSUER: (&str, &str) = (
    "tên cơ quan chủ quản: in hoa, cỡ 12-13, đứng; tên cơ quan ban hành ngay dưới: in hoa, đậm",
    "the superior in capitals, 12-13 points; the issuing body below it in bold capitals",
);
pub(super) const REFERENCE: (&str, &str) = (
    "ví dụ “Số: 05/QĐ-THCSLVT”: số dưới 10 có số 0 đứng trước",
    "for example “Số: 05/QĐ-THCSLVT”: numbers below 10 begin with 0",
);
pub(super) const DATE: (&str, &str) = (
    "ngày dưới 10 và tháng 1, 2 có số 0 đứng trước; các tháng khác không",
    "days below 10 and the months 1 and 2 begin with 0, other months do not",
);
pub(super) const PLACE: (&str, &str) = (
    "địa danh, dấu phẩy, ngày tháng năm: cùng hàng với số, giữa dưới Quốc hiệu",
    "place, comma, day: level with the number, centred below the name of the state",
);
pub(super) const TITLE: (&str, &str) = (
    "tên loại và trích yếu ở giữa, cỡ 13-14, đứng, đậm",
    "kind and subject centred, 13-14 points, bold",
);
pub(super) const INDENT: (&str, &str) =
    ("chữ đầu đoạn lùi vào 1 cm hoặc 1,27 cm", "first lines are indented by 1 or 1.27 cm");
pub(super) const SPACING: (&str, &str) =
    ("giãn dòng từ dòng đơn đến 1,5 dòng", "lines from single to one and a half apart");
pub(super) const END: (&str, &str) = ("kết thúc nội dung bằng dấu ./.", "the text ends with ./.");
pub(super) const RECIPIENTS: (&str, &str) = (
    "“Nơi nhận:” cỡ 12, nghiêng, đậm; danh sách cỡ 11, đứng, dòng cuối “- Lưu: VT, …”",
    "“Nơi nhận:” 12 points, bold italic; the list 11 points, the last line “- Lưu: VT, …”",
);
pub(super) const SIGNER: (&str, &str) = (
    "chức vụ in hoa và họ tên người ký: cỡ 13-14, đứng, đậm, ngang hàng với “Nơi nhận:”",
    "post in capitals and name of the signer: 13-14 points, bold, level with “Nơi nhận:”",
);
