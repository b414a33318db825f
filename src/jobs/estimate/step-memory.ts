// N tokens of the longest row, D width; C channels, Y and X height and width
import type { Model, ModelInput } from '../../models/model.ts';
import { TokenHead } from '../../models/heads/token-head.ts';
import { layoutOfRows, withRowTaps, type RowTap } from '../../engine/nn/index.ts';
import { backward, empty, engine, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { addCutRows } from '../../training/row-norms.ts';
import { hasTokensOfRows } from '../../training/rows-apart.ts';
import { Tape, type Checkpointing } from '../../models/tape.ts';
import { imageShape } from './image-work.ts';
import type { HeldBytes, PlannedRun } from './planned-run.ts';

/** Peak memory of a training step, in bytes. */
export interface StepMemory extends HeldBytes {
  /** Gradients of the trained weights. */
  gradients: number;
  /** Activations kept until backward, and temporaries. */
  activations: number;
}

/**
 * Runs a step of one row on shapes without memory and counts the bytes that tensors would take, with the operators,
 * adapters and checkpoints of a real step.
 */
export function stepMemory(run: PlannedRun, rowTokens: number, checkpointing: Checkpointing): StepMemory {
  const { model, tuning, update, held } = run;
  const before = engine().tensorBytes('meta');
  const gradients = tuning.trainables.reduce((sum, { parameter }) => sum + parameter.bytes, 0);
  const isForward = update.needs === 'losses';
  engine().takeTensorPeak('meta');
  scope(() => {
    const input = longestInput(model, rowTokens);
    if (isForward) noGrad(() => lossOf(model, input));
    else if (update.needs === undefined || !goApart(run, input, checkpointing)) goThrough(model, input, checkpointing);
  });
  const activations = engine().takeTensorPeak('meta') - before;
  for (const { parameter } of tuning.trainables) parameter.tensor.grad = undefined;
  if (isForward) return { ...held, gradients: 0, activations };
  // The sum over rows is a second copy of the gradients.
  const sums = update.needs === 'row-gradients' ? gradients : 0;
  return { ...held, gradients: gradients + sums, activations: Math.max(0, activations - gradients) };
}

function goThrough(model: Model, input: ModelInput, checkpointing: Checkpointing): void {
  const tape = new Tape({ checkpointing });
  const loss = lossOf(model, input, tape);
  // The trained weights may not be used for this kind of input.
  if (!loss.requiresGrad) return;
  backward([loss]);
  tape.backward();
}

/**
 * Measures the same with per-row gradients from the layers' records; returns false, without measuring, if a run would
 * process rows one by one.
 */
function goApart({ model, tuning }: PlannedRun, input: ModelInput, checkpointing: Checkpointing): boolean {
  if (!hasTokensOfRows(model)) return false;
  const taps: RowTap[] = [];
  withRowTaps(taps, () => goThrough(model, input, checkpointing));
  const isNoted = tuning.trainables.every(({ parameter }) => parameter.tensor.grad === undefined);
  const layout = model.layoutOf(input);
  const isKnown = isNoted && noGrad(() => addCutRows({ taps, layout }, () => 1)) !== undefined;
  for (const tensor of taps.flatMap(({ kept }) => kept)) tensor.dispose();
  for (const { parameter } of tuning.trainables) parameter.tensor.grad = undefined;
  if (!isKnown) engine().takeTensorPeak('meta');
  return isKnown;
}

/** A head over a vocabulary is by far the largest; other heads are small compared with the blocks. */
function lossOf(model: Model, input: ModelInput, runner?: Tape): Tensor {
  const hidden = model.hidden(input, { runner });
  if (!(model.head instanceof TokenHead)) return hidden.sum();
  const targets = empty([hidden.shape[0]], { dtype: 'i64', device: 'meta' });
  return model.head.tokenLogProbs(hidden, targets).logProbs.sum();
}

/** One row with this many tokens, or the images or frames that produce them. */
function longestInput(model: Model, tokens: number): ModelInput {
  const { modalities = [] } = model.architecture;
  if (model.trunk.tokenTable === undefined && modalities.includes('image')) return imagesOf(model, tokens);
  if (model.trunk.tokenTable === undefined && modalities.includes('audio')) return recordingOf(model, tokens);
  return { ...textOf(tokens, model), ...sourceOf(model, tokens) };
}

function textOf(tokens: number, { architecture, config }: Model) {
  const layout = layoutOfRows([tokens], { causal: true });
  const tokenTypes = 'type_vocab_size' in config ? { tokenTypes: new BigInt64Array(tokens) } : {};
  return { layout, ids: new BigInt64Array(tokens), ...(architecture.modelType === 'bert' && tokenTypes) };
}

function sourceOf(model: Model, tokens: number): Pick<ModelInput, 'source'> {
  if (model.trunk.encoderStack === undefined) return {};
  if (model.architecture.modalities?.[0] !== 'audio')
    return { source: { ...textOf(tokens, model), layout: layoutOfRows([tokens], { causal: false }) } };
  const { num_mel_bins: bins, max_source_positions: positions } = model.config as Record<string, number | undefined>;
  if (bins === undefined || positions === undefined) return { source: recordingOf(model, tokens) };
  return { source: { features: zeros([1, bins, 2 * positions], { device: 'meta' }) } };
}

function imagesOf(model: Model, tokens: number): ModelInput {
  const one = zeros([1, ...imageShape(model.config)], { device: 'meta' });
  const { length } = model.trunk.stack.layoutOf({ features: one }).positions;
  const features = zeros([Math.ceil(tokens / length), ...imageShape(model.config)], { device: 'meta' });
  return { features, layout: model.trunk.stack.layoutOf({ features }) };
}

/** A waveform, or frames of mel bins, long enough for at least this many tokens. */
function recordingOf({ architecture, config, trunk }: Model, tokens: number) {
  const bins = architecture.melBins?.(config);
  const shapeOf = (length: number) => (bins === undefined ? [length] : [bins, length]);
  let length = 1024;
  while (architecture.tokensOfFeatures!(config, shapeOf(length)) < tokens) length = Math.ceil(length * 1.05);
  const features = zeros(bins === undefined ? [length] : [1, bins, length], { device: 'meta' });
  const featureLengths = [length];
  const stack = trunk.encoderStack ?? trunk.stack;
  return { features, featureLengths, layout: stack.layoutOf({ features, featureLengths }) };
}
