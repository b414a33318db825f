import { defineRegistry } from '../../base/registry.ts';
import type { Baseline } from './baseline.ts';

const table = {
  nearest: () => import('./nearest-row.ts').then((module) => module.nearestRow),
  copy: () => import('./copy.ts').then((module) => module.copy),
  lead: () => import('./lead-sentence.ts').then((module) => module.leadSentence),
  majority: () => import('./majority.ts').then((module) => module.majority),
  logistic_regression: () => import('./logistic-regression.ts').then((module) => module.logisticRegression),
  logistic_per_label: () => import('./logistic-per-label.ts').then((module) => module.logisticPerLabel),
  majority_per_question: () => import('./per-question.ts').then((module) => module.majorityPerQuestion),
  logistic_per_question: () => import('./per-question.ts').then((module) => module.logisticPerQuestion),
  mean: () => import('./mean-number.ts').then((module) => module.meanNumber),
  ridge_regression: () => import('./ridge-regression.ts').then((module) => module.ridgeRegression),
  logistic_table: () => import('./linear-table.ts').then((module) => module.logisticTable),
  ridge_table: () => import('./linear-table.ts').then((module) => module.ridgeTable),
  trees: () => import('./trees.ts').then((module) => module.trees),
  pixels: () => import('./pixels.ts').then((module) => module.pixels),
  spectrum: () => import('./spectrum.ts').then((module) => module.spectrum),
  frequent_tag: () => import('./frequent-tag.ts').then((module) => module.frequentTag),
  sliding_window: () => import('./sliding-window.ts').then((module) => module.slidingWindow),
  popularity: () => import('./items.ts').then((module) => module.popularity),
  item_knn: () => import('./items.ts').then((module) => module.itemKnn),
  bpr_mf: () => import('./items.ts').then((module) => module.bprMf),
  usual_steps: () => import('./usual-steps.ts').then((module) => module.usualSteps),
  longer_answer: () => import('./longer-answer.ts').then((module) => module.longerAnswer),
  shorter_answer: () => import('./longer-answer.ts').then((module) => module.shorterAnswer),
  bm25: () => import('./bm25.ts').then((module) => module.bm25),
  shared_words: () => import('./shared-words.ts').then((module) => module.sharedWords),
  fieldwise: () => import('./fieldwise.ts').then((module) => module.fieldwise),
  word_for_word: () => import('./word-for-word.ts').then((module) => module.wordForWord),
} satisfies Record<string, () => Promise<Baseline>>;

export type BaselineName = keyof typeof table;

export const baselines = defineRegistry<Baseline, BaselineName>('baseline', 'E_UNKNOWN_BASELINE', table);
