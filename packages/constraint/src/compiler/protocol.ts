import type { ConstraintParts } from '../compiled-constraint.ts';
import type { ConstraintSpec } from '../spec.ts';
import type { SharedVocabulary } from '../tokens/vocabulary.ts';

/** Without a vocabulary, constraints are only validated. */
export interface CompilerData {
  vocabulary?: SharedVocabulary;
}

export interface CompileRequest {
  spec: ConstraintSpec;
}

export type CompileMessage =
  | { type: 'begun' }
  | { type: 'compiled'; parts: ConstraintParts }
  | { type: 'checked' }
  | { type: 'failed'; error: Record<string, unknown> };
