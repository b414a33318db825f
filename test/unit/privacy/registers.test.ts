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
    ['Der Bote wartet auf Steuerberater Knut Halvorsen.', 'name: Knut Halvorsen'],
    ['Das Rad unserer Auszubildenden Mareike Stolz ist weg.', 'name: Mareike Stolz'],
    ['Protokoll: Ordföranden Gunvor Asplund öppnade mötet.', 'name: Gunvor Asplund'],
    ['See you on Friday.\n\n-- \nMaud Perrywinkle', 'name: Maud Perrywinkle'],
    ['Уважаемый Иван Петрович, ваш договор готов.', 'name: Иван Петрович'],
    ['Пациентка Смирнова Анна жалуется на головную боль.', 'name: Смирнова Анна'],
    ['Με λένε Γιώργο Παπαδόπουλο.', 'name: Γιώργο Παπαδόπουλο'],
    ['The cheque is for Mr Charles Schwab.', 'name: Charles Schwab'],
    ['Passi KP4417220, voimassa', 'passport: KP4417220'],
    ['Řidičský průkaz EK 310442 je neplatný.', 'licence: EK 310442'],
    ['Dra. Helena, CRM-RJ 338120, assina', 'licence: 338120'],
    ['Gefunden am 14. Mai: Ausweis LKZPWC7FT', 'national_id: LKZPWC7FT'],
    ['the passports 604813258 (US) and KB114620 (Canada)', 'passport: KB114620'],
    ['CNP 2790412345678, eliberat', 'national_id: 2790412345678'],
    ['Send it to 4410 County Road 7, Marfa, Texas.', 'address: 4410 County Road 7, Marfa, Texas'],
    [
      'PO Box 88, Truth or Consequences, New Mexico 87901',
      'address: PO Box 88, Truth or Consequences, New Mexico 87901',
    ],
    ['Havregade 9, 1. th., 5000 Odense C', 'address: Havregade 9, 1. th., 5000 Odense C'],
    ['címem 1117 Budapest, Ady Endre utca 12.', 'address: 1117 Budapest, Ady Endre utca 12.'],
    ['Lot 9 Bandicoot Track, Humpty Doo NT 0836', 'address: Lot 9 Bandicoot Track, Humpty Doo NT 0836'],
    [
      'of The Old Vicarage, Nether Wallop, Stockbridge SO20 8EU and',
      'address: The Old Vicarage, Nether Wallop, Stockbridge SO20 8EU',
    ],
    ['Vivo en Urb. Las Dunas, chalet 12, 03189 Orihuela', 'address: Urb. Las Dunas, chalet 12, 03189 Orihuela'],
    ['Abito in Contrada Torre 9, 70044 Polignano a Mare', 'address: Contrada Torre 9, 70044 Polignano a Mare'],
    ['Ulica i nr: Konarskiego 14', 'address: Konarskiego 14'],
    ['Ida Hedlund, 93, från Sorsele, vann.', 'city: Sorsele'],
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
    'Das Modell München ersetzt das Modell Hamburg.',
    'Dallas, Denver and Boston flights are late.',
    'Stoel Utrecht en tafel Breda zijn op.',
    'Guten Morgen und guten Abend.',
    'Merhaba, kartım kapandı.',
    'Dobrý den, děkuji za zprávu.',
    'Ersatzteile liefert Bosch.',
    'Use a Phillips screwdriver and a Stanley knife.',
    'Regał Gdańsk i komoda Sopot, kolor dąb',
    'Tim Hortons and Albert Heijn have closed their stores.',
    'Le magasin Leroy Merlin ferme à midi.',
    'Магазин закрыт. Новая версия программы доступна в Москве.',
    'Сумма указана без налога.',
    'Ευχαριστώ πολύ. Το κατάστημα είναι κλειστό.',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
