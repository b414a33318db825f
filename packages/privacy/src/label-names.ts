/** Names of the kinds in other tools and label sets, from packages/privacy/assets/label-names.yaml. */
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

/** The kind for a label; a prefix "B-" or "I-" is ignored. An unknown label is returned unchanged. */
export function kindOfLabel(label: string): string {
  const plain = label
    .replace(/^[BILUES]-/, '')
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
  kindOf ??= namesOfKinds();
  return kindOf.get(plain) ?? plain;
}
