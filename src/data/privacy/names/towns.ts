/** Whether lists have a place of a name; assets/names says where they come from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asListed, gazetteer } from '../gazetteer.ts';

let towns: ReadonlySet<string> | undefined;

/** Places of 3,000 inhabitants and more. Of the smaller ones many are words, so that something else must speak for a place. */
export function isTown(name: string): boolean {
  const listed = name.split(' ').map(asListed).join(' ');
  return gazetteer().cities.has(listed) || (towns ??= load()).has(listed);
}

function load(): ReadonlySet<string> {
  const path = fileURLToPath(new URL('../../../../assets/names/towns.txt', import.meta.url));
  return new Set(readFileSync(path, 'utf8').split('\n'));
}
