/** Towns by themselves: found where somebody lives, moves to or is at home, and left where a firm, a match or a train is. */
import { describe, expect, it } from 'vitest';
import { isBentTown, withoutTurkishCase } from '../../../src/privacy/addresses/bent-towns.ts';
import { recogniser } from '../../../src/privacy/recognisers/town-of-somebody.ts';

/** Invented; what stands in angle brackets are the towns. */
const SENTENCES = [
  'Our customer in <Harrogate> has not had a reply.',
  'She now rents in <Letterkenny> and commutes.',
  'Next of kin: sister Agnes, <Dumfries>, 01387 555 012',
  'discharged to his daughter in <Tupelo>.',
  'Prize won by Olive Green of <Cromer>, aged 9',
  'Candidate is willing to relocate to <Geelong>.',
  'hi this is ole, moved to <sheffield> last week',
  'Der Zeuge ist im Mai von <Passau> nach <Straubing> verzogen.',
  'Unsere Kundin aus <Emden> wartet, ihr Sohn lebt in <Aurich>.',
  'Er ist seit 2019 in <Rostock> gemeldet.',
  'Ansprechpartner: Bruder Tobias (<Fulda>)',
  'Sie wohnt in <Bad Homburg v. d. Höhe> bei ihrem Sohn.',
  'Notre cliente de <Quimper> a rappelé.',
  'Le prévenu est hébergé chez sa mère à <Vaulx-en-Velin>.',
  'El paciente vive con un hijo en <Cuenca>.',
  'Se mudó de <Mendoza> a <Neuquén> por trabajo.',
  'Si è trasferita da <Bergamo> a <Reggio Emilia>.',
  'O segurado mudou-se de <Setúbal> para <Évora>.',
  'Patiënt woont alleen, dochter in <Assen>.',
  'Nasz klient z <Ełku> zgłosił reklamację.',
  'Pacjentka mieszka na stałe we <Wrocławiu>.',
  'Przeprowadził się z <Torunia> do <Bydgoszczy>.',
  'Vår kund i <Trelleborg> saknar sin vara.',
  'Svaranden, folkbokförd i <Nynäshamn>, har inte svarat.',
  'Hun er flyttet fra <Odense> til <Svendborg>.',
  'Kunden vår i <Bodø> venter på pakken.',
  'Náš zákazník z <Olomouce> reklamuje zboží.',
  'Přestěhovala se z <Jihlavy> do <Karlových Varů>.',
  "Hasta <Eskişehir>'de oturuyor, oğlu <Bursa>'da.",
  'Reklamację złożyła pani Zofia z <Ostrołęki>.',
  'Davalı, <Kayseri> ilinde ikamet etmektedir.',
  'Empadronada en <Arganda del Rey> desde mayo.',
  'Die Zeugin Frau Berger, <Graz>, wurde geladen.',
  'Çalışan: Murat Kaya (<Gaziantep>)',
];

const DECOYS = [
  'The firm opened a shop in Leeds and one in Hull.',
  'Our customer flew from Oslo to Bergen in May.',
  'Die Kundin arbeitet in Frankfurt.',
  'Sie ist in Passau geboren und lebt gern.',
  'Le client travaille à Nantes.',
  'El hijo de Sofía llamó ayer.',
  'The patient was moved to Boston General at noon.',
  'Dallas, Denver and Boston are on the list.',
];

function townsOf(text: string): string[] {
  return [...recogniser.find(text)].map(({ start, end }) => text.slice(start, end));
}

describe('home towns', () => {
  it.each(SENTENCES)('are found: %s', (marked) => {
    const wanted = [...marked.matchAll(/<([^>]+)>/g)].map(([, town]) => town);
    expect(townsOf(marked.replaceAll(/[<>]/g, ''))).toEqual(expect.arrayContaining(wanted));
  });

  it.each(DECOYS)('are none of: %s', (text) => {
    expect(townsOf(text)).toEqual([]);
  });

  it('are known bent', () => {
    expect(['Kielcach', 'Krakowa', 'Warszawie', 'Jihlavě', 'Pardubicích'].filter((word) => !isBentTown(word))).toEqual(
      [],
    );
    expect(['Pani', 'Umowa', 'Faktura', 'Smlouva'].filter(isBentTown)).toEqual([]);
  });

  it('are known without a Turkish ending', () => {
    expect(withoutTurkishCase("Mersin'den")).toBe('Mersin');
    expect(withoutTurkishCase('Ankarada')).toBe('Ankara');
    expect(withoutTurkishCase("Ali's")).toBeUndefined();
  });

  it('take time in proportion to the text', () => {
    const before = process.cpuUsage();
    for (const part of ['lives in ', 'mother, ', 'Anna Smith of ', 'lives St. '])
      for (const _ of recogniser.find(part.repeat(60_000 / part.length)));
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(4);
  });
});
