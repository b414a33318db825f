/** Whether lists have a place of a name; assets/names says where they come from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asListed, gazetteer } from '../gazetteer.ts';

let towns: ReadonlySet<string> | undefined;

/** Places of 3,000 inhabitants and more. Of the smaller ones many are words, so that something else must speak for a place. */
export function isTown(name: string): boolean {
  const listed = name.split(' ').map(asListed).join(' ');
  if (gazetteer().cities.has(listed)) return true;
  const path = fileURLToPath(new URL('../../../../assets/names/towns.txt', import.meta.url));
  towns ??= new Set(readFileSync(path, 'utf8').split('\n'));
  return towns.has(listed);
}
