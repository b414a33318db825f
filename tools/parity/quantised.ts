import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { storages } from '../../src/methods/storages/index.ts';
import { openTuning, readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { loadModel } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { difference } from './compare.ts';
import { inputOf } from './input.ts';
import { outputOf, runForward } from './outputs.ts';
import type { FolderReport } from './report.ts';
import { addOutput, compareFinalTensors, tensorsOf } from './adapter-tensors.ts';
import { baseOf, compareCurve, type ReferenceRun } from './tuning.ts';

/** case.json of a checkpoint in 4 bits. */
interface QuantisedCase {
  base: string;
  quant_type?: string;
  qlora_train?: ReferenceRun;
}

/** Whether a folder holds a checkpoint in 4 bits, with what LoRA on it gives. */
export function isQuantisedCase(folder: string): boolean {
  return existsSync(join(folder, 'case.json')) && existsSync(join(folder, 'qlora'));
}

/** Compares the packed weights' logits, those with an adapter on them, and ten steps from it. */
export async function compareQuantised(folder: string, report: FolderReport): Promise<void> {
  const about = readJson<QuantisedCase>(join(folder, 'case.json'));
  const keep = await (await storages.load(about.quant_type ?? 'nf4')).keep({});
  const { model } = await loadModel(folder, { dtype: 'f32', keep });
  report.model_type = model.architecture.modelType;
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  const compareRow0 = (name: string, wanted: Tensor) =>
    noGrad(() =>
      scope(() => addOutput(report, name, difference(logitsOf(model, expected).narrow(0, 0, wanted.shape[0]), wanted))),
    );
  compareRow0('logits of row 0', expected.get('logits').select(0, 0));
  const qlora = join(folder, 'qlora');
  const tuning = await openTuning(model, await readAdapterConfig(qlora));
  using adapter = new SafetensorsFile(join(qlora, 'adapter_model.safetensors'));
  scope(() => tuning.load(tensorsOf(adapter)));
  compareRow0('qlora_logits_row0', expected.get('qlora_logits_row0'));
  if (about.qlora_train !== undefined) {
    const base = baseOf(folder, about.base);
    await compareCurve({ model, tuning, report }, { base, run: about.qlora_train });
    compareFinalTensors(join(qlora, 'adapter_final.safetensors'), { tuning, report }, []);
  }
  tuning.dispose();
  model.dispose();
}

/** [N, V] */
function logitsOf(model: Model, expected: SafetensorsFile): Tensor {
  const batch = tensorsOf(expected);
  return outputOf(runForward(model, batch, inputOf(model, batch)), 'logits')!.values;
}
