/** Health plans, insurances and their members. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'health_plan',
  own: `member id, member no, member number, membership no, membership number, membership id, subscriber~, beneficiary~, policy number, policy no, policyholder no, medicare, medicaid, mbi, hicn, nhs, hcn, ohip, payer id, insurance id, group no, group number, plan id, plan number
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
αριθμός ασφάλισης, αριθμός συμβολαίου, ασφαλιστήριο~, полис омс, полис дмс, номер полиса, полис, страхов~ полис, страховой полис, поліс, номер поліса, осигурителен номер, رقم البوليصة, رقم الوثيقة, رقم التأمين, رقم التامين, بطاقة التأمين, شماره بیمه, بیمه نامه, دفترچه بیمه, מספר פוליסה, פוליסה, קופת חולים, पॉलिसी संख्या, पॉलिसी नंबर, 保单号, 保单号码, 保單號碼, 医保卡号, 社保号, 健保卡號, 保険証番号~, 被保険者番号~, 証券番号~, 記号番号~, 증권번호~, 보험증권번호~, 건강보험증번호~, เลขที่กรมธรรม์, กรมธรรม์`,
  about: `eligibility, authori~, pre authori~, claim~, bcbs, hmo, ppo, policy, insurance, insured, insurer, coverage, health plan, plan, payer, group, certificate of insurance, membership, member, benefit, enrollee, dependent
versicherung~, versichert~, police, mitglied~, kasse, krankenk~, tarif~
mutuelle~, adhérent~, assuré~, assurance~, police, contrat~, prévoyance, garantie, bénéficiaire~
póliza~, seguro~, asegurad~, afiliad~, mutua, mutualista, aseguradora, beneficiari~, cobertura
polizza~, assicurazione~, assicurat~, assistit~, fondo, iscritt~, beneficiari~
apólice~, seguro~, segurad~, utente~, beneficiári~, convénio, convênio, plano
polis, polissen, verzekering~, verzekerde~, zorgverzekering~, zorgverzekeraar~, mutualiteit, ziekenfonds
polis~, ubezpiecz~, świadczenie
försäkring~, försäkrad~
forsikring~, vakuutu~, trygging~, kindlustu~, apdrošin~, draudim~, pojist~, pojišt~, poist~, biztosít~, asigur~, sigorta~, poliçe~, osigur~, zavarov~, sigurim~, asuransi~, insurans~, bảo hiểm, bima, versekering~, страхов~, страхуван~, ασφάλ~, ασφαλισ~`,
};
