"""Consent walls and bot checks are named, and articles about them are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_files import read, refusal

CONSENT = {
    "en": [
        "We use cookies and other technologies with our 310 partners to store and access information on your device.",
        "With your consent we process personal data for personalised advertising. You may withdraw it at any time.",
    ],
    "id": [
        "Kami dan 120 mitra kami memakai cookie untuk menyimpan informasi pada perangkat Anda dan menampilkan iklan.",
        "Dengan menekan Setuju, Anda menerima kebijakan privasi kami. Persetujuan dapat dicabut kapan saja.",
    ],
    "de": [
        "Wir und unsere 95 Partner verarbeiten Daten auf Ihrem Gerät mit Cookies, um Werbung zu zeigen.",
        "Ihre Einwilligung können Sie jederzeit in der Datenschutzerklärung widerrufen.",
    ],
    "es": [
        "Nosotros y nuestros 88 socios utilizamos cookies para almacenar datos en su dispositivo y mostrar publicidad.",
        "Puede aceptar o retirar su consentimiento en la política de privacidad en cualquier momento.",
    ],
}
CHECKS = [
    [
        "Please verify you are a human",
        "Access to this page has been denied because we believe you are using automation tools.",
    ],
    ["Checking your browser before accessing the site.", "Please enable JavaScript and cookies to continue."],
    [
        "Memeriksa keamanan koneksi situs",
        "Koneksi Anda diperiksa, karena bot kadang menyamar sebagai pembaca dengan perilaku berbahaya.",
        "Klik kotak ini untuk memastikan bahwa Anda manusia.",
    ],
    ["Akses ditolak", "Buktikan bahwa Anda adalah manusia dan bukan robot untuk melanjutkan."],
    ["Vérification de sécurité", "Veuillez confirmer que vous n’êtes pas un robot."],
]
ERRORS = {
    "en": ("404: Page not found", "Sorry, the page you are looking for may have been moved or deleted."),
    "id": ("Halaman Tidak Ditemukan", "Maaf, halaman yang Anda cari telah dihapus atau pindah alamat."),
    "ms": ("Laman tidak dijumpai", "Laman yang anda cari tiada di sini."),
    "de": ("Seite nicht gefunden", "Die gesuchte Seite gibt es leider nicht mehr."),
    "fr": ("Erreur 404 – Page introuvable", "La page que vous cherchez n’est plus ici."),
    "es": ("Página no encontrada", "La página que buscas no existe o ha cambiado de dirección."),
    "pt": ("Página não encontrada", "O endereço que você procura não existe mais."),
    "it": ("Pagina non trovata", "La pagina che stai cercando è stata spostata."),
    "nl": ("Pagina niet gevonden", "De pagina die je zoekt bestaat niet meer."),
    "ru": ("Ошибка 404: страница не найдена", "Страница, которую вы ищете, удалена."),
    "tr": ("Sayfa bulunamadı", "Aradığınız sayfa kaldırılmış olabilir."),
    "ja": ("ページが見つかりません", "お探しのページは移動したか削除されました。"),
    "zh": ("页面不存在", "您访问的页面已被删除。"),
    "ko": ("페이지를 찾을 수 없습니다", "요청하신 페이지가 삭제되었습니다."),
    "ar": ("الصفحة غير موجودة", "الصفحة التي تبحث عنها غير متاحة."),
}
TEASERS = "".join(
    f"<div class='card'><h3><a href='/{n}'>Warga Dusun {n} Menanam Bakau Lagi</a></h3>"
    f"<p>Sebanyak {n}00 bibit ditanam warga di tepi muara pada akhir pekan yang lalu.</p></div>"
    for n in range(2, 14)
)
ARTICLE = [
    "Pengadilan memerintahkan portal itu menghapus dinding cookie yang tidak dapat ditolak pembacanya.",
    "Kantor Wali Kota menilai kebijakan itu merugikan dua juta pengunjung sejak bulan Maret.",
    "“Kami akan mengajukan banding,” kata juru bicara perusahaan, Tiara Wulan, seusai sidang.",
]


def page(lines: list[str], title: str = "Dermaga Baru Dibuka", extra: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{body}{extra}</body></html>"


def reason(folder: Path, source: str) -> str:
    (folder / "a.html").write_text(source, encoding="utf-8")
    return refusal(folder / "a.html")


@pytest.mark.parametrize("language", CONSENT)
def test_a_consent_wall_is_refused_by_name(tmp_path: Path, language: str) -> None:
    assert reason(tmp_path, page(CONSENT[language])) == "it is a consent wall, not an article"


@pytest.mark.parametrize("lines", CHECKS)
def test_a_bot_check_is_refused_by_name(tmp_path: Path, lines: list[str]) -> None:
    assert reason(tmp_path, page(lines, title="Satu saat")) == "it is a check for robots, not an article"


def test_a_puzzle_tells_of_a_bot_check(tmp_path: Path) -> None:
    source = page(["Are you human?"], extra="<div class='h-captcha'></div>")
    assert reason(tmp_path, source) == "it is a check for robots, not an article"


def test_an_article_about_a_wall_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "a.html", page(ARTICLE)).text.startswith(ARTICLE[0])


@pytest.mark.parametrize("language", CONSENT)
def test_an_article_below_a_demand_for_consent_is_read(tmp_path: Path, language: str) -> None:
    wall = "".join(f"<p>{line}</p>" for line in CONSENT[language])
    story = "".join(
        f"<p>{line}</p>" for line in [*ARTICLE, "Sidang berikutnya digelar pada awal bulan depan di kota itu."]
    )
    source = f"<html><body><div role='dialog' class='consent'>{wall}</div><article>{story}</article></body></html>"
    assert ARTICLE[1] in read(tmp_path, "a.html", source).text


def test_an_article_with_a_puzzle_in_its_comment_form_is_read(tmp_path: Path) -> None:
    source = page(ARTICLE, extra="<form><div class='g-recaptcha'></div></form>")
    assert ARTICLE[2] in read(tmp_path, "a.html", source).text


@pytest.mark.parametrize("language", ERRORS)
def test_an_error_page_is_refused_by_name(tmp_path: Path, language: str) -> None:
    title, sorry = ERRORS[language]
    for source in (
        page([sorry], title=f"{title} - Suara Teluk", extra=TEASERS),
        page([sorry], title="Suara Teluk", extra=TEASERS).replace("<body>", f"<body><h1>{title}</h1>"),
        page([], title=title),
    ):
        assert reason(tmp_path, source) == "it is an error page, not an article"


@pytest.mark.parametrize("title", ["Page Not Found", "404", "Halaman Tidak Ditemukan - Suara Teluk"])
def test_a_column_that_is_called_like_an_error_page_is_read(tmp_path: Path, title: str) -> None:
    column = [f"{line} Kini di alamat ke-{n} tertulis “404: page not found”." for n, line in enumerate(ARTICLE * 3)]
    assert ARTICLE[0] in read(tmp_path, "a.html", page(column, title=title)).text


@pytest.mark.parametrize("title", ["Halaman Arsip Tidak Ditemukan Warga", "Page Not Found: Arsip Kota Hilang"])
def test_a_headline_that_says_more_than_an_error_is_read(tmp_path: Path, title: str) -> None:
    assert ARTICLE[0] in read(tmp_path, "a.html", page(ARTICLE, title=title)).text
