#!/usr/bin/python3
"""Enters the marks of a class of 45 by keyboard in a real browser, and looks afterwards at what the
store has: after a refresh in the middle, after the server was killed in the middle, with two people
on one class, with a locked cell, and with a block from a spreadsheet.

Needs python3-selenium and chromium-driver of Debian, and the program:

    tests/browser/marks.py target/debug/bieumau [folder for pictures]
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

SECONDARY = "31030003"
YEAR = "2025"
SIZE = 45


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    work = pathlib.Path(tempfile.mkdtemp(prefix="bieumau-browser-"))
    try:
        site = Site(program, work / "site")
        run(site, pictures)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def run(site, pictures):
    site.start()
    browser = open_browser()
    other = open_browser()
    try:
        for name, case in [
            ("a class of 45 by keyboard, with a refresh and a killed server", keyboard),
            ("numbers, dots, commas, tenths and what is not right", spellings),
            ("escape undoes, closed cells stay", escape_and_locks),
            ("a block from a spreadsheet", block),
            ("two people on one class", two_people),
            ("a comment subject by one key", comment_subject),
            ("a primary class by level and score", primary),
            ("the import page, without JavaScript", import_page),
        ]:
            started = time.monotonic()
            case(site, browser, other, pictures)
            print(f"ok  {name} ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        browser.quit()
        other.quit()
        site.stop()


# ---- the site ----------------------------------------------------------------------------------


class Site:
    """A demo site whose class 6A1 has 45 pupils and no marks of the second term."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(
            [program, "demo", folder, "--no-serve", "--schools", "3"], check=True, **quiet
        )
        self.data = folder / "data.db"
        self.prepare()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def prepare(self):
        """Makes the class 45 strong and takes its marks of the term away, as before the term's end."""
        with sqlite3.connect(self.data) as base:
            count = lambda: base.execute(
                "SELECT count(*) FROM record_enrolment WHERE school=? AND year=? AND class='6A1'",
                (SECONDARY, YEAR),
            ).fetchone()[0]
            base.execute(
                "DELETE FROM record_mark WHERE school=? AND year=? AND class='6A1' AND term=2",
                (SECONDARY, YEAR),
            )
            base.execute(
                "DELETE FROM record_comment_result WHERE school=? AND year=? AND class='6A1' AND term=2",
                (SECONDARY, YEAR),
            )
            names = [row[1] for row in base.execute("PRAGMA table_info(record_enrolment)")]
            number = 0
            while count() < SIZE:
                number += 1
                code = f"3100{900000 + number}"
                pupil = base.execute(
                    "SELECT * FROM record_pupil WHERE school=? LIMIT 1 OFFSET ?", (SECONDARY, number)
                )
                fields = dict(zip([column[0] for column in pupil.description], pupil.fetchone()))
                fields.update(pupil=code, full_name=f"{fields['full_name']} {chr(64 + number % 26)}")
                insert(base, "record_pupil", fields)
                one = base.execute(
                    "SELECT * FROM record_enrolment WHERE school=? AND year=? AND class='6A1' LIMIT 1",
                    (SECONDARY, YEAR),
                ).fetchone()
                fields = dict(zip(names, one))
                fields.update(pupil=code, number=SIZE + number)
                insert(base, "record_enrolment", fields)
            extra = count() - SIZE
            for row in base.execute(
                "SELECT pupil FROM record_enrolment WHERE school=? AND year=? AND class='6A1'"
                " ORDER BY number DESC LIMIT ?",
                (SECONDARY, YEAR, max(extra, 0)),
            ).fetchall():
                base.execute(
                    "UPDATE record_enrolment SET class='6A2' WHERE school=? AND year=? AND pupil=?",
                    (SECONDARY, YEAR, row[0]),
                )

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "--site", self.folder, "serve", "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self):
        """As a power cut does it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def address(self, path, **given):
        return f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(given)}"

    def stored(self, form="mark", **given):
        """What the store has, by pupil."""
        where = " AND ".join(f"{name}=?" for name in given)
        with sqlite3.connect(f"file:{self.data}?mode=ro", uri=True) as base:
            rows = base.execute(f"SELECT * FROM record_{form} WHERE {where}", tuple(given.values()))
            names = [column[0] for column in rows.description]
            return {row["pupil"]: row for row in (dict(zip(names, row)) for row in rows)}


def insert(base, table, fields):
    marks = ",".join("?" * len(fields))
    base.execute(f"INSERT INTO {table} ({','.join(fields)}) VALUES ({marks})", tuple(fields.values()))


# ---- the browser -------------------------------------------------------------------------------


def open_browser(script=True):
    options = Options()
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        f"--user-data-dir={tempfile.mkdtemp(prefix='bieumau-chromium-')}",
    ):
        options.add_argument(flag)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = shutil.which("chromedriver")
    browser = webdriver.Chrome(options=options, service=Service(driver) if driver else Service())
    browser.set_script_timeout(10)
    return browser


def open_grid(site, browser, form="mark", school=SECONDARY, clas="6A1", subject="TOAN", **more):
    given = {"form": form, "school": school, "year": YEAR, "class": clas, "subject": subject}
    browser.get(site.address("/entry/marks", **given, **more))
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "table.grid tbody tr"), "a grid")


def wait(condition, what, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = condition()
        except Exception:
            found = None
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"waited in vain for {what}")


def settled(browser, seconds=20):
    """Waits until the page says that everything is saved."""
    wait(lambda: status(browser).get_attribute("data-state") == "saved", "everything saved", seconds)


def status(browser):
    return browser.find_element(By.ID, "status")


def keys(browser, *typed):
    """Types into whatever has the focus, as a keyboard does."""
    chain = ActionChains(browser, duration=0)
    for key in typed:
        chain.send_keys(key)
    chain.perform()


def cell(browser, row, column):
    return browser.find_elements(By.CSS_SELECTOR, "table.grid tbody tr")[row].find_elements(
        By.TAG_NAME, "input"
    )[column]


def go(browser, row, column):
    """Puts the focus into a cell, as a click does."""
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', inline: 'center'}); arguments[0].focus()",
        cell(browser, row, column),
    )


def values(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('table.grid tbody tr')]"
        ".map(row => [...row.querySelectorAll('input')].map(input => input.value))"
    )


def states(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('table.grid tbody tr')]"
        ".map(row => [...row.querySelectorAll('td[data-state] input')]"
        ".map(input => [input.value, input.parentElement.dataset.state]))"
    )


def headings(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('table.grid thead th')].map(cell => cell.textContent)"
    )


def pupils(site, form="mark", **given):
    """The rows of a grid as the server gives them."""
    query = {"school": SECONDARY, "year": YEAR, "class": "6A1", "subject": "TOAN", "term": 2, **given}
    with urllib.request.urlopen(site.address(f"/api/v1/grids/{form}", **query)) as answer:
        return json.load(answer)["rows"]


def said_saved(browser):
    """What the page itself says is saved, by place."""
    return browser.execute_script(
        "return [...document.querySelectorAll('table.grid tbody tr')].flatMap((row, at) =>"
        "[...row.querySelectorAll('td')].filter(cell => cell.querySelector('input'))"
        ".map((cell, place) => [at, place, cell.querySelector('input').value, cell.dataset.state])"
        ".filter(([, , , state]) => state === 'saved'))"
    )


def picture(browser, pictures, name):
    if not pictures:
        return
    pictures.mkdir(parents=True, exist_ok=True)
    for width in (1280, 390):
        browser.set_window_size(width, 900)
        time.sleep(0.2)
        browser.save_screenshot(str(pictures / f"{name}-{width}.png"))
    browser.set_window_size(1280, 900)


def same(found, expected, what=""):
    assert found == expected, f"{what}\n   found {found!r}\nexpected {expected!r}"


# ---- the cases ---------------------------------------------------------------------------------


def units(text):
    """A mark as the store has it, in tenths."""
    return None if text == "" else int(round(float(text.replace(",", ".")) * 10))


def mark_of(row, column):
    """A mark from 0 to 10 with one digit behind the comma, as it is typed."""
    tenths = (row * 37 + column * 23 + 11) % 101
    return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)


def keyboard(site, browser, other, pictures):
    open_grid(site, browser, term=2)
    same(len(values(browser)), SIZE, "pupils")
    names = browser.execute_script(
        "return [...document.querySelectorAll('table.grid tbody th.name')].map(cell => cell.firstChild.data)"
    )
    same(names, [row["name"] for row in pupils(site)], "the order of names")
    columns = len([name for name in headings(browser) if name.startswith("ĐĐG")])
    ids = ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4", "ongoing_5", "mid_term", "end_of_term"]
    order = [f"ongoing_{n}" for n in range(1, columns - 1)] + ["mid_term", "end_of_term"]
    assert set(order) <= set(ids)

    # Down the first column with Enter; refresh in the middle of the class, before the last is saved.
    go(browser, 0, 0)
    for row in range(SIZE // 2):
        keys(browser, mark_of(row, 0), Keys.ENTER)
    claimed = said_saved(browser)
    browser.execute_script("window.onbeforeunload = null")
    browser.execute_cdp_cmd("Page.reload", {})
    accept_leaving(browser)
    wait(lambda: len(values(browser)) == SIZE, "the grid again")
    settled(browser)
    for row in range(SIZE // 2):
        same(values(browser)[row][0], mark_of(row, 0), f"row {row} after the refresh")
    check_claims(site, claimed, order)

    go(browser, SIZE // 2, 0)
    for row in range(SIZE // 2, SIZE):
        keys(browser, mark_of(row, 0), Keys.ENTER)

    # Along the rows with Tab; the server is killed in the middle and comes back later.
    for row in range(SIZE):
        if row == 20:
            claimed = said_saved(browser)
            site.kill()
            check_claims(site, claimed, order)
        go(browser, row, 1)
        for column in range(1, columns):
            keys(browser, mark_of(row, column), Keys.TAB)
        if row == 26:
            wait(lambda: status(browser).get_attribute("data-state") == "offline", "the page says so")
            assert "Mất kết nối" in status(browser).text, status(browser).text
            picture(browser, pictures, "marks-offline")
            site.start()
    settled(browser, 60)
    picture(browser, pictures, "marks")

    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="TOAN")
    rows = pupils(site)
    for at, row in enumerate(rows):
        for column, name in enumerate(order):
            same(stored[row["pupil"]][name], units(mark_of(at, column)), f"{row['name']} {name}")
    # The average is that of the rule: (sum of ongoing + 2 mid-term + 3 end of term) / (n + 5).
    for at, row in enumerate(rows):
        marks = [units(mark_of(at, column)) for column in range(columns)]
        total, weight = sum(marks[:-2]) + 2 * marks[-2] + 3 * marks[-1], columns - 2 + 5
        tenths = (2 * total + weight) // (2 * weight)
        same(row["average"], f"{tenths // 10},{tenths % 10}", f"average of {row['name']}")
    shown = browser.execute_script(
        "return [...document.querySelectorAll('table.grid tbody td.average')].map(cell => cell.textContent)"
    )
    same(shown, [row["average"] for row in rows], "averages on the page")
    same(browser.execute_script("return Object.keys(localStorage).filter(key => key.startsWith('bieumau.unsaved')).length"), 0)


def accept_leaving(browser):
    try:
        browser.switch_to.alert.accept()
    except Exception:
        pass


def check_claims(site, claimed, order):
    """Whatever the page called saved is in the store."""
    assert claimed, "nothing was called saved"
    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="TOAN")
    codes = None
    for at, place, value, _ in claimed:
        if place >= len(order):
            continue
        codes = codes or roll(site)
        same(stored[codes[at]][order[place]], units(value), f"row {at}, {order[place]}")


def roll(site):
    """The order of the class, without asking the server: it may be down."""
    if not hasattr(site, "order"):
        site.order = None
    if site.order is None:
        site.order = [row["pupil"] for row in pupils(site)]
    return site.order


def spellings(site, browser, other, pictures):
    open_grid(site, browser, term=2, subject="VAN")
    browser.execute_script("document.querySelector('#tenths').checked = true")
    for typed, shown in [("75", "7,5"), ("10", "10"), ("7.5", "7,5"), ("7,5", "7,5"), ("8", "8"), ("05", "5")]:
        go(browser, 0, 0)
        keys(browser, typed, Keys.ENTER)
        same(cell(browser, 0, 0).get_attribute("value"), shown, typed)
    browser.execute_script("document.querySelector('#tenths').checked = false")
    go(browser, 1, 0)
    keys(browser, "75", Keys.ENTER)
    box = cell(browser, 1, 0).find_element(By.XPATH, "..")
    same(box.get_attribute("data-state"), "invalid")
    same(box.get_attribute("title"), "Phải từ 0 đến 10.")
    go(browser, 2, 0)
    keys(browser, "bảy", Keys.ENTER)
    go(browser, 2, 0)
    assert "Không phải số" in browser.find_element(By.ID, "explain").text
    picture(browser, pictures, "marks-invalid")
    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="VAN")
    same([row["ongoing_1"] for row in stored.values()], [50], "only what is right is stored")
    # Leaving with unsaved cells warns.
    browser.get(site.address("/"))
    wait(lambda: browser.switch_to.alert, "a warning")
    browser.switch_to.alert.accept()
    # What was not right is still there when the person comes back.
    open_grid(site, browser, term=2, subject="VAN")
    same(cell(browser, 1, 0).get_attribute("value"), "75")
    browser.execute_script("document.querySelector('#tenths').checked = true")
    for row in (1, 2):
        go(browser, row, 0)
        keys(browser, Keys.DELETE, Keys.ENTER)
    settled(browser)


def escape_and_locks(site, browser, other, pictures):
    with sqlite3.connect(site.data) as base:
        code = roll(site)[3]
        one = base.execute("SELECT * FROM record_exemption LIMIT 1")
        names = [column[0] for column in one.description]
        pattern = one.fetchone()
        fields = dict(zip(names, pattern)) if pattern else {}
    open_grid(site, browser, term=2, subject="VAN")
    go(browser, 0, 0)
    before = cell(browser, 0, 0).get_attribute("value")
    keys(browser, "3", Keys.ESCAPE)
    same(cell(browser, 0, 0).get_attribute("value"), before, "escape")
    keys(browser, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_UP)
    active = browser.switch_to.active_element
    same(active.get_attribute("aria-label"), cell(browser, 0, 0).get_attribute("aria-label"), "arrows")
    if not fields:
        return
    fields.update(school=SECONDARY, year=YEAR, pupil=code, subject="CNGHE")
    with sqlite3.connect(site.data) as base:
        insert(base, "record_exemption", fields)
    open_grid(site, browser, term=2, subject="CNGHE")
    box = cell(browser, 3, 0).find_element(By.XPATH, "..")
    same(box.get_attribute("data-state"), "locked")
    same(box.get_attribute("title"), "Học sinh được miễn học môn này")
    go(browser, 3, 0)
    keys(browser, "9", Keys.ENTER)
    same(cell(browser, 3, 0).get_attribute("value"), "", "a locked cell")
    picture(browser, pictures, "marks-locked")


def block(site, browser, other, pictures):
    open_grid(site, browser, term=2, subject="KHTN")
    text = "7.5\t8\t9,5\r\n6\t\t5.5\r\n10\t4\t3\r\n"
    go(browser, 0, 0)
    browser.execute_script(
        "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);"
        "document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))",
        text,
    )
    settled(browser)
    same([row[:3] for row in values(browser)[:3]], [["7,5", "8", "9,5"], ["6", "", "5,5"], ["10", "4", "3"]])
    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="KHTN")
    first = stored[roll(site)[0]]
    same([first["ongoing_1"], first["ongoing_2"], first["ongoing_3"]], [75, 80, 95])


def two_people(site, browser, other, pictures):
    open_grid(site, browser, term=2, subject="LSDL")
    open_grid(site, other, term=2, subject="LSDL")
    go(browser, 0, 0)
    keys(browser, "7", Keys.ENTER)
    settled(browser)
    # The other has the old page: another cell of the row goes through, and shows what is new.
    go(other, 0, 1)
    keys(other, "8", Keys.ENTER)
    settled(other)
    same(values(other)[0][:2], ["7", "8"], "both marks")
    # The same cell: both values are shown, nothing is overwritten.
    go(browser, 1, 0)
    keys(browser, "5", Keys.ENTER)
    settled(browser)
    go(other, 1, 0)
    keys(other, "6", Keys.ENTER)
    box = lambda: cell(other, 1, 0).find_element(By.XPATH, "..")
    wait(lambda: box().get_attribute("data-state") == "conflict", "a conflict")
    title = box().get_attribute("title")
    assert "6" in title and "5" in title, title
    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="LSDL")
    same(stored[roll(site)[1]]["ongoing_1"], 50, "the first one stands")
    go(other, 1, 0)
    picture(other, pictures, "marks-conflict")
    other.find_element(By.CSS_SELECTOR, "#explain button").click()
    settled(other)
    stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="LSDL")
    same(stored[roll(site)[1]]["ongoing_1"], 60, "kept on purpose")


def comment_subject(site, browser, other, pictures):
    open_grid(site, browser, form="comment_result", subject="GDTC", term=2)
    go(browser, 0, 0)
    for key in ("d", "c", "đ"):
        keys(browser, key, Keys.ENTER)
    for row, value in enumerate(("Đ", "CĐ", "Đ")):
        same(cell(browser, row, 0).get_attribute("value"), value)
    settled(browser)
    stored = site.stored("comment_result", school=SECONDARY, year=YEAR, term=2, subject="GDTC")
    same([stored[code]["ongoing_1"] for code in roll(site)[:3]], ["pass", "fail", "pass"])
    go(browser, 3, 0)
    keys(browser, "d", Keys.TAB, "d", Keys.TAB, "d", Keys.TAB, "d", Keys.TAB)
    settled(browser)
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "td.average")[3].text == "Đ", "the result of the term")
    picture(browser, pictures, "comments")


def primary(site, browser, other, pictures):
    school = "31020001"
    with sqlite3.connect(site.data) as base:
        clas = base.execute(
            "SELECT class FROM record_class WHERE school=? AND year=? AND grade=4 LIMIT 1", (school, YEAR)
        ).fetchone()[0]
    open_grid(site, browser, form="primary_result", school=school, clas=clas, subject="TOAN", point="end_2")
    go(browser, 0, 0)
    keys(browser, "h", Keys.TAB, "9", Keys.TAB)
    settled(browser)
    same(values(browser)[0][:2], ["H", "9"])
    assert not browser.find_elements(By.CSS_SELECTOR, "td.average"), "a primary grid has no average"
    go(browser, 1, 1)
    keys(browser, "9,5", Keys.ENTER)
    same(cell(browser, 1, 1).find_element(By.XPATH, "..").get_attribute("title"), "Phải là số nguyên.")
    go(browser, 1, 1)
    keys(browser, "9", Keys.ENTER)
    settled(browser)
    picture(browser, pictures, "primary")
    # Where no test is held, the score is closed and says why.
    open_grid(site, browser, form="primary_result", school=school, clas=clas, subject="DD", point="end_2")
    same(cell(browser, 0, 1).find_element(By.XPATH, "..").get_attribute("data-state"), "locked")


def import_page(site, browser, other, pictures):
    plain = open_browser(script=False)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bieumau-upload-"))
    try:
        given = {"school": SECONDARY, "year": YEAR, "class": "6A1", "subject": "GDCD", "term": 2}
        plain.get(site.address("/entry/marks", form="mark", **given))
        assert "JavaScript" in plain.find_element(By.TAG_NAME, "main").text
        picture(plain, pictures, "marks-without-script")
        plain.get(site.address("/entry/import", form="mark", **given))
        link = plain.find_element(By.LINK_TEXT, "Tải bảng tính Excel").get_attribute("href")
        right = folder / "diem.xlsx"
        urllib.request.urlretrieve(link, right)
        fill(right, "ĐĐGgk", [7.5, 8.0, 10.5])
        upload(plain, right)
        text = plain.find_element(By.ID, "result").text
        assert "Có 1 lỗi" in text and "Không ghi gì" in text, text
        assert "Điểm!" in text, text
        picture(plain, pictures, "import-refused")
        fill(right, "ĐĐGgk", [7.5, 8.0, 9.0])
        upload(plain, right)
        text = plain.find_element(By.ID, "result").text
        assert "không có lỗi" in text, text
        picture(plain, pictures, "import-checked")
        same(site.stored(school=SECONDARY, year=YEAR, term=2, subject="GDCD"), {}, "only checked")
        plain.find_element(By.CSS_SELECTOR, "#result form button").click()
        wait(lambda: "Đã ghi 3 ô" in plain.find_element(By.ID, "result").text, "the commit")
        picture(plain, pictures, "import-done")
        stored = site.stored(school=SECONDARY, year=YEAR, term=2, subject="GDCD")
        same([stored[code]["mid_term"] for code in roll(site)[:3]], [75, 80, 90])
    finally:
        plain.quit()
        shutil.rmtree(folder, ignore_errors=True)


def upload(browser, file):
    browser.find_element(By.ID, "file").send_keys(str(file))
    browser.find_element(By.CSS_SELECTOR, "form[enctype] button").click()
    wait(lambda: browser.find_elements(By.ID, "result"), "the answer")


def fill(file, heading, marks):
    """Writes marks into a workbook, with nothing but the parts of the file itself."""
    import re
    import zipfile

    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = re.findall(r"<si>.*?</si>", parts["xl/sharedStrings.xml"].decode(), re.S)
    texts = ["".join(re.findall(r"<t[^>]*>(.*?)</t>", one, re.S)) for one in strings]
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    place = next(
        found
        for found in re.finditer(r'<c r="([A-Z]+)(\d+)"[^>]*t="s"[^>]*><v>(\d+)</v>', sheet)
        if texts[int(found.group(3))] == heading
    )
    column, row = place.group(1), int(place.group(2))
    for number, mark in enumerate(marks, 1):
        name = f"{column}{row + number}"
        sheet = re.sub(
            rf'<c r="{name}"( s="\d+")?[^>]*?(/>|>.*?</c>)', rf'<c r="{name}"\1><v>{mark}</v></c>', sheet, count=1
        )
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


if __name__ == "__main__":
    main()
