/** A fine-tuning job of some seconds, and its reported events. */
import { setTimeout as sleep } from 'node:timers/promises';
import { toFile, type OpenAI } from 'openai';
import { writeTinyModel } from '../../test/system/cli-tiny-model.ts';
import { writeChatTemplate } from '../../test/system/serve-tiny.ts';

const STEPS = 72;
export const EACH_ONCE = 'each once';
const MOST_SECONDS = 1800;

const rows = Array.from({ length: 24 }, (_, i) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `parcel ${i}` },
      { role: 'assistant', content: 'on its way' },
    ],
  }),
).join('\n');

/** Writes the model to fine-tune. */
export async function writeJobModel(folder: string): Promise<void> {
  await writeTinyModel(folder, `${rows}\nparcel is on its way\n`, 2048);
  writeChatTemplate(folder);
}

/** @returns the job's id */
export async function beginJob(client: OpenAI): Promise<string> {
  const file = await client.files.create({
    file: await toFile(Buffer.from(rows), 'rows.jsonl'),
    purpose: 'fine-tune',
  });
  const { id } = await client.fineTuning.jobs.create({
    model: 'tiny',
    training_file: file.id,
    seed: 7,
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 6, batch_size: 2 } } },
  });
  return id;
}

/** @param began time of its creation, by `Date.now()`. @returns its duration in seconds */
export async function waitForEnd(client: OpenAI, id: string, began: number): Promise<number> {
  for (;;) {
    const { status, error } = await client.fineTuning.jobs.retrieve(id);
    const seconds = (Date.now() - began) / 1000;
    if (status === 'succeeded') return seconds;
    if (status === 'failed' || status === 'cancelled' || seconds > MOST_SECONDS)
      throw new Error(`the job is ${status} after ${seconds.toFixed(0)} s: ${JSON.stringify(error)}`);
    await sleep(50);
  }
}

/** As the API lists them: the last event first. */
export async function stepsOf(client: OpenAI, id: string): Promise<string> {
  const steps: number[] = [];
  for await (const { type, data } of client.fineTuning.jobs.listEvents(id, { limit: 100 }))
    if (type === 'metrics') steps.push((data as { step: number }).step);
  const isWhole = steps.length === STEPS && steps.every((step, i) => step === STEPS - i);
  return isWhole ? EACH_ONCE : steps.join(' ');
}
