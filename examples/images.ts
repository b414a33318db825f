import { join } from 'node:path';
import { readJson, writeJson } from '../src/files/json.ts';
import { studyClassifiers, type Way } from './classify.ts';
import { fetchFashion } from './data/fashion.ts';
import type { Example } from './example.ts';
import { importedModel } from './models.ts';

/** Pixels of a side to which the 28 of an image are enlarged, in place of 224: a sixth of the work and less. */
const SIDE = 96;

const frozen: Way = {
  name: 'frozen',
  title: 'MobileNetV2 frozen, new head',
  tuning: { method: 'freeze', trainable_layers: 0 },
  training: { learning_rate: 3e-3, batch_size: 32 },
  epochs: () => 20,
};
const last: Way = {
  name: 'last',
  title: 'MobileNetV2, last 4 blocks',
  tuning: { method: 'freeze', trainable_layers: 4 },
  training: { learning_rate: 1e-3, batch_size: 32 },
  epochs: () => 10,
};
const full: Way = {
  name: 'full',
  title: 'MobileNetV2, all weights',
  tuning: 'full',
  training: { learning_rate: 1e-3, batch_size: 32 },
  epochs: () => 6,
};

/** Photographs of clothes with 1,000 labels. */
export const images: Example = {
  title: 'Which piece of clothing a picture shows',
  async run(setting) {
    const files = await fetchFashion(setting);
    const { quick } = setting;
    const testRows = quick ? 1000 : 3000;
    const found = await studyClassifiers(
      {
        name: 'images',
        model: smallerImages(await importedModel('nsfwjs', setting)),
        files,
        label: 'label',
        reading: { format: 'image_classification' },
        baseline: { name: 'pixels', title: 'small images + logistic regression' },
        sizes: [1000],
        draws: quick ? 1 : 3,
        testRows,
        ways: quick ? [frozen, last] : [frozen, last, full],
      },
      setting,
    );
    const about = [
      `Fashion-MNIST (Debian package dataset-fashion-mnist): ten kinds of clothes, grey, 28 by 28 pixels, enlarged to ${SIDE} by ${SIDE} by the model's processor. Training rows are drawn from 6000 with every class's share kept; draws overlap.`,
    ];
    return { about, ...found };
  },
};

/** The base model with a processor that makes smaller images. */
function smallerImages(model: string): string {
  const path = join(model, 'preprocessor_config.json');
  const processor = readJson<Record<string, unknown>>(path);
  writeJson(path, { ...processor, size: { height: SIDE, width: SIDE } });
  return model;
}
