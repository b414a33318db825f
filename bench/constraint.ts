/**
 * What a constraint costs: making it, a token's mask, and its share of decoding. `node bench/constraint.ts [FOLDER]`,
 * attune-base unless given. Medians, so that what else the machine does counts little.
 */
import { fileURLToPath } from 'node:url';
import { constraintFor, generate, type ConstraintSpec, type TokenConstraint } from '../src/generate/index.ts';
import { loadModel } from '../src/models/load.ts';
import { Tokenizer } from '../src/text/index.ts';

const name = { type: 'string', maxLength: 60 } as const;
const specs: Record<string, ConstraintSpec> = {
  'flat object': {
    schema: {
      type: 'object',
      properties: {
        name,
        count: { type: 'integer', minimum: 0 },
        kind: { enum: ['a', 'b', 'c'] },
        note: { type: 'string' },
      },
      required: ['name', 'count', 'kind', 'note'],
    },
  },
  'recursive tree': {
    schema: {
      type: 'object',
      properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' }, maxItems: 5 } },
      required: ['name', 'children'],
    },
  },
  'any JSON': { schema: {} },
  'e-mail': { regex: '[a-z0-9._]{1,64}@[a-z0-9-]{1,63}(\\.[a-z]{2,10}){1,3}' },
  'any text of words': { regex: '(\\p{L}+[ ,.])+' },
};

const folder = process.argv[2] ?? fileURLToPath(new URL('../assets/attune-base', import.meta.url));
const tokenizer = await Tokenizer.load(folder);
const { model } = await loadModel(folder, { dtype: 'bf16' });
const prompt = await tokenizer.encode('The following describes one thing in all detail:\n');

const tokens = 120;
const sampling = { maxNewTokens: tokens, temperature: 1 };

/** Milliseconds a token, by the median answer. */
async function decode(constraint?: () => TokenConstraint): Promise<number> {
  const perToken: number[] = [];
  for (let seed = 0; seed < 7; seed++) {
    const start = performance.now();
    const stopIds = constraint === undefined ? [] : undefined;
    const [{ ids }] = await generate({ model, tokenizer }, [prompt], { ...sampling, seed, constraint, stopIds });
    perToken.push((performance.now() - start) / Math.max(1, ids.length));
  }
  return median(perToken);
}

/** Times every mask. */
function timed(inner: TokenConstraint, times: number[]): TokenConstraint {
  return {
    allowed(remaining) {
      const start = performance.now();
      const mask = inner.allowed(remaining);
      times.push(performance.now() - start);
      return mask;
    },
    advance: (id) => inner.advance(id),
    get isComplete() {
      return inner.isComplete;
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 1 ? 3 : 1)} ms`;
}

await decode();
const plain = await decode();
console.log(`decoding without a constraint: ${milliseconds(plain)} a token`);
for (const [title, spec] of Object.entries(specs)) {
  const start = performance.now();
  const constraint = constraintFor(spec, tokenizer);
  const making = performance.now() - start;
  const [cold, warm]: number[][] = [[], []];
  await decode(() => timed(constraint.begin(), cold));
  await decode(() => timed(constraint.begin(), warm));
  const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
  console.log(
    `${title}: made in ${milliseconds(making)}; a mask takes ${milliseconds(mean(cold))} in the first answers, ` +
      `${milliseconds(mean(warm))} later: ${((100 * mean(cold)) / plain).toFixed(1)} % and ${((100 * mean(warm)) / plain).toFixed(1)} % of decoding; ${constraint.stateCount} states`,
  );
}
