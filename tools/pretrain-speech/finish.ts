/**
 * Turns a pre-trained result into the folder that is shipped: bf16 weights, letters, settings of the recordings.
 * usage: finish.ts MODEL_FOLDER OUTPUT_FOLDER
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../src/models/load.ts';
import { saveModel } from '../../src/models/save.ts';
import { Tokenizer } from '../../src/text/index.ts';

const [trained, output] = process.argv.slice(2);
if (trained === undefined || output === undefined) throw new Error('usage: finish.ts MODEL_FOLDER OUTPUT_FOLDER');
const { model } = await loadModel(trained);
saveModel(model, output, { dtype: 'bf16' });
(await Tokenizer.load(trained)).save(output);
copyFileSync(join(trained, 'preprocessor_config.json'), join(output, 'preprocessor_config.json'));
console.log(output);
