import { openEmbedder, type Embedder, type EmbedRow } from '../../embed/embedder.ts';
import { shownScores, type ShownAnswer } from '../shown-answer.ts';
import { withUpload } from '../upload.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';
import { dotProduct } from '../../../answering/tasks/answers/text-vectors.ts';

const NEAREST = 8;

/** Computes the similarity of two texts, the held-out rows nearest to a text, or the texts that fit an image best. */
export async function openEmbedding({ target, base, collection, signal }: AnswererOptions): Promise<Answerer> {
  const embedder = await openEmbedder({ target, base, signal });
  let known: Promise<Float32Array[]> | undefined;
  const collected = () => {
    known ??= vectorsOf(embedder, collection);
    known.catch(() => (known = undefined));
    return known;
  };
  return {
    async ask(question, say, stop) {
      if (question.kind === 'file') {
        const { texts } = question;
        const [image] = await withUpload(question.bytes, (path) => embedder.embed([{ image: path }], { signal: stop }));
        if (texts.length > 0) return say({ answer: answerOf(image, texts, await vectorsOf(embedder, texts, stop)) });
        return say({ answer: answerOf(image, collection, await collected()) });
      }
      if (question.kind !== 'texts') return;
      const [text, ...others] = question.texts;
      const [vector] = await vectorsOf(embedder, [text], stop);
      if (others.length > 0) return say({ answer: answerOf(vector, others, await vectorsOf(embedder, others, stop)) });
      say({ answer: answerOf(vector, collection, await collected()) });
    },
    close: () => embedder.close(),
  };
}

function vectorsOf(embedder: Embedder, texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
  const rows: EmbedRow[] = texts.map((text) => ({ text }));
  return embedder.embed(rows, { signal });
}

function answerOf(vector: Float32Array, texts: readonly string[], vectors: readonly Float32Array[]): ShownAnswer {
  const scores = texts.map((label, i) => ({ label, score: cosine(vector, vectors[i]) }));
  const note = texts.length > NEAREST ? `nearest of ${texts.length} texts` : undefined;
  return { ...shownScores(scores, NEAREST), note };
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dotProduct(a, b) / (Math.hypot(...a) * Math.hypot(...b) || 1);
}
