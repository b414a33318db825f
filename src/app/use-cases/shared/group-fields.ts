import type { FieldKit } from '../fields.ts';

/** Options for the groups to count. */
export function groupFields({ texts, flag }: FieldKit) {
  return {
    groupColumn: texts('NAME', 'count the groups in a column; can be repeated'),
    mentions: flag('count genders, origins and nationalities by English words and names in the texts'),
  };
}
