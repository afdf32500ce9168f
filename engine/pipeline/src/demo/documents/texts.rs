//! The texts of the documents. `{school}` and other names in braces are put in when they are written.

use super::{Annex, Draft, Marks, Signing, day};

const NO_MARKS: Marks = Marks {
    secrecy: None,
    urgency: None,
    circulation: None,
    drafter: None,
    copies: None,
    address: false,
};

/// One document of each kind.
pub(super) const DRAFTS: [Draft; 7] =
    [DECISION, PLAN, REPORT, SUBMISSION, LETTER, NOTICE, INVITATION];

const DECISION: Draft = Draft {
    kind: "decision",
    number: Some(5),
    unit: None,
    issued_on: day(9, 8),
    name: "Ban hành Quy chế quản lý, vận hành và khai thác sử dụng Hệ thống quản lý thiết bị dạy học năm học 2025-2026",
    opening: None,
    grounds: &[
        "Căn cứ Thông tư số 25/2024/TT-BGDĐT ngày 25 tháng 12 năm 2024 của Bộ trưởng Bộ Giáo dục và Đào tạo quy định chế độ báo cáo thống kê ngành giáo dục",
        "Căn cứ Thông tư số 42/2021/TT-BGDĐT ngày 30 tháng 12 năm 2021 của Bộ trưởng Bộ Giáo dục và Đào tạo quy định về cơ sở dữ liệu giáo dục và đào tạo",
        "Theo đề nghị của Tổ Văn phòng",
    ],
    text: "\
article | | Ban hành kèm theo Quyết định này Quy chế quản lý, vận hành và khai thác sử dụng Hệ thống quản lý thiết bị dạy học của {school}.
article | | Quyết định này có hiệu lực kể từ ngày ký ban hành.
article | | Các tổ chuyên môn, Tổ Văn phòng và các bộ phận có liên quan của {school} chịu trách nhiệm thi hành Quyết định này.
",
    annexes: &[
        Annex {
            heading: Some("Quy chế"),
            name: "Quản lý, vận hành và khai thác sử dụng Hệ thống quản lý thiết bị dạy học năm học 2025-2026",
            landscape: false,
            text: REGULATION,
            columns: [None; 4],
            rows: &[],
        },
        Annex {
            heading: None,
            name: "Danh sách Tổ quản lý Hệ thống quản lý thiết bị dạy học",
            landscape: false,
            text: "",
            columns: [Some("Họ và tên"), Some("Chức vụ"), Some("Nhiệm vụ"), None],
            rows: &[
                "{vice_principal} | Phó Hiệu trưởng | Tổ trưởng, phụ trách chung, duyệt dữ liệu hằng tháng",
                "{equipment} | Nhân viên thiết bị | Tổ phó, cập nhật dữ liệu thiết bị, theo dõi mượn trả",
                "{clerk} | Văn thư | Thành viên, quản lý tài khoản, lưu hồ sơ",
            ],
        },
        Annex {
            heading: None,
            name: "Lịch báo cáo trên Hệ thống quản lý thiết bị dạy học",
            landscape: true,
            text: "paragraph | | Các bộ phận thực hiện báo cáo trực tiếp trên Hệ thống theo lịch sau:\n",
            columns: [
                Some("Nội dung báo cáo"),
                Some("Kỳ báo cáo"),
                Some("Thời hạn"),
                Some("Bộ phận thực hiện"),
            ],
            rows: &[
                "Số lượng, chất lượng thiết bị đầu năm học | Đầu năm học | 10/10 | Nhân viên thiết bị",
                "Tần suất sử dụng thiết bị học kỳ I | Giữa năm học | 10/01 | Tổ trưởng chuyên môn",
                "Tần suất sử dụng, chất lượng thiết bị cả năm | Cuối năm học | 10/6 | Nhân viên thiết bị",
            ],
        },
    ],
    addressees: &[],
    copies_to: &["Như Điều 3", "{department} (để báo cáo)"],
    signing: Signing::Principal,
    marks: Marks { drafter: Some("TB"), copies: Some(12), ..NO_MARKS },
};

const REGULATION: &str = "\
chapter | Quy định chung |
article | Phạm vi và đối tượng áp dụng |
clause | | Quy chế này quy định về việc quản lý, vận hành, khai thác và sử dụng Hệ thống quản lý thiết bị dạy học (sau đây gọi tắt là Hệ thống) từ năm học 2025-2026.
clause | | Đối tượng áp dụng bao gồm cán bộ quản lý, giáo viên, nhân viên của {school} và các tổ, nhóm, bộ phận được phân công có quyền sử dụng.
article | Nguyên tắc quản lý, vận hành và khai thác |
clause | | Bảo đảm tính đầy đủ, chính xác, kịp thời, thuận tiện cho khai thác, sử dụng, phục vụ công tác quản lý về giáo dục.
clause | | Bảo đảm an ninh, an toàn thông tin:
point | | Thành viên được cấp tài khoản có trách nhiệm bảo mật tài khoản, không để người khác làm thay công việc của mình;
point | | Không sao chép, cung cấp dữ liệu ra ngoài Hệ thống khi chưa được Hiệu trưởng cho phép;
point | | Đổi mật khẩu sau mỗi đợt nhập dữ liệu;
point | | Báo cáo ngay khi phát hiện tài khoản bị lộ hoặc bị sử dụng trái phép.
clause | | Thông tin trên Hệ thống phải thống nhất với hồ sơ giấy, hồ sơ điện tử đang được lưu trữ tại nhà trường.
chapter | Quản lý, vận hành và khai thác sử dụng |
section | Tài khoản và mã định danh |
article | Tài khoản sử dụng Hệ thống |
clause | | Tài khoản quản trị do Phó Hiệu trưởng phụ trách quản lý; việc bàn giao tài khoản phải lập thành biên bản.
clause | | Cá nhân được cấp tài khoản đổi mật khẩu ban đầu ngay sau khi nhận và chịu trách nhiệm về việc sử dụng tài khoản.
article | Mã định danh của thiết bị |
clause | | Mỗi thiết bị có một mã định danh duy nhất, không thay đổi và không bị xóa kể từ khi được tạo.
clause | | Thiết bị hỏng, thanh lý chỉ thay đổi trạng thái, không xóa mã và dữ liệu.
section | Cập nhật và báo cáo |
article | Cập nhật dữ liệu |
clause | | Khi có thay đổi, bổ sung, người được giao nhiệm vụ cập nhật dữ liệu vào Hệ thống trong thời hạn tối đa 10 ngày làm việc.
clause | | Hiệu trưởng duyệt thông tin cập nhật vào Hệ thống hằng tháng.
article | Báo cáo định kỳ, đột xuất |
clause | | Báo cáo thống kê, đánh giá chất lượng, tần suất sử dụng thiết bị được thực hiện theo học kỳ, hằng năm hoặc theo yêu cầu của Hiệu trưởng.
clause | | Tổ trưởng chuyên môn hướng dẫn, đôn đốc việc cập nhật dữ liệu và chịu trách nhiệm về tính chính xác của số liệu báo cáo.
chapter | Tổ chức thực hiện |
article | Trách nhiệm thi hành |
clause | | Tổ quản lý Hệ thống, các tổ chuyên môn và Tổ Văn phòng có trách nhiệm thực hiện Quy chế này.
clause | | Trong quá trình thực hiện, nếu có vướng mắc, các bộ phận báo cáo Hiệu trưởng xem xét, quyết định.
";

const PLAN: Draft = Draft {
    kind: "plan",
    number: Some(27),
    unit: None,
    issued_on: day(9, 15),
    name: "Quản lý và sử dụng Hệ thống cơ sở dữ liệu ngành Giáo dục và Đào tạo năm học 2025-2026",
    opening: Some("{school} xây dựng Kế hoạch quản lý và sử dụng Hệ thống cơ sở dữ liệu (CSDL) ngành Giáo dục và Đào tạo năm học 2025-2026 như sau:"),
    grounds: &[
        "Căn cứ Thông tư số 42/2021/TT-BGDĐT ngày 30 tháng 12 năm 2021 của Bộ trưởng Bộ Giáo dục và Đào tạo quy định về cơ sở dữ liệu giáo dục và đào tạo",
        "Thực hiện hướng dẫn nhiệm vụ ứng dụng công nghệ thông tin, chuyển đổi số năm học 2025-2026 của {department}",
        "Căn cứ tình hình thực tế của nhà trường",
    ],
    text: "\
heading | Mục đích, yêu cầu |
clause | Mục đích |
dash | | Sử dụng dữ liệu về tình hình giáo dục của nhà trường, sổ điểm điện tử, học bạ điện tử nhằm nâng cao hiệu quả công tác quản lý; bảo mật và lưu trữ an toàn dữ liệu.
dash | | Bảo đảm dữ liệu “đúng, đủ, sạch, sống” trên CSDL ngành.
clause | Yêu cầu |
dash | | Bảo đảm tính thống nhất, đầy đủ, chính xác, kịp thời trong cập nhật, khai thác và sử dụng.
dash | | Cá nhân truy cập, sử dụng Hệ thống trong phạm vi chức năng, nhiệm vụ được giao và chịu trách nhiệm bảo đảm an ninh dữ liệu theo phân cấp quản lý.
heading | Nội dung thực hiện |
clause | Tài khoản người dùng |
dash | | Khởi tạo tài khoản cho tất cả cán bộ quản lý, giáo viên, nhân viên có nhiệm vụ trên Hệ thống; bàn giao tài khoản bằng biên bản kèm bản cam kết.
dash | | Phân quyền theo lớp đối với giáo viên chủ nhiệm, theo môn học đối với giáo viên bộ môn, theo chức năng đối với nhân viên.
clause | Cập nhật dữ liệu |
point | | Giáo viên chủ nhiệm kiểm diện học sinh hằng ngày; trong 03 ngày đầu của tháng sau phải cập nhật xong số ngày nghỉ của tháng trước;
point | | Giáo viên bộ môn nhập điểm, nhận xét đúng thời hạn của từng đợt;
point | | Văn thư cập nhật biến động sĩ số, rà soát hồ sơ học sinh cùng giáo viên chủ nhiệm.
clause | Báo cáo định kỳ |
dash | | Kỳ báo cáo đầu năm học: chậm nhất là ngày 10/10.
dash | | Kỳ báo cáo giữa năm học: chậm nhất là ngày 10/01.
dash | | Kỳ báo cáo cuối năm học: chậm nhất là ngày 10/6.
heading | Tổ chức thực hiện |
clause | Hiệu trưởng |
dash | | Quản lý chung Hệ thống; quyết định và thông báo thời điểm khóa, mở sổ điểm; phê duyệt kết quả đánh giá, xếp loại học sinh.
clause | Phó Hiệu trưởng |
dash | | Phân quyền sử dụng; phê chuẩn việc sửa chữa điểm khi có minh chứng hợp lệ; đổi mật khẩu tài khoản quản trị sau mỗi đợt nhập điểm.
clause | Văn thư |
dash | | Sửa điểm khi có phiếu đề nghị của giáo viên đã được Ban giám hiệu phê duyệt; hằng tháng báo cáo Hiệu trưởng tiến độ nhập điểm; in ấn, sao lưu và lưu trữ dữ liệu.
clause | Giáo viên chủ nhiệm, giáo viên bộ môn |
dash | | Bảo mật tài khoản cá nhân; trực tiếp nhập điểm, nhận xét; ký xác nhận vào sổ tại mỗi thời điểm giữa học kỳ, cuối học kỳ.
paragraph | | Trên đây là Kế hoạch quản lý và sử dụng Hệ thống CSDL ngành Giáo dục và Đào tạo năm học 2025-2026, đề nghị các bộ phận nghiêm túc thực hiện. Trong quá trình triển khai, nếu có vướng mắc, báo cáo Ban giám hiệu để được giải quyết.
",
    annexes: &[],
    addressees: &[],
    copies_to: &["Ban giám hiệu", "Các tổ chuyên môn, Tổ Văn phòng"],
    signing: Signing::Principal,
    marks: Marks { address: true, ..NO_MARKS },
};

const REPORT: Draft = Draft {
    kind: "report",
    number: Some(112),
    unit: None,
    issued_on: day(10, 9),
    name: "Kết quả rà soát, cập nhật dữ liệu giáo viên và học sinh trên cơ sở dữ liệu ngành đầu năm học 2025-2026",
    opening: Some("Thực hiện kế hoạch năm học, {school} báo cáo kết quả rà soát, cập nhật dữ liệu trên cơ sở dữ liệu (CSDL) ngành đầu năm học 2025-2026 như sau:"),
    grounds: &[],
    text: "\
heading | Kết quả đạt được |
clause | Dữ liệu cán bộ, giáo viên, nhân viên |
dash | | Đã rà soát 100% hồ sơ, kể cả giáo viên hợp đồng, thỉnh giảng; từng người ký biên bản xác nhận thông tin đã rà soát.
dash | | Đã bàn giao tài khoản kèm cam kết bảo đảm an ninh dữ liệu cho từng cán bộ, giáo viên.
clause | Dữ liệu học sinh |
dash | | Giáo viên chủ nhiệm đã rà soát lần lượt từng học sinh, thông tin đến cha mẹ học sinh để phối hợp kiểm tra và lập biên bản bàn giao dữ liệu của lớp.
dash | | Các hồ sơ còn thiếu hoặc chưa xác thực được ghi rõ trong biên bản bàn giao của từng lớp.
heading | Tồn tại, nguyên nhân |
dash | | Một số hồ sơ chờ xác thực với cơ sở dữ liệu quốc gia về dân cư do sai lệch ngày sinh hoặc thiếu số định danh cá nhân.
heading | Kiến nghị |
dash | | Đề nghị cấp trên hỗ trợ đối chiếu các hồ sơ chưa xác thực; nhà trường tiếp tục bổ sung khi có giấy tờ hợp lệ.
",
    annexes: &[],
    addressees: &["Ủy ban nhân dân {commune}", "{department}"],
    copies_to: &["Như trên"],
    signing: Signing::ForPrincipal,
    marks: Marks { circulation: Some("Lưu hành nội bộ"), ..NO_MARKS },
};

const SUBMISSION: Draft = Draft {
    kind: "submission",
    number: Some(14),
    unit: None,
    issued_on: day(10, 2),
    name: "Đề nghị phân bổ máy tính cho học sinh từ chương trình “Sóng và máy tính cho em”",
    opening: None,
    grounds: &[
        "Căn cứ kết quả khảo sát nhu cầu máy tính của học sinh đầu năm học 2025-2026",
    ],
    text: "\
paragraph | | {school} đã khảo sát nhu cầu thiết bị học trực tuyến đến từng học sinh, ưu tiên học sinh thuộc hộ nghèo, hộ cận nghèo, học sinh mồ côi và học sinh có hoàn cảnh khó khăn. Danh sách học sinh có nhu cầu được lập theo từng lớp, có xác nhận của giáo viên chủ nhiệm.
paragraph | | Nhà trường kính đề nghị {department} xem xét, phân bổ máy tính bảng cho học sinh trong danh sách kèm theo. Nhà trường cam kết bàn giao đến từng học sinh, lập biên bản và theo dõi việc sử dụng đúng mục đích.
paragraph | | Kính trình {department} xem xét, quyết định.
",
    annexes: &[],
    addressees: &["{department}"],
    copies_to: &["Như trên", "Ban đại diện cha mẹ học sinh"],
    signing: Signing::Principal,
    marks: NO_MARKS,
};

const LETTER: Draft = Draft {
    kind: "letter",
    number: Some(9),
    unit: Some("VP"),
    issued_on: day(9, 22),
    name: "hướng dẫn quy trình rà soát, cập nhật dữ liệu giáo viên và học sinh trên CSDL ngành",
    opening: None,
    grounds: &[],
    text: "\
paragraph | | Để bảo đảm các trường thông tin của giáo viên và học sinh đúng, đủ theo thực tế và thống nhất cách làm, {school} hướng dẫn quy trình rà soát, cập nhật dữ liệu trên CSDL ngành như sau:
clause | Thẩm quyền truy cập CSDL ngành |
paragraph | | Hiệu trưởng quản lý tài khoản quản trị của nhà trường và phân quyền truy cập dữ liệu theo từng lớp đối với giáo viên chủ nhiệm, theo từng chức năng đối với cán bộ, giáo viên. Việc bàn giao tài khoản được lập thành biên bản kèm cam kết bảo đảm an ninh dữ liệu.
clause | Rà soát dữ liệu giáo viên |
dash | | Bước 1: Hiệu trưởng giao nhiệm vụ cho 01 cán bộ phụ trách rà soát, cập nhật CSDL ngành của nhà trường.
dash | | Bước 2: Cán bộ phụ trách làm việc lần lượt với từng giáo viên; giáo viên xác nhận thông tin đúng, đủ và ký biên bản xác nhận thông tin đã rà soát.
dash | | Bước 3: Sau khi rà soát 100% cán bộ, giáo viên, cán bộ phụ trách đồng bộ dữ liệu và bàn giao các xác nhận cho Hiệu trưởng.
clause | Rà soát dữ liệu học sinh |
dash | | Bước 1: Giáo viên chủ nhiệm rà soát, cập nhật thông tin từng học sinh bằng tài khoản được phân quyền.
dash | | Bước 2: Giáo viên chủ nhiệm thông tin đến cha mẹ học sinh để phối hợp kiểm tra, sau đó lập biên bản bàn giao dữ liệu của lớp.
dash | | Bước 3: Lãnh đạo nhà trường kiểm tra dữ liệu của từng lớp và xác nhận hoàn thành.
paragraph | | Trong quá trình thực hiện, nếu có vướng mắc, đề nghị liên hệ bộ phận văn phòng để được hỗ trợ. Trân trọng.
",
    annexes: &[],
    addressees: &[
        "Các tổ chuyên môn",
        "Giáo viên chủ nhiệm các lớp",
        "Tổ Văn phòng",
    ],
    copies_to: &["Như trên", "Ban giám hiệu (để chỉ đạo)"],
    signing: Signing::ForPrincipal,
    marks: Marks {
        urgency: Some("urgent"),
        drafter: Some("VP"),
        copies: Some(30),
        address: true,
        ..NO_MARKS
    },
};

const NOTICE: Draft = Draft {
    kind: "notice",
    number: None,
    unit: None,
    issued_on: None,
    name: "Thời điểm khóa, mở sổ điểm điện tử học kỳ I năm học 2025-2026",
    opening: Some("Hiệu trưởng {school} thông báo thời điểm khóa, mở sổ điểm điện tử học kỳ I năm học 2025-2026 như sau:"),
    grounds: &[],
    text: "\
clause | | Sổ điểm điện tử mở để nhập điểm, nhận xét cuối học kỳ I đến 17 giờ 00 phút ngày 14 tháng 01 năm 2026.
clause | | Sau thời điểm khóa sổ, việc sửa chữa điểm chỉ thực hiện khi có phiếu đề nghị của giáo viên kèm minh chứng và được Ban giám hiệu phê duyệt.
clause | | Giáo viên nhập điểm muộn báo cáo lý do bằng văn bản với tổ trưởng chuyên môn.
paragraph | | Đề nghị các tổ chuyên môn và giáo viên thực hiện đúng Thông báo này.
",
    annexes: &[],
    addressees: &[],
    copies_to: &["Các tổ chuyên môn", "Trang thông tin điện tử của trường"],
    signing: Signing::ByOrder,
    marks: NO_MARKS,
};

const INVITATION: Draft = Draft {
    kind: "invitation",
    number: Some(3),
    unit: None,
    issued_on: day(9, 5),
    name: "Dự hội nghị tập huấn sử dụng cơ sở dữ liệu ngành năm học 2025-2026",
    opening: Some(
        "Hội đồng trường {school} trân trọng kính mời: Đại diện {department} và Ban đại diện cha mẹ học sinh.",
    ),
    grounds: &[],
    text: "\
item | Tới dự | Hội nghị tập huấn quản lý và sử dụng cơ sở dữ liệu ngành năm học 2025-2026.
item | Chủ trì | Hiệu trưởng {principal}.
item | Thời gian | 8 giờ 00 phút, ngày 12 tháng 9 năm 2025.
item | Địa điểm | Phòng Hội đồng, {school}.
paragraph | | Rất mong đại biểu đến dự đúng giờ để hội nghị thành công tốt đẹp.
",
    annexes: &[],
    addressees: &[],
    copies_to: &["Như trên"],
    signing: Signing::ForCouncil,
    marks: NO_MARKS,
};
