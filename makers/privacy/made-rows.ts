/**
 * Rows of a label and a value, as in forms and columns, and sentences of frames.yaml around values that do or do not
 * belong to a person: the labelled sets contain few of either.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { randomUint32 } from '../../src/base/random.ts';
import type { Kind } from '../../packages/privacy/src/kinds.ts';
import type { Language } from '../../packages/privacy/src/language.ts';
import type { LabelledRow } from './labelled-sets.ts';
import { filled, SLOTS, type Draw } from './made-values.ts';

/** The most terms of each kind to take from a language. */
const MOST_TERMS = 6;
const OF_EACH_NAME = 8;

/** Rows per sentence of frames.yaml. */
const OF_EACH_FRAME = 8;

/** Patterns of values: 9 stands for any digit, A for any letter. */
const SHAPES: Partial<Record<Kind, readonly string[]>> = {
  account: ['9999999999', '99999999', '99 9999 9999', '999-999999-9'],
  code: ['A-999999', '99999', 'AA99999', '9999999'],
  device: ['AA99-9999', 'A99999999', '999999999'],
  health_plan: ['9999999999', 'A999999999', 'AA-9999-99'],
  licence: ['A9999999', '99999999', 'AA 999999'],
  medical_record: ['99999999', 'A-99999', '99-9999'],
  national_id: ['999999999', '99999999A', '9999 9999 999'],
  passport: ['A99999999', 'AA9999999'],
  phone: ['9999 999999', '999-999-9999', '+99 99 9999999'],
};
const JOINTS = [': ', ' ', ' = ', ': ', ' no. ', ', '];

/** Columns with numbers that belong to no person. */
const PLAIN_NAMES =
  `count total amount quantity price size length bytes duration offset index version weight height width
depth volume balance score rating year page line step epoch seed port rows tokens loss steps sum mean stock units capacity
population distance latitude longitude temperature pressure frequency invoice_no order_no tracking_no sku item part_no batch
build revision commit ticket isbn doi article produktnummer anzahl betrag preis menge summe bestellnummer quantité montant
cantidad importe precio factura aantal bedrag ilość kwota antal belopp fattura quantidade valor`.split(/\s+/);
const PLAIN_SHAPES = [
  '9',
  '99',
  '999',
  '9999',
  '99999',
  '999999',
  '9999999',
  '99999999',
  '999999999',
  '99.99',
  '9,999.99',
];

export function madeRows(languages: readonly Language[]): LabelledRow[] {
  const rows: LabelledRow[] = [];
  const draw = (bound: number): number => randomUint32([rows.length, 'row', counter++]) % bound;
  let counter = 0;
  const pick = <One>(list: readonly One[]): One => list[draw(list.length)];
  const add = (label: string, value: string, kind?: string): void => {
    const spans = kind === undefined ? [] : [{ start: label.length, end: label.length + value.length, kind }];
    rows.push({ text: label + value, language: '', source: 'written', spans });
  };
  for (const language of languages) {
    for (const [kind, shapes] of Object.entries(SHAPES)) {
      const terms = (language.announcing[kind as Kind] ?? []).filter((term) => !term.endsWith('~'));
      for (let index = 0; index < Math.min(MOST_TERMS, terms.length); index++)
        add(capitalised(pick(terms), draw(3)) + pick(JOINTS), filled(pick(shapes), draw), kind);
    }
  }
  for (const name of PLAIN_NAMES)
    for (let index = 0; index < OF_EACH_NAME; index++)
      add(`${capitalised(name.replaceAll('_', ' '), draw(3))}: `, filled(pick(PLAIN_SHAPES), draw));
  return [...rows, ...framedRows()];
}

/** Each frame several times, with different words and values. */
function framedRows(): LabelledRow[] {
  const frames = parse(readFileSync(new URL('frames.yaml', import.meta.url), 'utf8')) as Record<string, string[]>;
  let counter = 0;
  const draw: Draw = (bound) => randomUint32([0, 'frame'], counter++) % bound;
  return Object.entries(frames).flatMap(([language, list]) =>
    list.flatMap((frame) => Array.from({ length: OF_EACH_FRAME }, () => framedRow(frame, language, draw))),
  );
}

function framedRow(frame: string, language: string, draw: Draw): LabelledRow {
  const chosen = frame.replaceAll(/\[([^\]]*)\]/g, (_, list: string) => {
    const choices = list.split('|');
    return choices[draw(choices.length)];
  });
  const spans: LabelledRow['spans'] = [];
  let text = '';
  for (const [index, part] of chosen.split(/\{(\w+)\}/).entries()) {
    if (index % 2 === 0) {
      text += part;
      continue;
    }
    const { kind, value } = SLOTS[part];
    const [start, drawn] = [text.length, value(draw)];
    text += drawn;
    if (kind !== undefined) spans.push({ start, end: text.length, kind });
  }
  return { text, language, source: 'written', spans };
}

function capitalised(term: string, form: number): string {
  if (form === 0) return term.toUpperCase();
  return form === 1 ? term : term.slice(0, 1).toUpperCase() + term.slice(1);
}
