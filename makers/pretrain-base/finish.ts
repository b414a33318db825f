/**
 * Turns a pre-training checkpoint into the published model folder: bf16 weights, tokenizer, generation settings. usage:
 * finish.ts START_FOLDER CHECKPOINT_FOLDER OUTPUT_FOLDER
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../src/models/load-model.ts';
import { saveModel } from '../../src/models/save.ts';
import { SafetensorsFile, scope } from '../../src/engine/tensor/index.ts';
import { Tokenizer } from '../../src/models/text/index.ts';

const [start, checkpoint, output] = process.argv.slice(2);
if (start === undefined || checkpoint === undefined || output === undefined) {
  throw new Error('usage: finish.ts START_FOLDER CHECKPOINT_FOLDER OUTPUT_FOLDER');
}
const { model } = await loadModel(start);
using file = new SafetensorsFile(join(checkpoint, 'weights.safetensors'));
for (const [path, parameter] of model.parameters()) scope(() => parameter.assign(file.get(path).clone()));
saveModel(model, output, { dtype: 'bf16' });
(await Tokenizer.load(start)).save(output);
copyFileSync(join(start, 'generation_config.json'), join(output, 'generation_config.json'));
console.log(output);
