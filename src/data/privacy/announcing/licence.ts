/** Licences to drive and to practise, certificates and permits. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'licence',
  own: `cdl, driver s licen~, drivers licen~, driver licen~, driving licen~, dl, dln, dvla, licen~ number, licen~ no, licence, license no, npi, dea, gmc, nmc, hcpc, gphc, bar no, bar number, sra, upin, permit no, permit number, certificate no, certificate number, state licen~, registration no, registration number, firearms certificate
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
άδεια οδήγησης, δίπλωμα οδήγησης, αρ άδειας, водительск~ удостоверени~, водительское удостоверение, номер ву, права серия, посвідчення водія, свидетелство за управление, رخصة القيادة, رخصة قيادة, رقم الرخصة, گواهینامه, گواهینامه رانندگی, רישיון נהיגה, מספר רישיון, ड्राइविंग लाइसेंस, 驾驶证号, 驾照号码, 駕照號碼, 駕駛執照, 運転免許証番号~, 免許証番号~, 運転免許証, 운전면허~, 운전면허번호~, ใบขับขี่, ใบอนุญาตขับขี่`,
  about: `licen~, permit~, certificate~, registration, registered, prescriber~, attorney, nurse, pilot, practitioner, physician, notary
nachweis~, fachkunde~, befähigung~, lizenz~, zulassung~, genehmigung~, zertifikat~, arzt, ärztin, anwalt, notar
licence, agrément~, certificat~, avocat, médecin, praticien, infirmi~
licencia~, permiso~, certificado~, carné, abogad~, médico, registro profesional
licenza~, permesso~, certificato~, avvocato, medico, guida, iscritt~, ordine
licença~, certificado~, carteira, advogad~, médico, médica, ordem
vergunning~, certificaat~, registratie~, arts, advocaat
licencj~, zezwoleni~, certyfikat~, zaświadczeni~, lekarz~, adwokat~
licens~, tillstånd~, certifikat~, legitimation~, läkare`,
};
