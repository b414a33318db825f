// Models that the contract of tunings is tried on, each with what it reads and what is minimised. R rows, C classes
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import type { StageRunner } from '../../src/models/stack.ts';
import { ModuleBuffer } from '../../src/engine/nn/index.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Batch } from '../../src/answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../src/training/objective.ts';
import { inputOf } from '../../tools/parity/input.ts';
import { outputOf, runForward, type Forward } from '../../tools/parity/outputs.ts';
import { tinyConfigs } from './tiny-configs.ts';
import { tinyInput, tinyModel } from './tiny-models.ts';
import type { LabelledRow } from '../../src/training/objectives/labelled-rows.ts';

export interface Subject {
  model: Model;
  /** The folder of the base model. */
  base: string;
  /** What another model of the same base answers. */
  outputs(model?: Model): number[];
  objective: Objective;
  /** The steps that it learns in, and the share of its loss that it has at most after them. */
  learns: { steps: number; share: number };
}

const fixtures = fileURLToPath(new URL('../../fixtures/models', import.meta.url));
export const fixtureNames = ['llama', 'gpt2', 'bert_cls', 't5', 'vit', 'clip', 'whisper', 'wav2vec2'] as const;

/** Image classifiers of every kind, without dropout in what is compared. */
export const classifiers = (['vit', 'dinov2', 'clip', 'siglip', 'mobilenet_v2', 'resnet'] as const).flatMap((name) =>
  tinyConfigs[name].map((raw, i) => ({ name: `${name} ${i + 1} as an image classifier`, raw })),
);

export type SubjectName = (typeof fixtureNames)[number] | string;

/** @param folder where the base models of classifiers are saved */
export async function openSubject(name: SubjectName, folder: string): Promise<Subject> {
  const classifier = classifiers.find((one) => one.name === name);
  return classifier === undefined ? fixtureSubject(name) : classifierSubject(classifier, folder);
}

const rowOf = (row: number): LabelledRow => {
  const source = { file: 'rows', line: row + 1 };
  return { id: `${row}`, ids: new Int32Array(4), trained: new Uint8Array(4), label: row, source };
};

/** What objectives here have in common. */
const plain = { accepts: [], separable: true } as const;

/** The mean square of all logits, which a model can make smaller in any way. */
async function fixtureSubject(name: string): Promise<Subject> {
  const base = join(fixtures, name);
  const { model } = await loadModel(base, { dtype: 'f32' });
  using file = new SafetensorsFile(join(base, 'expected.safetensors'));
  const values = new Map(file.names.map((one) => [one, file.get(one)]));
  const parity = inputOf(model, values);
  const objective: Objective = {
    ...plain,
    task: model.task,
    unit: 'rows',
    prepare: async () => ({ rows: [rowOf(0)], problems: [] }),
    collate: (): Batch => ({ input: parity.input, rows: parity.tokens.layout.rowOf.map((row) => rowOf(row)) }),
    counts: () => ({ rows: 1 }),
    loss: (_model, batch, { runner }) => {
      const hidden = model.hidden(batch.input, { runner });
      const imageHidden = parity.images && model.hidden(parity.images, { runner });
      const forward = {
        model,
        batch: values,
        input: parity,
        hidden,
        imageHidden,
        aside: [],
        states: [],
        encoderStates: [],
      };
      return { perRow: logitsOf(forward).pow(2).mean().reshape(1), tally: {} };
    },
  };
  const outputs = (other = model) =>
    noGrad(() => scope(() => logitsOf(runForward(other, values, inputOf(other, values))).toNumbers()));
  return { model, base, outputs, objective, learns: { steps: 3, share: 1 } };
}

function logitsOf(forward: Forward): Tensor {
  return outputOf(forward, forward.model.task === 'contrastive' ? 'logits_per_text' : 'logits')!.values;
}

/** The likelihood of the first class, of images that are always the same. */
async function classifierSubject({ name, raw }: (typeof classifiers)[number], folder: string): Promise<Subject> {
  const base = join(folder, `${name} base`);
  const model = await tinyModel({ raw, task: 'sequence' }, 'f32');
  saveModel(model, base);
  const input = tinyInput(model, [1, 1, 1]);
  const read = () => ({ ...input, features: input.features?.to('f32') });
  const scoresOf = (of: Model, runner?: StageRunner): Tensor => {
    const given = read();
    return of.sequenceHead.scores(of.hidden(given, { runner }), of.layoutOf(given)); // [R, C]
  };
  const rows = [0, 1, 2].map(rowOf);
  const objective: Objective = {
    ...plain,
    task: 'sequence',
    unit: 'rows',
    prepare: async () => ({ rows, problems: [] }),
    collate: (): Batch => ({ input: read(), rows }),
    counts: () => ({ rows: rows.length }),
    loss: (of, _batch, { runner }) => ({
      perRow: scoresOf(of, runner).logSoftmax(-1).select(1, 0).neg().div(rows.length), // [R]
      tally: {},
    }),
  };
  const outputs = (other = model) => noGrad(() => scope(() => scoresOf(other).toNumbers()));
  return { model, base, outputs, objective, learns: { steps: 6, share: 0.9 } };
}

/** The loss as the model is used: a step's own may have dropped paths in it. */
export function lossOf({ model, objective }: Subject): number {
  const batch = objective.collate([]);
  return noGrad(() => scope(() => objective.loss(model, batch, { totals: {} }).perRow.sum().item()));
}

/** Running statistics and other numbers that no tuning moves. */
export function buffersOf(model: Model): number[][] {
  return [...model.parameters()]
    .filter(([, part]) => part instanceof ModuleBuffer)
    .map(([, part]) => [...part.tensor.toNumbers()]);
}
