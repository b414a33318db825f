// Every objective with every tuning on a tiny decoder: the parts of a cell, and how it is run.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/base/events.ts';
import { resolveRecipe } from '../../src/app/recipe/index.ts';
import type { Collectives } from '../../src/engine/group/index.ts';
import type { ExampleKind } from '../../src/data/example.ts';
import { tokenizerOf } from '../../src/answering/model/model-readers.ts';
import { prepareRun, type TrainingRun } from '../../src/jobs/train/training-run.ts';
import { sha256 } from '../../src/files/hash.ts';
import { readJson } from '../../src/files/json.ts';
import { objectives } from '../../src/training/objectives/index.ts';
import { collateRows } from '../../src/answering/tasks/rows/collate.ts';
import { createModel, loadModel } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { noGrad, scope } from '../../src/engine/tensor/index.ts';
import { newTokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';
import type { PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';
import type { Processor } from '../../src/training/objective.ts';
import type { Recipe } from '../../src/training/recipe/recipe.ts';
import { readConstants, type RunConstants } from '../../src/training/trainer-state.ts';

export const tunings = {
  lora: { tuning: { method: 'lora', r: 4 }, storage: 'dense' },
  full: { tuning: 'full', storage: 'dense' },
  qlora: { tuning: { method: 'lora', r: 4 }, storage: 'nf4' },
  ia3: { tuning: 'ia3', storage: 'dense' },
} as const;

export const models = {
  llama: { model_type: 'llama', intermediate_size: 48, tie_word_embeddings: true },
  qwen3_moe: {
    model_type: 'qwen3_moe',
    intermediate_size: 48,
    moe_intermediate_size: 16,
    num_experts: 4,
    num_experts_per_tok: 2,
    norm_topk_prob: true,
    output_router_logits: true,
    router_aux_loss_coef: 0.1,
    head_dim: 8,
  },
} as const;

const shape = {
  hidden_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  initializer_range: 0.2,
};

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
const word = (i: number): string => words[i % words.length];
const thing = (i: number): string => `a ${word(i)} thing`;

/** A row of each kind, as in a file. */
const rowOfKind = {
  chat: (i) => ({
    messages: [
      { role: 'user', content: `What is ${i}?` },
      { role: 'assistant', content: thing(i) },
    ],
  }),
  completion: (i) => ({ prompt: `What is ${i}?`, completion: ` ${thing(i)}` }),
  text: (i) => ({ text: `${i} is ${thing(i)}` }),
  preference: (i) => ({ prompt: `What is ${i}?`, chosen: ` ${thing(i)}`, rejected: ` not ${thing(i + 1)}` }),
  feedback: (i) => ({ prompt: `What is ${i}?`, completion: ` ${thing(i)}`, label: i % 2 === 0 }),
  stepwise: (i) => ({ prompt: `What is ${i}?`, completions: [thing(i), thing(i + 1)], labels: [true, i % 2 === 0] }),
  prompt: (i) => ({ prompt: `What is ${i}?`, answer: thing(i) }),
  classification: (i) => ({ text: `${i} is ${thing(i)}`, label: i % 2 ? 'odd' : 'even' }),
  multilabel: (i) => ({ text: `${i} is ${thing(i)}`, labels: i % 2 ? ['odd'] : ['even', 'round'] }),
  regression: (i) => ({ text: `${i} is ${thing(i)}`, label: i / 3 }),
  tagged: (i) => ({ tokens: [`${i}`, 'is', word(i)], tags: ['B-NUMBER', 'O', 'O'] }),
  question: (i) => ({
    question: `What is ${i}?`,
    context: `${i} is ${thing(i)}`,
    answers: { text: [thing(i)], answer_start: [`${i} is `.length] },
  }),
  pair: (i) => ({ anchor: `What is ${i}?`, positive: thing(i) }),
  graded: (i) => ({ sentence1: thing(i), sentence2: thing(i + 1), score: (i % 5) / 4 }),
  items: (i) => ({ items: [word(i), word(i + 1), word(i + 2)] }),
  speech: (i) => ({ audio: `${i}.wav`, text: thing(i) }),
  recording: (i) => ({ audio: `${i}.wav` }),
  decision: (i) => ({
    state: `${i} is ${thing(i)}`,
    questions: { kind: { type: 'choice', criteria: { odd: null, even: null } } },
    answers: { kind: i % 2 ? 'odd' : 'even' },
  }),
  'image-text': (i) => ({ image: `${i}.png`, text: thing(i) }),
} satisfies Record<ExampleKind, (i: number) => object>;

export interface Cell {
  objective: (typeof objectives.names)[number];
  tuning: keyof typeof tunings;
  model: keyof typeof models;
}

/** Writes a model with its own tokenizer. */
export async function writeModel(folder: string, name: keyof typeof models): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const texts = words.map((_, i) => `What is ${i}? ${thing(i)}`);
  const specialTokens = ['<|end|>', '<|im_start|>', '<|im_end|>'];
  const json = await trainByteLevelBpe(texts, { vocabSize: 300, specialTokens });
  const tokenizer = await newTokenizer(json, { roles: { eos: '<|end|>' } });
  tokenizer.save(folder);
  const config = { ...shape, ...models[name], vocab_size: tokenizer.size };
  const model = await createModel(config, { dtype: 'f32', seed: 3 });
  saveModel(model, folder, { dtype: 'f32' });
  model.dispose();
}

/** Options of an objective for three quick steps: few short answers if it samples, and this model as the teacher. */
async function optionsOf(name: Cell['objective'], base: string): Promise<Record<string, unknown>> {
  const { shape: known } = (await objectives.load(name)).options;
  const wanted = {
    reward_funcs: 'edit_distance',
    num_generations: 2,
    ...(Object.hasOwn(known, 'temperature') && { max_completion_length: 6 }),
    teacher_model: base,
    beta: 0.1,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => Object.hasOwn(known, key)));
}

export async function recipeOf({ objective, tuning, model }: Cell, folder: string): Promise<Recipe> {
  const base = join(folder, model);
  const options = await optionsOf(objective, base);
  const processor: Processor = {
    tokenizer: await tokenizerOf(base),
    now: new Date(0),
    labels: ['even', 'odd'],
    causal: true,
  };
  const [kind] = (await (await objectives.load(objective)).create(options, processor)).accepts;
  const rows = join(folder, `${kind}.jsonl`);
  writeFileSync(rows, Array.from({ length: 6 }, (_, i) => `${JSON.stringify(rowOfKind[kind](i))}\n`).join(''));
  const own = tunings[tuning];
  return resolveRecipe({
    model: base,
    data: { train: rows, validation: 0, test: 0 },
    objective: { name: objective, ...options },
    tuning: own.tuning,
    storage: own.storage,
    training: { max_steps: 3, batch_size: 2, precision: 'f32', learning_rate: 0.01 },
    checkpoints: { every: 2, keep: 10 },
    evaluation: { baselines: 'none' },
    output_dir: join(folder, `${objective}-${tuning}-${model}`),
  } as never);
}

/** Cells that cover every pair of objective, tuning and model at least once. */
export function coveringCells(): Cell[] {
  return objectives.names.flatMap((objective, o) =>
    names(tunings).map((tuning, t) => ({ objective, tuning, model: names(models)[(o + t) % names(models).length] })),
  );
}

export function allCells(): Cell[] {
  return objectives.names.flatMap((objective) =>
    names(tunings).flatMap((tuning) => names(models).map((model) => ({ objective, tuning, model }))),
  );
}

export function names<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[];
}

export interface CellRun {
  /** Hidden states of a text before the first step, from the tuned model and from the base model. */
  before: { own: readonly number[]; base: readonly number[] };
  /** Loss and metrics of each step. */
  steps: { loss: number; metrics: Readonly<Record<string, number>> }[];
  hasMoved: boolean;
  /** Files of the last checkpoint, of the whole run and of a run resumed from its second step. */
  whole: Checkpoint;
  resumed: Checkpoint;
}

type Checkpoint = Readonly<Record<string, string>>;

export async function runCell(recipe: Recipe): Promise<CellRun> {
  const events: RunEvent[] = [];
  const folder = recipe.output_dir;
  const prepared = await prepare(recipe, (event) => events.push(event));
  const before = await statesBefore(prepared);
  const weights = () => scope(() => [...prepared.parts.tuning.state()].map(([, tensor]) => tensor.toNumbers()));
  const initial = weights();
  await prepared.trainer.run();
  const hasMoved = JSON.stringify(weights()) !== JSON.stringify(initial);
  prepared.dispose();
  const whole = checkpoint(folder);
  const steps = events.flatMap((event) => (event.type === 'step-finished' ? [event] : []));
  rmSync(join(folder, 'checkpoints', 'step-3'), { recursive: true });
  const again = await prepare(recipe, () => undefined, { from: join(folder, 'checkpoints', 'step-2') });
  again.resume();
  await again.trainer.run();
  again.dispose();
  const resumed = checkpoint(folder);
  rmSync(folder, { recursive: true });
  return { before, steps, hasMoved, whole, resumed };
}

interface Preparation {
  /** The checkpoint to resume from. */
  from?: string;
  /** Constants of the run to repeat. */
  like?: RunConstants;
  group?: Collectives;
}

export function prepare(
  recipe: Recipe,
  emit: (event: RunEvent) => void,
  { from, like, group }: Preparation = {},
): Promise<TrainingRun> {
  const earlier = from === undefined ? like : readConstants(from);
  const { signal } = new AbortController();
  mkdirSync(recipe.output_dir, { recursive: true });
  const when = { now: earlier?.now ?? new Date(0), earlier, isResumed: from !== undefined };
  const isFollowing = group !== undefined && group.rank > 0;
  return prepareRun({ recipe, folder: recipe.output_dir, emit, signal, group, isFollowing, ...when });
}

/**
 * Hidden states of a text with the tuning, and of the base model, which is loaded again if the tuning does not change
 * its weights.
 */
async function statesBefore({ parts: { model, tuning }, rows: { context } }: TrainingRun): Promise<CellRun['before']> {
  const { input } = collateRows([text], { causal: true });
  const states = (of: Model) => noGrad(() => scope(() => [...of.hidden(input).toNumbers()]));
  const own = states(model);
  const { recipe } = context;
  if (recipe.storage.name !== 'dense') return { own, base: tuning.disabled(() => states(model)) };
  const { model: base } = await loadModel(recipe.model, { dtype: 'f32' });
  const values = states(base);
  base.dispose();
  return { own, base: values };
}

const ids = Int32Array.from([5, 9, 14, 3, 20, 7]);
const text: PreparedRow = { id: '0', source: { file: 'text', line: 1 }, ids, trained: new Uint8Array(ids.length) };

export function checkpoint(folder: string): Checkpoint {
  const step = join(folder, 'checkpoints', 'step-3');
  const files = readdirSync(step).filter((name) => name.endsWith('.safetensors'));
  const { seconds: _, constants: __, ...state } = readJson<Record<string, unknown>>(join(step, 'trainer_state.json'));
  const hashes = files.map((name) => [name, sha256(readFileSync(join(step, name)))] as const);
  return { ...Object.fromEntries(hashes), state: JSON.stringify(state) };
}
