"""How people shorten words when they chat, and what they say around a question."""

from __future__ import annotations


def _table(lines: str) -> dict[str, str]:
    """`short other = in full`, a line each."""
    pairs = (line.split("=") for line in lines.strip().splitlines())
    return {short: full.strip() for shorts, full in pairs for short in shorts.split()}


ABBREVIATED = _table("""
    yg = yang
    brp brpa brapa brpkah = berapa
    knp knpa knapa = kenapa
    dmn dmna dmana dimn = di mana
    kmn kmna kmana = ke mana
    drmn drmana = dari mana
    gmn gmna gmana gimana gimn bgmn = bagaimana
    kpn kpan kapn = kapan
    spakah sapakah = siapakah
    utk = untuk
    dgn dngn = dengan
    dri = dari
    tdk gak gk ngga nggak enggak engga ndak kagak = tidak
    krn karna krna = karena
    udh udah sdh sdah = sudah
    blm blom blum = belum
    msh msih = masih
    bgt = banget
    dlm = dalam
    kpd = kepada
    thd = terhadap
    ttg = tentang
    mnrt mnurut = menurut
    spt sprti = seperti
    sbg = sebagai
    scr = secara
    tsb tsbt = tersebut
    sblm sblum = sebelum
    stlh stelah = setelah
    skrg skrng skrang = sekarang
    kmrn kmarin = kemarin
    thn = tahun
    bln = bulan
    tgl = tanggal
    jml jmlh jlh = jumlah
    hrg hrga = harga
    bhs = bahasa
    bnyk byk bnyak = banyak
    lbh lbih = lebih
    kalo klo = kalau
    trus = terus
    pny pnya = punya
    bkn = bukan
    hrs = harus
    dpt = dapat
    wkt wktu = waktu
    tmpt tmpat = tempat
    nmr = nomor
    mrk mrka = mereka
    jkt = Jakarta
""")
"""Indonesian, and nothing else in any language that is asked in here."""

INDONESIAN_CHAT = _table("""
    pd = pada
    org = orang
    ga = tidak
    jg = juga
    jd = jadi
    tp = tapi
    sp = siapa
    aja = saja
    emg = memang
    sy = saya
    dg = dengan
    pake = pakai
    trs = terus
""")
"""Written out only in a question that is Indonesian: elsewhere they are a state, a suffix, somebody's initials."""

ENGLISH_CHAT = _table("""
    wht wut = what
    whats = what is
    whos = who is
    wheres = where is
    whens = when is
    hows = how is
    hw = how
    whn = when
    wher = where
    wich = which
    mny = many
    abt = about
    ppl = people
    bcz cuz coz = because
    b4 = before
    hav = have
    govt = government
    yr = year
    yrs = years
    ur = your
""")
"""Written out only in a question that is English."""

FIRST = {"wat": "what", "sapa": "siapa", "spa": "siapa", "napa": "kenapa"}
"""Written out only where a question begins: elsewhere a temple, a greeting, a bath, a valley."""

FROM_AFTER = frozenset(
    "asal berasal asli jauh jarak jumlah datang dikirim keluar mundur pulang bagian satu selain".split()
)
"""After which `dr` is "dari", whatever follows; before a name it is a doctor otherwise."""
DOCTOR_AFTER = frozenset("siapa siapakah sapa who prof bapak ibu pak bu dokter nama oleh".split())
"""After which `dr` is a doctor where names are written small."""

R_BEFORE = frozenset("you u we they there these those ppl people".split())
R_AFTER = frozenset("what wat where how why who when which".split())
"""Before and after which `r` is "are", and no initial."""
U_BEFORE = frozenset("r are do did can could know think say have tell".split())
U_AFTER = frozenset("r are do did can could would will tell".split())
"""The same for `u`, which is "you"."""

GREETING = (
    r"hi|hello|hey|halo|hallo|hai|helo|permisi|maaf|sorry|excuse me|ass?alamu.?alaikum(?: wr\.? ?wb\.?)?"
    r"|selamat (?:pagi|siang|sore|malam)|good (?:morning|afternoon|evening)"
)
CALLED = r"min|mimin|admin|kak|kakak|gan|bang|bro|sis|pak|bu|mas|mbak"
CALLED_AT_ONCE = rf"{CALLED}|bot|kabar|kabarbot|guys|all|there|everyone|semua|semuanya"
"""Whom people speak to, of themselves, and straight after a greeting or before a comma."""
PARTICLE = r"ya+h?|dong|donk|sih|deh|nih|pls|plz|please"
THANKS = r"thanks|thank you|thx|ty|makasih|makasi|terima kasih|terimakasih|trims"
REQUEST = (
    r"(?:(?:saya|aku) )?(?:mau|mo|pengen|pingin|ingin|numpang|izin|ijin|boleh) (?:nanya|tanya|bertanya|tau|tahu)"
    r"|tanya|nanya|pertanyaan(?:nya)?|question|quick question"
    r"|tolong(?: (?:di)?jawab)?(?: (?:kasih|beri) ?(?:tau|tahu))?|(?:kasih|beri) ?(?:tau|tahu)(?: (?:saya|aku))?"
    r"|bis(?:a|akah) (?:kasih|beri) ?(?:tau|tahu)(?: (?:saya|aku))?"
    r"|tahukah (?:anda|kamu)|apakah (?:anda|kamu) (?:tahu|tau)|(?:anda|kamu) (?:tahu|tau)(?: (?:gak|ga|nggak|tidak))?"
    r"|please|pls|plz|(?:please |pls |plz )?tell me|(?:can|could|would) (?:you|u) (?:please |pls |plz )?tell me"
    r"|do (?:you|u) know|(?:i )?(?:want|wanna|need)(?: to)? know|i(?:['’]d| would) like to know"
    r"|i(?:['’]m| am) wondering|just wondering"
)
ASKING = (
    r"apa(?:kah)?|siapa(?:kah)?|sapa|sp|berapa(?:kah)?|br?a?pa?|kapan(?:kah)?|kpn|(?:di|ke|dari) ?mana(?:kah)?|dmn|kmn"
    r"|mengapa|kenapa|knp|bagaimana(?:kah)?|gimana|gmn|ada(?:kah)?|jumlah|jml|tahun|thn|tanggal|tgl|pada|nama"
    r"|wh(?:at|o|om|ose|ich|en|ere|y)(?:['’]?s)?|wat|wht|how|hw|is|are|was|were|do|does|did|has|have|can|in|on|if|whether"
)
