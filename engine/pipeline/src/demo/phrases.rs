//! What teachers write about pupils: short Vietnamese remarks by level.

use super::cases::{Case, When};
use super::random::Stream;

type Phrases = &'static [&'static str];

/// Returns a remark on a scored subject, by the average in tenths; not every teacher writes one.
pub(super) fn of_mark(stream: &mut Stream, subject: &str, average: i64) -> Option<&'static str> {
    let common = match average {
        80.. => VERY_GOOD,
        65.. => GOOD,
        50.. => FAIR,
        _ => POOR,
    };
    let own = match (subject, average) {
        ("VAN", 65..) => Some(LITERATURE_GOOD),
        ("VAN", _) => Some(LITERATURE_WEAK),
        ("TOAN", 65..) => Some(MATHEMATICS_GOOD),
        ("TOAN", _) => Some(MATHEMATICS_WEAK),
        ("NN1" | "NN2", 65..) => Some(LANGUAGE_GOOD),
        ("NN1" | "NN2", _) => Some(LANGUAGE_WEAK),
        _ => None,
    };
    let phrases = own.filter(|_| stream.chance(500)).unwrap_or(common);
    let phrase = stream.pick(phrases);
    stream.chance(850).then_some(phrase)
}

/// Returns a remark on a comment subject.
pub(super) fn of_comment_subject(stream: &mut Stream, fails: bool) -> Option<&'static str> {
    let phrase = stream.pick(if fails { ACTIVITY_FAILED } else { ACTIVITY });
    (fails || stream.chance(600)).then_some(phrase)
}

/// Returns the homeroom teacher's remark on a year, by the average in tenths.
pub(super) fn of_year(stream: &mut Stream, average: i64) -> &'static str {
    stream.pick(match average {
        80.. => YEAR_VERY_GOOD,
        65.. => YEAR_GOOD,
        _ => YEAR_FAIR,
    })
}

/// Returns the changes of a year that a gradebook mentions.
pub(super) fn changes(stream: &mut Stream, case: Case) -> Option<&'static str> {
    match case {
        Case::MovedAway(When::Term1) => Some("Chuyển đi trường khác trong học kì I"),
        Case::MovedAway(When::Term2) => Some("Chuyển đi trường khác trong học kì II"),
        Case::DroppedOut(_) => Some("Thôi học theo đơn của gia đình"),
        Case::MovedIn(_) => Some("Chuyển đến từ trường khác"),
        Case::MovedInWithoutTerm1 => Some("Chuyển đến trong học kì II, chưa có kết quả học kì I"),
        Case::Returned(_) => Some("Nghỉ học vì ốm dài ngày, đã trở lại học"),
        Case::Absent(46..) => Some("Nghỉ học nhiều vì sức khỏe"),
        _ => stream.chance(20).then(|| stream.pick(CHANGES)),
    }
}

/// Returns a primary teacher's remark on a subject; `level` is 0 for completed well, 2 for not.
pub(super) fn of_primary_subject(stream: &mut Stream, subject: &str, level: usize) -> &'static str {
    let phrases = match (subject, level) {
        ("TV", 0) => PRIMARY_VIETNAMESE_GOOD,
        ("TV", 1) => PRIMARY_VIETNAMESE,
        ("TOAN", 0) => PRIMARY_MATHEMATICS_GOOD,
        ("TOAN", 1) => PRIMARY_MATHEMATICS,
        (_, 0) => PRIMARY_GOOD,
        (_, 1) => PRIMARY_COMPLETED,
        _ => PRIMARY_NOT_COMPLETED,
    };
    stream.pick(phrases)
}

/// Remark on a disabled pupil who is not assessed.
pub(super) const NOT_ASSESSED: &str =
    "Em tham gia học hòa nhập cùng các bạn, có tiến bộ theo kế hoạch giáo dục cá nhân.";

const VERY_GOOD: Phrases = &[
    "Nắm vững kiến thức, vận dụng linh hoạt.",
    "Tiếp thu nhanh, tích cực phát biểu xây dựng bài.",
    "Có ý thức tự học tốt, kết quả cao và đều.",
    "Tư duy tốt, trình bày khoa học.",
];
const GOOD: Phrases = &[
    "Nắm được kiến thức cơ bản, vận dụng khá tốt.",
    "Chăm chỉ, có tiến bộ; cần mạnh dạn hơn trong giờ học.",
    "Hiểu bài, cần luyện thêm bài tập nâng cao.",
    "Có cố gắng trong học tập, kết quả khá.",
];
const FAIR: Phrases = &[
    "Nắm được kiến thức cơ bản, cần chăm chỉ hơn.",
    "Có cố gắng nhưng kết quả chưa đều.",
    "Cần tập trung hơn trong giờ học và làm đủ bài tập.",
    "Vận dụng kiến thức còn chậm, cần rèn luyện thêm.",
];
const POOR: Phrases = &[
    "Còn nhiều lỗ hổng kiến thức, cần ôn tập thường xuyên.",
    "Chưa chăm học, cần gia đình phối hợp nhắc nhở.",
    "Cần cố gắng nhiều hơn, nên tham gia lớp phụ đạo.",
];
const LITERATURE_GOOD: Phrases =
    &["Cảm thụ văn học tốt, diễn đạt trong sáng.", "Viết bài có cảm xúc, bố cục rõ ràng."];
const LITERATURE_WEAK: Phrases =
    &["Cần đọc thêm và luyện diễn đạt.", "Bài viết còn sơ sài, cần chú ý lỗi chính tả."];
const MATHEMATICS_GOOD: Phrases =
    &["Tính toán chính xác, lập luận chặt chẽ.", "Giải toán nhanh, có hướng suy nghĩ sáng tạo."];
const MATHEMATICS_WEAK: Phrases = &[
    "Kĩ năng tính toán còn yếu, cần luyện tập thêm.",
    "Cần nắm chắc công thức và trình bày cẩn thận.",
];
const LANGUAGE_GOOD: Phrases =
    &["Phát âm tốt, vốn từ phong phú.", "Kĩ năng nghe, nói tốt; đọc hiểu nhanh."];
const LANGUAGE_WEAK: Phrases =
    &["Vốn từ còn ít, cần học từ vựng hằng ngày.", "Cần luyện thêm kĩ năng nghe và nói."];
const ACTIVITY: Phrases = &[
    "Tham gia tích cực, hoàn thành các nội dung.",
    "Thực hiện tốt các yêu cầu của môn học.",
    "Có năng khiếu, nhiệt tình trong hoạt động tập thể.",
    "Hoàn thành các yêu cầu, cần mạnh dạn hơn.",
];
const ACTIVITY_FAILED: Phrases = &[
    "Chưa hoàn thành các yêu cầu, cần rèn luyện thêm.",
    "Tham gia chưa đầy đủ, chưa đạt yêu cầu.",
];
const YEAR_VERY_GOOD: Phrases = &[
    "Chăm ngoan, học giỏi, tích cực tham gia các hoạt động của lớp.",
    "Có ý thức tổ chức kỉ luật tốt, học tập xuất sắc, giúp đỡ bạn bè.",
    "Năng động, sáng tạo, là tấm gương học tập của lớp.",
];
const YEAR_GOOD: Phrases = &[
    "Ngoan, có ý thức phấn đấu, học tập khá đều các môn.",
    "Chấp hành tốt nội quy, cần phát huy hơn nữa khả năng của bản thân.",
    "Hòa đồng với bạn bè, có trách nhiệm với công việc được giao.",
];
const YEAR_FAIR: Phrases = &[
    "Ngoan, lễ phép; cần chăm học và tự tin hơn.",
    "Có cố gắng nhưng kết quả học tập chưa cao, cần ôn tập thêm trong hè.",
    "Cần tập trung hơn trong giờ học và đi học đều.",
];
const CHANGES: Phrases = &[
    "Gia đình chuyển nơi ở",
    "Bố đi làm xa, em ở với ông bà",
    "Bị cận thị, cần ngồi bàn đầu",
    "Đau ốm dài ngày trong học kì I",
];
/// Results in contests.
pub(super) const CONTESTS: Phrases = &[
    "Giải Ba môn Toán, kì thi chọn học sinh giỏi cấp thành phố",
    "Giải Khuyến khích môn Ngữ văn, kì thi chọn học sinh giỏi cấp thành phố",
    "Giải Nhì hội thi Sáng tạo thanh thiếu niên",
    "Huy chương Đồng bơi lội, Hội khỏe Phù Đổng",
    "Giải Nhì môn Tiếng Anh, cuộc thi hùng biện cấp trường",
];
/// Commendations for sudden achievements.
pub(super) const COMMENDATIONS: Phrases = &[
    "Khen thưởng đột xuất vì nhặt được của rơi trả người đánh mất",
    "Khen thưởng đột xuất thành tích văn nghệ",
    "Thư khen vì nỗ lực vượt khó trong học tập",
];
pub(super) const HIGHER_COMMENDATIONS: Phrases = &[
    "Giấy khen của Chủ tịch Ủy ban nhân dân phường",
    "Giấy khen của Giám đốc Sở Giáo dục và Đào tạo",
];
const PRIMARY_VIETNAMESE_GOOD: Phrases = &[
    "Đọc to, rõ ràng, diễn cảm; viết câu đúng, có hình ảnh.",
    "Đọc lưu loát, chữ viết đẹp, hiểu nội dung bài.",
];
const PRIMARY_VIETNAMESE: Phrases =
    &["Đọc khá rõ ràng, cần rèn thêm chữ viết.", "Hiểu nội dung bài, cần luyện viết câu đủ ý."];
const PRIMARY_MATHEMATICS_GOOD: Phrases = &[
    "Tính toán nhanh, chính xác; vận dụng tốt vào giải toán.",
    "Nắm chắc kiến thức, giải toán có lời văn tốt.",
];
const PRIMARY_MATHEMATICS: Phrases = &[
    "Thực hiện được các phép tính, cần cẩn thận hơn.",
    "Nắm được kiến thức cơ bản, cần luyện giải toán có lời văn.",
];
const PRIMARY_GOOD: Phrases = &[
    "Hoàn thành tốt nội dung môn học.",
    "Tích cực, sáng tạo trong giờ học.",
    "Hứng thú học tập, thực hành tốt.",
];
const PRIMARY_COMPLETED: Phrases = &[
    "Hoàn thành các nội dung môn học.",
    "Thực hiện được yêu cầu, cần mạnh dạn hơn.",
    "Có tiến bộ so với học kỳ I.",
];
const PRIMARY_NOT_COMPLETED: Phrases = &[
    "Chưa hoàn thành nội dung môn học, cần ôn tập và được giúp đỡ thêm.",
    "Tiếp thu còn chậm, cần luyện tập thường xuyên.",
];
/// Remarks on the qualities, the better one first.
pub(super) const QUALITIES: [&str; 2] = [
    "Lễ phép, yêu thương bạn bè, chăm học, trung thực và có trách nhiệm.",
    "Ngoan, biết giúp đỡ bạn; cần chăm chỉ và tự giác hơn.",
];
/// Remarks on the general competences.
pub(super) const GENERAL: [&str; 2] = [
    "Biết tự học, hợp tác tốt với bạn, mạnh dạn nêu ý kiến.",
    "Có cố gắng tự học, cần mạnh dạn hơn khi trao đổi với bạn.",
];
/// Remarks on the specific competences.
pub(super) const SPECIFIC: [&str; 2] = [
    "Diễn đạt rõ ràng, tính toán nhanh, yêu thích vận động và nghệ thuật.",
    "Biết vận dụng kiến thức đã học, cần luyện thêm cách diễn đạt.",
];
