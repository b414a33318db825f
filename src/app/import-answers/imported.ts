/** What other tools' exports come to, whichever tool it was. */
import type { Problem } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import type { Asked } from '../../watch/index.ts';

/** An answer of a model, as an export tells it. */
export interface ImportedAnswer {
  /** Of the export: the same one when it is read again. */
  id: string;
  /** Ids that may be those of a reply of our own server. */
  replies: readonly string[];
  /** What scores of the whole name in the place of it. */
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
  /** Absent where it is no text: a tool call, a picture. */
  answer?: string;
}

/** What somebody, or something, said of an answer. */
export interface ImportedScore {
  id: string;
  /** Id of the answer, or of its trace, or of the reply. */
  about: readonly string[];
  name: string;
  value?: number | boolean | string;
  kind: 'number' | 'boolean' | 'category' | 'text' | 'correction';
  comment?: string;
  /** Given by a program, not a person. */
  isMachine: boolean;
}

const MOST_BROKEN = 100;
const MOST_FIELDS = 200;
const OTHERS = 'other fields';

/** What an export holds, gathered row by row; what nobody reads of it is counted. */
export class Gathered {
  readonly answers = new Map<string, ImportedAnswer>();
  readonly scores = new Map<string, ImportedScore>();
  /** Field or attribute that nothing is made of → how often it was there. */
  readonly unknownFields: Record<string, number> = table({});
  /** What is no answer of a model, or has no text → how many. */
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
