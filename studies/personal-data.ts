/** How much personal data is found in rows that were not used for development. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditData } from '../src/app/redact/audit-data.ts';
import { labelledSet, setNumbers, type LabelledRow } from '../makers/privacy/labelled-sets.ts';
import { fetchMailFiles } from './data/mail.ts';
import type { Example, Setting, Table } from './example.ts';
import type { AuditResult, KindAudit, Share } from '../src/app/use-cases/data-audit.ts';

/** Characters to show of a missed secret, so that no invented one is taken for a leak. */
const SHOWN_OF_SECRETS = 3;

export const personalData: Example = {
  title: 'How much personal data is found',
  onlyByName: true,
  async run(setting) {
    const folder = mkdtempSync(join(tmpdir(), 'attune-audit-'));
    try {
      const [written, mails] = await auditOf(folder, setting);
      return {
        about: [
          'The newest held-out set ([fixtures/pii](../fixtures/pii/README.md)): written by people who had seen ' +
            'no recogniser, frozen before it was scored, mails of others labelled by hand. A label counts as ' +
            'found where all its letters and digits would be replaced, by whatever kind; a find is right where ' +
            `it touches a label. Wilson's intervals. Asked for: recall of 0.97 where a checksum or a pattern ` +
            'decides, 0.90 for names and addresses, precision of 0.90.',
          'Once its misses have been read the set is development material, and a score after that says less. ' +
            'All sets: [personal-data.md](personal-data.md).',
        ],
        tables: [
          tableOf(`${written.rows} written rows`, written),
          tableOf(`${mails.rows} mails`, mails),
          missesOf(written),
        ],
        verdict: [],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function auditOf(folder: string, setting: Setting): Promise<[AuditResult, AuditResult]> {
  const files = await fetchMailFiles(setting);
  const [written, mails] = ['written.jsonl', 'mails.jsonl'].map((name) => join(folder, name));
  const rows = labelledSet(setNumbers.at(-1)!, files);
  for (const [file, source] of [[written, 'written'] as const, [mails, 'mail'] as const])
    writeFileSync(
      file,
      rows
        .filter((row) => row.source === source)
        .map(auditRow)
        .join(''),
    );
  return [await auditData(written), await auditData(mails)];
}

/** Positions of a set are UTF-16 units, those of the audit characters. */
function auditRow({ text, spans }: LabelledRow): string {
  const place = (unit: number) => Array.from(text.slice(0, unit)).length;
  const labels = spans.map(({ start, end, kind }) => ({ start: place(start), end: place(end), label: kind }));
  return `${JSON.stringify({ text, spans: labels })}\n`;
}

function tableOf(caption: string, { kinds, all }: AuditResult): Table {
  const cells = ({ kind, labelled, recall, found, precision }: KindAudit) => [
    kind,
    String(labelled),
    shownShare(recall),
    String(found),
    shownShare(precision),
  ];
  return { caption, head: ['kind', 'labelled', 'recall', 'found', 'precision'], rows: [...kinds, all].map(cells) };
}

function shownShare(share: Share | undefined): string {
  if (share === undefined) return '–';
  return `${share.value.toFixed(3)} (${share.low.toFixed(3)} to ${share.high.toFixed(3)})`;
}

/** The texts of emails belong to their authors. */
function missesOf({ misses }: AuditResult): Table {
  const rows = misses.map(({ line, kind, text }) => {
    const label = kind === 'secret' ? `${text.slice(0, SHOWN_OF_SECRETS)}…` : text.replaceAll(/\s+/g, ' ');
    return [String(line), kind, label];
  });
  return {
    caption: `What was missed of the written rows (${misses.length} labels)`,
    head: ['row', 'kind', 'label'],
    rows,
  };
}
