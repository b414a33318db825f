/** Constrained answers are valid whatever tokens a model prefers, even if the token limit ends them. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { llama3Tokenizer } from '../../../bench/large-vocabularies.ts';
import type { ConstraintSpec } from '../src/spec.ts';
import type { Tokenizer } from '../../../src/models/text/index.ts';
import { trials } from '../../../test/sample.ts';
import { randomRegex, RandomSchemas } from './random-schemas.ts';
import { attuneBase, compiledHere, drawAnswer } from './sampler.ts';

const SCHEMAS = trials(200, 600);
const REGEXES = trials(150, 500);
const LARGE_SCHEMAS = trials(3, 8);

interface Trial {
  spec: ConstraintSpec;
  isValid: (text: string) => boolean;
}

interface Counts {
  answers: number;
  /** Schemas that no text satisfies. */
  empty: number;
  refused: string[];
  invalid: string[];
}

/** Draws answers at the smallest budget, just above it, and with room. */
function tryAll(count: number, make: (random: RandomSchemas) => Trial, tokenizer: Tokenizer = attuneBase): Counts {
  const counts: Counts = { answers: 0, empty: 0, refused: [], invalid: [] };
  for (let index = 0; index < count; index++) {
    const random = new RandomSchemas([11, 'constraint', index]);
    const { spec, isValid } = make(random);
    try {
      const { shortest } = compiledHere(spec, tokenizer);
      for (const room of [0, 1 + random.below(6), 10 + random.below(40)]) {
        const { text, isComplete } = drawAnswer(spec, shortest + room, [12, 'answer', index, room], tokenizer);
        counts.answers++;
        if (!isComplete || !isValid(text)) counts.invalid.push(`${JSON.stringify(spec)} ${shortest + room}: ${text}`);
      }
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'E_CONSTRAINT_EMPTY') counts.empty++;
      else counts.refused.push(`${JSON.stringify(spec)}: ${String(error)}`);
    }
  }
  return counts;
}

/** Shared, since Ajv compiles the meta-schema on first use, which takes longer than compiling a schema. */
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

function randomSchema(random: RandomSchemas): Trial {
  const schema = random.document();
  const validate = ajv.compile(schema);
  const isValid = (text: string): boolean => {
    try {
      return validate(JSON.parse(text));
    } catch {
      return false;
    }
  };
  return { spec: { schema }, isValid };
}

describe('answers under a constraint', () => {
  test('are valid under random schemas', { timeout: 300_000 }, () => {
    const { answers, empty, refused, invalid } = tryAll(SCHEMAS, randomSchema);
    expect(invalid).toEqual([]);
    // Branches with random properties can overlap, which is an error; others are not expected.
    expect(refused.filter((message) => !message.includes('may fit another too'))).toEqual([]);
    expect(empty + refused.length).toBeLessThan(SCHEMAS / 10);
    expect(answers).toBeGreaterThan(2.5 * SCHEMAS);
  });

  test('are valid with a vocabulary of 128,000 tokens', { timeout: 300_000 }, async () => {
    const { answers, invalid } = tryAll(LARGE_SCHEMAS, randomSchema, await llama3Tokenizer());
    expect(invalid).toEqual([]);
    expect(answers).toBeGreaterThan(2 * LARGE_SCHEMAS);
  });

  test('match random regular expressions from end to end', { timeout: 300_000 }, () => {
    const { answers, empty, refused, invalid } = tryAll(REGEXES, (random) => {
      const regex = randomRegex(random);
      const whole = new RegExp(`^(?:${regex})$`, 'u');
      return { spec: { regex }, isValid: (text) => whole.test(text) };
    });
    expect(invalid).toEqual([]);
    expect(refused.filter((message) => !message.includes('repeated group'))).toEqual([]);
    expect(empty + refused.length).toBeLessThan(REGEXES / 5);
    expect(answers).toBeGreaterThan(2.4 * REGEXES);
  });
});
