/** Identity and tax numbers of any country where words announce them: for those without a rule of their own, and for misprints. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'national_id',
  own: `pps, pps no, ppsn, pps number, ci seria, seria ci, buletin, αδτ, αρ ταυτότητας, personalausweis gesehen, ausweis gesehen, マイナンバー~, 個人番号~, рнокпп, henkilökortti, ssn, social security, social insurance, national insurance, nino, ni number, national id~, identity card~, id card~, identification number, tin, itin, ein, tax id~, taxpayer id~, utr, tfn, sin, ppsn, pps number, green card, alien number, uscis
steuer id, steueridentifikation~, steuernummer, steuer nr, idnr, sozialversicherungsnummer, sv nummer, svnr, sv nr, rentenversicherungsnummer, rvnr, personalausweis~, ausweisnummer, perso nr, aufenthaltstitel, ahv~, avs
sécurité sociale, nir, numéro de sécu, numéro insee, carte d identité, cni, numéro fiscal, spi, nif, titre de séjour, carte de séjour, registre national, niss
dni, nie, nif, seguridad social, documento de identidad, documento nacional, cédula de identidad, cédula, curp, rut, cuit, cuil, naf, permiso de residencia
codice fiscale, carta d identità, carta identità, cie, permesso di soggiorno, partita iva, c f
cpf, rg, cartão de cidadão, bilhete de identidade, bi, contribuinte, número de contribuinte, segurança social, niss, pis, pasep, nit, título de eleitor, identidade
bsn, burgerservicenummer, sofinummer, identiteitskaart~, id kaart~, rijksregisternummer, vreemdelingennummer, v nummer, fiscaal nummer, insz
pesel, dowód osobisty, dowodu osobistego, dowodem osobistym, dowód, dowodu, nip, karta pobytu, numer ewidencyjny
personnummer, samordningsnummer, organisationsnummer, id kort, nationellt id, skatteregistrering
rodné číslo, rodného čísla, r č, občanský průkaz, občanského průkazu, číslo op, občiansky preukaz, személyi szám~, személyi igazolvány~, személyazonosító~, szig, adóazonosító~, adószám, cnp, carte de identitate, buletin, tc kimlik~, t c kimlik~, kimlik no, kimlik numarası, tckn, oib, osobna iskaznica, osobne iskaznice, emšo, jmbg, isikukood, asmens kodas, personas kods, kennitala, amka, afm, egn, cpr nummer, cpr nr, personnr, fødselsnr, henkilökortti~, sotu
brp, brp no, p iva, p i v a, dič, nric, mykad, fin no, sa id, national identification, omang, nin
aadhaa~, aadhar, pan card, pan, voter id, cpr, hetu, henkilötunnus, fødselsnummer, personal identity
kennitölu, nafnskírteini, id kaart, id kaardi nr, isikukoodi, personas kodu, asmens kodą, asmens tapatybės kortel~, rodné č, rod č, číslo občanského průkazu, číslo op, személyi szám, szem ig szám, taj szám, carte de identitate seria, seria ci, cod numeric personal, t c no, tc no, tc kimlik no, kimlik numaram, jedinstveni matični broj, matični broj građana, lična karta, lične karte, broj lične karte, osebna izkaznica, osebne izkaznice, davčna številka, letërnjoftim~, nid, numri personal
document nacional d identitat, número de dni, nan zk, nik, nomor induk kependudukan, no ktp, nomor ktp, ktp, npwp, no kad pengenalan, kad pengenalan, no kp, mykad no, cccd, cmnd, số cccd, số cmnd, căn cước~, chứng minh nhân dân, mã số thuế, philsys, philid, umid, sss no, sss number, tin no, nida, kitambulisho~, nambari ya kitambulisho, id nommer, identiteitsnommer, ghana card, ghanacard, nimc, bvn, nin no, huduma no, kra pin, cnic, nicop, nid no, aadhaar no, aadhar card, pan no, voter card, epic no, nic no, iqama~, emirates id, eid no, qid, civil id, cpr no
αριθμός ταυτότητας, ταυτότητα~, α δ τ, αδτ, αφμ, αμκα, снилс, инн, паспортные данные, рнокпп, ідентифікаційний код, інн, иин, жсн, егн, лична карта, رقم الهوية, الهوية الوطنية, رقم الإقامة, الرقم القومي, الرقم المدني, کد ملی, شماره ملی, شناسنامه, תעודת זהות, ת ז, מספר זהות, आधार, आधार संख्या, आधार नंबर, पैन, 身份证号, 身份证号码, 身份证, 身分證字號, 身份證號碼, マイナンバー~, 個人番号~, 주민등록번호~, 주민번호~, 외국인등록번호~, บัตรประชาชน, เลขบัตรประชาชน, เลขประจำตัวประชาชน
nic, hkid, teudat zehut, mispar zehut, pinfl, jshshir, жшшир, идн, idnp, idno, crn, dip, dpi, dui, ine, clave de elector, cui, run, c i, rtn, nuit, bi no, b i, p k, a k, fnr, f nr, d nr, rijksregister, rijksregisternr, registre, indangamuntu, nambari ya nida, dow os, dow osobisty, seria i numer dowodu, numer dowodu
јмбг, ембг, јединствени матични број, единствен матичен број, единен граждански номер, лк, удостоверение личности, жеке куәлік, иргэний үнэмлэх, регистрийн дугаар, рд, посвідчення особи, πδ, α φ μ
պիոս, հծհ, հանրային ծառայության համարանիշ, պանձնագրի, პირადი ნომერი, პირადი ნომრის, პირადობა, პ ნ, البطاقة الوطنية, رقم البطاقة الوطنية, بطاقة التعريف الوطنية, بطاقة التعريف, الرقم الوطني, البطاقة المدنية, الرقم الموحد, بطاقة الرقم القومي, شناختی کارڈ, شناختی کارڈ نمبر, کارت ملی, تذکره, مספר תעודת זהות, מ ז
身份證, 身份证号码是, 身分證, 居留證, 統一證號, 居民身份证, 在留カード~, 住民票コード~, জাতীয় পরিচয়পত্র, এনআইডি, ভোটার আইডি, හැඳුනුම්පත, ජාතික හැඳුනුම්පත, தேசிய அடையாள அட்டை, ஆதார், ఆధార్, ಆಧಾರ್, ആധാർ, આધાર, ਆਧਾਰ, আধার, ବୋଟର, नागरिकता नं, नागरिकता नम्बर, ບັດປະຈຳຕົວ, អត្តសញ្ញាណប័ណ្ណ, မှတ်ပုံတင်, နိုင်ငံသားစိစစ်ရေးကတ်, የመታወቂያ ቁጥር, መታወቂያ
іпн, паспорт громадянина, айди карта, посвідка, посвідка на проживання, вид на жительство, внж, α μ κ α, αριθμό ταυτότητας, ταυτότητα, ταυτότητας, δελτίο ταυτότητας, adóazonosító, adóazonosító jel~, taj, személyi, személyi ig~, szig szám~, תז, תעודת זהות מס, מס זהות, דרכון מס, هوية وطنية, بطاقة هوية, بطاقة الهوية, هوية رقم, الهوية رقم, إقامة رقم, رقم قومي, بطاقة شخصية, البطاقة الشخصية, السجل المدني, पैन नंबर, पैन कार्ड, वोटर आईडी, số căn cước, căn cước công dân, số định danh, mã định danh, định danh cá nhân, cmt, số cmt, mst, mã số thuế cá nhân, nomor nik, nomor kk, no kk, kartu keluarga, nomor npwp, national id no, national id number, nin number, bvn number, ghana card no, kra pin number, maisha card, maisha namba, id no, sa id number, philsys id, philsys no, pcn philsys, postal id, umid no, nric no, fin number`,
  about: `tax, taxpayer, identity, citizen~, resident, immigration, residence, social, national
steuer~, ausweis~, identität~, sozialversicher~, rente~
fiscal~, identité, sécurité, sociale, séjour, citoyen
identidad, fiscal, tributari~, residencia, ciudadan~
identità, fiscale, tributari~, soggiorno, cittadin~
identidade, fiscal, cidadão, cidadã, residência
identiteit~, belasting~, fiscaal, verblijf~
tożsamości, podatkow~, pobytu
identitet~, skatt~`,
};
