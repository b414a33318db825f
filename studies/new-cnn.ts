import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../src/files/json.ts';
import { writeWholeFolder } from '../src/files/whole-folder.ts';
import { createModel } from '../src/models/load-model.ts';
import { saveModel } from '../src/models/save.ts';
import type { Setting } from './example.ts';

/** Side of the input image in pixels. */
const SIDE = 64;

/** The folder of a small ResNet (He et al., 2015) with random weights: it shows what the labels alone can teach. */
export async function newCnn({ folder }: Setting): Promise<string> {
  const place = join(folder, 'models', 'small-resnet');
  if (existsSync(place)) return place;
  const config = {
    model_type: 'resnet',
    architectures: ['ResNetForImageClassification'],
    num_channels: 3,
    embedding_size: 32,
    hidden_sizes: [32, 64, 128],
    depths: [1, 1, 1],
    layer_type: 'basic',
    hidden_act: 'relu',
    id2label: { 0: 'a', 1: 'b' },
  };
  const model = await createModel(config, { dtype: 'f32', seed: 42, task: 'sequence' });
  await writeWholeFolder(place, (draft) => {
    saveModel(model, draft);
    writeJson(join(draft, 'preprocessor_config.json'), {
      image_processor_type: 'ViTImageProcessor',
      do_resize: true,
      size: { height: SIDE, width: SIDE },
      resample: 2,
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    });
  });
  model.dispose();
  return place;
}
