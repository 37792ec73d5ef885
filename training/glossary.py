"""Indonesian questions with English words in them, so that an English question over Indonesian news can be refused too.

Near misses, which teach a reader to say "it does not say", are at hand in Indonesian alone. Put into English word by
word they are no good English, and good enough: what has to be learnt is that words of both languages mean the same.
"""

from __future__ import annotations

import random
import re

PHRASES = {
    "berapa banyak": "how many", "berapa lama": "how long", "berapa jumlah": "how many",
    "berapakah jumlah": "how many", "berapa luas": "how large is", "berapakah luas": "how large is",
    "berapa umur": "how old is", "di mana": "where", "di manakah": "where", "apa nama": "what is the name of",
    "apakah nama": "what is the name of", "siapa nama": "what is the name of", "yang mana": "which",
    "pada tahun berapa": "in what year", "tahun berapa": "what year", "tahun berapakah": "what year",
    "dimaksud dengan": "meant by", "ibu kota": "capital", "perang dunia": "world war",
    "bertanggung jawab": "responsible", "sepak bola": "football", "kereta api": "train", "rumah sakit": "hospital",
    "undang-undang dasar": "constitution", "tidak ada": "there is no", "salah satu": "one of",
    "perdana menteri": "prime minister", "orang tua": "parents", "seberapa banyak": "how much",
    "seberapa besar": "how large", "mata uang": "currency", "bulan apa": "what month", "jenis kelamin": "sex",
    "lebih dari": "more than", "kurang dari": "less than", "oleh siapa": "by whom", "untuk apa": "what for",
    "dengan siapa": "with whom", "dari mana": "where from", "ke mana": "where to",
}  # fmt: skip
WORDS = dict(
    pair.split("=")
    for pair in """
yang=that apa=what di=in berapa=how+many kapan=when siapa=who apakah=what dari=from pada=on untuk=for dengan=with
dalam=in tidak=not mana=where nama=name tahun=year dan=and pertama=first siapakah=who oleh=by berapakah=how+many
banyak=many luas=area ke=to negara=country itu=that kali=times menjadi=become dimaksud=meant kota=city jenis=kind
sebagai=as digunakan=used manakah=which orang=people jumlah=number bagaimana=how ada=is+there kapankah=when lahir=born
terakhir=last dapat=can lebih=more letak=location utama=main terjadi=happen memiliki=have mengapa=why paling=most
dimanakah=where dunia=world sekolah=school dimana=where ditemukan=found besar=large mesin=engine meninggal=died
bahwa=that sistem=system uang=money ini=this masalah=problem mata=eye ketika=when dilakukan=done tentang=about
universitas=university satu=one didirikan=founded dimiliki=owned perang=war bahasa=language ibukota=capital
wilayah=territory presiden=president akan=will lain=other mereka=they lama=long dinasti=dynasty adalah=is bisa=can
secara=in hukum=law antara=between mulai=start bagian=part selama=during perusahaan=company pendiri=founder saat=when
disebut=called bukan=not agama=religion kerajaan=kingdom tinggi=high dua=two terhadap=against menurut=according+to
pusat=centre sel=cell provinsi=province air=water setelah=after oksigen=oxygen laut=sea atas=on anggota=member
istilah=term bilangan=number menemukan=discover menciptakan=create berasal=come terbesar=largest umum=general
sungai=river atau=or telah=has pemerintah=government waktu=time abad=century raja=king teori=theory seperti=like
hutan=forest menyebabkan=cause kekuatan=power membuat=make sebelum=before daerah=region merupakan=is asal=origin
contoh=example dimulai=began hari=day suku=tribe pulau=island berada=is+located harus=must kelompok=group
ekonomi=economy ilmu=science baru=new tanggal=date muncul=appear menggunakan=use rumah=house tujuan=purpose kata=word
penduduk=inhabitants selain=besides para=the melakukan=do pemerintahan=government dibangun=built fungsi=function
populasi=population uap=steam dirilis=released masuk=enter salah=wrong jika=if biasanya=usually berdiri=founded
penyebab=cause tempat=place kompleksitas=complexity minyak=oil karena=because dikenal=known masyarakat=society
diciptakan=created dilarang=forbidden bulan=month badan=body sumber=source pernah=ever definisi=definition bagi=for
tingkat=level sebagian=part kantor=office kelas=class bawah=lower siswa=students organisasi=organization kepada=to
perjanjian=treaty kekaisaran=empire dianggap=considered bentuk=form beberapa=some bumi=earth partai=party
gereja=church sipil=civil daya=power pengertian=meaning hujan=rain terkenal=famous memberikan=give kedua=second
tanah=land proses=process serial=series lagi=again manusia=human gunung=mountain menghasilkan=produce sama=same
pencipta=creator tiga=three industri=industry pemimpin=leader seberapa=how suatu=a dilahirkan=born buku=book semua=all
sering=often sejak=since penulis=author pengadilan=court berakhir=end anak=child api=fire pesawat=plane setiap=every
pembangkangan=disobedience karakter=character luar=outside pekerjaan=job kematian=death cara=way bekerja=work
listrik=electricity membantu=help diberikan=given warna=colour persentase=percentage tua=old kaisar=emperor saja=only
diri=self kepala=head harga=price dibentuk=formed asli=original swasta=private bahan=material tinggal=live
kekebalan=immunity maksud=meaning resmi=official kereta=train diadakan=held gerakan=movement pekerja=workers
terkecil=smallest jauh=far musik=music kecil=small masa=period penting=important awal=beginning pendapatan=income
kasus=case nomor=number pasukan=troops mendirikan=found karya=work bidang=field terletak=located hidup=live
model=model dibuat=made dasar=basis pendidikan=education udara=air danau=lake layanan=service ditutup=closed
teknologi=technology gaya=style wabah=plague imperialisme=imperialism zaman=era undang-undang=law konsep=concept
algoritma=algorithm taman=park biaya=cost ketimpangan=inequality juga=also dihancurkan=destroyed batu=stone
musim=season internasional=international kapal=ship negara-negara=countries ketua=chairman dihasilkan=produced
lokasi=location tubuh=body ahli=expert rendah=low aliran=flow umur=age kebijakan=policy program=program
termasuk=including apoteker=pharmacist modern=modern laporan=report penelitian=research tokoh=figure menulis=write
menerima=receive militer=military suhu=temperature energi=energy ingin=want kembali=return hanya=only warga=citizens
ukuran=size politik=political sosial=social tertinggi=highest mendapatkan=get periode=period mengembangkan=develop
seni=art kimia=chemical hitam=black panjang=length sebuah=a suara=voice sekarang=now jaringan=network
periodik=periodic saluran=channel ruang=space menyatakan=declare dibubarkan=dissolved alat=tool perdagangan=trade
melalui=through negeri=country emas=gold bangunan=building patogen=pathogen lingkungan=environment direktur=director
sampai=until menjabat=hold+office hubungan=relation perubahan=change lainnya=other mencapai=reach mungkin=possible
bersama=together konstruksi=construction menolak=refuse kerja=work arti=meaning bandara=airport obat=drug
telepon=telephone cabang=branch dikembangkan=developed berkembang=develop mobil=car dibutuhkan=needed
mayoritas=majority mendukung=support tanpa=without hingga=until jalan=road persen=percent berkuasa=in+power
olahraga=sport tertentu=certain proyek=project dampak=impact hasil=result komputer=computer benua=continent
album=album membentuk=form pemberontakan=rebellion dingin=cold tim=team pertumbuhan=growth sejarah=history
penyakit=disease molekul=molecule peristiwa=event akhir=end nuklir=nuclear panas=heat istri=wife penemu=inventor
distrik=district band=band membangun=build angka=number peran=role dekat=near menggambarkan=describe terkait=related
per=per spesies=species mengalir=flow ilmiah=scientific khas=typical budaya=culture planet=planet terlibat=involved
kurang=less menentukan=determine memungkinkan=allow mengubah=change berhasil=succeed kekuasaan=power berlangsung=last
sedikit=few hewan=animal gas=gas batuan=rock rata-rata=average televisi=television siklus=cycle mati=dead agar=so+that
tindakan=action berbeda=different kekayaan=wealth sebutan=name diketahui=known mengalami=undergo efek=effect
alasan=reason memilih=choose rencana=plan farmasi=pharmacy gagal=fail pertanian=agriculture menunjukkan=show hak=right
bendera=flag produksi=production kondisi=condition ditulis=written hal=thing garis=line arah=direction publik=public
makanan=food jarang=rarely media=media dikeluarkan=issued novel=novel pabrik=factory dibandingkan=compared
kawasan=area keluarga=family pantai=beach tanaman=plant kecepatan=speed daripada=than korban=victims runtuh=collapse
jalur=route orang-orang=people pengukuran=measurement jatuh=fall tenaga=power kesehatan=health lalu=ago
meningkat=increase departemen=department imun=immune menara=tower berhenti=stop usia=age pasar=market
gubernur=governor nabi=prophet perlu=need sendiri=own tekanan=pressure lembaga=institution seluruh=whole pajak=tax
alam=nature pegunungan=mountains batas=border diterima=received bank=bank senyawa=compound serangan=attack seorang=a
keputusan=decision sekitar=around bisnis=business perpustakaan=library merdeka=independent candi=temple ayah=father
tradisional=traditional lagu=song diterbitkan=published ditolak=rejected memulai=start lapisan=layer
diperlukan=required faktor=factor ilmuwan=scientist nilai=value iklim=climate mengambil=take bangsa=nation
populer=popular kecamatan=district diangkat=appointed hilang=lost peringkat=rank perbedaan=difference
pembangunan=construction dinyatakan=declared juta=million studi=study upaya=effort muda=young beroperasi=operate
matematika=mathematics kemerdekaan=independence permukaan=surface pembakaran=combustion organisme=organism sangat=very
memenangkan=win langsung=direct satelit=satellite mengatakan=say diproduksi=produced tertua=oldest perbatasan=border
gravitasi=gravity kursi=seat elemen=element acara=event pembuatan=making pohon=tree sepanjang=along produk=product
sulit=difficult khusus=special komite=committee dana=fund meningkatkan=increase ketiga=third mengikuti=follow
desa=village membawa=bring pengembangan=development prinsip=principle jarak=distance tentara=soldiers manfaat=benefit
mengukur=measure datang=come gelar=title merah=red kesalahan=error divisi=division wakil=vice komunikasi=communication
kemudian=then tipe=type diperkenalkan=introduced tumbuhan=plants tambahan=additional unsur=element bergerak=move
biasa=ordinary diterapkan=applied krisis=crisis mantan=former bola=ball ikan=fish akibat=consequence
struktur=structure tetap=fixed metode=method pemilihan=election kehilangan=lose putra=son dokter=doctor
terdiri=consist tumbuh=grow partikel=particle pindah=move posisi=position solusi=solution bantuan=aid menarik=attract
mendorong=push komponen=component kuat=strong jabatan=office titik=point benda=object tugas=task pertengahan=middle
terendah=lowest mahasiswa=students operasi=operation koloni=colony penerbangan=flight membutuhkan=need
memutuskan=decide mengurangi=reduce naik=rise keuangan=finance kaya=rich seseorang=somebody dikaitkan=linked
otoritas=authority stasiun=station diselenggarakan=held ia=he memimpin=lead mencegah=prevent judul=title jam=hour
cepat=fast huruf=letter aplikasi=application arsitektur=architecture terbatas=limited menyerang=attack pasal=article
bebas=free kunci=key memberi=give perjalanan=journey topan=typhoon bakteri=bacteria namanya=its+name terdapat=is+found
berubah=change diluncurkan=launched mempelajari=study dibebaskan=released lahan=land jembatan=bridge festival=festival
pergi=go pertanyaan=question sebelumnya=before peningkatan=increase penghargaan=award terbentuk=formed kitab=book
diakui=recognized putri=daughter arsitek=architect peneliti=researcher mengandung=contain bergabung=join masih=still
menurun=decrease tetapi=but menyelesaikan=finish sudah=already gedung=building awalnya=originally diambil=taken
penurunan=decline dia=he kuno=ancient paus=pope mampu=able matahari=sun terjadinya=occurrence kulit=skin
konstitusi=constitution kehidupan=life fakultas=faculty sakit=ill motor=motor milik=property anak-anak=children
berlaku=valid akhirnya=finally reaksi=reaction ekspedisi=expedition kompleks=complex mempertahankan=defend upah=wage
gagasan=idea era=era belum=not+yet kampanye=campaign informasi=information menikah=marry pemilu=election
percobaan=experiment depan=front dilihat=seen terhubung=connected mewakili=represent empat=four terpilih=elected
komunitas=community pertemuan=meeting pribadi=private membunuh=kill meninggalkan=leave memperkenalkan=introduce
burung=bird ditetapkan=set pelabuhan=harbour pemenang=winner objek=object gempa=earthquake surat=letter
menghindari=avoid menggantikan=replace melawan=fight pasokan=supply berat=weight putih=white sastra=literature
profesi=profession juara=champion satu-satunya=only sederhana=simple pakaian=clothes penggunaan=use tembok=wall
bintang=star lapangan=field memerintah=rule keluar=go+out tersedia=available sisi=side enam=six diizinkan=allowed
pasien=patient didukung=supported sejumlah=a+number+of klub=club cahaya=light gelombang=wave mengumumkan=announce
ditangkap=arrested senjata=weapon turun=go+down lembah=valley individu=individual sehingga=so+that ekspor=export
baik=good kemampuan=ability dikatakan=said mendapat=get dekade=decade benteng=fort kelahiran=birth pemeran=actor
wisata=tourism keras=hard suami=husband simbol=symbol data=data lemah=weak aturan=rule berbagai=various saham=shares
keadaan=state asing=foreign kerusakan=damage pembunuhan=murder protes=protest kenaikan=rise selesai=finished
cerita=story pihak=party menduduki=occupy siaran=broadcast kepercayaan=belief dibagi=divided mudah=easy
kendaraan=vehicle miskin=poor terbaru=newest penumpang=passengers dipimpin=led sektor=sector lima=five tersebut=that
pernyataan=statement hadiah=prize disetujui=approved setuju=agree kemenangan=victory pemilik=owner terbuka=open
suci=holy dibunuh=killed demokrasi=democracy kebakaran=fire perempuan=woman versi=version maskapai=airline
saudara=brother disimpan=kept disebabkan=caused kebutuhan=need dimainkan=played menawarkan=offer kekerasan=violence
artikel=article mengatur=regulate wanita=woman isi=content peta=map puncak=peak penemuan=discovery bencana=disaster
kecelakaan=accident kerugian=loss bermain=play daftar=list meraih=win mencari=look+for usaha=business sesuai=according
kilometer=kilometres bergantung=depend membayar=pay sedang=is miliar=billion peraturan=regulation kejahatan=crime
penyebaran=spread sutradara=director kisah=story terbang=fly belajar=learn pengganti=successor banjir=flood
pejabat=official menghentikan=stop gigi=teeth sepeda=bicycle permintaan=demand aktif=active salju=snow
perkembangan=development buruk=bad koran=newspaper pameran=exhibition keuntungan=profit kegiatan=activity pria=man
konflik=conflict selalu=always diminta=asked dibawa=brought penuh=full berbicara=speak bertemu=meet menyebar=spread
dikirim=sent tewas=killed terluka=injured mengirim=send ditahan=detained rumahnya=his+house menang=win kalah=lose
dilantik=inaugurated diresmikan=opened
""".split()
)
"""By how often questions have them."""
_TERM = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, PHRASES), key=len, reverse=True)) + r"|[^\W\d_]+(?:-[^\W\d_]+)?)\b",
    re.IGNORECASE,
)


def in_english(question: str, share: float, chance: random.Random) -> str:
    """The question with this share of the known words in English; names and what is unknown stay."""

    def put(found: re.Match[str]) -> str:
        term = found[0].lower()
        english = PHRASES.get(term) or WORDS.get(term, "").replace("+", " ")
        if not english or chance.random() > share:
            return found[0]
        return english.capitalize() if found[0][0].isupper() and found.start() == 0 else english

    return _TERM.sub(put, question)
