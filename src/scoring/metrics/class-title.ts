const YES = /^(1|true|yes|y)$/i;
const NO = /^(0|false|no|n)$/i;

/** Display name of a class. Classes called 1 or 0 are named after the column: `is_fraud` becomes "fraud". */
export function classTitle(label: string, column?: string): string {
  const isNamed = column !== undefined && column !== 'label' && column !== 'labels';
  if (isNamed && YES.test(label)) return columnTitle(column);
  if (isNamed && NO.test(label)) return `not ${columnTitle(column)}`;
  // "F1 of 1" next to a value would read as a number.
  return /^\p{L}/u.test(label) ? label : `class ${label}`;
}

function columnTitle(column: string): string {
  const words = column
    .split('.')
    .at(-1)!
    .replace(/^(?:is|has|was)_/i, '')
    .replaceAll('_', ' ')
    .trim();
  return words === '' ? column : words;
}
