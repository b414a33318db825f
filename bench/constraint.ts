/**
 * What a constraint costs: making it, a token's mask, and its share of decoding.
 *
 *   node bench/constraint.ts [FOLDER | llama3 | o200k_base]
 *
 * attune-base unless a folder is given; with a vocabulary's name, random weights of Qwen2.5-0.5B's shape with that many
 * tokens, which is the least that models with such vocabularies have. Processor time, so that what else the machine
 * does counts little; ATTUNE_THREADS=1 makes a token's share comparable, since masks are made by one thread.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constraintFor, generate, type ConstraintSpec, type TokenConstraint } from '../src/generate/index.ts';
import { loadModel } from '../src/models/load.ts';
import { Tokenizer } from '../src/text/index.ts';
import { writeRandomModel } from '../tools/stress/large-model.ts';
import { llama3Tokenizer, tiktokenTokenizer } from './large-vocabularies.ts';

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

const given = process.argv[2] ?? fileURLToPath(new URL('../assets/attune-base', import.meta.url));
const made = mkdtempSync(join(tmpdir(), 'attune-constraint-'));
const folder = given === 'llama3' || given === 'o200k_base' ? await writeModel(given) : given;
const tokenizer = await Tokenizer.load(folder);
const { model } = await loadModel(folder, { dtype: 'bf16' });
rmSync(made, { recursive: true });
const prompt = await tokenizer.encode('The following describes one thing in all detail:\n');

const tokens = 120;
const sampling = { maxNewTokens: tokens, temperature: 1 };
const answers = folder === given ? 7 : 3;

/** A model with the vocabulary of a large one. */
async function writeModel(vocabulary: 'llama3' | 'o200k_base'): Promise<string> {
  const large = vocabulary === 'llama3' ? await llama3Tokenizer() : await tiktokenTokenizer(vocabulary);
  const body = { hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 };
  const shape = { ...body, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: large.size };
  const parameters = writeRandomModel(made, shape, large);
  console.log(`${vocabulary}: ${large.size} tokens, ${parameters.toLocaleString('en')} random parameters in bf16`);
  return made;
}

/** Milliseconds of processor time, of all threads or of this one. */
function spent({ user, system }: NodeJS.CpuUsage = process.cpuUsage()): number {
  return (user + system) / 1000;
}

/** Milliseconds of processor time a token, by the median answer, which has this many tokens each. */
async function decode(constraint?: () => TokenConstraint): Promise<number> {
  const perToken: number[] = [];
  for (let seed = 0; seed < answers; seed++) {
    const start = spent();
    const stopIds = constraint === undefined ? [] : undefined;
    const [{ ids }] = await generate({ model, tokenizer }, [prompt], { ...sampling, seed, constraint, stopIds });
    perToken.push((spent() - start) / Math.max(1, ids.length));
  }
  return median(perToken);
}

interface Masks {
  count: number;
  milliseconds: number;
  most: number;
}

/** Times every mask, with the step after it. */
function timed(inner: TokenConstraint, masks: Masks): TokenConstraint {
  const measure = <Value>(work: () => Value): Value => {
    const start = performance.now();
    const before = spent(process.threadCpuUsage());
    const value = work();
    masks.milliseconds += spent(process.threadCpuUsage()) - before;
    masks.most = Math.max(masks.most, performance.now() - start);
    return value;
  };
  return {
    allowed(remaining) {
      masks.count++;
      return measure(() => inner.allowed(remaining));
    },
    advance: (id) => measure(() => inner.advance(id)),
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
  console.log(`${title}: made in ${milliseconds(performance.now() - start)}`);
  for (const round of ['first', 'next']) {
    const masks: Masks = { count: 0, milliseconds: 0, most: 0 };
    const whole = await decode(() => timed(constraint.begin(), masks));
    const mean = masks.milliseconds / masks.count;
    console.log(
      `${title}, ${round} ${answers} answers: a mask takes ${milliseconds(mean)} (${((100 * mean) / plain).toFixed(1)} % of a token), ` +
        `at most ${milliseconds(masks.most)} of wall time; ${milliseconds(whole)} a token in all; ${constraint.stateCount} states`,
    );
  }
}
