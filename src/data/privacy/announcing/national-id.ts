/** Identity and tax numbers of any country where words announce them: for those without a rule of their own, and for misprints. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'national_id',
  own: `ssn, social security, social insurance, national insurance, nino, ni number, national id~, identity card~, id card~, identification number, tin, itin, ein, tax id~, taxpayer id~, utr, tfn, sin, ppsn, pps number, green card, alien number, uscis
steuer id, steueridentifikation~, steuernummer, steuer nr, idnr, sozialversicherungsnummer, sv nummer, svnr, sv nr, rentenversicherungsnummer, rvnr, personalausweis~, ausweisnummer, perso nr, aufenthaltstitel, ahv~, avs
sécurité sociale, nir, numéro de sécu, numéro insee, carte d identité, cni, numéro fiscal, spi, nif, titre de séjour, carte de séjour, registre national, niss
dni, nie, nif, seguridad social, documento de identidad, documento nacional, cédula de identidad, cédula, curp, rut, cuit, cuil, naf, permiso de residencia
codice fiscale, carta d identità, carta identità, cie, permesso di soggiorno, partita iva, c f
cpf, rg, cartão de cidadão, bilhete de identidade, bi, contribuinte, número de contribuinte, segurança social, niss, pis, pasep, nit, título de eleitor, identidade
bsn, burgerservicenummer, sofinummer, identiteitskaart~, id kaart~, rijksregisternummer, vreemdelingennummer, v nummer, fiscaal nummer, insz
pesel, dowód osobisty, dowodu osobistego, dowodem osobistym, dowód, dowodu, nip, karta pobytu, numer ewidencyjny
personnummer, samordningsnummer, organisationsnummer, id kort, nationellt id, skatteregistrering
rodné číslo, rodného čísla, r č, občanský průkaz, občanského průkazu, číslo op, občiansky preukaz, személyi szám~, személyi igazolvány~, személyazonosító~, szig, adóazonosító~, adószám, cnp, carte de identitate, buletin, tc kimlik~, t c kimlik~, kimlik no, kimlik numarası, tckn, oib, osobna iskaznica, osobne iskaznice, emšo, jmbg, isikukood, asmens kodas, personas kods, kennitala, amka, afm, egn, cpr nummer, cpr nr, personnr, fødselsnr, henkilökortti~, sotu
nric, mykad, fin no, sa id, national identification, omang, nin
aadhaa~, aadhar, pan card, pan, voter id, cpr, hetu, henkilötunnus, fødselsnummer, personal identity`,
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
