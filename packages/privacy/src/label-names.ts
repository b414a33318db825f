/** Names of our kinds in other tools and label sets: packages/privacy/assets/label-names.yaml. */
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

/** Our kind for a label; "B-" and "I-" prefixes are ignored. Unknown labels stay as they are. */
export function kindOfLabel(label: string): string {
  const plain = label
    .replace(/^[BILUES]-/, '')
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
  kindOf ??= namesOfKinds();
  return kindOf.get(plain) ?? plain;
}
