/** Memory of a run's device: whether its steps fit, and otherwise settings that would. */
import { AttuneError } from '../../base/errors.ts';
import { isOutOfMemory } from '../../base/out-of-memory.ts';
import type { DevicePreflight } from '../../base/events.ts';
import { formatBytes, formatCount } from '../../base/format.ts';
import { deviceMemory, engine, scope } from '../../engine/tensor/index.ts';
import { stepCosts } from './plan-memory.ts';
import { memoryRequest } from './run-plan.ts';
import type { TrainingRun } from './training-run.ts';
import type { TunedModel } from './tuned-model.ts';

/** Measures a device while a preflight tries steps; undefined for the CPU, whose memory is the machine's. */
export function watchDevice(device: string): (() => DevicePreflight) | undefined {
  if (device === 'cpu') return undefined;
  const free = deviceMemory(device)?.free;
  const before = engine().tensorBytes(device);
  engine().takeTensorPeak(device);
  return () => ({
    name: device,
    peakBytes: engine().takeTensorPeak(device),
    ...(free !== undefined && { availableBytes: free + before }),
  });
}

/** @throws AttuneError E_OUT_OF_MEMORY if the steps will not fit */
export async function refuseDevice(found: DevicePreflight, tuned: TunedModel): Promise<void> {
  const { name, peakBytes, availableBytes = Number.POSITIVE_INFINITY } = found;
  if (peakBytes <= availableBytes) return;
  const room = availableBytes - engine().tensorBytes(name);
  throw new AttuneError('E_OUT_OF_MEMORY', {
    what: `The run does not fit into the memory of ${name}`,
    got: `steps need ${formatBytes(peakBytes)}`,
    expected: `at most ${formatBytes(availableBytes)}`,
    fix: await whatFits(tuned, room),
  });
}

/** Runs a part of a run. @throws AttuneError E_OUT_OF_MEMORY with what would fit, in place of libtorch's own error */
export async function explainingMemory<Result>({ plan }: TrainingRun, body: () => Promise<Result>): Promise<Result> {
  const { model } = plan.tuned;
  engine().takeTensorPeak(model.device);
  try {
    return await body();
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    // Tensors have held this much, so it is available; the device's own figure leaves out cached blocks.
    const reached = engine().takeTensorPeak(model.device);
    const room = reached - engine().tensorBytes(model.device);
    throw new AttuneError('E_OUT_OF_MEMORY', {
      what: `A step does not fit into the memory of ${model.device === 'cpu' ? 'this machine' : model.device}`,
      got: `${(error as Error).message.split('\n')[0]}; tensors held ${formatBytes(reached)}`,
      fix: await whatFits(plan.tuned, room),
      cause: error,
    });
  }
}

/** Share of the room that is planned for: operators need workspace. */
const SHARE = 0.9;

/** Settings whose steps fit into some bytes of gradients and activations, by counting on shapes. */
async function whatFits(tuned: TunedModel, bytes: number): Promise<string> {
  const request = await memoryRequest(tuned);
  const { longest } = request;
  const costs = await stepCosts(request);
  const room = SHARE * bytes - missingGradients(tuned);
  const tokensIn = (cost: keyof typeof costs) => Math.floor((room - costs[cost].fixed) / costs[cost].perToken);
  const ways = { kept: '', checkpointing: 'gradient_checkpointing: true, ', least: 'gradient_checkpointing: least, ' };
  for (const [cost, setting] of Object.entries(ways) as [keyof typeof costs, string][]) {
    const tokens = tokensIn(cost);
    if (tokens >= longest)
      return `training: {${setting}micro_batch_tokens: ${tokens}} fits; the longest row has ${longest}`;
  }
  const most = tokensIn('least');
  const less = 'storage: nf4 or a smaller model leave more room';
  if (most < 1) return `not even one token fits next to the weights: ${less}`;
  const fitting = `rows of up to ${formatCount(most)} tokens fit with gradient_checkpointing: least`;
  return `${fitting} (data.max_length: ${most}; the longest has ${formatCount(longest)}); ${less}`;
}

function missingGradients({ tuning }: TunedModel): number {
  return scope(() =>
    tuning.trainables.reduce(
      (sum, { parameter }) => sum + (parameter.tensor.grad === undefined ? parameter.bytes : 0),
      0,
    ),
  );
}
