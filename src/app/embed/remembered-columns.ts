import { join } from 'node:path';
import type { Recipe } from '../../train/recipe.ts';
import { readNotes } from '../../worker/run/result-notes.ts';
import type { RowPurpose } from './row-columns.ts';

/** The fields of training rows that a purpose corresponds to. */
const FIELDS: Record<RowPurpose, readonly string[]> = {
  vectors: ['text'],
  document: ['positive', 'document', 'text'],
  query: ['anchor', 'query', 'text'],
};

/**
 * The user's columns that a run's texts were read from, where its recipe named them: for a model trained on pairs
 * those of the positives for a collection, those of the anchors for what is asked of it.
 */
export function rememberedColumns(target: string, purpose: RowPurpose): readonly string[] {
  for (const folder of [target, join(target, 'adapter'), join(target, 'model')]) {
    const columns: Readonly<Record<string, unknown>> =
      (readNotes(folder)?.recipe as Recipe | undefined)?.data.columns ?? {};
    for (const field of FIELDS[purpose]) {
      const named = columns[field];
      if (typeof named === 'string') return [named];
      if (Array.isArray(named) && named.every((name) => typeof name === 'string')) return named;
    }
  }
  return [];
}
