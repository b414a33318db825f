import type { Budget } from './budget.ts';
import { compareOrder } from './comparison.ts';
import { typeError, valueError } from './errors.ts';
import type { JsonOptions } from './json.ts';
import { asText, Tuple, typeName, type Value } from './values.ts';

/** Options of `tojson` as configured by transformers. @throws TypeError, ValueError */
export function jsonOptions(
  [ensureAscii, indent, separators, sortKeys]: readonly Value[],
  budget: Budget,
): JsonOptions {
  const unit = asText(indent) ?? (indent === null ? undefined : spaces(indent, budget));
  let pair: readonly [string, string] = unit === undefined ? [', ', ': '] : [',', ': '];
  if (separators !== null) {
    const given = separators instanceof Tuple ? separators.items : separators;
    const texts = Array.isArray(given) ? given.map((one: Value) => asText(one)) : [];
    if (texts.length !== 2 || texts[0] === undefined || texts[1] === undefined)
      throw valueError('separators of tojson are two texts');
    pair = [texts[0], texts[1]];
  }
  return {
    ensureAscii: ensureAscii !== false && ensureAscii !== null && ensureAscii !== 0,
    indent: unit,
    separators: pair,
    ...(sortKeys === true && { order: compareOrder }),
  };
}

function spaces(indent: Value, budget: Budget): string {
  if (typeof indent !== 'number' && typeof indent !== 'boolean')
    throw typeError(`indent of tojson is an int or a text, not ${typeName(indent)}`);
  const width = Math.max(0, Number(indent));
  budget.checkLength(width);
  budget.chargeText(width);
  return ' '.repeat(width);
}
