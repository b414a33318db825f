import { join } from 'node:path';
import { writeCsv } from './csv.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

/** Names of things in the catalogue, with customers' words for them. */
const THINGS: readonly (readonly [string, string])[] = [
  ['sofa', 'couch'],
  ['wardrobe', 'closet'],
  ['lamp', 'light'],
  ['rug', 'carpet'],
  ['kettle', 'water boiler'],
  ['bicycle', 'bike'],
  ['rucksack', 'backpack'],
  ['spectacles', 'glasses'],
  ['notebook', 'laptop'],
  ['trainers', 'sneakers'],
];
const COLOURS: readonly (readonly [string, string])[] = [
  ['crimson', 'dark red'],
  ['navy', 'dark blue'],
  ['beige', 'sand coloured'],
  ['charcoal', 'dark grey'],
  ['emerald', 'green'],
  ['ivory', 'off white'],
];
const MATERIALS: readonly (readonly [string, string])[] = [
  ['leather', 'hide'],
  ['oak', 'wooden'],
  ['steel', 'metal'],
  ['cotton', 'fabric'],
  ['glass', 'see through'],
];
const SIZES: readonly (readonly [string, string])[] = [
  ['compact', 'small'],
  ['large', 'big'],
];

type Words = readonly [catalogue: string, people: string];

/** All products, each with a customer's question. */
function catalogue(draws: Draws): { query: string; document: string }[] {
  const made = THINGS.flatMap((thing) =>
    COLOURS.flatMap((colour) =>
      MATERIALS.flatMap((material) => SIZES.map((size) => ({ thing, colour, material, size }))),
    ),
  );
  const order = made.map((product) => ({ product, at: draws.unit() })).toSorted((a, b) => a.at - b.at);
  return order.map(({ product: { thing, colour, material, size } }) => {
    // One word in four is the one in the catalogue.
    const said = (words: Words) => words[draws.chance(0.25) ? 0 : 1];
    return {
      query: `${draws.pick(['looking for a', 'do you have a', 'I need a'])} ${said(size)} ${said(colour)} ${said(material)} ${said(thing)}`,
      document: `${size[0]} ${thing[0]} in ${colour[0]}, made of ${material[0]}; ${draws.pick(['two years of warranty', 'ready to ship', 'back in stock'])}`,
    };
  });
}

export const pairs: FirstHourSet = {
  title: 'products for what people ask',
  about:
    'Customers ask in other words than the catalogue uses; each of 600 products is to be found by its own question.',
  rows: 600,
  isSearch: true,
  async write(folder, { rows, fresh, seed }) {
    const all = catalogue(new Draws(seed, 'pairs')).slice(0, rows);
    const [data, freshFile] = [join(folder, 'search.csv'), join(folder, 'fresh.csv')];
    writeCsv(data, all);
    const asked = all.slice(0, fresh);
    writeCsv(
      freshFile,
      asked.map(({ query }) => ({ query })),
    );
    return {
      data,
      answers: [],
      fresh: freshFile,
      truth: asked.map(({ document }) => document),
      ceiling: { metric: 'recall_at_10', value: 1, because: 'each question names all that tells its product apart' },
    };
  },
};
