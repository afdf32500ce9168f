// Các quy tắc của plugin. Mọi thứ dùng được ở đây có trong bieumau.d.ts.
// The rules of the plugin. All that can be used here is described in bieumau.d.ts.

rule("new_plugin_absences", (call) => {
  const most = call.integer("most");
  const nearFrom = call.integer("near_from") * 10;
  const findings = [];
  const explanations = [];
  const pupils = [];
  call.tables.pupils.forEach((pupil, row) => {
    if (pupil.pupil === null || pupil.absences === null) {
      // Dữ liệu thiếu thì nêu nhận xét, không dừng. / Missing data give a finding; the rule goes on.
      findings.push(missingCell("pupils", row, pupil.pupil === null ? "pupil" : "absences"));
      return;
    }
    // Tính đúng từng đơn vị: 88,9% là 889. / Exact, in units: 88,9% is 889.
    const share = roundHalfUp(pupil.absences * 1000, most);
    const status = pupil.absences > most ? "over" : share >= nearFrom ? "near" : "fine";
    if (call.explain) {
      explanations.push({
        at: { table: "pupils", row: pupils.length, column: "share" },
        rule: "Thông tư 22/2021/TT-BGDĐT, Điều 12",
        inputs: { "Số buổi nghỉ": pupil.absences, "Mức cho phép": most },
        steps: [`${pupil.absences} / ${most} × 100 → ${formatDecimal(share, 1)}`],
        result: `${formatDecimal(share, 1)}%`,
      });
    }
    pupils.push({ ...pupil, share, status });
  });
  return { tables: { pupils }, findings, explanations };
});
