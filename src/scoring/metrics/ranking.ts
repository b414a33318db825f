import type { Example } from '../../data/example.ts';
import { answerText } from '../prompt-text.ts';
import type { Prediction } from '../predictor.ts';
import { type MetricDefinition, type MetricOptions, missingInput, rowMetric } from './metric.ts';

const K = 10;

/** Target of the search: the row's text, or its image. */
type Sought = 'text' | 'image';

/** Rank of the row's own text, from 1; infinite beyond the ranks that are kept. */
function rankOf(prediction: Prediction, example: Example, sought: Sought): number {
  const ranking = sought === 'text' ? prediction.ranking : prediction.imageRanking;
  if (ranking === undefined) {
    throw missingInput(prediction, `${sought}s ranked by how well they fit`, 'a ranking', {
      fix: sought === 'text' ? 'use it with an embedding model, or bm25' : 'use it with clip or siglip',
    });
  }
  const place = ranking.indexOf(sought === 'text' ? answerText(example) : imageOf(example));
  return place < 0 ? Infinity : place + 1;
}

function imageOf(example: Example): string {
  return 'media' in example ? (example.media?.hash ?? '') : '';
}

function rankMetric(about: {
  name: string;
  title: string;
  value(rank: number): number;
  /** Default: text. */
  sought?: Sought;
  /** Fixed if it is part of the name. */
  k?: number;
}): MetricDefinition {
  return {
    name: about.name,
    title: about.title,
    better: 'higher',
    best: 1,
    reads: about.sought === 'image' ? 'image-ranking' : 'ranking',
    options: about.k === undefined ? ['k'] : [],
    create: ({ k = about.k ?? K }: MetricOptions = {}) =>
      rowMetric((prediction, example) => {
        const rank = rankOf(prediction, example, about.sought ?? 'text');
        return rank <= k ? about.value(rank) : 0;
      }),
  };
}

/** Share of rows whose own text is among the first k (default 10). */
export const recallAtK = rankMetric({ name: 'recall_at_k', title: 'recall at k', value: () => 1 });

/** Variants with k in the name. */
export const recallAt1 = rankMetric({ name: 'recall_at_1', title: 'recall at 1', value: () => 1, k: 1 });
export const recallAt10 = rankMetric({ name: 'recall_at_10', title: 'recall at 10', value: () => 1, k: 10 });

/** The same for images. */
const image = { value: () => 1, sought: 'image' } as const;
export const imageRecallAtK = rankMetric({ ...image, name: 'image_recall_at_k', title: 'image recall at k' });
export const imageRecallAt1 = rankMetric({ ...image, name: 'image_recall_at_1', title: 'image recall at 1', k: 1 });
export const imageRecallAt10 = rankMetric({ ...image, name: 'image_recall_at_10', title: 'image recall at 10', k: 10 });

/** Mean of 1 / rank of the row's own text, 0 beyond k (default 10). */
export const reciprocalRank = rankMetric({ name: 'mrr', title: 'MRR', value: (rank) => 1 / rank });

/** Normalised discounted cumulative gain with one right text: 1 / log2(1 + rank), 0 beyond k (default 10). */
export const discountedGain = rankMetric({ name: 'ndcg', title: 'nDCG', value: (rank) => 1 / Math.log2(1 + rank) });
