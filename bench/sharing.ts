/**
 * Savings from reading a prompt once for several answers: `npm run bench -- sharing`. It compares one step of GRPO
 * (rollouts and update) and one of DPO, as they are and with a separate copy of the prompt for each answer, in
 * alternation.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../src/base/median.ts';
import { randomUnit } from '../src/base/random.ts';
import { objectives } from '../src/training/objectives/index.ts';
import { create as createLora } from '../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../src/methods/tunings/lora.options.ts';
import { create as createAdamw, options as adamwOptions } from '../src/training/optimizers/adamw.ts';
import { loadModel } from '../src/models/load-model.ts';
import type { Model } from '../src/models/model.ts';
import { noGrad } from '../src/engine/tensor/index.ts';
import type { Objective, Processor } from '../src/training/objective.ts';
import type { PreparedRow, TextsRow } from '../src/answering/tasks/rows/prepared-rows.ts';
import { packed, Rollouts } from '../src/training/produce.ts';
import { trainStep, type StepParts } from '../src/training/train-step.ts';
import type { GenerationRequest } from '../src/answering/decoding/index.ts';
import { trainedTokens } from '../src/answering/tasks/rows/trained-tokens.ts';
import type { PolicyRow, PromptRow } from '../src/training/objectives/group-rows.ts';

const options = {
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  dtype: { type: 'string', default: 'bf16' },
  rounds: { type: 'string', default: '5' },
  prompt: { type: 'string', default: '512' },
  answers: { type: 'string', default: '16' },
  answer: { type: 'string', default: '16,32,64,128' },
} as const;

const PROMPTS = 2;
const MICRO_BATCH_TOKENS = 4096;

/** Answers that share no prefix with any other. */
class Apart extends Rollouts {
  override async generate(requests: readonly GenerationRequest[]) {
    const alone = requests.flatMap((request) =>
      Array.from({ length: request.n ?? 1 }, (_, i) => ({
        ...request,
        n: 1,
        seed: (request.seed ?? 0) + i,
        salt: `${request.seed} ${i}`,
      })),
    );
    const answers = await super.generate(alone);
    let next = 0;
    return requests.map(({ n = 1 }) => answers.slice(next, (next += n)).flat());
  }
}

/** Gives each answer of a row a copy of the prompt. */
function apart<Row extends TextsRow>(row: Row): Row[] {
  const [prompt, ...answers] = row.segments;
  let at = prompt;
  return answers.map((length, i) => {
    const pick = <Part extends Int32Array | Uint8Array>(values: Part, own: Part): Part => {
      own.set(values.subarray(0, prompt));
      own.set(values.subarray(at, at + length), prompt);
      return own;
    };
    const ids = pick(row.ids, new Int32Array(prompt + length));
    const trained = pick(row.trained, new Uint8Array(prompt + length));
    at += length;
    return {
      ...row,
      id: `${row.id}${i}`,
      ids,
      trained,
      segments: [prompt, length],
      parents: [-1, 0],
    };
  });
}

/** Sampled answers with a prompt each, and with the advantages of their own tokens. */
function answersApart(row: PolicyRow): PolicyRow[] {
  let at = 0;
  return apart(row).map((one) => {
    const advantages = row.advantages.subarray(at, (at += trainedTokens(one)));
    return { ...one, advantages };
  });
}

/** A pair in which each answer has its own copy of the prompt. */
function pairApart(row: TextsRow): TextsRow {
  const alone = apart(row);
  const joined = (of: (one: TextsRow) => Iterable<number>) => alone.flatMap((one) => [...of(one)]);
  return {
    ...row,
    ids: Int32Array.from(joined(({ ids }) => ids)),
    trained: Uint8Array.from(joined(({ trained }) => trained)),
    segments: alone.map(({ ids }) => ids.length),
    parents: undefined,
  };
}

function tokens(count: number, seed: number, vocabulary: number): number[] {
  return Array.from(
    { length: count },
    (_, t) => 10 + Math.floor(randomUnit([1, 'sharing', seed], t) * (vocabulary - 10)),
  );
}

interface Measured {
  name: string;
  shared: number[];
  alone: number[];
}

export async function benchSharing(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const { model } = await loadModel(resolve(values.model), { dtype: 'stored' });
  model.dtype = values.dtype as 'bf16';
  const tuning = createLora(model, complete(loraOptions.parse({ r: 16 })), { seed: 1 });
  noGrad(() => tuning.trainables.forEach(({ parameter }) => parameter.tensor.copy_(parameter.tensor.add(1e-3))));
  const update = createAdamw(tuning.trainables, adamwOptions.parse({}));
  const reference: StepParts['reference'] = (body) => noGrad(() => tuning.disabled(() => body(model)));
  const [prompt, answers, rounds] = [values.prompt, values.answers, values.rounds].map(Number);
  console.log(
    `${values.dtype}, LoRA r 16, prompts of ${prompt} tokens with ${answers} answers (DPO: pairs): ` +
      `processor seconds, apart by shared, medians of ${values.rounds} rounds`,
  );
  for (const answer of values.answer.split(',').map(Number)) {
    const step = { model, update, reference };
    for (const found of [
      ...(await grpo(step, { prompt, answers, answer, rounds })),
      await dpo(step, { prompt, answer, rounds }),
    ]) {
      const ratios = found.alone.map((seconds, i) => seconds / found.shared[i]);
      const times = [found.alone, found.shared].map((all) => median(all).toFixed(2)).join(' / ');
      console.log(
        `${found.name.padEnd(20)} answers of ${String(answer).padStart(3)}: ${times} = ${median(ratios).toFixed(2)}`,
      );
    }
  }
  return 0;
}

interface Sizes {
  prompt: number;
  answer: number;
  rounds: number;
}

type Step = Omit<StepParts, 'objective'>;

function promptRows(prompt: number, vocabularySize: number): PromptRow[] {
  return Array.from({ length: PROMPTS }, (_, r): PromptRow => {
    const ids = Int32Array.from(tokens(prompt, r, vocabularySize));
    const source = { file: 'random', line: r + 1 };
    const example = { kind: 'prompt' as const, id: `${r}`, source, prompt: 'p', columns: {} };
    return { id: `${r}`, source, ids, trained: new Uint8Array(prompt), prompt: example };
  });
}

async function grpo(step: Step, { prompt, answers, answer, rounds }: Sizes & { answers: number }): Promise<Measured[]> {
  const processor = { tokenizer: { answerSpace: false }, now: new Date(0), causal: true } as unknown as Processor;
  const settings = {
    reward_funcs: { rule: 'length', most: 1 },
    num_generations: answers,
    max_completion_length: answer,
  };
  const objective = await (await objectives.load('grpo')).create(settings, processor);
  const rows = promptRows(prompt, step.model.limits.vocabularySize);
  // No token ends an answer, so that all have the same length.
  const tokenizer = { decode: (ids: Iterable<number>) => [...ids].join(' '), stopIds: [] };
  const ways = {
    shared: new Rollouts({ model: step.model, tokenizer }),
    alone: new Apart({ model: step.model, tokenizer }),
  };
  const found = ['GRPO, rollouts', 'GRPO, update', 'GRPO, whole step'].map((name): Measured => ({
    name,
    shared: [],
    alone: [],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const way of ['shared', 'alone'] as const) {
      const began = processorSeconds();
      const made = await objective.production!.produce(rows, contextOf(step.model, { round, rollouts: ways[way] }));
      const rolled = processorSeconds();
      const written = made.updates[0] as PolicyRow[];
      const given = way === 'shared' ? written : written.flatMap(answersApart);
      await takeStep(step, objective, given);
      ways[way].weightsMoved();
      const ended = processorSeconds();
      // The first round is a warm-up.
      if (round > 0)
        for (const [i, seconds] of [rolled - began, ended - rolled, ended - began].entries())
          found[i][way].push(seconds);
    }
  }
  for (const rollouts of Object.values(ways)) rollouts[Symbol.dispose]();
  return found;
}

async function dpo(step: Step, { prompt, answer, rounds }: Sizes): Promise<Measured> {
  const processor = { tokenizer: {}, now: new Date(0), causal: true } as unknown as Processor;
  const objective = await (await objectives.load('dpo')).create({}, processor);
  const { vocabularySize } = step.model.limits;
  const rows = Array.from({ length: 4 }, (_, r): TextsRow => {
    const length = prompt + 2 * answer;
    const ids = Int32Array.from(tokens(length, 100 + r, vocabularySize));
    const trained = new Uint8Array(length).fill(1, prompt);
    return {
      id: `${r}`,
      source: { file: 'random', line: r },
      ids,
      trained,
      segments: [prompt, answer, answer],
      parents: [-1, 0, 0],
    };
  });
  const found: Measured = { name: 'DPO, whole step', shared: [], alone: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const way of ['shared', 'alone'] as const) {
      const began = processorSeconds();
      await takeStep(step, objective, way === 'shared' ? rows : rows.map(pairApart));
      if (round > 0) found[way].push(processorSeconds() - began);
    }
  }
  return found;
}

function contextOf(model: Model, { round, rollouts }: { round: number; rollouts: Rollouts }) {
  const { signal } = new AbortController();
  return { step: round, seed: 1, model, rollouts, microBatchTokens: MICRO_BATCH_TOKENS, signal, emit: () => undefined };
}

async function takeStep(step: Step, objective: Objective, rows: readonly PreparedRow[]): Promise<void> {
  const options = { learningRate: 1e-5, weightDecay: 0, maxGradNorm: 1 };
  const microBatches = packed(rows, { microBatchTokens: MICRO_BATCH_TOKENS });
  await trainStep({ ...step, objective }, { microBatches, step: 0, seed: 1, checkpointing: false, options });
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
