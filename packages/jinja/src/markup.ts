import type { Budget } from './budget.ts';
import { asText, Markup, type Value } from './values.ts';

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&#39;'],
  ['"', '&#34;'],
]);

/** A text with HTML's special characters escaped; a Markup is left as it is. */
export function escapeHtml(value: Value, budget: Budget): string {
  const text = asText(value) ?? '';
  if (value instanceof Markup) return text;
  budget.chargeText(text.length * 5);
  return text.replaceAll(/[&<>'"]/g, (sign) => ENTITIES.get(sign)!);
}
