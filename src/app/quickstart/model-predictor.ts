import type { Example } from '../../data/index.ts';
import { promptText, answerText } from '../../eval/example-text.ts';
import type { PredictOptions, Prediction, Predictor } from '../../eval/predictor.ts';
import { openSession, type JobName } from '../../worker/index.ts';
import type { GenerateChunk, GenerateRequest } from '../../worker/jobs/generate.ts';

export interface ModelPredictorOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  maxNewTokens: number;
  /** Training rows to show before each question, nearest first. */
  shots?: (example: Example) => readonly Example[];
  /** Texts that end an answer; a base model has learnt no end. */
  stop?: readonly string[];
}

/** A language model as a predictor: greedy answers to plain prompts, computed in the worker. */
export function modelPredictor(name: string, options: ModelPredictorOptions): Predictor {
  return {
    name,
    async predict(examples, { signal, onProgress }: PredictOptions = {}) {
      const job: JobName = 'generate';
      const session = await openSession({ job, input: { target: options.target }, onEvent: () => undefined });
      try {
        const predictions: Prediction[] = [];
        let done = 0;
        for await (const chunk of session.send<GenerateChunk>(requestFor(examples, options))) {
          signal?.throwIfAborted();
          if ('text' in chunk) continue;
          const [{ text, finishReason }] = chunk.completions;
          predictions[chunk.row] = { id: examples[chunk.row].id, text, finish: finishReason };
          onProgress?.(++done, examples.length);
        }
        return predictions;
      } finally {
        await session.close();
      }
    },
  };
}

function requestFor(batch: readonly Example[], { maxNewTokens, shots, stop }: ModelPredictorOptions): GenerateRequest {
  const prompts = batch.map((example) => {
    const shown = (shots?.(example) ?? []).map((shot) => promptText(shot) + answerText(shot));
    return [...shown, promptText(example)].join('\n\n');
  });
  return { prompts, maxNewTokens, stop };
}
