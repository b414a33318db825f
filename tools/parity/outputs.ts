// B rows, T columns, N tokens, D width, V vocabulary, C classes
import { balanceOfBatch } from '../../src/training/objectives/expert-balance.ts';
import { firstTokens, poolings } from '../../src/models/heads/pooling.ts';
import { TokenClassHead } from '../../src/models/heads/token.ts';
import { TokenHead } from '../../src/models/heads/token-head.ts';
import type { Model } from '../../src/models/model.ts';
import { namesOf } from '../../src/models/skeleton.ts';
import { backward, enableGrad, type Tensor } from '../../src/engine/tensor/index.ts';
import { imagePart } from './images.ts';
import { gridOfMask, type Grid, type ParityInput, type Tensors } from './input.ts';
import { lossOf, pairLoss } from './loss.ts';

/** One forward pass with its inputs and intermediate states. */
export interface Forward {
  model: Model;
  batch: Tensors;
  input: ParityInput;
  /** [N, D] */
  hidden: Tensor;
  /** Output of the image tower: [M, D] */
  imageHidden?: Tensor;
  /** Router logits of each layer that has a router: [N, E]. */
  aside: readonly Tensor[];
  states: readonly Tensor[];
  encoderStates: readonly Tensor[];
}

export interface Output {
  values: Tensor;
  /** Token grid of the reference's values; undefined if the shapes agree. */
  grid?: Grid;
}

type Compute = (forward: Forward, index: number) => Output | undefined;

/** Our values by the reference's output name. `#` stands for an index. */
const table: Readonly<Record<string, Compute>> = {
  logits: ({ model, hidden, input }) => {
    const { tokens } = input;
    if (model.head instanceof TokenHead) return { values: model.head.logits(hidden), grid: tokens };
    if (model.head instanceof TokenClassHead) {
      const scores = model.head.scores(hidden, model.layoutOf(input.input));
      // One score per token has one dimension less in the reference.
      return { values: model.task === 'replaced-token' ? scores.squeeze(1) : scores, grid: tokens };
    }
    if (model.task === 'ctc') return { values: model.ctcHead.logits(hidden), grid: tokens };
    return { values: model.sequenceHead.scores(hidden, tokens.layout) };
  },
  start_logits: ({ model, hidden, input }) => at(model.questionHead.scores(hidden).start, input.tokens),
  end_logits: ({ model, hidden, input }) => at(model.questionHead.scores(hidden).end, input.tokens),
  loss: (forward) => lossOutput(forward),
  ctc_loss: (forward) => lossOutput(forward),
  aux_loss: ({ model, aside }) => {
    const { balance } = model.trunk;
    return balance && { values: balanceOfBatch(aside, { ...balance, weight: 1 }, {}).shares.sum() };
  },
  'hidden_states.#': ({ model, states, input }, index) => at(states[index + firstState(model)], input.tokens),
  'decoder_hidden_states.#': ({ states, input }, index) => at(states[index], input.tokens),
  'encoder_hidden_states.#': ({ encoderStates, input }, index) => at(encoderStates[index], input.source),
  last_hidden_state: ({ model, hidden, input }) =>
    mapped.has(model.architecture.modelType) ? { values: asMaps(hidden, input) } : at(hidden, input.tokens),
  encoder_last_hidden_state: ({ encoderStates, input }) => at(encoderStates.at(-1), input.source),
  pooler_output: ({ model, hidden, input }) => {
    if (mapped.has(model.architecture.modelType)) return { values: poolings.mean(hidden, input.tokens.layout) };
    if (/^dinov\d/.test(model.architecture.modelType)) return { values: poolings.first(hidden, input.tokens.layout) };
    const first = firstTokens(input.tokens.layout, hidden.device);
    const pooled = model.trunk.pooler?.forward(hidden.indexSelect(0, first));
    return pooled === undefined ? undefined : { values: pooled };
  },
  mean_pooled: ({ hidden, input }) => ({ values: poolings.mean(hidden, input.tokens.layout) }),
  embedding: ({ model, hidden, input }) => ({ values: model.embeddingHead.embed(hidden, input.tokens.layout) }),
  text_embeds: (forward) => ({ values: vectorsOf(forward).texts }),
  image_embeds: (forward) => ({ values: vectorsOf(forward).images }),
  'vision_model_output.last_hidden_state': ({ imageHidden, batch }) => {
    const mask = batch.get('pixel_attention_mask');
    return mask && at(imageHidden, gridOfMask(mask.shape as [number, number], mask));
  },
  image_hidden_states: ({ model, input }) => imageOutput(model, input, 0),
  'deepstack_features.#': ({ model, input }, index) => imageOutput(model, input, index + 1),
  logits_per_text: (forward) => ({ values: scoresOf(forward) }),
  logits_per_image: (forward) => ({ values: scoresOf(forward).transpose(0, 1) }),
};

/** One part of the image vectors, in the reference's shape. */
function imageOutput(model: Model, { input }: ParityInput, part: number): Output | undefined {
  const values = imagePart(model, input.images, part);
  return values && { values };
}

function lossOutput(forward: Forward): Output | undefined {
  const { model, hidden, batch, input } = forward;
  if (model.task === 'contrastive') return { values: pairLoss(model, scoresOf(forward)) };
  const probe = batch.get('probe');
  if (probe !== undefined) return { values: model.embeddingHead.embed(hidden, input.tokens.layout).mul(probe).sum() };
  const labels = batch.get('labels');
  return labels === undefined ? undefined : { values: lossOf(model, forward, input, labels) };
}

/** [T, E] and [I, E], of length 1 */
function vectorsOf({ model, hidden, input, imageHidden }: Forward): { texts: Tensor; images: Tensor } {
  if (imageHidden === undefined || input.images === undefined) throw new Error('the batch has no pixel_values');
  const { contrastiveHead: head } = model;
  return { texts: head.vectors(hidden, input.input), images: head.vectors(imageHidden, input.images) };
}

/** [T, I] */
function scoresOf(forward: Forward): Tensor {
  const { texts, images } = vectorsOf(forward);
  return forward.model.contrastiveHead.scores(texts, images);
}

/** Models whose states are maps [B, C, Y, X] in the reference. */
const mapped: ReadonlySet<string> = new Set(['convnext', 'mobilenet_v2', 'resnet']);

/** [N, C] → [B, C, Y · X] */
function asMaps(hidden: Tensor, { tokens }: ParityInput): Tensor {
  return hidden.reshape(tokens.rows, tokens.width, -1).transpose(1, 2);
}

/** MobileNet's states begin after its first block. */
function firstState({ architecture }: Model): number {
  return architecture.modelType === 'mobilenet_v2' ? 1 : 0;
}

function at(values: Tensor | undefined, grid: Grid | undefined): Output | undefined {
  if (values?.shape.length === 4) return { values };
  return values === undefined || grid === undefined ? undefined : { values, grid };
}

export function runForward(model: Model, batch: Tensors, input: ParityInput): Forward {
  const states: Tensor[] = [];
  const encoderStates: Tensor[] = [];
  const { source } = input.input;
  const memory =
    source === undefined ? undefined : model.encode(source, { watch: (index, x) => (encoderStates[index] = x) });
  const aside: Tensor[] = [];
  const hidden = model.hidden(input.input, { memory, aside, watch: (index, x) => (states[index] = x) });
  const imageHidden = input.images === undefined ? undefined : model.hidden(input.images);
  return { model, batch, input, hidden, aside, imageHidden, states, encoderStates };
}

const GRADIENT = 'gradient.';

/** The gradient of the loss with respect to a parameter, by its name in the checkpoint. */
function gradientOf({ model, batch, input }: Forward, name: string): Output | undefined {
  const parameter = [...model.parameters()].find(([path]) => namesOf(model, path).includes(name))?.[1];
  if (parameter === undefined) return undefined;
  return enableGrad(() => {
    parameter.setTrainable(true);
    const loss = lossOutput(runForward(model, batch, input));
    if (loss !== undefined) backward([loss.values]);
    const values = parameter.tensor.grad?.clone();
    parameter.tensor.grad = undefined;
    parameter.setTrainable(false);
    return values && { values };
  });
}

/** The output that the reference calls `name`; undefined where this model or this tool has none. */
export function outputOf(forward: Forward, name: string): Output | undefined {
  if (name.startsWith(GRADIENT)) return gradientOf(forward, name.slice(GRADIENT.length));
  const index = /\.(\d+)$/.exec(name)?.[1];
  const key = index === undefined ? name : name.replace(/\d+$/, '#');
  return Object.hasOwn(table, key) ? table[key](forward, Number(index ?? 0)) : undefined;
}
