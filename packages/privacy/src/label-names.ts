/** What other tools and label sets call our kinds: packages/privacy/assets/label-names.yaml. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { kinds } from './kinds.ts';

const FILE = new URL('../assets/label-names.yaml', import.meta.url);

let kindOf: ReadonlyMap<string, string> | undefined;

function namesOfKinds(): ReadonlyMap<string, string> {
  const names = Object.entries(parse(readFileSync(FILE, 'utf8')) as Record<string, string>);
  return new Map([
    ...names.flatMap(([kind, list]) => list.split(/,\s+/).map((name): [string, string] => [name, kind])),
    ...kinds.map((kind): [string, string] => [kind, kind]),
  ]);
}

/** A label's kind in our words; "B-" and "I-" of tagged tokens do not count. What no kind of ours is stays as it is called. */
export function kindOfLabel(label: string): string {
  const plain = label
    .replace(/^[BILUES]-/, '')
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
  kindOf ??= namesOfKinds();
  return kindOf.get(plain) ?? plain;
}
