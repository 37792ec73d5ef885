"""Pages that stand before an article or in its place: consent walls, checks for robots, and error pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import RefusedError

LONGEST_WALL = 5000
"""Characters; a longer page that speaks of consent is an article about it."""
LONGEST_CHECK = 1500
"""Of a check for robots."""
_LONGEST_ERROR = 100
"""Of a heading that says that there is no such page."""
_MOST = 0.7
"""Of the text of a wall, so much speaks of nothing else."""

# Each pattern is one thing that walls speak of; one alone says nothing, since articles speak of cookies and robots too.
_CONSENT = (
    r"cookie|\bkuki\b|\bкуки|файл\w* cookie|クッキー|쿠키|คุกกี้|çerez|ciasteczk|ملفات تعريف الارتباط",
    r"consent|accept|\bagree\b|einwillig|zustimm|akzeptier|acconsent|consenso|toestemming|akkoord|setuju"
    r"|persetujuan"
    r"|menerima|соглас|принима|принять|zgod[aęyz]|akceptuj|kabul|onay|rıza|同意|동의|ยินยอม|ยอมรับ|موافق|đồng ý",
    r"partner|partenaire|\bsocios\b|parceiro|\bmitra\b|rakan niaga|партн[её]р|iş ortak|合作伙伴"
    r"|パートナー|파트너|พันธมิตร|شركاؤنا",
    r"personal(?:ly identifiable)? data|personenbezogen|données|datos|dados|dati personali"
    r"|persoonsgegevens|data pribadi"
    r"|data peribadi|персональн|\bdevice|appareil|gerät|dispositi[vf]|apparaat|perangkat|peranti"
    r"|устройств|urządzen|cihaz"
    r"|個人情報|端末|个人信息|设备|개인정보|기기|ข้อมูลส่วนบุคคล|อุปกรณ์|بيانات|dữ liệu",
    r"personali[sz]ed|personnalis|personalisiert|personalizad|personalizzat|gepersonaliseerd|dipersonalisasi"
    r"|tracking|werbung|publicit|publicid|pubblicit|advertis|advertent|реклам|reklam|\biklan|広告|广告"
    r"|광고|โฆษณา|إعلان|quảng cáo",
    r"privacy|datenschutz|confidentialité|privacida|privasi|конфиденциальн|prywatno|gizlilik|プライバシー"
    r"|隐私|ความเป็นส่วนตัว"
    r"|الخصوصية|quyền riêng tư",
    r"legitimate interest|berechtigte\w* interesse|intérêt légitime|interés legítimo|manage (?:options"
    r"|preferences|choices)"
    r"|withdraw|widerruf|retirer|revocar|revogar|revocare|intrekken|mencabut|отозвать",
)
_ROBOTS = (
    r"you(?:['’]re| are) (?:not )?(?:a )?(?:human|robot|bot)|are you (?:a )?(?:human|robot)|not a robot"
    r"|captcha|recaptcha|turnstile"
    r"|anda (?:adalah )?(?:seorang )?manusia|bukan (?:sebuah )?(?:robot|bot)\b|kein(?:e)? (?:roboter|bot)"
    r"|(?:ein )?mensch sind"
    r"|pas un robot|êtes (?:bien )?(?:un )?humain|no eres un robot|eres humano|não é um robô|é humano"
    r"|non sei un robot|geen robot"
    r"|не робот|что вы человек|nie jesteś robotem|robot olmadığınız|ロボットではありません|人間であること"
    r"|不是机器人|不是機器人|로봇이 아닙니다"
    r"|ไม่ใช่หุ่นยนต์|لست روبوت|không phải (?:là )?(?:robot|người máy)",
    r"(?:enable|turn on|requires?|allow|aktifkan|nyalakan|aktivier|activ|abilit|schakel|включите|włącz"
    r"|etkin)\w*(?:\W+\w+){0,4}?\W+"
    r"(?:js|javascript)\b|javascript(?:\W+\w+){0,3}\W+(?:aktiv|activ|abilit|inschak|включ|enabled"
    r"|disabled|有効|启用|啟用)"
    r"|menerima cookie dan javascript",
    r"security of your connection|site connection is secure|koneksi situs"
    r"|(?:keamanan|keselamatan) (?:koneksi|sambungan)|sicherheit ihrer verbindung"
    r"|sécurité de votre connexion|seguridad de (?:su|tu) conexión"
    r"|segurança da (?:sua )?conexão|sicurezza della (?:tua|sua) connessione|(?:beveiliging|veiligheid) van (?:uw|je)"
    r" verbinding|безопасност\w+ (?:вашего )?(?:соединени|подключени)\w+|bağlantınızın güvenli|接続のセキュリティ"
    r"|memeriksa (?:apakah )?(?:browser|peramban)|check(?:ing)? your browser|security check|verif(?:y|ying|ication"
    r"|ikasi)(?:\W+\w+){0,2}?\W+"
    r"(?:you\b|security|keamanan|human|manusia)|verifikasi keamanan|sicherheitsüberprüfung"
    r"|vérification de sécurité"
    r"|verificación de seguridad|verificação de segurança|проверка безопасности|проверка браузера|ddos"
    r"|ray id|cloudflare|安全验证",
    r"unusual (?:traffic|activity)|malicious (?:behaviou?r|bots?)|perilaku berbahaya|(?:by|oleh) (?:ro)?bots?\b"
    r"|automated (?:access|requests|traffic|queries)"
    r"|lalu lintas (?:yang )?(?:tidak|mencurigakan)"
    r"|aktivitas (?:yang )?(?:tidak (?:biasa|wajar)|mencurigakan)|ungewöhnliche\w* (?:aktivität"
    r"|datenverkehr|zugriff)"
    r"|(?:trafic|activité) inhabituel|(?:tráfico|actividad) inusual|(?:tráfego|atividade) incomum"
    r"|необычн\w+ (?:трафик|активност)"
    r"|подозрительн\w+ (?:трафик|активност)|異常なトラフィック|异常流量|流量异常",
    r"access (?:to this \w+ )?(?:has been )?(?:denied|blocked)|(?:do not|don['’]t) have permission"
    r"|akses (?:anda )?(?:di(?:tolak|blokir|batasi))"
    r"|zugriff (?:verweigert|gesperrt)|accès (?:refusé|bloqué)|acceso denegado|acesso negado"
    r"|accesso negato|доступ (?:запрещ|огранич)"
    r"|403 forbidden|アクセスが拒否|访问被拒绝",
    r"disable (?:any|your) (?:ad ?blocker|vpn)|(?:ad ?blocker|vpn)(?:\W+\w+){0,3}\W+(?:off|disabled)"
    r"|matikan (?:vpn|pemblokir)"
    r"|(?:werbeblocker|adblocker)|désactive[rz]|desactiv[ae]\w*|(?:reference|request|incident"
    r"|permintaan)(?: id| #|:? ?#|nya)",
)
_PUZZLES = re.compile(
    r"_cf_chl|challenge-platform|captcha-delivery|px-captcha|_Incapsula_Resource|cf-turnstile|g-recaptcha"
    r"|h-captcha|geetest",
    re.IGNORECASE,
)
_CONSENT_WORDS = ("cookie kuki куки クッキー 쿠키 คุกกี้ çerez ciastecz الارتباط tracking").split()
_ROBOT_WORDS = (
    "robot captcha javascript js human manusia mensch humain humano umano человек vpn blocker permission"
    " denied blocked ditolak"
    " diblokir verweigert gesperrt refusé denegado negado negato запрещ огранич 拒 机器人 機器人"
    " 人間であること 로봇 หุ่นยนต์ روبوت"
).split()
"""A page with none of these is none: a quick look, for nearly all pages are articles."""
_CONSENT_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in _CONSENT]
_ROBOT_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in _ROBOTS]


def refuse_wall(lines: Sequence[str], title: str | None, source: str, *, shows_title: bool) -> None:
    """Raise RefusedError, with the reason in words, where the lines of a page are those of a wall.

    `source` is the page's, which may hold a puzzle. A wall seldom shows the headline of what is behind it.
    """
    lines = [line for line in lines if any(map(str.isalnum, line))]
    whole = "\n".join([title or "", *lines])
    if len(whole) > LONGEST_WALL:
        return
    small = whole.casefold()
    if len(whole) <= LONGEST_CHECK and any(word in small for word in _ROBOT_WORDS):
        robots = sum(1 for pattern in _ROBOT_PATTERNS if pattern.search(whole))
        has_puzzle = robots and bool(_PUZZLES.search(source))  # comment forms have such puzzles, too
        if robots + has_puzzle >= 2 and _share(lines, _ROBOT_PATTERNS) >= (0.3 if has_puzzle else _MOST - 0.1):
            raise RefusedError("it is a check for robots, not an article")
    if any(word in small for word in _CONSENT_WORDS):
        consent = sum(1 for pattern in _CONSENT_PATTERNS if pattern.search(whole))
        if consent >= (6 if shows_title else 4) and _share(lines, _CONSENT_PATTERNS) >= _MOST:
            raise RefusedError("it is a consent wall, not an article")


def _share(lines: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> float:
    """Of the characters, those in lines that speak of one of these things."""
    spoken = sum(len(line) for line in lines if any(pattern.search(line) for pattern in patterns))
    return spoken / (sum(map(len, lines)) or 1)


# --- error pages ------------------------------------------------------------------------------------------------

_NOT_THERE = (
    r"(?:the |this |that )?(?:page|article|story|content|post|file|url|document)?(?: you\W[\w\s]{5,40})? ?(?:was |is )?"
    r"(?:not (?:be )?found|(?:could not|couldn.t|cannot|can.t) be found|(?:does not|doesn.t) exist"
    r"|no longer (?:exists|available)|(?:not |isn.t |un)available)"
    r"|(?:halaman|laman|artikel|berita|konten|postingan|kandungan)(?: ini| yang [\w\s]{4,30}?)? (?:tidak|tak|belum)"
    r"(?: dapat| bisa)? (?:ditemukan|ada|tersedia|dijumpai|ditemui|wujud)"
    r"|(?:(?:die|diese) )?(?:seite|artikel|beitrag|inhalt)(?: \w+){0,3} nicht (?:\w+ )?(?:gefunden|verfügbar|vorhanden)"
    r"(?: werden)?"
    r"|(?:la |cette )?page (?:[\w\s]{0,30})?(?:introuvable|non trouvée|n.existe (?:pas|plus)|inexistante)"
    r"|(?:la |esta )?p[áa]gina (?:[\w\s]{0,30})?(?:no (?:encontrada|existe|disponible)|no se (?:ha )?encontr\w+)"
    r"|(?:a |esta )?p[áa]gina (?:[\w\s]{0,30})?não (?:foi )?(?:encontrada|existe|disponível)"
    r"|(?:la )?pagina (?:[\w\s]{0,30})?non (?:è stata )?(?:trovata|esiste|disponibile)"
    r"|(?:de |deze )?pagina (?:is |bestaat )?niet ?(?:meer|gevonden|beschikbaar)?"
    r"|(?:такая |эта )?страница не (?:найдена|существует)|(?:strona nie (?:istnieje|została znaleziona))"
    r"|nie znaleziono strony|sayfa bulunamadı|không tìm thấy trang|trang không tồn tại|ไม่พบหน้า\w*"
    r"|الصفحة غير موجودة|لم يتم العثور على الصفحة|(?:お探しの)?(?:ページ|記事)(?:が|は)見つかりません(?:でした)?"
    r"|(?:요청하신 )?페이지를 찾을 수 없습니다|(?:您访问的)?(?:页面|网页|頁面)(?:不存在|找不到)"
    r"|找不到(?:该|此|您的)?(?:页面|网页|頁面)"
    r"|(?:internal )?server error|bad gateway|(?:service|site) (?:temporarily )?unavailable|gateway time-?out"
)
_BESIDE = r"(?:error|erreur|fehler|galat|kesalahan|errore?|ошибка|oops|ups|whoops|sorry|maaf|http|[45]\d\d|[\W_])*"
_ERROR = re.compile(rf"{_BESIDE}(?:{_NOT_THERE}|404){_BESIDE}", re.IGNORECASE)
_PIECES = re.compile(r"\s[|–—·•»:-]{1,2}\s")
_TO_READER = re.compile(
    r"\byou(?:.re| are| were|.ve| have)? (?:\w+ )?(?:look\w* for|request\w*|try\w* to|want\w*)"
    r"|may have been (?:re)?moved|yang (?:anda|kamu|saudara) (?:cari|minta|tuju|akses|kunjungi)"
    r"|gesuchte|aufgerufene|angeforderte|vous (?:re)?cherchez|vous (?:avez )?demand\w+|demandée|solicitada"
    r"|que (?:est[áa]s? |intentas )?(?:buscas?|buscando|visitar)|que (?:você )?(?:está )?procura"
    r"|(?:stai|state) cercando|cercata|richiesta|(?:je|u) (?:zoekt|zocht)|вы ищете|запрошенн|której szukasz|aradığınız"
    r"|bạn (?:đang )?tìm|お探しの|찾으시는|요청하신|您(?:要)?(?:访问|查找|訪問)|ที่คุณ|التي تبحث",
    re.IGNORECASE,
)


def refuse_error(lines: Sequence[str], headings: Sequence[str]) -> None:
    """Raise RefusedError where a page's title or heading is nothing but that there is no such page.

    What stands below it may be other stories' teasers. A column may be called "Page not found", too; it is longer, and
    does not tell its readers that they look for something else.
    """
    pieces = [piece for heading in headings for piece in _PIECES.split(heading)]
    if not any(len(piece) <= _LONGEST_ERROR and _ERROR.fullmatch(piece) for piece in pieces):
        return
    length = sum(map(len, lines))
    speaks_to_reader = any(_TO_READER.search(line[:LONGEST_CHECK]) for line in lines[:5])
    if length <= (LONGEST_WALL if speaks_to_reader else LONGEST_CHECK / 2):
        raise RefusedError("it is an error page, not an article")
