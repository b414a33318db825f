/** Brazil: CPF, two check digits modulo 11. */
import { bare } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

function digitOf(digits: string): number {
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (digits.length + 1 - index), 0);
  return ((sum * 10) % 11) % 10;
}

export const recogniser = patternRecogniser({
  name: 'br-cpf',
  kind: 'national_id',
  needs: { digits: 11 },
  pattern: /(?<![\w.-])(?:\d{3}\.\d{3}\.\d{3}[-.]\d{2}|\d{9}-?\d{2})(?![\w-])/g,
  score: 0.65,
  context: /\bcpf\b|cadastro de pessoas/i,
  check(value) {
    const digits = bare(value);
    if (/^(\d)\1{10}$/.test(digits)) return false;
    return digitOf(digits.slice(0, 9)) === Number(digits[9]) && digitOf(digits.slice(0, 10)) === Number(digits[10]);
  },
});
