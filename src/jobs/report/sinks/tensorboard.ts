import { closeSync, mkdirSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { StampedEvent } from '../../../base/events.ts';
import { writeAll } from '../../../files/atomic.ts';
import { runPaths } from '../../../store/run-paths.ts';
import type { RunSink } from '../../../store/run-sink.ts';
import { frameRecord, scalarsEvent, sessionStartEvent, textEvent, versionEvent } from './tensorboard-format.ts';

/** Writes the run's numbers as TensorBoard event files: `tensorboard --logdir <output folder>`. */
export function open(folder: string): RunSink {
  const descriptor = openEventFile(runPaths(folder).tensorboard);
  const write = (event: Uint8Array) => writeAll(descriptor, frameRecord(event));
  write(versionEvent(Date.now()));
  return {
    record: (event) => {
      const encoded = encode(event);
      if (encoded !== undefined) write(encoded);
    },
    close: () => closeSync(descriptor),
  };
}

/** A separate file for each part of a run; TensorBoard reads them in name order. */
function openEventFile(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
  for (let part = 0; ; part++) {
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${part}`;
    try {
      return openSync(join(folder, name), 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Uses the tags of other trainers, so that their runs can be overlaid. */
function encode(event: StampedEvent): Uint8Array | undefined {
  if (event.type === 'run-started') {
    return textEvent(event.at, 0, { tag: 'recipe', text: fenced(event.recipe) });
  }
  if (event.type === 'run-resumed') return sessionStartEvent(event.at, event.step);
  if (event.type === 'step-finished') {
    const { loss, grad_norm, learning_rate, epoch, inputTokens, tokensPerSecond, metrics } = event;
    const values = { loss, grad_norm, learning_rate, epoch, num_tokens: inputTokens, ...metrics };
    return scalarsEvent(event.at, event.step, tagged('train', { ...values, tokens_per_second: tokensPerSecond }));
  }
  if (event.type === 'evaluation-finished') {
    const group = event.split === 'validation' ? 'eval' : event.split;
    return scalarsEvent(event.at, event.step, tagged(group, event.metrics));
  }
  return undefined;
}

function tagged(group: string, values: Record<string, number>): Record<string, number> {
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(finite.map(([name, value]) => [`${group}/${name}`, value]));
}

/** TensorBoard renders text as Markdown. */
function fenced(recipe: unknown): string {
  return `\`\`\`\n${JSON.stringify(recipe, null, 2)}\n\`\`\``;
}
