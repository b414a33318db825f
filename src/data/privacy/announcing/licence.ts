/** Licences to drive and to practise, certificates and permits. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'licence',
  own: `lic, licence no, autorisationsid, autorisations id, autorisationsnummer, sv numero, sv nro, hpcsa no, hpcsa, crm, crm sp, crm rj, crm mg, δίπλωμα, άδεια οδήγησης, αριθμός διπλώματος, 免許証番号~, 運転免許~, ajokortti, ajokortin numero, посвідчення водія, водительское удостоверение, jogosítvány~, permis de conducere, permis auto, cod parafă, parafa, parafă, cdl, driver s licen~, drivers licen~, driver licen~, driving licen~, dl, dln, dvla, licen~ number, licen~ no, licence, license no, npi, dea, gmc, nmc, hcpc, gphc, bar no, bar number, sra, upin, permit no, permit number, certificate no, certificate number, state licen~, registration no, registration number, firearms certificate
führerschein~, fahrerlaubnis~, lanr, arztnummer~, approbation~, bsnr, betriebsstättennummer, jagdschein~, waffenschein~, waffenbesitzkarte~, zulassungsnummer, gewerbeschein, handwerkskarte
permis de conduire, permis, numéro de permis, rpps, adeli, finess, toque, carte professionnelle, licence professionnelle, numéro d ordre, numéro d agrément
permiso de conducir, permiso de conduccion, carné de conducir, carnet de conducir, licencia de conducir, licencia, colegiad~, número de colegiad~, permiso de armas, cédula profesional
patente~, patente di guida, iscrizione all albo, albo, porto d armi, numero di iscrizione, numero patente, abilitazione
carta de condução, cnh, carteira de motorista, carteira nacional de habilitação, habilitação, crm, cro, oab, coren, cédula profissional, licença, ordem dos médicos, carteira profissional
rijbewijs~, big nummer, big registratie, agb code, agb, vergunningnummer, wapenvergunning, beroepsregister
prawo jazdy, prawa jazdy, prawem jazdy, pwz, npwz, numer pwz, uprawnienia, uprawnień, licencja, licencji, pozwolenie~, numer licencji, prawo wykonywania zawodu
körkort~, körkortsnummer, förskrivarkod~, legitimationsnummer, legitimations nr, legnr, leg nr, vapenlicens~, behörighetsnummer
kørekort~, kørekortnummer, førerkort~, førerkortnummer, autorisationsnummer, autorisations id, hpr nummer, hpr nr, ajokortti~, ajokortin, rekisteröintinumero, řidičský průkaz, řidičského průkazu, vodičský preukaz, jogosítvány~, vezetői engedély~, permis de conducere, permisul, ehliyet~, sürücü belgesi, vozačka dozvola, vozniško dovoljenje
ptin, ahpra, tachograph card, tachograph, provider number, prescriber number, medical council~, law society, bar licen~
kørekort nr, førerkort nr, ajokortin numero, ökuskírteini~, juhiluba, juhiloa~, juhiloa nr, vadītāja apliecība~, vadītāja apliecības nr, vairuotojo pažymėjim~, číslo řidičského průkazu, číslo vodičského preukazu, vodičského preukazu, jogosítvány szám~, vezetői engedély száma, permisului de conducere, nr permis, sürücü belgesi no, ehliyet no, broj vozačke dozvole, vozačke dozvole, vozniškega dovoljenja, leje drejtimi, patenta
permís de conduir, carnet de conduir, carné de conducir, permiso de conducir, sim a, sim c, nomor sim, no sim, lesen memandu, no lesen, bằng lái xe, giấy phép lái xe, số gplx, gplx, lisensya sa pagmamaneho, leseni ya udereva, rybewys~, bestuurslisensie, driving licence no, dl number, dl no
άδεια οδήγησης, δίπλωμα οδήγησης, αρ άδειας, водительск~ удостоверени~, водительское удостоверение, номер ву, права серия, посвідчення водія, свидетелство за управление, رخصة القيادة, رخصة قيادة, رقم الرخصة, گواهینامه, گواهینامه رانندگی, רישיון נהיגה, מספר רישיון, ड्राइविंग लाइसेंस, 驾驶证号, 驾照号码, 駕照號碼, 駕駛執照, 運転免許証番号~, 免許証番号~, 運転免許証, 운전면허~, 운전면허번호~, ใบขับขี่, ใบอนุญาตขับขี่
lic, lic no, sbn, imc, imc no, mcrn, cpso, cpso no, cpsbc, cno, racgp, cpc card, driver cpc, driver cpc card, tacho card, driver card, driver s card, cscs card, cscs, sia licence, sia, licence to practise, pilot licence, pilot license, pilot certificate, faa certificate, shotgun certificate, firearm licen~, gun licen~, hunting licen~, fishing licen~, boat licen~, skipper licen~, taxi badge, private hire licence, hackney licence, contractor licen~, real estate licen~, rn licen~, lpn licen~, nursing licen~, nursing license, teaching licen~, medical licen~, medical registration~, mci reg, mmc reg, dental council, gdc, gdc no, goc, rcvs, arb no, nursing pin, nmc pin, mbcm, icai, membership no icai, bar council~, enrolment number bar, aicte, cra licence, notary commission, wwcc, working with children~, blue card, white card, rsa certificate, bio card, hgv licence, forklift licen~, forklift certificate, operator licence, personal licence
fs nr, fsnr, fahrausweis~, lenkberechtigung~, führerausweis~, fahrerkarte~, taxischein~, personenbeförderungsschein~, p schein, pilotenlizenz~, ärztekammer~, öäk~, arztausweis~, zsr~, gln, k nummer, gesellenbrief~, meisterbrief~, fischereischein~, angelschein~, sportbootführerschein~, sbf, staplerschein~, sachkundenachweis~, anwaltsausweis~, rak nr, kammermitglied~, rechtsanwaltskammer~, steuerberaterkammer~, waffenpass~, jagdkarte~, lebenslange arztnummer, bewacherregister~, bewacher id, gewerberegister~, kraftfahrer karte
permis b, permis c, permis de chasse, permis bateau, permis moto, carte vtc, carte de conducteur, carte conducteur, licence fft, licence fff, licence sportive, numéro de licence, inami, numéro inami, riziv inami, carte cnaps, agrément cnaps, cnaps, carte t, carte professionnelle taxi, numéro d inscription à l ordre, ordre des médecins, ordre national, ordre des avocats, palais, caces, numéro d am, numéro de prescripteur, opq, cmq, barreau
col, coleg, número de colegiado, número de colegiada, céd prof, cédula, ced prof, mn, m n, mp, m p, mat prof, matrícula nacional, matrícula provincial, matrícula profesional, tarjeta de tacógrafo, tarjeta de conductor, tarjeta tacógrafo, tarjeta profesional, licencia federativa, licencia de caza, licencia de pesca, carnet de manipulador, carnet profesional, permiso de circulación conductor, cap, registro sanitario médico, licencia municipal taxi, permiso b, ficha federativa, título de patrón, tomo, licencia de piloto
licenza di caccia, licenza di pesca, licenza, cqc, carta del conducente, carta tachigrafica, patentino~, omceo, ordine dei medici, ordine degli avvocati, ordine, opi, iscrizione ordine, iscrizione omceo, iscrizione opi, numero di iscrizione all ordine, iscrizione, iscritto al n, patente b, patente c, codice regionale, codice prescrittore, enpam, tesserino venatorio, tesserino, patente nautica, brevetto
crea, crp, crmv, crf, crn nutri, crefito, cress, cau, crc, om, ordem dos advogados, ordem dos enfermeiros, om n, oe n, porte de arma, registro de arma, licença de uso e porte, carta de marinheiro, cartão de condutor, cartão tacógrafo, cap motorista, licença de tvde, tvde, carteira de habilitação, registro cnh, renach, cedula, cartão do condutor, registro profissional, creci, drt, licença desportiva
big, big nr, riziv, riziv nr, rizivnummer, rijbewijsnr, bestuurderskaart~, vaarbewijs~, jachtakte~, wapenverlof~, taxipas, chauffeurskaart~, chauffeurspas, code 95, agb nr, skj, kvk beroeps, nba lidnummer, vlieg bewijs, brevet, ordenummer, orde van advocaten
nr wpisu, numer wpisu, wpis na listę, karta kierowcy, licencja pośrednika, licencja zawodowa, licencja pracownika ochrony, patent żeglarski, patent, uprawnienia budowlane, karta wędkarska, legitymacja myśliwska, legitymacja łowiecka, legitymacja instruktora, legitymacja adwokacka, nr uprawnień, numer uprawnień, nr licencji, nr pozwolenia, świadectwo kwalifikacji, karta kwalifikacji kierowcy
leg nr, legitimation, läkarlegitimation~, sjuksköterskelegitimation~, tandläkarlegitimation~, yrkeslegitimation~, hsa id, arbetsplatskod, gruppförskrivarkod, jägarexamen~, jaktkort~, förarkort~, förarbevis~, taxiförarlegitimation~, taxileg, yrkeskompetensbevis, vapenlicens, certifikat nr, ykb, körkorts nr
autorisationsnr, autorisations nr, autorisationskode, ydernummer, ydernr, jagttegn~, førerkort nr, chaufførkort~, taxikørekort, våbentilladelse~, fisketegn, bådcertifikat, hpr, hpr nr, helsepersonellnummer, våpenkort~, jegeravgift, sjåførkort~, kjøreseddel, båtførerbevis, førerkortnr, advokatbevilling~, advokatbevilgning
řp, řp č, č řp, číslo řp, průkaz řidiče, řidičské oprávnění, řidičák, čísla řidičského průkazu, zbrojní průkaz~, zbrojní, zp č, člk, evidenční číslo člk, evid č, evidenční číslo čak, čak, osvědčení, osvědčení o registraci, autorizace, karta řidiče, paměťová karta řidiče, lovecký lístek, rybářský lístek, živnostenské oprávnění, koncese, ič lékaře, icp, číslo průkazu
tescil no, diploma tescil no, diploma no, sicil tescil no, baro sicil, baro sicil no, baro no, src belgesi, src, psikoteknik, silah ruhsatı, silah ruhsat no, ruhsat no, lisans no, pilot lisansı, takograf kartı, sürücü kartı, belge no sürücü, uzmanlık tescil, ehliyet numarası`,
  about: `licen~, permit~, certificate~, registration, registered, prescriber~, attorney, nurse, pilot, practitioner, physician, notary
nachweis~, fachkunde~, befähigung~, lizenz~, zulassung~, genehmigung~, zertifikat~, arzt, ärztin, anwalt, notar
licence, agrément~, certificat~, avocat, médecin, praticien, infirmi~
licencia~, permiso~, certificado~, carné, abogad~, médico, registro profesional
licenza~, permesso~, certificato~, avvocato, medico, guida, iscritt~, ordine
licença~, certificado~, carteira, advogad~, médico, médica, ordem
vergunning~, certificaat~, registratie~, arts, advocaat
licencj~, zezwoleni~, certyfikat~, zaświadczeni~, lekarz~, adwokat~
licens~, tillstånd~, certifikat~, legitimation~, läkare
prof, professional, hunting, fishing, firearm~, skipper, council, bar
führer~, kammer, prüfung~, schein
profession~, barreau, inscription, conduire
colegi~, profesional, caza, conducir
professional~, caccia, conducente, iscrizione, albo
conselho, profissional, condução
registratie, bevoegdheid, beroeps~
uprawnie~, wpis~, pozwoleni~, licencj~
legitimation~, behörighet~
autorisation~, bevilling~, tilladelse~, løyve, godkjenning~
průkaz~, oprávněn~, registrac~, povolen~, licenc~
belge~, ruhsat~, lisans~, tescil`,
};
