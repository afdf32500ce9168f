#!/usr/bin/env python3
"""Writes a report with `bieumau dev` open in a real browser: the page follows every saved file, a
mistake stands beside the last good page and goes away when it is mended, and a page that lost its
program finds it again.

Needs what `driver.py` needs; where there is no Chromium it says so and ends well. `README.md` beside it
tells how it is run.
"""

import pathlib
import shutil
import subprocess
import sys
import urllib.request

sys.dont_write_bytecode = True

from driver import Browser, free_port, run, same, wait

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "class_list"


def main():
    run(CASES, "bieumau-dev-", Site, DevBrowser, with_an_author)


def with_an_author(case, site, browsers):
    """Each case begins with the example as it is, open in the browser."""
    site.begin()
    browser = browsers.open("author")
    browser.go(site.address)
    case(site, browser)
    site.stop()


# ---- the cases -----------------------------------------------------------------------------------


def follows(site, browser):
    """A saved template is a new page, in print and as a web page; the choice of page stays."""
    browser.good()
    same(browser.text("#title"), "Danh sách lớp", "the title")
    first = browser.paper()
    assert first["width"] > 400, first
    browser.picture("right")

    site.replace("page.typ", '"DANH SÁCH LỚP "', '"SĨ SỐ VÀ DANH SÁCH LỚP "')
    wait(lambda: browser.paper()["ink"] != first["ink"], "the new page of the template")
    browser.good()

    browser.press("#web")
    wait(lambda: "Họ và tên" in browser.frame(), "the web page")
    browser.picture("web")
    site.replace("page.html", "Họ và tên", "Tên học sinh")
    wait(lambda: "Tên học sinh" in browser.frame(), "the new web page")
    same(browser.text("#web[aria-pressed=true]"), "Trang web", "the choice of page")
    browser.press("#printed")

    # Editors write a new file and rename it.
    second = browser.paper()
    site.rename_over("page.typ", "[STT]", "[Số]")
    wait(lambda: browser.paper()["ink"] != second["ink"], "the page of a renamed file")


def broken_template(site, browser):
    """What is wrong with a template is told with its place, beside the last good page."""
    browser.good()
    before = browser.paper()
    site.replace("page.typ", "data.pupils.enumerate", "data.pupil.enumerate")
    wait(lambda: browser.findings(), "a finding")
    finding = browser.findings()[0]
    line = site.line("page.typ", "data.pupil.enumerate")
    assert f"templates/lists/class_list/page.typ:{line}:" in finding["place"], finding
    same(finding["kind"], "error")
    assert browser.is_stale(), "the page does not say that it is old"
    assert "trang đúng gần nhất" in browser.text("#status"), browser.text("#status")
    same(browser.paper()["ink"], before["ink"], "the last good page")
    browser.picture("broken")
    site.replace("page.typ", "data.pupil.enumerate", "data.pupils.enumerate")
    browser.good()
    same(browser.paper()["ink"], before["ink"], "the page after mending")


def broken_definition(site, browser):
    """A definition with a mistake is told with a hint, and one that is right again is shown."""
    browser.good()
    site.replace("class_list.report.yaml", "p.birth_date, p.gender", "p.birth_dat, p.gender")
    wait(lambda: browser.findings(), "a finding")
    told = browser.findings()
    assert any("birth_dat" in one["text"] and "birth_date" in one["text"] for one in told), told
    assert any("class_list.report.yaml:" in one["place"] for one in told), told
    assert browser.is_stale(), "the page does not say that it is old"
    browser.picture("definition")
    site.replace("class_list.report.yaml", "p.birth_dat, p.gender", "p.birth_date, p.gender")
    browser.good()
    # Several mistakes at once are all told.
    site.replace("class_list.report.yaml", "formats: [", "format: [")
    site.replace("page.typ", "#import", "#imports")
    wait(lambda: len(browser.findings()) >= 1, "findings")
    browser.picture("several")
    site.replace("class_list.report.yaml", "format: [", "formats: [")
    site.replace("page.typ", "#imports", "#import")
    browser.good()


def wrong_from_the_start(site, browser):
    """A report that has never been right is told too, and shown as soon as it is."""
    site.stop()
    site.replace("page.typ", "data.pupils.enumerate", "data.pupil.enumerate")
    site.start()
    browser.go(site.address)
    wait(lambda: browser.findings(), "a finding")
    assert "Chưa có trang" in browser.text("#nothing"), browser.text("#nothing")
    browser.picture("nothing")
    site.replace("page.typ", "data.pupil.enumerate", "data.pupils.enumerate")
    browser.good()


def program_again(site, browser):
    """A page whose program was stopped says so, and goes on by itself when it is there again."""
    browser.good()
    first = browser.paper()
    site.replace("page.typ", "[STT]", "[TT]")
    wait(lambda: browser.paper()["ink"] != first["ink"], "the new page")
    site.stop()
    wait(lambda: "đã dừng" in browser.text("#status"), "word of the program that stopped")
    browser.picture("gone")
    site.replace("page.typ", "[TT]", "[STT]")
    site.start()
    wait(lambda: browser.paper()["ink"] == first["ink"], "the page of the new program")
    browser.good()


CASES = [
    ("the page follows saved files", follows),
    ("a broken template is told beside the last good page", broken_template),
    ("a broken definition is told with a hint", broken_definition),
    ("a report that was never right", wrong_from_the_start),
    ("the program is stopped and started again", program_again),
]


# ---- the site ------------------------------------------------------------------------------------


class Site:
    """The example of a class list, with `bieumau dev` running over it."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"

    def prepare(self):
        """Each case begins with an example of its own."""

    def begin(self):
        """The example as it is shipped."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(EXAMPLE, self.folder)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "--site", self.folder, "dev", "class_list", "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait(lambda: urllib.request.urlopen(self.address, timeout=2).status == 200, "the program", 60)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def path(self, name):
        return next(self.folder.rglob(name))

    def line(self, name, text):
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(at for at, line in enumerate(lines, 1) if text in line)

    def changed(self, name, old, new):
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, f"`{old}` is not in {name}"
        return text.replace(old, new, 1)

    def replace(self, name, old, new):
        self.path(name).write_text(self.changed(name, old, new), encoding="utf-8")

    def rename_over(self, name, old, new):
        path = self.path(name)
        other = path.with_name(f".{name}.new")
        other.write_text(self.changed(name, old, new), encoding="utf-8")
        other.rename(path)


# ---- what a browser reads off the page -------------------------------------------------------------


class DevBrowser(Browser):
    def findings(self):
        return self.script(
            "return [...document.querySelectorAll('#findings li')].map(item => ({kind: item.className,"
            "text: item.textContent, place: item.querySelector('code')?.textContent ?? ''}))"
        )

    def is_stale(self):
        return self.script("return document.body.classList.contains('stale')")

    def good(self):
        """Waits until the page shows the newest state and nothing is wrong with it."""
        wait(
            lambda: self.paper()["width"] and not self.findings() and not self.is_stale()
            and "Không có lỗi" in self.text("#status"),
            "a page without findings", 60,
        )

    def paper(self):
        """Width of the picture that is shown, and a sum over its pixels."""
        return self.script(
            "const picture = document.querySelector('#picture');"
            "if (!picture.src || !picture.complete || !picture.naturalWidth) return {width: 0, ink: 0};"
            "const canvas = document.createElement('canvas');"
            "canvas.width = picture.naturalWidth; canvas.height = picture.naturalHeight;"
            "const pen = canvas.getContext('2d'); pen.drawImage(picture, 0, 0);"
            "const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;"
            "let ink = 0; for (let at = 0; at < data.length; at += 4) ink = (ink * 31 + data[at]) >>> 0;"
            "return {width: canvas.width, ink}"
        )

    def frame(self):
        """The words of the web page."""
        return self.script("return document.querySelector('#frame').contentDocument?.body?.textContent ?? ''")

    def press(self, selector):
        self.script("document.querySelector(arguments[0]).click()", selector)


if __name__ == "__main__":
    main()
