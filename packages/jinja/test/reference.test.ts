import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { JinjaTemplate, parseJson, TemplateFailure, TemplateSyntaxError } from '../src/index.ts';
import type { Dict } from '../src/values.ts';

/** Renderings of Jinja2 itself, by makers/jinja-reference/generate.py; a larger file of it where one is named. */
const file = process.env.ATTUNE_JINJA_CASES ?? new URL('../../../fixtures/text/jinja/reference.json', import.meta.url);
const text = readFileSync(file, 'utf8');
const { templates, cases } = JSON.parse(text) as { templates: string[]; cases: [number, string, string | null][] };
// Values that keep 1.0 apart from 1, and keys in order, as Python read them.
const contexts = (parseJson(text) as Dict).entries.get('contexts') as Dict;
const now = new Date(2024, 0, 5, 9, 7, 3);

interface Outcome {
  text: string | null;
  isUnsupported: boolean;
}

function outcomeOf(template: string, context: string): Outcome {
  const variables = Object.fromEntries((contexts.entries.get(context) as Dict).entries) as Record<string, unknown>;
  try {
    return { text: new JinjaTemplate(template).render(variables, { now }), isUnsupported: false };
  } catch (error) {
    if (!(error instanceof Error) || !error.constructor.name.startsWith('Template')) throw error;
    const isOurs =
      error instanceof TemplateFailure ? error.kind === 'NotSupported' : error instanceof TemplateSyntaxError;
    return { text: null, isUnsupported: isOurs && error.message.includes('not supported') };
  }
}

describe('templates', () => {
  const outcomes = cases.map(([index, context, expected]) => {
    return { template: templates[index], context, expected, ...outcomeOf(templates[index], context) };
  });

  test('render as Jinja2 does, fail where it fails, or are refused with the reason', () => {
    const others = outcomes.filter(({ text, expected, isUnsupported }) => text !== expected && !isUnsupported);
    expect(others).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(1500);
  });

  test('are seldom refused, and none that is written as published ones are', () => {
    const refused = outcomes.filter(({ expected, isUnsupported }) => expected !== null && isUnsupported);
    expect(refused.length).toBeLessThan(outcomes.length / 200);
    expect(refused.filter(({ context }) => context !== 'values')).toEqual([]);
  });
});
