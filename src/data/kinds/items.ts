import { interactions } from '../formats/interactions.ts';
import { sequences } from '../formats/sequences.ts';
import type { Example } from '../example.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A user's choices in order: bought, read, watched. Evaluation predicts the last item. */
export interface ItemsExample extends Provenance {
  kind: 'items';
  user?: string;
  /** User features, as `name=value`, sorted. */
  about?: readonly string[];
  /** At least one. */
  items: readonly string[];
  /** Only the last item is held out: those before it were trained on. */
  isLastOnly?: true;
  /** A single interaction, to be joined with the others of its user; `at` determines their order. */
  part?: { at?: number };
}

/** A row's items before the one to predict. */
export function historyOf(example: Example): readonly string[] {
  return example.kind === 'items' ? example.items.slice(0, -1) : [];
}

export const items = defineKind<ItemsExample, 'sequences' | 'interactions', 'items'>({
  name: 'items',
  formats: { sequences, interactions },
  text: (example) => example.items.join('\n'),
  row: (example) => ({ user: example.user, user_features: featuresRow(example.about), items: example.items }),
  cut: 'newest',
  prompt: (example) => example.items.slice(0, -1).join(', '),
  answer: (example) => example.items.at(-1),
  forms: {
    items: {
      metrics: ['ndcg', 'recall_at_10', 'recall_at_1', 'mrr', 'coverage', 'novelty', 'popularity_bias'],
      inWords: 'items to recommend',
      hasLikelihood: false,
    },
  },
  objective: {
    name: 'next_item',
    remark: 'predicts each item from those before it',
    ofClasses: {
      ForItemRetrieval: { name: 'item_retrieval', remark: 'distinguishes each item from the choices of other rows' },
      ForPairwiseRanking: { name: 'bpr', remark: 'distinguishes each item from one that the row does not have' },
    },
  },
  needs: () => ({ reads: 'items', tasks: ['next-item'] }),
  layout: 'items',
});

/** `name=value` features as an object, as in the column `user_features`. */
function featuresRow(about: readonly string[] | undefined): Record<string, string> | undefined {
  if (about === undefined) return undefined;
  return Object.fromEntries(about.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));
}
