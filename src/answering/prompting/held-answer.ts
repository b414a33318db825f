import type { Example } from '../../data/example.ts';
import type { ConstraintSpec } from '../decoding/index.ts';
import { answerForm } from '../../scoring/answer-form.ts';
import { expectedText } from '../../scoring/prompt-text.ts';
import { parseObject } from '../../scoring/metrics/compared.ts';
import type { AskingStyle } from '../../scoring/asked.ts';

/** With fewer answers per distinct value, a field counts as free text. */
const ANSWERS_PER_VALUE = 5;
const MOST_VALUES = 100;
/** Limits the number of digits, so that generation terminates. */
const NUMBER = String.raw`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?`;

/**
 * Decoding constraint for an untuned model: one of the classes, or a JSON object with the known fields. Constraints
 * cost nothing, so a tuned model has to beat a constrained one. Keyed by prompt style; undefined for free text.
 */
export function heldAnswers(typical: readonly Example[]): Record<AskingStyle, ConstraintSpec> | undefined {
  const answers = typical.map(expectedText).filter((answer) => answer !== undefined);
  const form = answerForm(typical);
  if (form.kind === 'json') {
    const objects = answers.map(parseObject).filter((object) => object !== undefined);
    const held = { schema: schemaOf(objects, form.fields) };
    return { plain: held, chat: held };
  }
  if (form.kind === 'numbers') return { plain: { regex: ` ?${NUMBER}` }, chat: { regex: NUMBER } };
  if (form.kind !== 'classes') return undefined;
  // A text completion starts with the row's own white space, a chat turn with the answer itself.
  const [plain, chat] = [answers, answers.map((answer) => answer.trim())].map(distinct);
  return chat.length === 0 ? undefined : { plain: { choices: plain }, chat: { choices: chat } };
}

function distinct(answers: readonly string[]): string[] {
  return [...new Set(answers)].filter((answer) => answer !== '').toSorted();
}

/** Fields in the order of the answers; those in every answer are required. */
function schemaOf(objects: readonly Record<string, unknown>[], fields: readonly string[]): object {
  const properties = fields.map((field) => {
    const values = objects.filter((object) => field in object).map((object) => object[field]);
    return { field, isRequired: values.length === objects.length, schema: valueSchema(values) };
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(({ field, schema }) => [field, schema])),
    required: properties.filter(({ isRequired }) => isRequired).map(({ field }) => field),
  };
}

/** An enumeration of the known texts, a type, or any JSON. */
function valueSchema(values: readonly unknown[]): object {
  const types = [...new Set(values.map(typeOf))].toSorted();
  const distinct = new Set(values);
  const areFew = distinct.size <= Math.min(MOST_VALUES, values.length / ANSWERS_PER_VALUE);
  if (types.length === 1 && types[0] === 'string' && areFew) return { enum: [...distinct] };
  return types.includes('other') ? {} : { type: types };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' || typeof value === 'boolean' ? typeof value : 'other';
}
