/**
 * Turns the result of pre-training, or a checkpoint of a stopped run, into a model folder: bf16 weights, vocabulary,
 * preprocessor settings. usage: finish.ts MODEL_FOLDER OUTPUT_FOLDER [CHECKPOINT_FOLDER]
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../src/models/load-model.ts';
import { saveModel } from '../../src/models/save.ts';
import { SafetensorsFile, scope } from '../../src/engine/tensor/index.ts';
import { Tokenizer } from '../../src/models/text/index.ts';

const [from, output, checkpoint] = process.argv.slice(2);
if (from === undefined || output === undefined) {
  throw new Error('usage: finish.ts MODEL_FOLDER OUTPUT_FOLDER [CHECKPOINT_FOLDER]');
}
const { model } = await loadModel(from);
if (checkpoint !== undefined) {
  using file = new SafetensorsFile(join(checkpoint, 'weights.safetensors'));
  for (const [path, parameter] of model.parameters()) scope(() => parameter.assign(file.get(path).clone()));
}
saveModel(model, output, { dtype: 'bf16' });
(await Tokenizer.load(from)).save(output);
copyFileSync(join(from, 'preprocessor_config.json'), join(output, 'preprocessor_config.json'));
console.log(output);
