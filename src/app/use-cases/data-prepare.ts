import type { StepSpec, PreparationReport } from '../../preparation/index.ts';
import { readingFields } from './shared/reading-fields.ts';
import { defineUseCase } from './use-case.ts';

export interface PreparedData extends PreparationReport {
  to: string;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'make training rows from documents: PDF, Office, web pages, mail, chats, tables, archives',
  arguments: ({ arguments: all }) => [all('sources', 'PATH', 'files, folders, archives')],
  options: (fields) => ({
    output: fields.required(
      fields.text('FILE', '.jsonl file to write; a report and a list of all files are written next to it', {
        aliases: ['--to'],
      }),
    ),
    step: fields.parsed(
      fields.z.array(fields.z.union([fields.z.string(), fields.z.custom<StepSpec>()])),
      'STEP',
      'a step, or "step: {option: value}"; several run in order (default: chosen by the documents)',
      { many: true, read: (typed) => [typed].flat() },
    ),
    ocr: fields.flag('read text in scanned pages and pictures (English)'),
    query: fields.text('SQL', 'for databases: the query for rows; read-only'),
    seconds: fields.count('N', 'time limit without progress on a file (30)'),
    memory: fields.count('MIB', "memory limit of a file's reader (1536)"),
    ...readingFields(fields),
  }),
  effects: ['writes-files', 'computes'],
  examples: [
    'data prepare handbook/ --output rows.jsonl',
    'data prepare docs.zip --output rows.jsonl --step "chunks: {size: 512}"',
  ],
  stopping: 'stopping',
  streamsRows: true,
  async run({ sources, ...options }, call): Promise<PreparedData> {
    const { prepareData } = await import('../prepare-data.ts');
    return prepareData(sources, { ...options, ...call });
  },
  async render(prepared, terminal) {
    const { describePrepared } = await import('./text/data-prepare.ts');
    return describePrepared(prepared, terminal);
  },
});
