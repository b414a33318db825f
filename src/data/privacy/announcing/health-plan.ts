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
försäkringsnummer, försäkringsbrev~, försäkringsnr, vårdkort~, frikort~, högkostnadskort`,
  about: `eligibility, authori~, pre authori~, claim~, bcbs, hmo, ppo, policy, insurance, insured, insurer, coverage, health plan, plan, payer, group, certificate of insurance, membership, member, benefit, enrollee, dependent
versicherung~, versichert~, police, mitglied~, kasse, krankenk~, tarif~
mutuelle~, adhérent~, assuré~, assurance~, police, contrat~, prévoyance, garantie, bénéficiaire~
póliza~, seguro~, asegurad~, afiliad~, mutua, mutualista, aseguradora, beneficiari~, cobertura
polizza~, assicurazione~, assicurat~, assistit~, fondo, iscritt~, beneficiari~
apólice~, seguro~, segurad~, utente~, beneficiári~, convénio, convênio, plano
polis, polissen, verzekering~, verzekerde~, zorgverzekering~, zorgverzekeraar~, mutualiteit, ziekenfonds
polis~, ubezpiecz~, świadczenie
försäkring~, försäkrad~`,
};
