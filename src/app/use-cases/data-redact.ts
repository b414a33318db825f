import { kinds, presets, type Preset } from '@attune/privacy/kinds';
import { recogniserFields } from './shared/recogniser-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Canary, RedactionCounts } from '@attune/privacy';

export interface RedactedData extends RedactionCounts {
  from: string;
  to: string;
  style: 'tags' | 'surrogates';
  sha256: string;
  bytes: number;
  /** Whether the key is stored, so that the same surrogates can be generated again. */
  isKeyKept: boolean;
  canaries: readonly Canary[];
}

const PRESETS = Object.keys(presets) as [Preset, ...Preset[]];

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'remove personal data and secrets from rows: names, numbers, places, dates, keys',
  arguments: ({ argument }) => [argument('file', 'FILE', 'rows: .jsonl, .json, .csv, .parquet')],
  options: (fields) => ({
    output: fields.required(
      fields.text('FILE', '.jsonl file to write; a report is written next to it', { aliases: ['--to'] }),
    ),
    preset: fields.choice(PRESETS, 'NAME', `preset of kinds for a field of work: ${PRESETS.join(', ')} (all kinds)`),
    kind: fields.choices(kinds, 'KIND', 'only this kind; can be repeated'),
    style: fields.choice(['tags', 'surrogates'], 'STYLE', 'tags: [NAME_1]; surrogates: another name (tags)'),
    column: fields.texts('NAME', 'only this column; can be repeated'),
    subject: fields.text(
      'COLUMN',
      'column with the person a row is about: surrogate dates of one person shift together',
    ),
    allow: fields.texts('TEXT', 'value to leave unchanged'),
    ...recogniserFields(fields),
    monthFirst: fields.flag('for surrogates: 3/4/2020 is a date in March'),
    vault: fields.text('FILE', 'store the values of tags, encrypted with ATTUNE_VAULT_PASSPHRASE'),
    canaries: fields.count('N', 'plant N made-up secrets, to measure later what a model has memorised'),
    passphrase: fields.inMemory<string>('passphrase of the vault (ATTUNE_VAULT_PASSPHRASE)'),
    key: fields.inMemory<string>('key of surrogates (ATTUNE_REDACTION_KEY, or a new one that is not stored)'),
  }),
  effects: ['writes-files', 'computes'],
  examples: [
    'data redact tickets.jsonl --output clean.jsonl --preset support',
    'data redact notes.jsonl --output clean.jsonl --style surrogates --subject patient_id',
  ],
  stopping: 'stopping',
  streamsRows: true,
  async run({ file, ...options }, call): Promise<RedactedData> {
    const { redactData } = await import('../redact/redact-data.ts');
    return redactData(file, { ...options, ...call });
  },
  async render(redacted, terminal) {
    const { describeRedacted } = await import('./text/data-redact.ts');
    return describeRedacted(redacted, terminal);
  },
});
