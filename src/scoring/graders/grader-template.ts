/** Templates of graders: `{{ item.answer }}` is a column of the row, `{{ sample.output_text }}` the answer. */
import { AttuneError } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { parseJson } from '../../files/json.ts';

export interface Graded {
  /** Columns of the row. */
  item: Readonly<Record<string, unknown>>;
  /** The model's answer. */
  answer: string;
}

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;
const PATH = /^(item|sample)((?:\.[A-Za-z_][\w-]*|\[\d+\])+)$/;
/** Variables of a sample. */
const OF_SAMPLE = new Set(['output_text', 'output_json']);

/** @throws AttuneError E_GRADER for a variable that no row can have */
export function checkTemplate(template: string, field: string): void {
  for (const [, variable] of template.matchAll(VARIABLE)) {
    const [, space, path = ''] = PATH.exec(variable) ?? [];
    const first = /^\.([\w-]+)/.exec(path)?.[1] ?? '';
    if (space === 'item' || (space === 'sample' && OF_SAMPLE.has(first))) continue;
    throw new AttuneError('E_GRADER', {
      what: `The grader's ${field} refers to an unknown variable`,
      got: `{{ ${variable} }}`,
      expected: '{{ item.COLUMN }}, {{ sample.output_text }} or {{ sample.output_json.KEY }}',
    });
  }
}

/** A template that cannot be filled, with the reason. */
export class TemplateFailure extends Error {
  readonly kind: 'invalid_variable' | 'sample_parse';

  constructor(kind: TemplateFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** @throws TemplateFailure if the row or the answer lacks a variable */
export function fillTemplate(template: string, graded: Graded): string {
  return template.replaceAll(VARIABLE, (_, variable: string) => {
    const [, space, path] = PATH.exec(variable)!;
    return textOf(space === 'item' ? valueAt(graded.item, path, variable) : ofSample(graded.answer, path, variable));
  });
}

function ofSample(answer: string, path: string, variable: string): unknown {
  if (path === '.output_text') return answer;
  return valueAt({ output_json: parsed(answer) }, path, variable, 'sample_parse');
}

function parsed(answer: string): unknown {
  try {
    return parseJson(answer);
  } catch {
    throw new TemplateFailure('sample_parse', 'the answer is not JSON');
  }
}

function valueAt(
  root: unknown,
  path: string,
  variable: string,
  kind: TemplateFailure['kind'] = 'invalid_variable',
): unknown {
  let value = root;
  for (const [, key, index] of path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    const next =
      index === undefined ? member(value, key) : Array.isArray(value) ? (value[Number(index)] as unknown) : undefined;
    if (next === undefined) throw new TemplateFailure(kind, `the variable ${variable} has no value`);
    value = next;
  }
  return value;
}

function member(value: unknown, key: string): unknown {
  return isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
