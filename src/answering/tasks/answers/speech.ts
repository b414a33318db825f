import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audioProcessor, type AudioProcessor } from '../../../engine/audio/index.ts';
import { AttuneError } from '../../../base/errors.ts';
import type { MediaFile } from '../../../data/media.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { readJson } from '../../../files/json.ts';
import { transcribe, type TranscriptionOptions, type Transcript } from '../../decoding/index.ts';
import type { Model } from '../../../models/model.ts';
import { tasks } from '../index.ts';
import { turn } from '../../../base/turn.ts';
import type { Answering } from './answering.ts';

/** Whether a model transcribes speech. */
export function hears({ task, architecture }: Model): boolean {
  return tasks[task].transcribes?.(architecture.modalities?.includes('audio') === true) === true;
}

/** Transcribes each row's recording. */
export async function answerWithSpeech(
  opened: Answering,
  asked: readonly Asked[],
  { signal, onProgress }: PredictOptions,
): Promise<Prediction[]> {
  const processor = processorOf(opened);
  const predictions: Prediction[] = [];
  for (const { example } of asked) {
    signal?.throwIfAborted();
    const { id } = example;
    const media = 'media' in example ? example.media : undefined;
    predictions.push(
      media === undefined
        ? { id, unreadable: 'no recording' }
        : { id, ...(await heard(opened, processor, media, { signal })) },
    );
    onProgress?.(predictions.length, asked.length);
    await turn();
  }
  return predictions;
}

async function heard(
  opened: Answering,
  processor: AudioProcessor,
  media: MediaFile,
  options: TranscriptionOptions,
): Promise<Omit<Prediction, 'id'>> {
  try {
    const transcript = await writeDown(opened, processor, readFileSync(media.path), options);
    const { text, finishReason: finish, heard: inputTokens, written: outputTokens } = transcript;
    return { text, finish, usage: { inputTokens, outputTokens } };
  } catch (error) {
    if (error instanceof AttuneError && /^E_(AUDIO|FEATURES_SHAPE)/.test(error.code)) return { unreadable: error.what };
    throw error;
  }
}

/** Transcript and duration of an audio file's bytes. @throws AttuneError of decoding */
export async function writeDown(
  { model, tokenizer }: Pick<Answering, 'model' | 'tokenizer'>,
  processor: AudioProcessor,
  bytes: Uint8Array,
  options: TranscriptionOptions,
): Promise<Transcript & { seconds: number }> {
  const samples = await processor.read(bytes);
  const transcript = await transcribe({ model, tokenizer, processor }, samples, options);
  return { ...transcript, seconds: samples.length / processor.sampleRate };
}

/** Enough samples to see the processor's output shape. */
const PROBE_SAMPLES = 400;

/** Audio processor of an opened model. @throws AttuneError E_NO_LETTERS for a model without an alphabet; E_PROCESSOR_WRONG */
export function processorOf({ model, tokenizer, baseFolder }: Answering): AudioProcessor {
  if (model.task !== 'ctc' || tokenizer.readsText) {
    const processor = audioProcessor(readJson<Record<string, unknown>>(join(baseFolder, 'preprocessor_config.json')));
    const { shape } = processor.features(new Float32Array(PROBE_SAMPLES));
    model.architecture.tokensOfFeatures?.(model.config, shape);
    return processor;
  }
  throw new AttuneError('E_NO_LETTERS', {
    what: `The model in ${baseFolder} has no output vocabulary yet`,
    expected: 'vocab.json',
    fix: 'fine-tune it with the objective ctc',
  });
}
