import type { AuditResult } from '../redact/audit-data.ts';
import { recogniserFields } from './shared/recogniser-fields.ts';
import { defineUseCase } from './use-case.ts';

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
