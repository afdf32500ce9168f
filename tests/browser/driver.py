"""A real browser over WebDriver (https://www.w3.org/TR/webdriver2/), for the cases beside this file.

Needs Chromium with its driver (Debian: chromium chromium-driver), Python 3 and nothing else.
"""

import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


def found():
    """Chromium and its driver; says so and gives nothing where one is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    missing = "chromium" if not chromium else "chromedriver"
    print(f"skipped: there is no {missing} (Debian: apt-get install chromium chromium-driver)")
    return None


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def same(found, expected, what=""):
    assert found == expected, f"{what}\n   found {found!r}\nexpected {expected!r}"


def wait(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = condition()
        except (OSError, RuntimeError):
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def run(cases, prefix, site_of, kind, case_of):
    """Runs the cases with a site and browsers of their own; the first argument is the program, the second a
    folder for pictures, the third a part of the names of those that are wanted. `site_of(program, folder)`
    makes the site, `case_of(case, site, browsers)` runs one."""
    programs = found()
    if not programs:
        return
    program = pathlib.Path(sys.argv[1]).resolve()
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    work = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    site = site_of(program, work / "site")
    browsers = Browsers(*programs, work, pictures, kind)
    try:
        site.prepare()
        for name, case in cases:
            if len(sys.argv) > 3 and sys.argv[3] not in name:
                continue
            started = time.monotonic()
            case_of(case, site, browsers)
            print(f"ok  {name} ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        browsers.close()
        site.stop()
        shutil.rmtree(work, ignore_errors=True)


class Browsers:
    """Browsers by name; each keeps its profile when it is killed and opened again."""

    def __init__(self, chromium, driver, work, pictures, kind=None):
        self.chromium, self.work, self.pictures, self.kind = chromium, work, pictures, kind or Browser
        self.port = free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.driver = subprocess.Popen([driver, f"--port={self.port}"], **quiet)
        self.opened = {}
        wait(lambda: self.request("GET", "/status")["ready"], "the driver")

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:600]}") from error

    def open(self, name):
        if name not in self.opened:
            self.opened[name] = self.kind(self, self.work / f"profile-{name}")
        return self.opened[name]

    def kill_and_reopen(self, name):
        browser = self.opened.pop(name)
        browser.kill()
        return self.open(name)

    def close(self):
        for browser in self.opened.values():
            try:
                browser.call("DELETE", "")
            except (OSError, RuntimeError):
                browser.kill()
        self.driver.terminate()
        self.driver.wait()


class Browser:
    def __init__(self, browsers, profile):
        self.browsers, self.profile = browsers, profile
        for lock in profile.glob("Singleton*"):
            lock.unlink()
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--accept-lang=vi-VN", "--hide-crash-restore-bubble",
            "--window-size=1280,900", f"--user-data-dir={profile}",
        ]
        options = {"binary": browsers.chromium, "args": arguments}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options, "unhandledPromptBehavior": "accept"}}
        made = browsers.request("POST", "/session", {"capabilities": wanted})
        self.session = made["sessionId"]

    def call(self, method, path, body=None):
        return self.browsers.request(method, f"/session/{self.session}{path}", body)

    def kill(self):
        """As a power cut does it: every process of this profile, and no other."""
        mine = f"--user-data-dir={self.profile}".encode()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mine in (entry / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue
        time.sleep(0.5)

    def go(self, address):
        self.call("POST", "/url", {"url": address})

    def reload(self):
        self.call("POST", "/refresh", {})

    def script(self, text, *arguments):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def keys(self, *typed):
        """Types into whatever has the focus, as a keyboard does."""
        actions = [
            {"type": kind, "value": key} for text in typed for key in text for kind in ("keyDown", "keyUp")
        ]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def picture(self, name):
        pictures = self.browsers.pictures
        if not pictures:
            return
        pictures.mkdir(parents=True, exist_ok=True)
        for width in (1280, 390):
            self.call("POST", "/window/rect", {"width": width, "height": 900})
            time.sleep(0.2)
            picture = base64.b64decode(self.call("GET", "/screenshot"))
            (pictures / f"{name}-{width}.png").write_bytes(picture)
        self.call("POST", "/window/rect", {"width": 1280, "height": 900})
