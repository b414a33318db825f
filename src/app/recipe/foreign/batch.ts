import { asText } from '../../../base/as-text.ts';
import {
  asNumber,
  covered,
  drop,
  type ForeignKey,
  type ForeignKeys,
  type Given,
  named,
  needless,
  refuse,
  set,
} from './key.ts';

const perDeviceNames = ['per_device_train_batch_size', 'micro_batch_size', 'per_gpu_train_batch_size'];
const accumulationNames = ['gradient_accumulation_steps', 'grad_accumulation_steps'];

/** Converts rows per device and pass to rows per optimizer step. */
const perDevice: ForeignKey = {
  path: 'training.batch_size',
  read(value, given) {
    const accumulation = firstNumber(given, accumulationNames) ?? 1;
    return convertBatch(value, accumulation, 'counts rows per device and pass');
  },
};

const accumulation: ForeignKey = {
  path: 'training.batch_size',
  read(value, given) {
    if (firstNumber(given, [...perDeviceNames, 'batch_size']) !== undefined) return covered;
    if (value === 1) return drop('one pass per step is the default; larger steps are split to fit into memory');
    return refuse(
      'training.batch_size counts all rows of an optimiser step, and attune splits it to fit into memory',
      `set training.batch_size to your rows per device × ${asText(value)} × devices`,
    );
  },
};

/** At the top level, `batch_size` has another tool's meaning: rows per device and pass. */
export const flatBatchSize: ForeignKey = {
  path: 'training.batch_size',
  read(value, given) {
    if (value === 'auto') return drop("attune's default is used");
    const accumulation = firstNumber(given, accumulationNames) ?? 1;
    return convertBatch(
      value,
      accumulation,
      'at the top level, as other tools write it, counts rows per device and pass',
    );
  },
};

function convertBatch(value: unknown, accumulation: number, meaning: string) {
  const rows = asNumber(value);
  const because = `${meaning}; training.batch_size counts all rows of one optimiser step`;
  if (rows === undefined) return refuse(because, 'set training.batch_size');
  const sum = `${rows} × ${accumulation} accumulated`;
  return refuse(because, `training.batch_size: ${rows * accumulation} (${sum}, one device; × the number of devices)`);
}

/** mlx-lm counts passes, which differ from steps with gradient accumulation. */
const iterations: ForeignKey = {
  path: 'training.max_steps',
  read(value, given) {
    const accumulation = firstNumber(given, accumulationNames) ?? 1;
    const passes = asNumber(value);
    if (accumulation === 1 || passes === undefined) return set({ 'training.max_steps': value });
    return refuse(
      'counts passes; training.max_steps counts optimiser steps',
      `training.max_steps: ${Math.ceil(passes / accumulation)} (${passes} / ${accumulation} accumulated)`,
    );
  },
};

function firstNumber(given: Given, names: readonly string[]): number | undefined {
  return names.map((name) => asNumber(given(name))).find((value) => value !== undefined);
}

const chosenByMemory = 'the size of evaluation batches is chosen to fit into memory and never changes the results';

/** Keys about batch sizes. */
export const batchKeys: ForeignKeys = {
  ...named(perDeviceNames, perDevice),
  ...named(accumulationNames, accumulation),
  ...named(['per_device_eval_batch_size', 'eval_batch_size', 'eval_accumulation_steps'], needless(chosenByMemory)),
  iters: iterations,
  auto_find_batch_size: needless('micro-batches always fit into memory'),
  group_by_length: needless('packing makes this unnecessary'),
};
