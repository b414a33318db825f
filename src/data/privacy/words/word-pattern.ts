/** Regular expressions whose matches begin where a word does. */
import { Expression, type ExpressionOptions } from './expression.ts';

export class WordPattern extends Expression {
  constructor(source: string, flags: string, options: Pick<ExpressionOptions, 'isNearDigits'> = {}) {
    super(new RegExp(source, flags), { ...options, isOfWords: true });
  }
}
