import { join } from 'node:path';
import { readJson, writeJson } from '../src/files/json.ts';
import { studyClassifiers, type Way } from './classify.ts';
import { fetchEmoji } from './data/emoji.ts';
import { fetchFashion } from './data/fashion.ts';
import type { Example } from './example.ts';
import { importedModel } from './models.ts';
import { newCnn } from './new-cnn.ts';

/** Side in pixels to which the 28-pixel images are enlarged, instead of 224: at most a sixth of the work. */
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
  // Better than 1e-4 on emoji that are in neither training nor test rows. At 1e-3 the weights drift away from the
  // statistics that the norms keep from pre-training.
  training: { learning_rate: 3e-4, batch_size: 32 },
  epochs: () => 6,
};

/** Photographs of clothes with 1,000 labels, and emoji of a vendor whose drawings no model has seen. */
export const images: Example = {
  title: 'Which piece of clothing a picture shows, and what kind of thing an emoji',
  async run(setting) {
    const model = smallerImages(await importedModel('nsfwjs', setting));
    const scratch = fromScratch(await newCnn(setting));
    const { quick } = setting;
    const study = {
      model,
      label: 'label',
      reading: { format: 'image_classification' },
      baseline: { name: 'pixels', title: 'small images + logistic regression' },
      testRows: quick ? 300 : 2000,
      ways: quick ? [frozen, scratch] : [frozen, last, full, scratch],
    };
    const sizes = [quick ? 300 : 1000];
    const clothes = { ...study, name: 'images', files: await fetchFashion(setting), sizes, draws: quick ? 1 : 2 };
    const emoji = { ...study, name: 'emoji', files: await fetchEmoji(setting), sizes, draws: 1 };
    const found = [await studyClassifiers(clothes, setting), await studyClassifiers(emoji, setting)];
    const titled = found.map(({ tables: [table] }, i) => ({ ...table, caption: `${KINDS[i]}. ${table.caption}` }));
    const about = [
      'Clothes are Fashion-MNIST (Debian package dataset-fashion-mnist): ten kinds, grey, 28 by 28 pixels, ' +
        `enlarged to ${SIDE} by ${SIDE} by MobileNetV2's processor. Emoji are in nine of Unicode's ` +
        'categories as Twitter drew them (npm: emoji-datasource-twitter) and, in the test, the same as ' +
        `Google did (npm: emoji-datasource-google). Training rows are drawn with every class's share kept; ` +
        'draws overlap. The small ResNet has random weights and 64 by 64 pixels.',
    ];
    return {
      about,
      tables: titled,
      verdict: found.flatMap(({ verdict }, i) => verdict.map((one) => `${KINDS[i]}. ${one}`)),
    };
  },
};

const KINDS = ['Clothes', 'Emoji'];

function fromScratch(model: string): Way {
  return {
    name: 'scratch',
    title: 'small ResNet from scratch',
    model,
    tuning: 'full',
    training: { learning_rate: 2e-3, batch_size: 32 },
    epochs: () => 12,
  };
}

/** The base model with a processor for smaller images. */
function smallerImages(model: string): string {
  const path = join(model, 'preprocessor_config.json');
  const processor = readJson<Record<string, unknown>>(path);
  writeJson(path, { ...processor, size: { height: SIDE, width: SIDE } });
  return model;
}
