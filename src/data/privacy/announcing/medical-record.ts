/** Records, cases, admissions, samples and studies of patients. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'medical_record',
  own: `mrn, emrn, mpi, m r n, medical record~, med rec, unit record, health record~, hospital number, hospital no, hosp no, patient id, patient number, patient no, patient identifier, pt id, chart number, chart no, chart, accession~, encounter~, fin, csn, visit number, visit no, admission number, specimen id, specimen no, case note~
patientenakte~, patientennummer~, patientenid, pat id, pat nr, patnr, fallnummer~, fallnr, fallzahl, aufnahmenummer, aufnahmenr, aufnahme nr, krankenakte~, krankenblatt~, krankengeschichte~, histologie nr, befundnummer, untersuchungsnummer, laufnummer, probennummer, auftragsnummer, fallakte~, pflegeakte~, behandlungsnummer
ipp, nip, nda, iep, dossier médical, dossier patient, numéro de dossier, n de dossier, numéro de patient, n patient, n de séjour, numéro de séjour, numéro d hospitalisation, dossier hospitalier
nhc, historia clínica, historial clínico, expediente médico, expediente clínico, número de paciente, n de paciente, número de episodio, episodio, nuhsa, n de historia
cartella clinica, cartelle cliniche, nosologico, numero nosologico, codice paziente, id paziente, numero paziente, scheda sanitaria, numero di accettazione, accettazione, verbale ps
prontuário~, processo clínico, n de processo, registo hospitalar, registro hospitalar, número do paciente, número de paciente, n do paciente, número de episódio, atendimento, episódio
patiëntnummer~, patiëntnr, patnr, pat nr, opnamenummer, dossiernummer, medisch dossier, onderzoeksnummer, zis nummer, epd, monsternummer
historia choroby, numer pacjenta, nr pacjenta, id pacjenta, dokumentacja medyczna, dokumentacji medycznej, księga główna, księgi głównej, numer historii, nr historii, kartoteka, karta pacjenta, nr karty, numer karty pacjenta, numer skierowania, kod próbki
journalnummer, journal nr, journalnr, patientnummer, patient id, remissnummer, remiss~, provnummer, vårdtillfälle~, lid nummer, patientjournal~
patientnr, pasientnummer~, pasientnr, pasient nr, journalnummeret, potilasnumero~, potilastunnus, sairauskertomus~, potilaskertomus~, sjúkraskrá~, haiguslugu, haigusloo nr, patsiendi nr, pacienta karte, pacienta kartes nr, ambulatorā karte, paciento kortelė, ligos istorij~, kortelės nr, číslo pacienta, chorobopis~, zdravotní dokumentace, zdravotná dokumentácia, číslo chorobopisu, rodné lékařské, betegszám, beteg azonosító, kórlap~, törzsszám, naplószám, fișa pacientului, foaie de observație, fișă medicală, nr fișă, hasta no, hasta numarası, dosya no, protokol no, protokol numarası, broj pacijenta, povijest bolesti, istorija bolesti, broj kartona, zdravstveni karton, karton br, matični broj osiguranika, številka pacienta, kartoteka pacienta, popis bolezni, kartela e pacientit
història clínica, núm història clínica, historia clínica, número de historia, no rekam medis, nomor rekam medis, rekam medis, no rm, no pendaftaran, no pesakit, mã bệnh nhân, số bệnh án, mã hồ sơ, hồ sơ bệnh án, mã bn, hospital no, rekord medikal, nambari ya mgonjwa, nambari ya faili, pasiëntnommer, lêernommer, uhid, uhid no, ip no, op no, opd no, ipd no, opd number, reg no patient, cr no, folder number, folder no
αριθμός ασθενούς, αρ φακέλου, ιατρικός φάκελος, номер карты, медицинск~ карт~, медицинская карта, история болезни, истории болезни, амбулаторная карта, номер пациента, історія хвороби, медична картка, رقم الملف, الملف الطبي, رقم المريض, شماره پرونده, پرونده پزشکی, מספר תיק, תיק רפואי, רשומה רפואית, रोगी संख्या, मरीज संख्या, 病历号, 病案号, 住院号, 門診號, 病歷號, 病歷號碼, 患者番号~, 診察券番号~, カルテ番号~, 患者id, 환자번호~, 등록번호~, 차트번호~, เลขประจำตัวผู้ป่วย, hn`,
  about: `patient~, pt, medical, record~, hospital~, clinic~, admission~, admitted, discharge~, specimen~, sample~, ward, file, case, radiology, x ray, scan, mri, biopsy, pathology, lab, laboratory, referral~, prescription~, visit, episode, study
patient~, pat, klinik~, krankenhaus, station~, befund~, aufnahme~, einweisung~, probe~, rezept~, überweisung~, untersuchung~, fall, akte, histologie~, labor~, röntgen~
patient~, dossier~, hôpital, hospitalis~, séjour~, examen~, prélèvement~, ordonnance~, service, radio~, analyse~
paciente~, historia~, hospital~, ingreso~, muestra~, receta~, expediente~, consulta, biopsia, volante, análisis
paziente~, cartella, cartelle, ricover~, ospedal~, referto~, prescrizion~, ricetta~, esame, esami, campione, biopsia, degenza
paciente~, processo, hospital~, interna~, exame~, receita~, amostra~, consulta, biópsia, registo, registro
patiënt~, dossier~, ziekenhuis~, opname~, onderzoek~, monster~, recept~, verwijzing~, uitslag~
pacjent~, szpital~, przyjęci~, badani~, skierowani~, recept~, prób~, kart~, historii, histori~, wypis~, księg~, oddział~
patient~, journal~, sjukhus~, prov~, remiss~, recept~, inskrivning~, undersökning~, svar
pasient~, sykehus~, sygehus~, hospital~, innlegg~, indlæg~, prøve~, potila~, sairaala~, lähete~, näyte~, pacient~, nemocnic~, vyšetřen~, vyšetren~, vzor~, beteg~, kórház~, vizsgálat~, minta, pacientul~, spital~, internare~, probă, hasta~, hastane~, tahlil~, numune~, pacijent~, bolnic~, bolnišnic~, uzorak, vzorec, pesakit, pasien~, bệnh nhân, mgonjwa, пациент~, больниц~, анализ~, хвороб~, ασθεν~, νοσοκομεί~`,
};
