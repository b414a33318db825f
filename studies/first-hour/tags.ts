import { join } from 'node:path';
import { writeRows } from '../rows.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

const PRODUCTS = ['copper pipe', 'brass valve', 'steel bolt', 'rubber seal', 'water pump', 'ball bearing', 'fan belt'];
const COMPANIES = ['Miller and Sons', 'Nordlicht', 'Acme Tools', 'Hafen Logistics', 'Blue River', 'Sato Works'];
const CITIES = ['Bremen', 'Lyon', 'Turin', 'Gdansk', 'Porto', 'Leeds', 'Ghent'];

type Part = readonly [text: string, tag?: 'PRODUCT' | 'QUANTITY' | 'COMPANY' | 'CITY'];

/** Pump, river and bolt also occur as other words: only the context decides. */
function drawOrder(draws: Draws): Part[] {
  const product = [draws.pick(PRODUCTS), 'PRODUCT'] as const;
  const quantity = [String(draws.whole(2, 900)), 'QUANTITY'] as const;
  const company = [draws.pick(COMPANIES), 'COMPANY'] as const;
  const city = [draws.pick(CITIES), 'CITY'] as const;
  const number = String(draws.whole(1000, 9999));
  return draws.pick<Part[]>([
    [['please send'], quantity, ['pieces of'], product, ['to'], company, ['in'], city],
    [company, ['orders'], quantity, product, ['under number'], [number]],
    [['the'], product, ['from order'], [number], ['never reached'], city],
    [['our plant by the river in'], city, ['needs'], quantity, ['of the'], product],
    [['invoice'], [number], ['of'], company, ['names'], quantity, product, ['and no pump']],
  ]);
}

/** In the format of `predict`: "PRODUCT: copper pipe". */
function namesIn(parts: readonly Part[]): string[] {
  return parts.flatMap(([text, tag]) => (tag === undefined ? [] : [`${tag}: ${text}`]));
}

function taggedWords(parts: readonly Part[]) {
  const words = parts.flatMap(([text, tag]) =>
    text.split(' ').map((word, i) => ({ word, tag: tag === undefined ? 'O' : `${i === 0 ? 'B' : 'I'}-${tag}` })),
  );
  return { tokens: words.map(({ word }) => word), ner_tags: words.map(({ tag }) => tag) };
}

export const tags: FirstHourSet = {
  title: 'names in orders',
  about: 'Products, quantities, companies and cities are marked in sentences of orders; other numbers are none.',
  rows: 800,
  async write(folder, { rows, fresh, seed }) {
    const draws = new Draws(seed, 'tags');
    const [known, unknown] = [rows, fresh].map((length) => Array.from({ length }, () => drawOrder(draws)));
    const [data, freshFile] = [join(folder, 'orders.jsonl'), join(folder, 'fresh.jsonl')];
    writeRows(data, known.map(taggedWords));
    writeRows(
      freshFile,
      unknown.map((parts) => ({ tokens: taggedWords(parts).tokens })),
    );
    const ceiling = { metric: 'entity_f1', value: 1, because: 'tags follow from the words around them' };
    return { data, answers: [], fresh: freshFile, truth: unknown.map(namesIn), ceiling };
  },
};
