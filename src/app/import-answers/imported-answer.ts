/** Common form of the exports of other tools. */
import type { Problem } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import type { Asked } from '../../monitoring/index.ts';

/** An answer of a model, as the export describes it. */
export interface ImportedAnswer {
  /** Id derived from the export; stable across imports. */
  id: string;
  /** Ids that may belong to a reply of attune's server. */
  replies: readonly string[];
  /** Id by which scores of the whole trace refer to it. */
  trace?: string;
  /** Milliseconds since the epoch. */
  at: number;
  milliseconds: number;
  model?: string;
  user?: string;
  isFailed: boolean;
  finish?: string;
  promptTokens?: number;
  answerTokens?: number;
  prompt?: Asked;
  /** Absent unless it is text (not a tool call or an image). */
  answer?: string;
}

/** A person's or program's score of an answer. */
export interface ImportedScore {
  id: string;
  /** Ids of the answer, its trace, or its reply. */
  about: readonly string[];
  name: string;
  value?: number | boolean | string;
  kind: 'number' | 'boolean' | 'category' | 'text' | 'correction';
  comment?: string;
  /** Whether a program gave the score instead of a person. */
  isMachine: boolean;
}

const MOST_BROKEN = 100;
const MOST_FIELDS = 200;
const OTHERS = 'other fields';

/** Contents of an export, collected row by row, with counts of ignored fields. */
export class Gathered {
  readonly answers = new Map<string, ImportedAnswer>();
  readonly scores = new Map<string, ImportedScore>();
  /** Number of occurrences of each field or attribute that is not used. */
  readonly unknownFields: Record<string, number> = table({});
  /** Counts of records that are not answers of a model, or have no text. */
  readonly leftOut: Record<string, number> = table({});
  /** The first rows that cannot be read. */
  readonly broken: Problem[] = [];
  brokenRows = 0;

  unknown(fields: Iterable<string>): void {
    for (const field of fields) {
      const isListed = field in this.unknownFields || Object.keys(this.unknownFields).length < MOST_FIELDS;
      count(this.unknownFields, isListed ? field : OTHERS);
    }
  }

  leaveOut(reason: string, rows = 1): void {
    count(this.leftOut, reason, rows);
  }

  break(problem: Problem): void {
    this.brokenRows++;
    if (this.broken.length < MOST_BROKEN) this.broken.push(problem);
  }
}

function count(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by; // own: of a table
}
