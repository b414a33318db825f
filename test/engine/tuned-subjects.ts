// Models on which the contract of tunings is tested, each with its input and loss. R rows, C classes
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
  /** Outputs of the model, or of another one with the same base. */
  outputs(model?: Model): number[];
  objective: Objective;
  /** Number of steps, and the maximum share of the initial loss after them. */
  learns: { steps: number; share: number };
}

const fixtures = fileURLToPath(new URL('../../fixtures/models', import.meta.url));
export const fixtureNames = ['llama', 'gpt2', 'bert_cls', 't5', 'vit', 'clip', 'whisper', 'wav2vec2'] as const;

/** Image classifiers of every kind, without dropout, since results are compared. */
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

/** Properties shared by the objectives here. */
const plain = { accepts: [], separable: true } as const;

/** Mean square of all logits, which any tuning can reduce. */
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

/** Likelihood of the first class for fixed images. */
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

/** Loss at inference, since a training step may drop paths. */
export function lossOf({ model, objective }: Subject): number {
  const batch = objective.collate([]);
  return noGrad(() => scope(() => objective.loss(model, batch, { totals: {} }).perRow.sum().item()));
}

/** Running statistics and other values that no tuning changes. */
export function buffersOf(model: Model): number[][] {
  return [...model.parameters()]
    .filter(([, part]) => part instanceof ModuleBuffer)
    .map(([, part]) => [...part.tensor.toNumbers()]);
}
