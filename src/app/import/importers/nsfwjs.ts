import { AttuneError } from '../../../base/errors.ts';
import type { ImportedModel, Importer, Weight } from '../importer.ts';
import { readTfjsWeights } from '../tfjs.ts';

const FOLDER = 'package/dist/models/mobilenet_v2';
const SIDE = 224;
const BLOCKS = 16;

/** Name of each convolution in the Hugging Face checkpoint, its name in Keras, and that of its norm in Keras. */
const convolutions: readonly (readonly [ours: string, theirs: string, norm: string])[] = [
  ['conv_stem.first_conv', 'Conv1', 'bn_Conv1'],
  ['conv_stem.conv_3x3', 'expanded_conv_depthwise', 'expanded_conv_depthwise_BN'],
  ['conv_stem.reduce_1x1', 'expanded_conv_project', 'expanded_conv_project_BN'],
  ...Array.from({ length: BLOCKS }, (_, block) =>
    (['expand', 'depthwise', 'project'] as const).map((part) => {
      const ours = { expand: 'expand_1x1', depthwise: 'conv_3x3', project: 'reduce_1x1' }[part];
      const theirs = `block_${block + 1}_${part}`;
      return [`layer.${block}.${ours}`, theirs, `${theirs}_BN`] as const;
    }),
  ).flat(),
  ['conv_1x1', 'Conv_1', 'Conv_1_bn'],
];

const normParts = { weight: 'gamma', bias: 'beta', running_mean: 'moving_mean', running_var: 'moving_variance' };

/**
 * Reads a TensorFlow.js model that was wrapped into scripts: its description as an object, its weights in base64. The
 * scripts are parsed as text, never run.
 */
function unwrapped(read: (path: string) => Buffer): (path: string) => Buffer {
  return (path) => {
    const isDescription = path.endsWith('/model.json');
    const script = read(`${isDescription ? path.replace(/\.json$/, '') : path}.min.js`).toString('latin1');
    return isDescription ? Buffer.from(manifestOf(script)) : Buffer.from(longestBase64(script), 'base64');
  };
}

/** Converts `{weightsManifest:[{name:"a",scale:.5}]}` to JSON. */
function manifestOf(script: string): string {
  const found = /weightsManifest:(\[\{paths:.*?\}\]\}\])/s.exec(script)?.[1];
  if (found === undefined) throw unreadable('a script without weightsManifest');
  const quoted = found.replaceAll(/([{,])([A-Za-z]\w*):/g, '$1"$2":');
  return `{"weightsManifest":${quoted.replaceAll(/([:[,]-?)\./g, '$10.')}}`;
}

function longestBase64(script: string): string {
  const found = script.match(/[A-Za-z0-9+/]{1000,}={0,2}/g) ?? [];
  if (found.length !== 1) throw unreadable(`${found.length} pieces of base64 in a script`);
  return found[0];
}

/**
 * Transposes [height, width, in, out] to [out, in, height, width], and a depthwise convolution [height, width, in, 1]
 * to [in, 1, …].
 */
function kernel({ shape, values }: Weight, isDepthwise: boolean): Weight {
  const [height, width, from, to] = shape;
  const [first, second] = isDepthwise ? [from, to] : [to, from];
  const turned = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let a = 0; a < first; a++) {
        for (let b = 0; b < second; b++) {
          const [i, o] = isDepthwise ? [a, b] : [b, a];
          turned[((a * second + b) * height + y) * width + x] = values[((y * width + x) * from + i) * to + o];
        }
      }
    }
  }
  return { shape: [first, second, height, width], values: turned };
}

function convert(read: (path: string) => Buffer): ImportedModel {
  const found = readTfjsWeights(unwrapped(read), FOLDER);
  const take = (name: string): Weight => {
    const weight = found.get(name);
    if (weight === undefined) throw unreadable(`no weight ${name}`);
    return weight;
  };
  const weights = new Map<string, Weight>();
  const counters = new Map<string, bigint>();
  for (const [ours, theirs, norm] of convolutions) {
    const isDepthwise = theirs.endsWith('_depthwise');
    const name = `${theirs}/${isDepthwise ? 'depthwise_kernel' : 'kernel'}`;
    weights.set(`${ours}.convolution.weight`, kernel(take(name), isDepthwise));
    for (const [part, keras] of Object.entries(normParts)) {
      weights.set(`${ours}.normalization.${part}`, take(`${norm}/${keras}`));
    }
    counters.set(`${ours}.normalization.num_batches_tracked`, 0n);
  }
  return { config, weights, counters, others, description };
}

const config = {
  architectures: ['MobileNetV2Model'],
  model_type: 'mobilenet_v2',
  num_channels: 3,
  image_size: SIDE,
  depth_multiplier: 1,
  depth_divisible_by: 8,
  min_depth: 8,
  expand_ratio: 6,
  output_stride: 32,
  first_layer_is_expansion: true,
  finegrained_output: true,
  hidden_act: 'relu6',
  tf_padding: true,
  classifier_dropout_prob: 0.2,
  initializer_range: 0.02,
  layer_norm_eps: 0.001,
  semantic_loss_ignore_index: 255,
  dtype: 'float32',
};

/** Images are resized to a square without keeping the aspect ratio, and scaled to values between 0 and 1. */
const processor = {
  image_processor_type: 'MobileNetV2ImageProcessor',
  do_resize: true,
  size: { height: SIDE, width: SIDE },
  resample: 2,
  do_center_crop: false,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: false,
};

const others = { 'preprocessor_config.json': `${JSON.stringify(processor, null, 2)}\n` };

const description =
  'The convolutions of a MobileNetV2 (Sandler et al., 2018), trained to detect unsuitable drawings ' +
  'and photographs; its classifier is removed. The package stores its weights in 8 bits.';

function unreadable(got: string): AttuneError {
  return new AttuneError('E_IMPORT_UNREADABLE', {
    what: 'The package nsfwjs does not contain the expected MobileNetV2',
    got,
    fix: 'the package is damaged: fetch it again',
  });
}

/** The smaller network of nsfwjs without its classifier, as an image base model. */
export const importer: Importer = {
  package: {
    name: 'nsfwjs',
    version: '4.3.0',
    integrity: 'sha512-WTKDte0vp1X97N1h34P79G/hG+sVT3+TnDz9di1WseIJR93v11E4viNX7Vg9WsO6HYoR772Nzq2iM8jo3XBZ+g==',
  },
  licence: 'MIT',
  convert,
};
