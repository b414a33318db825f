import type { z } from 'zod';
import type { FiguresShown } from '../../base/figures.ts';
import type { GateSettings } from '../../methods/recipe/recipe-gate.ts';
import type { Finding } from './finding.ts';

/** A check for a key of the recipe's `gate`, based on the assessment. */
export interface Check<Found, Limit> {
  /** Title on the gate's page. */
  title: string;
  /** The question that stays open without the assessment: "safety before and after". */
  question: string;
  /** With `auto`, whether the check is made; never if absent. */
  isAsked?(found: Found, settings: GateSettings): boolean;
  /** Undefined if the value was not measured. */
  find(found: Found, limit: Limit): Finding | undefined;
}

export type Checks<Found> = { readonly [Key in keyof GateSettings]?: Check<Found, NonNullable<GateSettings[Key]>> };

/**
 * An assessment of a run's result, declared once: its file in the run's folder, its figures in terminal, page and model
 * card, and the gate's checks.
 */
export interface Assessment<Name extends string = string, Schema extends VersionedSchema = VersionedSchema> {
  /** Its file is NAME.json. */
  name: Name;
  schema: Schema;
  /** How to run it: a command line, or a key of the recipe. */
  measure: string;
  /** Undefined if there is nothing to show. */
  table(found: z.infer<Schema>): FiguresShown | undefined;
  checks?: Checks<z.infer<Schema>>;
}

/** The version guards against figures whose meaning has changed. */
type VersionedSchema = z.ZodObject<{ version: z.ZodLiteral<number> }>;

export function defineAssessment<const Name extends string, Schema extends VersionedSchema>(
  assessment: Assessment<Name, Schema>,
): Assessment<Name, Schema> {
  return assessment;
}
