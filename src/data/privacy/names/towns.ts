/** Whether lists have a place of a name; assets/names says where they come from. */
import { asListed, gazetteer } from '../gazetteer.ts';
import { WordList } from '../word-list.ts';

let towns: WordList | undefined;

/** Places of 3,000 inhabitants and more. Of the smaller ones many are words, so that something else must speak for a place. */
export function isTown(name: string): boolean {
  const listed = name.split(' ').map(asListed).join(' ');
  return gazetteer().cities.has(listed) || (towns ??= listOfTowns()).has(listed);
}

function listOfTowns(): WordList {
  return WordList.read(new URL('../../../../assets/names/towns.txt', import.meta.url));
}
