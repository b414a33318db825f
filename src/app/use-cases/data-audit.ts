import { recogniserFields } from './shared/recogniser-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { AuditCase, KindCounts } from '@attune/privacy';

export interface Share {
  value: number;
  /** Wilson's confidence interval at 95 %. */
  low: number;
  high: number;
}

export interface KindAudit extends KindCounts {
  kind: string;
  recall: Share | undefined;
  precision: Share | undefined;
}

export interface AuditResult {
  file: string;
  rows: number;
  kinds: KindAudit[];
  all: KindAudit;
  misses: AuditCase[];
  extras: AuditCase[];
  /** Limitations of these figures. */
  unknown: string[];
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'measure precision and recall of the recognisers on labelled rows',
  arguments: ({ argument }) => [
    argument('file', 'FILE', 'rows {text, spans: [{start, end, kind}]}: .jsonl, .json, .csv, .parquet'),
  ],
  options: recogniserFields,
  effects: [],
  examples: ['data audit labelled.jsonl'],
  async run({ file, ...options }): Promise<AuditResult> {
    const { auditData } = await import('../redact/audit-data.ts');
    return auditData(file, options);
  },
  async render(audit, terminal) {
    const { describeAudit } = await import('./text/data-audit.ts');
    return describeAudit(audit, terminal);
  },
});
