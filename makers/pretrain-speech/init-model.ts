/** Makes the initial model folder for pre-training. usage: init-model.ts OUTPUT_FOLDER */
import { saveNewModel } from './new-model.ts';

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: init-model.ts OUTPUT_FOLDER');
await saveNewModel(output, 42);
console.log(output);
