/** JSON arrays: first items with a schema each, further ones with a common schema. */
import { greatest, smallest } from '@attune/base/many';
import type { Conjunction } from './alternatives.ts';
import { countBounds } from './bounds.ts';
import { isList, type SchemaObject } from './keywords.ts';
import { itemPlace, prefixName, restName } from './literals.ts';
import type { SchemaPlace } from './schema-document.ts';
import type { Ends, SchemaGrammar } from './schema-grammar.ts';

/** Length limit for arrays that declare a maximum. */
const MOST_ITEMS = 1_000;

export function addArray(writer: SchemaGrammar, all: Conjunction, ends: Ends): void {
  const { grammar, document } = writer;
  const { least, most } = itemCounts(all);
  const prefix = greatest(all.map(prefixLength), 0);
  const itemRule = (index: number): number =>
    writer.ruleOf(
      all
        .map((place) => itemPlace(document, place, index))
        .filter((place): place is SchemaPlace => place !== undefined),
    );
  // From here on all items are alike.
  const uniform = Math.max(prefix, least, most === Infinity ? 1 : most);
  const open = grammar.addNode();
  grammar.addText(ends.from, '[', open);
  const close = grammar.addNode();
  grammar.addText(close, ']', ends.to);
  let node = open;
  for (let count = 0; ; count++) {
    if (count >= least && count <= most) grammar.addJump(node, close);
    if (count >= most) return;
    const item = count === 0 ? node : grammar.addNode();
    if (count > 0) writer.addSpaced([','], { from: node, to: item });
    const isLast = count === uniform;
    const next = isLast ? node : grammar.addNode();
    grammar.addCall(item, itemRule(count), next);
    if (isLast) return;
    node = next;
  }
}

/** Minimum and maximum number of items. If only the first items have schemas, no further items are allowed. */
export function itemCounts(all: Conjunction): { least: number; most: number } {
  const { least, most } = countBounds(all, 'minItems', 'maxItems');
  const closed = all.filter(
    ({ schema }) => prefixLength({ schema }) > 0 && restName(schema as SchemaObject) === undefined,
  );
  const limits = closed.map((place) => Math.max(prefixLength(place), least));
  const cut = most === Infinity ? most : Math.min(most, Math.max(MOST_ITEMS, least));
  return { least, most: smallest(limits, cut) };
}

function prefixLength({ schema }: Pick<SchemaPlace, 'schema'>): number {
  const name = prefixName(schema as SchemaObject);
  const items = name === undefined ? undefined : (schema as SchemaObject)[name];
  return isList(items) ? items.length : 0;
}
