/** Options for retrieval and prompt search, as the recipe's `prompting` has them. */
import type { z } from 'zod';
import type { promptingSchema } from '../../../methods/recipe/recipe-prompting.ts';
import type { FieldKit } from '../fields.ts';
import { listField } from './measuring-fields.ts';

export type PromptingInput = z.input<typeof promptingSchema>;

export function promptingFields(fields: FieldKit) {
  const { count, text } = fields;
  return {
    shots: count('ROWS', 'training rows shown with a question by few_shot, retrieved and searched (8)'),
    passages: listField(fields, 'files of {text} rows in which retrieved and searched find passages'),
    encoder: text('MODEL', 'embedding model whose ranking is fused with that of BM25 (BM25 alone)'),
    searchBudget: count('ANSWERS', 'answers that searched:MODEL may spend (300)'),
    reflector: text('MODEL', 'model that rewrites instructions, or https://HOST/v1#MODEL (the model itself)'),
  };
}

export interface PromptingFlags {
  shots?: number;
  passages?: readonly string[];
  encoder?: string;
  searchBudget?: number;
  reflector?: string;
}

/** The settings that were given. */
export function promptingOf({ shots, passages, encoder, searchBudget, reflector }: PromptingFlags): {
  prompting?: PromptingInput;
} {
  const given = {
    ...(shots !== undefined && { shots }),
    ...(passages !== undefined && { passages: [...passages] }),
    ...(encoder !== undefined && { encoder }),
    ...(searchBudget !== undefined && { budget: searchBudget }),
    ...(reflector !== undefined && { reflector }),
  };
  return Object.keys(given).length === 0 ? {} : { prompting: given };
}
