/**
 * Cost of a constraint: its compilation, a token's mask, and its share of decoding time.
 *
 *   node bench/constraint.ts [FOLDER | llama3 | o200k_base]
 *
 * The default model is attune-base. With the name of a vocabulary it uses random weights of Qwen2.5-0.5B's shape with
 * that many tokens, the smallest model of this kind. Constrained answers alternate with unconstrained ones of the same
 * length, by processor time, so that other load on the machine matters little; ATTUNE_THREADS=1, since masks are
 * computed in one thread.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constraintFor, generate, type ConstraintSpec, type TokenConstraint } from '../src/answering/decoding/index.ts';
import { loadModel } from '../src/models/load-model.ts';
import { Tokenizer } from '../src/models/text/index.ts';
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
const sampling = { temperature: 1 };
const answers = folder === given ? 40 : 3;

/** A small model with a large vocabulary. */
async function writeModel(vocabulary: 'llama3' | 'o200k_base'): Promise<string> {
  const large = vocabulary === 'llama3' ? await llama3Tokenizer() : await tiktokenTokenizer(vocabulary);
  const body = { hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 };
  const shape = { ...body, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: large.size };
  const parameters = writeRandomModel(made, shape, large);
  console.log(`${vocabulary}: ${large.size} tokens, ${parameters.toLocaleString('en')} random parameters in bf16`);
  return made;
}

/** Milliseconds of processor time over all threads. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Answers {
  tokens: number;
  milliseconds: number;
}

/** Tokens and processor time of the answer for a seed. */
async function answer(seed: number, maxNewTokens: number, constraint?: () => TokenConstraint): Promise<Answers> {
  const stopIds = constraint === undefined ? [] : undefined;
  const start = spent();
  const settings = { ...sampling, maxNewTokens, seed, constraint, stopIds };
  const [{ ids }] = await generate({ model, tokenizer }, [prompt], settings);
  return { tokens: ids.length, milliseconds: spent() - start };
}

/**
 * Processor time of answers with a constraint, alternating with the same number of free tokens after the same prompts.
 */
async function inTurns(constraint: () => TokenConstraint): Promise<{ bound: Answers; free: Answers }> {
  const bound = { tokens: 0, milliseconds: 0 };
  const free = { tokens: 0, milliseconds: 0 };
  for (let seed = 0; seed < answers; seed++) {
    const one = await answer(seed, tokens, constraint);
    add(bound, one);
    add(free, await answer(seed, one.tokens));
  }
  return { bound, free };
}

function add(sum: Answers, { tokens: count, milliseconds: time }: Answers): void {
  sum.tokens += count;
  sum.milliseconds += time;
}

interface Masks {
  count: number;
  milliseconds: number;
  most: number;
}

/** Measures each mask and the following step by wall time: the resolution of processor time is too low. */
function timed(inner: TokenConstraint, masks: Masks): TokenConstraint {
  const measure = <Value>(work: () => Value): Value => {
    const start = performance.now();
    const value = work();
    const took = performance.now() - start;
    masks.milliseconds += took;
    masks.most = Math.max(masks.most, took);
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

function milliseconds(value: number): string {
  return `${value.toFixed(value < 1 ? 3 : 1)} ms`;
}

await answer(0, tokens);
for (const [title, spec] of Object.entries(specs)) {
  const start = performance.now();
  const constraint = await constraintFor(spec, tokenizer);
  console.log(`${title}: made in ${milliseconds(performance.now() - start)}`);
  for (const round of ['first', 'next']) {
    const masks: Masks = { count: 0, milliseconds: 0, most: 0 };
    const { bound, free } = await inTurns(() => timed(constraint.begin(), masks));
    const [perToken, perFreeToken] = [bound.milliseconds / bound.tokens, free.milliseconds / free.tokens];
    const mean = masks.milliseconds / masks.count;
    console.log(
      `${title}, ${round} ${answers} answers of ${Math.round(bound.tokens / answers)} tokens: ` +
        `a mask takes ${milliseconds(mean)} (${((100 * mean) / perFreeToken).toFixed(1)} % of a token), at most ${milliseconds(masks.most)}; ` +
        `${milliseconds(perToken)} a token, free ${milliseconds(perFreeToken)}: ` +
        `${(100 * (perToken / perFreeToken - 1)).toFixed(1)} % more; ${constraint.stateCount} states`,
    );
  }
}
