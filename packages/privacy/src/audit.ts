/** Recall and precision of the findings against the spans that people have labelled. */
import { table } from '@attune/base/table';
import type { Detector, Finding } from './detector.ts';
import { kindOfLabel } from './label-names.ts';

/** A span that a person has labelled. Positions are UTF-16 units, the end is exclusive. */
export interface LabelledSpan {
  start: number;
  end: number;
  kind: string;
}

export interface KindCounts {
  labelled: number;
  /** Labelled spans whose letters and digits would all be replaced, whatever the kind of the finding. */
  covered: number;
  /** Those of them that were found with the label's kind. */
  named: number;
  /** Findings of this kind. */
  found: number;
  /** Those that overlap a labelled span of any kind. */
  right: number;
}

export interface AuditCase {
  line: number;
  kind: string;
  text: string;
  /** Surrounding text. */
  around: string;
}

export interface AuditCounts {
  rows: number;
  kinds: Record<string, KindCounts>;
  /** Labelled, but not found or only in part. */
  misses: AuditCase[];
  /** Found, but not labelled. */
  extras: AuditCase[];
}

export class Audit {
  readonly counts: AuditCounts = { rows: 0, kinds: table({}), misses: [], extras: [] };
  readonly #detector: Detector;

  constructor(detector: Detector) {
    this.#detector = detector;
  }

  add(text: string, spans: readonly LabelledSpan[], line: number): void {
    const found = this.#detector.find(text);
    this.counts.rows++;
    for (const span of spans) this.#label(text, span, { found, line });
    for (const finding of found) {
      const counts = this.#of(finding.kind);
      counts.found++;
      if (spans.some(({ start, end }) => start < finding.end && finding.start < end)) counts.right++;
      else this.counts.extras.push({ line, ...caseOf(text, finding) });
    }
  }

  #label(text: string, span: LabelledSpan, { found, line }: { found: readonly Finding[]; line: number }): void {
    const kind = kindOfLabel(span.kind);
    const counts = this.#of(kind);
    counts.labelled++;
    const over = found.filter(({ start, end }) => start < span.end && span.start < end);
    if (!isCovered(text, span, over)) this.counts.misses.push({ line, ...caseOf(text, { ...span, kind }) });
    else {
      counts.covered++;
      if (over.some((finding) => finding.kind === kind)) counts.named++;
    }
  }

  #of(kind: string): KindCounts {
    // own: the counts are a table
    return (this.counts.kinds[kind] ??= { labelled: 0, covered: 0, named: 0, found: 0, right: 0 });
  }
}

function isCovered(text: string, { start, end }: LabelledSpan, over: readonly Finding[]): boolean {
  for (let at = start; at < end; at++) {
    if (over.some((one) => one.start <= at && at < one.end)) continue;
    if (/[\p{L}\p{N}]/u.test(text[at])) return false;
  }
  return true;
}

function caseOf(
  text: string,
  { start, end, kind }: { start: number; end: number; kind: string },
): Omit<AuditCase, 'line'> {
  return { kind, text: text.slice(start, end), around: text.slice(Math.max(0, start - 40), end + 20) };
}
