/** Chat in small letters, forms in capitals, notes, signatures and decoys: what people write beside letters and contracts. */
import { describe, expect, it } from 'vitest';
import { Detector } from '../../../src/data/privacy/detector.ts';

const detector = new Detector();

function found(text: string): string[] {
  return detector.find(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
}

describe('in other registers', () => {
  it.each([
    ['Dear Ms. Cho,\nyour card is enclosed.', 'name: Cho'],
    ['Dear Mrs Thistlebottom,\nThank you.', 'name: Thistlebottom'],
    ['Étaient présents : MM. Garnier, Roux.', 'name: Garnier'],
    ['Mevrouw van ’t Hof belde.', 'name: van ’t Hof'],
    ['remiss från doktor af Klintberg', 'name: af Klintberg'],
    ['Anästhesie: de Jong', 'name: de Jong'],
    ['Trust of Bartholomew J. Quigley III', 'name: Bartholomew J. Quigley III'],
    ['user p. kowalski is locked out', 'name: p. kowalski'],
    ['hi this is sunita, my parcel never came', 'name: sunita'],
    ['{"nom":"Perdrix","prenom":"Maud"}', 'name: Perdrix'],
    ['Paziente Rossini, anni 96, ricoverata', 'age: 96'],
    ['Tante Cobie wordt 97 op 3 mei', 'age: 97'],
    ['mw. Zomer 95, rustig', 'age: 95'],
    ['Die älteste Bewohnerin ist 103 und gesund.', 'age: 103'],
    ['wohnt 3 impasse du lavoir 44600 saint-nazaire', 'address: 3 impasse du lavoir 44600 saint-nazaire'],
    ['früher Bergstraße 118 (Hinterhof), 01069 Dresden', 'address: Bergstraße 118 (Hinterhof), 01069 Dresden'],
    ['signed on 15 Ramadan 1446 in Doha', 'date: 15 Ramadan 1446'],
    ['verlor am Ostermontag 2024 ihr Hörgerät', 'date: Ostermontag 2024'],
    ['on leave from 9/8 to 9/19', 'date: 9/19'],
    ['Opa is 100 geworden', 'age: 100'],
    ['executed on 5th day of April, 2025', 'date: 5th day of April, 2025'],
    ['Passwort fürs WLAN Kirschkern#4', 'secret: Kirschkern#4'],
    ['neues Passwort: Apfel!Kuchen', 'secret: Apfel!Kuchen'],
    ['acceso del usuario mlopez77 correcto', 'code: mlopez77'],
    ['Ein Foto der Narbe ist in der Akte.', 'photo: Foto der Narbe'],
    ['Tęczówka oka zamiast karty', 'biometric: Tęczówka oka'],
    ['Halterabfrage B-KC 2544', 'plate: B-KC 2544'],
  ])('finds %s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'Inhaberin und Durchwahl stehen unten.',
    'Beneficiary, payee and prescriber are defined above.',
    'BP 118/76, pulse 80.',
    'Figure (97) shows the valve; the score is 95.',
    'Kapitel 99, Absatz 2',
    'Tel. P, Tel. G, Fax',
    'Patients with Wilson disease or Addison crisis were excluded.',
    'Morbus Bechterew und Morbus Crohn',
    'Sehr geehrte Frau Kollegin, anbei der Befund.',
    'Adams Street and Gandhi Nagar are closed.',
    'See Figure 12 (left panel) and Article 6 (lawfulness).',
    'Windows 11 (Home edition), version 2 (stable)',
    'La moda negli anni 90 e muzyka lat 90.',
    'The car passed at 95.',
    'The meeting was moved to Monday, the chat moved to Slack.',
    'A film about living in Fear.',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
