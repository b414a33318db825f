// B rows, T columns
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { objectives } from '../../src/training/objectives/index.ts';
import { sharedPromptRow } from '../../src/answering/tasks/rows/shared-prompt.ts';
import { readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../src/methods/tunings/index.ts';
import { updates } from '../../src/training/optimizers/index.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { noGrad, SafetensorsFile, scope } from '../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';
import type { Processor } from '../../src/training/objective.ts';
import { trainStep, type StepParts } from '../../src/training/train-step.ts';
import { adapterTensors } from './adapter.ts';
import { addCurve } from './curves.ts';
import { tensorsOf } from './objectives/group.ts';
import type { FolderReport } from './report.ts';
import { ONE_ROW } from './train.ts';
import { withAdvantages, type PolicyRow, type SampledRow } from '../../src/training/objectives/group-rows.ts';

interface Curve {
  losses: number[];
  loss_after: number;
}

/** preference.json: losses of an adapted model against its base, and curves that begin there. */
interface PreferenceFile {
  dpo: Record<string, { loss: number }> & { beta: number };
  orpo: { beta: number; loss: number; loss_with_completion_only_nll: number };
  kto: { beta: number; loss: number; apo_zero_unpaired: { loss: number } };
  grpo: Record<string, number> & { beta: number; epsilon: number };
}

const TOLERANCE = 1e-4;
const CURVE = /^train_(\d+)_steps_lr([\de.-]+?)(?:_(\w+))?$/;
const VERSION = 'TRL 0.23 is given sums of log-probabilities, 1.9 takes means over tokens';

interface Case {
  name: string;
  objective: string;
  options: Record<string, unknown>;
  rows: PreparedRow[];
  loss: number;
  /** By the key in the file. */
  curve?: [string, Curve];
}

/** Losses, and ten steps of training from rows to weights, by the objectives themselves. */
export async function comparePreference(folder: string, report: FolderReport): Promise<void> {
  const own = join(folder, 'preference');
  const file = readJson<PreferenceFile>(join(own, 'preference.json'));
  (report.otherVersions ??= []).push(`preference/dpo ipo: ${VERSION}`);
  for (const one of scope(() => casesOf(own, file))) {
    const title = `preference/${one.name}`;
    try {
      const losses = await train(folder, one);
      const maxAbs = Math.abs(losses[0] - one.loss);
      report.outputs.push({ name: `${title} loss`, maxAbs, compared: 1 });
      if (!(maxAbs <= TOLERANCE * Math.max(1, Math.abs(one.loss))))
        report.problems.push(`${title}: the loss is ${losses[0]}, the reference's ${one.loss}`);
      if (one.curve !== undefined) addCurve(report, title, losses, { reference: one.curve[1], dtype: 'f32' });
    } catch (error) {
      report.problems.push(`${title}: ${(error as Error).message}`);
    }
  }
}

async function train(folder: string, { objective: name, options, rows, curve }: Case): Promise<number[]> {
  const { model } = await loadModel(folder, { dtype: 'f32' });
  const { options: adapter } = await readAdapterConfig(join(folder, 'preference'));
  const tuning = await (await tunings.load('lora')).create(model, adapter, { seed: 0 });
  using start = new SafetensorsFile(join(folder, 'preference', 'policy_lora.safetensors'));
  scope(() => tuning.load(adapterTensors(start)));
  const objective = await (await objectives.load(name)).create(options, processor);
  const update = await (await updates.load('adamw')).create(tuning.trainables, {}, ONE_ROW);
  const reference: StepParts['reference'] = (body) => noGrad(() => tuning.disabled(() => body(model)));
  const steps = curve === undefined ? 0 : curve[1].losses.length;
  const rate = curve === undefined ? 0 : Number(CURVE.exec(curve[0])![2]);
  const losses: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const learningRate = step < steps ? rate : 0;
    const { loss } = await trainStep(
      { model, objective, update, reference },
      {
        microBatches: [rows],
        step,
        seed: 0,
        checkpointing: false,
        options: { learningRate, weightDecay: 0, maxGradNorm: 0 },
      },
    );
    losses.push(loss);
  }
  model.dispose();
  return losses;
}

// Rows are made here.
const processor = { tokenizer: {}, now: new Date(0), causal: true } as unknown as Processor;

function casesOf(folder: string, { dpo, orpo, kto, grpo }: PreferenceFile): Case[] {
  const batch = tensorsOf(join(folder, 'batch.safetensors'));
  const [chosen, rejected, kl] = ['chosen', 'rejected', 'kl'].map((name) => renderedRows(batch, name));
  const pairs = chosen.map((row, i) => sharedPromptRow(placeOf(i), [row, rejected[i]]));
  const whole = chosen.map((row, i) => sharedPromptRow(placeOf(i), [row, rejected[i]], { trainsPrompt: true }));
  const answers = [...chosen, ...rejected];
  const label = (i: number) => (i < chosen.length ? 1 : 0);
  const judged = answers.map((row, i) => ({ ...sharedPromptRow(placeOf(i), [row, kl[i]]), label: label(i) }));
  const alone = answers.map((row, i) => ({ ...sharedPromptRow(placeOf(i), [row]), label: label(i) }));
  return [
    ...pairCases(dpo, pairs),
    {
      name: 'orpo',
      objective: 'orpo',
      options: { beta: orpo.beta },
      rows: whole,
      loss: orpo.loss,
      curve: curveOf(orpo),
    },
    {
      name: 'orpo answers',
      objective: 'orpo',
      options: { beta: orpo.beta, nll_on: 'answers' },
      rows: pairs,
      loss: orpo.loss_with_completion_only_nll,
    },
    { name: 'kto', objective: 'kto', options: { beta: kto.beta }, rows: judged, loss: kto.loss, curve: curveOf(kto) },
    {
      name: 'apo_zero_unpaired',
      objective: 'kto',
      options: { beta: kto.beta, loss_type: 'apo_zero_unpaired' },
      rows: alone,
      loss: kto.apo_zero_unpaired.loss,
    },
    ...policyCases(folder, grpo),
  ];
}

function pairCases(dpo: PreferenceFile['dpo'], rows: PreparedRow[]): Case[] {
  const one = (name: string, options: Record<string, unknown> = {}): Case => ({
    name: `dpo ${name}`,
    objective: 'dpo',
    options: { beta: dpo.beta, ...options },
    rows,
    loss: dpo[name].loss,
    curve: name === 'sigmoid' ? curveOf(dpo) : undefined,
  });
  return [
    one('sigmoid'),
    one('hinge', { loss_type: 'hinge' }),
    one('robust', { loss_type: 'robust' }),
    one('sigmoid_label_smoothing_0.1', { label_smoothing: 0.1 }),
  ];
}

/** Losses of sampled answers; KL and ratios to what the file says of the policy that sampled them. */
function policyCases(folder: string, grpo: PreferenceFile['grpo']): Case[] {
  const rows = policyRows(folder);
  const { beta, epsilon } = grpo;
  const usual = { reward_funcs: 'exact', num_generations: 3, max_completion_length: 10, beta, epsilon };
  const [curveKey] = Object.keys(grpo).filter((key) => CURVE.test(key));
  return ['grpo', 'bnpo', 'dr_grpo', 'dapo', 'gspo_sequence_level'].map((name): Case => {
    const isGspo = name === 'gspo_sequence_level';
    const options = isGspo ? { loss_type: 'grpo', importance_sampling_level: 'sequence' } : { loss_type: name };
    const isCurves = curveKey !== undefined && CURVE.exec(curveKey)![3] === name;
    const curve = isCurves ? curveOf(grpo) : undefined;
    return { name, objective: 'grpo', options: { ...usual, ...options }, rows, loss: grpo[name], curve };
  });
}

function curveOf(part: object): [string, Curve] | undefined {
  return Object.entries(part).find((entry): entry is [string, Curve] => CURVE.test(entry[0]));
}

function placeOf(row: number): Pick<PreparedRow, 'id' | 'source'> {
  return { id: row.toString(16).padStart(16, '0'), source: { file: 'batch', line: row + 1 } };
}

type Tensors = ReturnType<typeof tensorsOf>;

/** A padded tensor's rows. */
function rowsOf(tensors: Tensors, name: string): number[][] {
  const padded = tensors.get(name);
  if (padded === undefined) throw new Error(`the reference has no ${name}`);
  const [rows, width = 1] = padded.shape;
  const values = padded.toNumbers();
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function renderedRows(tensors: Tensors, name: string) {
  const [ids, seen, trained] = ['input_ids', 'attention_mask', 'completion_mask'].map((part) =>
    rowsOf(tensors, `${name}_${part}`),
  );
  return ids.map((row, r) => {
    const places = [...row.keys()].filter((place) => seen[r][place] === 1);
    const pick = (values: readonly number[]) => places.map((place) => values[place]);
    return { ids: Int32Array.from(pick(row)), trained: Uint8Array.from(pick(trained[r])), pieces: [] };
  });
}

function policyRows(folder: string): PolicyRow[] {
  const tensors = tensorsOf(join(folder, 'grpo_batch.safetensors'));
  const names = ['prompt_ids', 'prompt_mask', 'completion_ids', 'completion_mask', 'advantages'];
  const [prompts, promptMask, completions, mask, advantages] = names.map((name) => rowsOf(tensors, name));
  const [old, reference] = ['old_per_token_logps', 'ref_per_token_logps'].map((name) => rowsOf(tensors, name));
  const rows = prompts.map((prompt, r): SampledRow => {
    const kept = (values: readonly number[], seen: readonly number[]) => values.filter((_, place) => seen[place] === 1);
    const [before, answer] = [kept(prompt, promptMask[r]), kept(completions[r], mask[r])];
    const floats = (values: number[][]) => Float32Array.from(kept(values[r], mask[r]));
    return {
      ...placeOf(r),
      ids: Int32Array.from([...before, ...answer]),
      trained: Uint8Array.from([...before.map(() => 0), ...answer.map(() => 1)]),
      segments: [before.length, answer.length],
      parents: [-1, 0],
      sampled: floats(old),
      reference: floats(reference),
    };
  });
  return withAdvantages(rows, advantages.flat());
}
