/** A language is a file: its terms are found, and an invalid file is rejected with all of its defects. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditData } from '../../../../src/app/redact/audit-data.ts';
import { redactData } from '../../../../src/app/redact/redact-data.ts';
import { Detector, readLanguage, Redactor } from '@attune/privacy';
import { languages } from '../../../../packages/privacy/src/language.ts';
import { run } from '../../preparation/running.ts';

let folder: string;
const path = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'attune-lexicon-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An invented language. */
const VARENIAN = `
announcing:
  account: [tavrelo, tavrel nubo]
  medical_record: mirvelo
linking: zo
phrases:
  biometric: olmo skanto~
months:
  - jarn fevrul marzol aprul mazul junarn julorn avgul septarn oktarn novarn zibrel
weekdays:
  - lunak martak merkak jovak venak sabak domak
`;
const TEXT = 'Tavrelo zo 4417220, mirvelo zo 88-12047; olmo skantoli, venak 12 zibrel 1960.';
const FOUND = [
  'account: 4417220',
  'medical_record: 88-12047',
  'biometric: olmo skantoli',
  'date: venak 12 zibrel 1960',
];

describe('a language added by one file', () => {
  it('is found afterwards, and not before', () => {
    const found = (detector: Detector): string[] =>
      detector.find(TEXT).map(({ kind, start, end }) => `${kind}: ${TEXT.slice(start, end)}`);
    const before = found(new Detector());
    for (const one of FOUND) expect(before).not.toContain(one);
    const language = readLanguage(write('vr.yaml', VARENIAN));
    expect(found(new Detector({ languages: [language] }))).toEqual(FOUND);
  });

  it('counts in commands and in the step', async () => {
    const file = write('vr.yaml', VARENIAN);
    const text = 'Tavrelo zo 4417220';
    const from = write('rows.jsonl', `${JSON.stringify({ text, spans: [{ start: 11, end: 18, kind: 'account' }] })}\n`);
    await redactData(from, { output: path('clean.jsonl'), lexicon: [file], column: ['text'] });
    expect(readFileSync(path('clean.jsonl'), 'utf8')).toContain('Tavrelo zo [ACCOUNT_1]');
    const { kinds } = await auditData(from, { lexicon: [file] });
    expect(kinds.find(({ kind }) => kind === 'account')).toMatchObject({ labelled: 1, named: 1, right: 1 });
    const item = { kind: 'row' as const, values: { text }, origins: [{ file: 'a', sha256: '0' }] };
    const { values } = await run([{ step: 'redact', lexicons: [file] }], [item]);
    expect(values).toEqual([{ text: 'Tavrelo zo [ACCOUNT_1]' }]);
  });

  it('is taken along by threads as plain data', () => {
    const language = readLanguage(write('vr.yaml', VARENIAN));
    using redactor = new Redactor({ style: 'tags', key: Buffer.from('a key'), languages: [language] });
    expect(structuredClone(redactor.threadData)).toEqual(redactor.threadData);
  });
});

describe('a lexicon', () => {
  it('of the package is sound, and says something', () => {
    expect(languages().length).toBeGreaterThan(90);
    for (const { name, months, other_months: others, announcing } of languages())
      expect(months.length + others.length + Object.keys(announcing).length, name).toBeGreaterThan(0);
  });

  it('that is wrong is refused with all of its defects, by line and field', () => {
    const file = write('bad.yaml', 'announcing:\n  pasport: tavrelo\nmonths:\n  - jarn fevrul\ncolours: red\n');
    expect(() => readLanguage(file)).toThrow(
      expect.objectContaining({
        code: 'E_LEXICON',
        problems: [
          expect.objectContaining({ file, line: 2, field: 'announcing.pasport' }),
          expect.objectContaining({ file, line: 4, field: 'months.0' }),
          expect.objectContaining({ file, line: 5, field: 'colours' }),
        ],
      }),
    );
  });

  it('as docs/personal-data.md shows one is read', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/personal-data.md', 'utf8'))![1];
    const language = readLanguage(write('be.yaml', example));
    expect(language).toMatchObject({ name: 'be', owners: { code: ['кліент'] }, linking: ['гэта'] });
    const text = 'Нумар пашпарта: МР4417220';
    const passports = new Detector({ languages: [language] }).find(text).filter(({ kind }) => kind === 'passport');
    expect(passports.map(({ start, end }) => text.slice(start, end))).toEqual(['МР4417220']);
  });

  it('that is no YAML, or is not there, is refused', () => {
    expect(() => readLanguage(write('broken.yaml', 'months: [a\n'))).toThrow(
      expect.objectContaining({ code: 'E_LEXICON', problems: [expect.objectContaining({ line: expect.any(Number) })] }),
    );
    expect(() => readLanguage(path('none.yaml'))).toThrow(expect.objectContaining({ code: 'E_FILE_MISSING' }));
  });
});
