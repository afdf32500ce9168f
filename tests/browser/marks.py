#!/usr/bin/env python3
"""Enters the marks of a class of 45 by keyboard in a real browser, and compares with what the store
has: after a refresh in the middle, after the server and then the browser were killed in the middle,
with a block from a spreadsheet, with a disk that is behind, with two people on one class, with cells that are locked before and
while somebody types.

Needs Chromium with its driver (Debian: chromium chromium-driver), Python 3 and nothing else. Where
there is no Chromium it says so and ends well. `README.md` beside it tells how it is run.
"""

import json
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True

from driver import Browser, free_port, run, same, wait

SCHOOL = "31030003"
CLASS = "6A9"
SIZE = 45
TERM = 2
PASSWORD = "hoa phượng đỏ"
TEACHER = f"bomon-{SCHOOL}"
PRINCIPAL = f"hieutruong-{SCHOOL}"
SUBJECTS = ["TOAN", "VAN", "KHTN"]

ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"
UP, DOWN, LEFT, RIGHT = "\ue013", "\ue015", "\ue012", "\ue014"


def main():
    run(CASES, "bieumau-browser-", Site, GridBrowser, lambda case, site, browsers: case(site, browsers))


# ---- the cases -----------------------------------------------------------------------------------


def mark_of(row, column):
    """A mark from 0 to 10 with at most one digit behind the comma, as it is typed."""
    tenths = (row * 37 + column * 23 + 11) % 101
    return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)


def units(text):
    """A mark as the store has it, in tenths."""
    if text == "":
        return None
    whole, _, fraction = text.partition(",")
    return int(whole) * 10 + int(fraction or 0)


def keyboard(site, browsers):
    """Nothing but keys, from signing in to the last mark."""
    browser = browsers.open("teacher")
    sign_in_by_keys(site, browser, TEACHER)
    browser.go(site.address("/"))
    link = browser.script("return [...document.querySelectorAll('a')].find(a => a.pathname === '/entry/marks')?.href")
    assert link, "the start page of a teacher leads to the marks"
    browser.picture("start")
    open_grid(site, browser)
    same(len(browser.values()), SIZE, "pupils")
    order = browser.columns()
    same(order[-2:], ["mid_term", "end_of_term"], "the columns of marks")

    # Down the first column with Enter; a refresh before the last ones can be saved.
    for row in range(SIZE // 2):
        browser.keys(mark_of(row, 0), ENTER)
    claimed = browser.claims()
    browser.reload()
    wait(lambda: len(browser.values()) == SIZE, "the grid again")
    browser.settled()
    site.has(claimed, order)
    for row in range(SIZE // 2):
        same(browser.values()[row][0], mark_of(row, 0), f"row {row} after the refresh")
    for _ in range(SIZE // 2):
        browser.keys(DOWN)
    for row in range(SIZE // 2, SIZE):
        browser.keys(mark_of(row, 0), ENTER)
    browser.settled()
    browser.picture("saved")

    # Along the rows with Tab. In row 20 the server loses its power, six rows later the browser.
    browser.focus(0, 1)
    for row in range(20):
        type_row(browser, row, order)
    browser.settled()
    claimed = browser.claims()
    site.kill()
    for row in range(20, 26):
        type_row(browser, row, order)
    wait(lambda: browser.status() == "offline", "the page says that it has no connection")
    assert "Mất kết nối" in browser.text("#status"), browser.text("#status")
    browser.picture("offline")
    # What the disk has not taken yet, no power cut gives back.
    wait(lambda: browser.kept() == 6 * (len(order) - 1), "the journal of six rows")
    browser = browsers.kill_and_reopen("teacher")
    site.start()
    site.has(claimed, order)
    sign_in_by_keys(site, browser, TEACHER)
    open_grid(site, browser)
    assert "Đã lấy lại" in browser.text("#explain"), browser.text("#explain")
    browser.settled()
    for row in range(26):
        for column in range(len(order)):
            same(browser.values()[row][column], mark_of(row, column), f"row {row}, column {column}")
    browser.focus(26, 1)
    for row in range(26, SIZE):
        type_row(browser, row, order)
    browser.settled()
    browser.picture("done")

    stored = site.stored("TOAN")
    for at, row in enumerate(site.pupils("TOAN")):
        for column, name in enumerate(order):
            same(stored[row["pupil"]][name], units(mark_of(at, column)), f"{row['name']}, {name}")
        # (sum of ongoing + 2 mid-term + 3 end of term) / (n + 5), rounded half up.
        marks = [units(mark_of(at, column)) for column in range(len(order))]
        total, weight = sum(marks[:-2]) + 2 * marks[-2] + 3 * marks[-1], len(marks) - 2 + 5
        tenths = (2 * total + weight) // (2 * weight)
        same(row["average"], f"{tenths // 10},{tenths % 10}", f"average of {row['name']}")
    shown = browser.script("return [...document.querySelectorAll('td.average')].map(cell => cell.textContent)")
    same(shown, [row["average"] for row in site.pupils("TOAN")], "averages on the page")
    left = browser.kept()
    same(left, 0, "nothing is kept that the server has")


def type_row(browser, row, order):
    for column in range(1, len(order)):
        browser.keys(mark_of(row, column), TAB)
    # The comment and whatever else stands behind the marks.
    while browser.place() != [row + 1, 0] and row + 1 < SIZE:
        browser.keys(TAB)
    if row + 1 < SIZE:
        browser.keys(TAB)


def spellings(site, browsers):
    """Commas, dots, tenths without either; what is not right is told beside the cell and kept."""
    browser = teacher(site, browsers)
    open_grid(site, browser, "VAN")
    browser.script("document.querySelector('#tenths').checked = true")
    for typed, shown in [("75", "7,5"), ("10", "10"), ("7.5", "7,5"), ("7,5", "7,5"), ("05", "5")]:
        browser.focus(0, 0)
        browser.keys(typed, ENTER)
        same(browser.values()[0][0], shown, typed)
    browser.script("document.querySelector('#tenths').checked = false")
    browser.focus(1, 0)
    browser.keys("11", ENTER)
    browser.keys("bảy", ENTER)
    browser.focus(2, 0)
    same(browser.cell(1, 0)["state"], "invalid")
    assert "Phải từ 0 đến 10" in browser.cell(1, 0)["said"], browser.cell(1, 0)
    assert "Không phải số" in browser.text("#explain"), browser.text("#explain")
    browser.picture("invalid")
    same({row["ongoing_1"] for row in site.stored("VAN").values()}, {50}, "only what is right is stored")
    # Escape gives the old value back; arrows go round.
    browser.focus(0, 0)
    browser.keys("3", ESCAPE)
    same(browser.values()[0][0], "5", "escape")
    browser.keys(RIGHT, DOWN, LEFT, UP)
    same(browser.place(), [0, 0], "arrows")
    for row in (1, 2):
        browser.focus(row, 0)
        browser.keys("\ue017", ENTER)
    browser.settled()


def block(site, browsers):
    """A block of cells as Excel puts it on the clipboard, and one column of it."""
    browser = teacher(site, browsers)
    open_grid(site, browser, "KHTN")
    browser.paste(0, 0, "7.5\t8\t9,5\r\n6\t\t5.5\r\n10\t4\t3\r\n")
    browser.settled()
    same([row[:3] for row in browser.values()[:3]], [["7,5", "8", "9,5"], ["6", "", "5,5"], ["10", "4", "3"]])
    column = [mark_of(row, 5) for row in range(SIZE)]
    browser.paste(0, 3, "\n".join(column) + "\n")
    browser.settled()
    browser.picture("pasted")
    stored, order = site.stored("KHTN"), browser.columns()
    codes = [row["pupil"] for row in site.pupils("KHTN")]
    same([stored[code][order[3]] for code in codes], [units(mark) for mark in column], "the pasted column")
    same([stored[codes[0]][name] for name in order[:3]], [75, 80, 95])


def slow_disk(site, browsers):
    """The page goes while the disk is behind and the server silent: what was typed comes back and is saved."""
    browser = teacher(site, browsers)
    open_grid(site, browser, "VAN")
    browser.silence_server()
    browser.focus(40, 0)
    browser.keys("2", ENTER)
    wait(lambda: browser.kept() == 1, "the journal")
    browser.hold_journal()
    browser.keys("8,1", ENTER, "10", ENTER)
    browser.reload()
    wait(lambda: len(browser.values()) == SIZE, "the grid again")
    same([row[0] for row in browser.values()[40:43]], ["2", "8,1", "10"], "what came back")
    browser.settled()
    same([site.mark("VAN", row) for row in range(40, 43)], [20, 81, 100], "the store")


def half_typed(site, browsers):
    """The power goes between the two digits of a 10: the 1 comes back, and waits for the person."""
    browser = teacher(site, browsers)
    open_grid(site, browser, "VAN")
    browser.focus(43, 0)
    browser.keys("1")
    wait(lambda: browser.kept() == 1, "the journal")
    browser = browsers.kill_and_reopen("teacher")
    sign_in_by_keys(site, browser, TEACHER)
    open_grid(site, browser, "VAN")
    same(browser.values()[43][0], "1", "what came back")
    said = "Đang gõ dở thì trang bị đóng: xem lại rồi nhấn Enter."
    same(browser.cell(43, 0), {"state": "invalid", "said": said})
    same(browser.text("#status"), "1 ô chưa đúng")
    # Passing through is no answer.
    browser.focus(43, 0)
    browser.picture("half-typed")
    browser.focus(42, 0)
    same(browser.cell(43, 0), {"state": "invalid", "said": said})
    same(site.mark("VAN", 43), None, "half a mark is no mark")
    browser.focus(43, 0)
    browser.keys(ENTER)
    browser.settled()
    same(site.mark("VAN", 43), 10, "confirmed with Enter")


def two_people(site, browsers):
    """Different cells of one row go through; on the same cell nothing is overwritten."""
    one, other = teacher(site, browsers), teacher(site, browsers, "other")
    for browser in (one, other):
        open_grid(site, browser, "VAN")
    one.focus(4, 0)
    one.keys("7", ENTER)
    one.settled()
    other.focus(4, 1)
    other.keys("8", ENTER)
    other.settled()
    same(other.values()[4][:2], ["7", "8"], "both marks")
    one.focus(5, 0)
    one.keys("5", ENTER)
    one.settled()
    other.focus(5, 0)
    other.keys("6", ENTER)
    wait(lambda: other.cell(5, 0)["state"] == "conflict", "a conflict")
    code = site.pupils("VAN")[5]["pupil"]
    same(site.stored("VAN")[code]["ongoing_1"], 50, "the first one stands")
    other.focus(5, 0)
    other.picture("conflict")
    other.script("document.querySelector('#explain button').click()")
    other.settled()
    same(site.stored("VAN")[code]["ongoing_1"], 60, "kept on purpose")


def locks(site, browsers):
    """A lock made while somebody types refuses with its sentence; afterwards it is seen beforehand."""
    browser = teacher(site, browsers)
    open_grid(site, browser)
    order = browser.columns()
    at = order.index("mid_term")
    before = browser.values()[0][at]
    other = "1" if before != "1" else "2"
    site.post("/api/v1/locks", {
        "school": SCHOOL, "year": site.year, "part": {"class": CLASS, "column_kind": "mid_term"},
        "reason": "Chốt điểm giữa kì", "order_number": "Thông báo số 31/TB-THCS",
    })
    browser.focus(0, at)
    browser.keys(other, ENTER)
    wait(lambda: browser.cell(0, at)["state"] == "locked-new", "the refusal")
    parts = ["khóa số 1", "Thông báo số 31/TB-THCS", "Chốt điểm giữa kì", "phiếu đề nghị sửa điểm"]
    for part in parts:
        assert part in browser.cell(0, at)["said"], browser.cell(0, at)
    browser.focus(0, at)
    browser.picture("locked-while-typing")
    browser.keys(ESCAPE)
    browser.go(site.address("/"))
    open_grid(site, browser)
    browser.focus(0, at)
    same(browser.cell(0, at)["state"], "locked")
    for part in parts:
        assert part in browser.text("#explain"), browser.text("#explain")
    browser.keys("9", ENTER)
    same(browser.values()[0][at], before, "a locked cell")
    browser.focus(0, at)
    browser.picture("locked")
    code = site.pupils("TOAN")[0]["pupil"]
    same(site.stored("TOAN")[code]["mid_term"], units(before), "the store")


CASES = [
    ("a class of 45 by keyboard, with a refresh, a killed server and a killed browser", keyboard),
    ("commas, dots, tenths and what is not right", spellings),
    ("a block and a column from a spreadsheet", block),
    ("a page that goes while the disk is behind", slow_disk),
    ("a mark half typed when the power goes", half_typed),
    ("two people on one class", two_people),
    ("cells that are locked", locks),
]


def teacher(site, browsers, name="teacher"):
    """The browser of the teacher, who is signed in."""
    browser = browsers.open(name)
    browser.go(site.address("/entry/marks"))
    if browser.script("return location.pathname") == "/sign-in":
        sign_in_by_keys(site, browser, TEACHER)
    return browser


def sign_in_by_keys(site, browser, name):
    browser.go(site.address("/sign-in"))
    browser.keys(name, TAB, PASSWORD, ENTER)
    wait(lambda: "/sign-in" not in browser.script("return location.pathname"), "somebody signed in")


def open_grid(site, browser, subject="TOAN"):
    given = {"form": "mark", "school": SCHOOL, "year": site.year, "class": CLASS, "subject": subject, "term": TERM}
    browser.go(site.address("/entry/marks", **given))
    wait(lambda: len(browser.values()) > 0, "a grid")


# ---- the site ------------------------------------------------------------------------------------


class Site:
    """A demo site with a new class of 45 pupils that has no marks yet."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None
        self.data = folder / "data.db"
        self.year, self.token = None, None
        self.port = free_port()

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def prepare(self):
        self.run("demo", str(self.folder), "--no-serve", "--schools", "3")
        self.year = self.ask("SELECT max(year) FROM record_class WHERE school = ?", SCHOOL)[0][0]
        teacher = self.ask("SELECT staff FROM bm_user WHERE name = ?", TEACHER)[0][0]
        printed = self.run("--site", str(self.folder), "token", "add", PRINCIPAL, "--title", "test")
        self.token = printed.split()[0]
        self.start()
        self.post("/api/v1/changes", {"changes": list(new_class(self.year, teacher)), "reason": "Lớp mới"})

    def start(self):
        listen = f"127.0.0.1:{self.port}"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(
            [self.program, "--site", self.folder, "serve", "--listen", listen], **quiet
        )
        wait(lambda: urllib.request.urlopen(self.address("/healthz"), timeout=2).status == 200, "the server", 60)

    def kill(self):
        """As a power cut does it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def address(self, path, **given):
        query = f"?{urllib.parse.urlencode(given)}" if given else ""
        return f"http://127.0.0.1:{self.port}{path}{query}"

    def call(self, path, body=None, **given):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address(path, **given), data=data, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()[:2000]}") from error

    def post(self, path, body):
        return self.call(path, body)

    def pupils(self, subject):
        """The rows of the grid as the API gives them."""
        given = {"school": SCHOOL, "year": self.year, "class": CLASS, "subject": subject, "term": TERM}
        return self.call("/api/v1/grids/mark", **given)["rows"]

    def ask(self, sql, *values):
        with sqlite3.connect(f"file:{self.data}?mode=ro", uri=True) as base:
            return base.execute(sql, values).fetchall()

    def stored(self, subject):
        """What the store has of the class, by pupil."""
        with sqlite3.connect(f"file:{self.data}?mode=ro", uri=True) as base:
            base.row_factory = sqlite3.Row
            rows = base.execute(
                "SELECT * FROM record_mark WHERE school = ? AND year = ? AND term = ? AND class = ? AND subject = ?",
                (SCHOOL, self.year, TERM, CLASS, subject),
            )
            return {row["pupil"]: dict(row) for row in rows}

    def mark(self, subject, row):
        """The first mark of the pupil of a row, in tenths."""
        code = self.pupils(subject)[row]["pupil"]
        return self.stored(subject).get(code, {}).get("ongoing_1")

    def has(self, claimed, order):
        """Whatever the page called saved is in the store."""
        assert claimed, "nothing was called saved"
        stored = self.stored("TOAN")
        for pupil, column, value in claimed:
            if column in order:
                same(stored[pupil][column], units(value), f"{pupil}, {column}")


def new_class(year, teacher):
    """The changes that make the class: itself, what it is taught and by whom, its pupils."""
    families = ["Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Vũ", "Đặng", "Bùi", "Hoàng"]
    given = ["An", "Bình", "Chi", "Dũng", "Đức", "Giang", "Hà", "Khánh", "Lan", "Minh", "Ngọc", "Oanh", "Phúc", "Quân", "Yến"]
    make = lambda form, **fields: {"form": form, "act": "insert", "fields": {"school": SCHOOL, **fields}}
    yield make("class", year=year, **{"class": CLASS}, grade=6, position=9)
    for position, subject in enumerate(SUBJECTS, 1):
        assigned = {"year": year, "class": CLASS, "subject": subject, "kind": "score", "periods": 140}
        yield make("teaching_assignment", **assigned, position=position, teacher=teacher)
    for number in range(1, SIZE + 1):
        code = f"3100{980000 + number}"
        name = f"{families[number % 9]} {'Thị' if number % 2 else 'Văn'} {given[number * 7 % 15]}"
        person = {"full_name": name, "birth_date": f"{number % 28 + 1:02}/{number % 12 + 1:02}/2014"}
        yield make("pupil", pupil=code, gender="female" if number % 2 else "male", ethnic_group="Kinh", **person)
        yield make("enrolment", year=year, pupil=code, **{"class": CLASS}, number=number, status="01")


# ---- the browser, and what it reads off a grid ---------------------------------------------------


class GridBrowser(Browser):
    def status(self):
        return self.script("return document.querySelector('#status').dataset.state")

    def settled(self):
        """Waits until the page says that everything is saved; tells which cells are not."""
        try:
            wait(lambda: self.status() == "saved", "everything saved", 60)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.text('#status')}; {self.open_cells()}") from error

    def open_cells(self):
        return self.script(
            "return [...document.querySelectorAll('table.grid td[data-state] > input')].map(input => [input.dataset.pupil,"
            "input.dataset.field, input.value, input.parentElement.dataset.state, input.parentElement.title])"
            ".filter(cell => !['saved', 'locked', ''].includes(cell[3]))"
        )

    def values(self):
        return self.script(
            "return [...document.querySelectorAll('table.grid tbody tr')]"
            ".map(row => [...row.querySelectorAll('td input')].map(input => input.value))"
        )

    def columns(self):
        """The fields of marks, in the order of the page."""
        found = self.script(
            "return [...document.querySelectorAll('table.grid tbody tr:first-child td input')].map(input => input.dataset.field)"
        )
        return [name for name in found if name != "comment"]

    def cell(self, row, column):
        return self.script(
            "const input = document.querySelectorAll('table.grid tbody tr')[arguments[0]].querySelectorAll('td input')[arguments[1]];"
            "return {state: input.parentElement.dataset.state ?? '', said: input.parentElement.title}",
            row, column,
        )

    def kept(self):
        """How many cells are kept that the server has not confirmed."""
        text = (
            "const done = arguments[0]; const asked = indexedDB.open('bieumau', 1);"
            "asked.onsuccess = () => { const all = asked.result.transaction('unsaved').objectStore('unsaved').getAll();"
            "all.onsuccess = () => done(all.result.flatMap(Object.values).flatMap(Object.values).length); };"
        )
        return self.call("POST", "/execute/async", {"script": text, "args": []})

    def silence_server(self):
        """Whatever the page sends from now on gets no answer."""
        self.script(
            "const plain = window.fetch;"
            "window.fetch = (path, more) => more?.method === 'PUT' ? new Promise(() => {}) : plain(path, more);"
        )

    def hold_journal(self):
        """Whatever the page writes into its journal waits from now on, as on a slow disk."""
        self.script(
            "const asked = indexedDB.open('bieumau', 1); asked.onsuccess = () => {"
            "const store = asked.result.transaction('unsaved', 'readwrite').objectStore('unsaved');"
            "const again = () => { store.count().onsuccess = again; window.held = true; }; again(); };"
        )
        wait(lambda: self.script("return window.held === true"), "the journal is held")

    def claims(self):
        """What the page itself says is saved: pupil, field, value."""
        return self.script(
            "return [...document.querySelectorAll('td[data-state=saved] > input')]"
            ".map(input => [input.dataset.pupil, input.dataset.field, input.value])"
        )

    def place(self):
        """Row and column of the cell with the focus."""
        return self.script(
            "const row = document.activeElement.closest('tr');"
            "return row && [[...row.parentElement.children].indexOf(row),"
            "[...row.querySelectorAll('td input')].indexOf(document.activeElement)]"
        )

    def focus(self, row, column):
        """Puts the focus into a cell, as a click does."""
        self.script(
            "const input = document.querySelectorAll('table.grid tbody tr')[arguments[0]].querySelectorAll('td input')[arguments[1]];"
            "input.scrollIntoView({block: 'center', inline: 'center'}); input.focus()",
            row, column,
        )

    def paste(self, row, column, text):
        self.focus(row, column)
        self.script(
            "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);"
            "document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))",
            text,
        )


if __name__ == "__main__":
    main()
