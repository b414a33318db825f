/** House numbers, dates and numbers of other things. */
import type { Draws } from '../pii-development/values.ts';

/** House numbers as people write them. */
export function houseNumber(draws: Draws): string {
  const number = 1 + draws.below([9, 99, 99, 200, 999, 9999][draws.below(6)]);
  const kind = draws.below(100);
  if (kind < 78) return String(number);
  if (kind < 88) return `${number}${draws.of(['a', 'b', 'A', 'B', 'C', ' a', ' B'])}`;
  if (kind < 92) return `${number}-${number + 2}`;
  if (kind < 96) return `${number}/${1 + draws.below(30)}`;
  return kind < 98 ? `${number}/${draws.of(['A', 'B', 'C'])}` : `${number}, ${number + 1}`;
}

const MONTHS =
  'January March May August October Januar März Mai Oktober janvier juin août enero mayo marzo maio maart stycznia'.split(
    ' ',
  );

export function date(draws: Draws): string {
  const [day, month, year] = [1 + draws.below(28), 1 + draws.below(12), 1930 + draws.below(96)];
  const two = (value: number): string => String(value).padStart(2, '0');
  return draws.of([
    `${day} ${draws.of(MONTHS)} ${year}`,
    `${two(day)}.${two(month)}.${year}`,
    `${day}/${month}/${year}`,
    `${year}-${two(month)}-${two(day)}`,
    `${day}. ${draws.of(MONTHS)} ${year}`,
    `${two(day)}.${two(month)}.`,
    `${draws.of(MONTHS)} ${day}`,
  ]);
}

/** Numbers of other things, which stand beside addresses. */
export const IDENTIFIERS = [
  '+## ### ### ####',
  '0## ### ## ##',
  '(###) ###-####',
  '### ### ###',
  '0###-#######',
  '@@## #### #### #### #### ##',
  '@@## @@@@ #### #### #### ##',
  '@@##################',
  '#### #### #### ####',
  '@@-@@ ###',
  '@@## @@@',
  '@@@ ####',
  '### @@@',
  '######/####',
  '###-##-####',
  '###.###.###-##',
  '######-####',
  '##.##.##-###.##',
  '@########',
  '########@',
  '@@#######',
  '@@@-######',
  '{g}.{n}##(at)example.com',
  'www.{g}##.com',
  'https://example.org/{g}/##?id=###',
  '##.##.##.##',
  '##:##:##:#@:##:##',
  '@#@#@#@#@#@#@#@#@',
  '$#,###.##',
  '### €',
  'EUR #.###,##',
  '##:##',
  '##-##-##',
  '############',
  '###############',
  'v#.##.#',
  '#/#',
  '##,# %',
  '@#-##',
  '## kg',
];
