/** Health plans, insurances and their members. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'health_plan',
  own: `保険証~, 保険証番号~, 記号番号~, kassen nr, krankenkassennummer, police ktg, member id, member no, member number, membership no, membership number, membership id, subscriber~, beneficiary~, policy number, policy no, policyholder no, medicare, medicaid, mbi, hicn, nhs, hcn, ohip, payer id, insurance id, group no, group number, plan id, plan number
versichertennummer~, versicherungsnummer~, versichertennr, versicherungsnr, kvnr, kv nr, kv nummer, krankenversicherung~, krankenkasse~, gesundheitskarte~, versichertenkarte~, versicherungsschein~, egk, mitgliedsnummer, policennummer, pkv, gkv, ik nummer
numéro d adhérent, numéro adhérent, n adhérent, numéro d assuré, n d assuré, numéro amc, amc, tiers payant, carte vitale, numéro de mutuelle, ame, contrat santé, cmu
número de afiliado, número de afiliación, nss, número de asegurado, número de póliza, tarjeta sanitaria, cip, cipa, tis, sip, nuhsa, isapre, fonasa, carné de salud, número de beneficiario
tessera sanitaria, team, numero assistito, codice assistito, numero polizza, numero di polizza, tessera assistito
número de utente, n utente, n de utente, cartão sus, cns, carteirinha~, número de beneficiário, número da apólice, sns, adse, plano de saúde
polisnummer~, polisnr, verzekerdennummer, verzekerdenr, verzekeringsnummer, zorgpas, zorgpolis, uzovi, relatienummer, mutualiteit, inz
numer polisy, nr polisy, polisa nr, numer ubezpieczenia, nr ubezpieczenia, numer ubezpieczonego, ekuz, nfz, karta ubezpieczenia
försäkringsnummer, försäkringsbrev~, försäkringsnr, vårdkort~, frikort~, högkostnadskort
sygesikringsnummer, sygesikring~, sundhedskort~, sykeforsikring~, helsetrygdkort~, forsikringsnummer~, policenummer~, polisenummer~, vakuutusnumero~, vakuutuksen numero, kela kortti, kela kortin, tryggingarnúmer, poliisi nr, poliis nr, kindlustuspoliis~, polises nr, polises numurs, apdrošināšanas polise~, poliso nr, draudimo poliso, draudimo polis~, číslo pojištěnce, číslo poistenca, číslo pojistky, číslo pojistné smlouvy, číslo poistky, číslo poistnej zmluvy, pojišťovna kód, kötvényszám~, kötvény szám~, biztosítási kötvény~, taj, taj szám~, nr poliță, număr poliță, polița de asigurare, card de sănătate, poliçe no, poliçe numarası, sigorta no, sgk no, sgk sicil no, sigorta poliçe~, broj police, polica osiguranja, broj osiguranika, broj zdravstvene, mbo, lbo, zdravstvena knjižica, številka zavarovanja, številka police, zzzs, polica e sigurimit
número de pòlissa, pòlissa núm, targeta sanitària, nomor polis, no polis, bpjs, no bpjs, nomor bpjs, nomor peserta, số bhyt, thẻ bhyt, mã bhyt, bảo hiểm y tế, số bảo hiểm, philhealth~, hmo card, nhif no, nhif, nambari ya bima, polisnommer, mediese fonds~, lidmaatskapnommer, medical aid no, medical aid number, mediclaim no, mediclaim policy, abha, abha no, ayushman~, policy id
αριθμός ασφάλισης, αριθμός συμβολαίου, ασφαλιστήριο~, полис омс, полис дмс, номер полиса, полис, страхов~ полис, страховой полис, поліс, номер поліса, осигурителен номер, رقم البوليصة, رقم الوثيقة, رقم التأمين, رقم التامين, بطاقة التأمين, شماره بیمه, بیمه نامه, دفترچه بیمه, מספר פוליסה, פוליסה, קופת חולים, पॉलिसी संख्या, पॉलिसी नंबर, 保单号, 保单号码, 保單號碼, 医保卡号, 社保号, 健保卡號, 保険証番号~, 被保険者番号~, 証券番号~, 記号番号~, 증권번호~, 보험증권번호~, 건강보험증번호~, เลขที่กรมธรรม์, กรมธรรม์
phn, care card, carecard, health card, health card no, health insurance no, health insurance number, health insurance, tpa card, tpa id, ehic, ghic, ramq, dva number, dva, dva no, irn, aetna, cigna, cigna id, uhc, uhc id, humana, kaiser, kaiser permanente, anthem, blue cross, blue shield, bupa, vitality, axa ppp, axa health, aviva policy, vhi, laya, hcf, nib, medibank, ahm, hbf, star health, ayushman bharat, pmjay, esic, esic no, esi no, ip number esic, echs, cghs, cghs card, med aid no, discovery health, insured no, insured id, plan member id, plan member, certificate id, contract id insurance, rxbin, rx group, rxgrp, rx id, payer member id, dependent id, claim policy, health fund, private health, gesy, hsn member, hcn no
mitversichert~, vsnr, vers nr, versnr, kv nummer, polizze~, polizzennummer, police nr, vertragsnr pkv, aok, tk nummer, barmer, dak, ikk, bkk, e card, ecard, svnr karte, veka, versichertenausweis~, vers schein, versicherungsnehmer nr, krankenversichertennummer~, kartennummer egk, krankenversichertenkarte, beihilfenummer, beihilfe nr, kundennummer kasse, ahv kk, zusatzversicherung, unfallversicherung~, visana, swica, css, helsana, sanitas, concordia, ögk, bva, svs
carte soleil, nam, numéro d affilié, affilié, affiliée, carte européenne, ceam, carte européenne d assurance maladie, numéro de police, numéro de contrat mutuelle, numéro d adhésion, adhésion, mgen, maaf, macif santé, harmonie mutuelle, malakoff, ag2r, numéro d assurance maladie, assurance maladie, cns, contrat complémentaire, mutualité, vignette mutuelle, vignette, css attestation
cartilla, cartilla sanitaria, tarjeta sanitaria individual, tsi, tse, tarjeta sanitaria europea, cip sns, cip autonómico, número tarjeta sanitaria, osde, swiss medical, galeno, pami, obra social, obra social n, número de obra social, número de credencial, prepaga, imss, issste, nss imss, seguro popular, adeslas, sanitas tarjeta, sanitas, mapfre salud, dkv, asisa, muface, número de mutualista, número de derechohabiente, afiliación, eps, carnet de asegurado, seguro de gastos médicos, gastos médicos mayores
team, tessera team, tessera unisalute, unisalute, metasalute, previmedical, fasi, fasdac, fondo sanitario, iscrizione ssn, codice iscritto fondo, contratto assicurativo, numero tessera sanitaria, numero di tessera sanitaria, codice polizza
unimed, carteirinha unimed, amil, sulamérica, bradesco saúde, hapvida, notredame, cartão do plano, número da carteirinha, número da carteira, matrícula do plano, número de utente, número sns, utente sns, cartão nacional de saúde, cartão europeu de seguro de doença, cesd, multicare, médis, beneficiário, beneficiária, número beneficiário, subsistema, apólice de saúde, número do segurado
ezk, ehic kaart, zorgverzekering~, verzekeringsnr, verzekerdennr, aansluitingsnummer, aansluitingsnr, inschrijvingsnummer mutualiteit, relatienr, relatienummer verzekering, klevertje, polisblad, zorgverzekeraar, uzovi code, dkv kaart, isi kaart, europese ziekteverzekeringskaart
polisa, polisy nr, nr karty ekuz, karta ekuz, numer karty ekuz, nr ubezpieczenia, abonament medyczny, medicover, lux med, enel med, pakiet medyczny, nr pakietu, karta medicover, numer karty nfz, numer uprawnionego, nr certyfikatu ubezpieczenia
försäkring, eu kort, europeiska sjukförsäkringskortet, försäkringskort~, sjukförsäkring~, försäkrings nr, frikort nr, försäkringstagare nr, avtalsnummer sjukvårdsförsäkring, försäkrings id, patientförsäkring~
sygeforsikring~, danmark nr, sygesikringskort~, sundhedsforsikring~, police nr, policenr, gruppenr, det blå kort, helseforsikring~, polisenr, polise, forsikringsavtale, forsikrings nr, forsikringsbevis, europeisk helsetrygdkort, avtalenr helseforsikring, frikort nr
průkaz pojištěnce, kartička pojištěnce, č pojištěnce, číslo poj, pojistka č, pojistka, pojistná smlouva, pojistná smlouva č, č pojistné smlouvy, číslo poj smlouvy, č poj smlouvy, vzp, ozp, zpmv, čpzp, rbp, ehic č, evropský průkaz, evropský průkaz zdravotního pojištění, pojistná událost č, číslo pojistky, kód pojišťovny
sigortalı no, sigorta sicil no, sağlık sigortası, tamamlayıcı sağlık sigortası, poliçe, poliçe numaram, bağkur no, emekli sandığı no, yupass, provizyon no, grup poliçe no
полис~, полиса, омс, полис номер, дмс, страховка №, страхов~ свидетельств~, договір страхування, договор страхования, αρ ασφαλισμένου, αριθμός ασφαλισμένου, ασφαλιστήριο συμβόλαιο, ασφαλιστηρίου, αρ συμβολαίου, μητρώο ασφαλισμένου, biztosítási szám~, biztosítási azonosító~, egészségpénztári~, kötvény~, cod de asigurat, codul de asigurat, cardul de sănătate, polița, polița nr, poliță, פוליסת הסיעוד, פוליסה מס, מספר פוליסת, פוליסת~, הפוליסה, חבר בקופה, מספר חבר בקופה, קופה, כללית, מכבי, מאוחדת, לאומית, מבוטח מס, מספר מבוטח, التأمين الصحي, تأمين صحي, التأمين الصحي رقم, وثيقة التأمين, بوليصة, بوليصة التأمين, رقم المؤمن عليه, رقم العضوية التأمينية, بطاقة التأمين الصحي, पॉलिसी, बीमा, बीमा संख्या, बीमा पॉलिसी, पॉलिसी क्रमांक, आयुष्मान, आयुष्मान कार्ड, आभा, आभा आईडी, ईएसआई, सीजीएचएस, bhyt, mã số bhxh, số bhxh, sổ bhxh, hợp đồng bảo hiểm, số hợp đồng bảo hiểm, số thẻ bhyt, số thẻ bảo hiểm, bpjs kesehatan, kis, kartu kis, no kartu bpjs, nomor kartu bpjs, no kis, polis asuransi, nomor asuransi, sha no, sha number, shif, nhis, nhis no, hmo no, hmo id, enrollee, enrollee id, enrollee no, discovery membership, momentum health, bonitas, gems, gems no, medical scheme, scheme no, principal member, hmo, maxicare, medicard, intellicare, integrated shield, shield plan, medishield, vhi healthcare, vhi number, irish life health, laya healthcare, jubilee policy, aar member, britam policy`,
  about: `eligibility, authori~, pre authori~, claim~, bcbs, hmo, ppo, policy, insurance, insured, insurer, coverage, health plan, plan, payer, group, certificate of insurance, membership, member, benefit, enrollee, dependent
versicherung~, versichert~, police, mitglied~, kasse, krankenk~, tarif~
mutuelle~, adhérent~, assuré~, assurance~, police, contrat~, prévoyance, garantie, bénéficiaire~
póliza~, seguro~, asegurad~, afiliad~, mutua, mutualista, aseguradora, beneficiari~, cobertura
polizza~, assicurazione~, assicurat~, assistit~, fondo, iscritt~, beneficiari~
apólice~, seguro~, segurad~, utente~, beneficiári~, convénio, convênio, plano
polis, polissen, verzekering~, verzekerde~, zorgverzekering~, zorgverzekeraar~, mutualiteit, ziekenfonds
polis~, ubezpiecz~, świadczenie
försäkring~, försäkrad~
forsikring~, vakuutu~, trygging~, kindlustu~, apdrošin~, draudim~, pojist~, pojišt~, poist~, biztosít~, asigur~, sigorta~, poliçe~, osigur~, zavarov~, sigurim~, asuransi~, insurans~, bảo hiểm, bima, versekering~, страхов~, страхуван~, ασφάλ~, ασφαλισ~
health card, tpa, cover, scheme, fund
polizze~, kranken~
affili~, mutualit~, santé
sanitari~, salud, social, médic~
sanitari~, mutua, salute
saúde, utentes, beneficiár~
zorg~, ziekteverzekering~
medyczn~, zdrowotn~, pakiet~
sjukvård~, vård~
helse~, syge~, sundhed~
pojist~, zdravotn~
sağlık, poliçe`,
};
