// External names with control characters: labels and columns, up to the output on a terminal.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf, table } from '../../../../src/base/table.ts';
import { runCommandLine } from '../../../../src/cli/command-line.ts';
import { LiveLine } from '../../../../src/app/terminal/progress/live-line.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import { formatTable } from '../../../../src/app/terminal/format-table.ts';
import { findDocuments, readDocuments, type Document } from '@attune/documents';
import { addSummary, emptySummary } from '../../../../src/preparation/file-tally.ts';
import { makeZip } from '../../../../packages/documents/test/zip-writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-names-test-'));
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterAll(() => {
  delete process.env.ATTUNE_HOME;
  rmSync(folder, { recursive: true, force: true });
});

const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

describe('names that every object has', () => {
  it('are in no table unless they were put there, and stay where they were put', () => {
    for (const name of INHERITED) {
      const counts: Record<string, number> = table({});
      expect([counts[name], entryOf({}, name), entryOf(undefined, name)]).toEqual([undefined, undefined, undefined]);
      counts[name] = (counts[name] ?? 0) + 1;
      expect(Object.entries(JSON.parse(JSON.stringify(counts)) as object)).toEqual([[name, 1]]);
      expect(entryOf(counts, name)).toBe(1);
    }
  });

  it('are no words of documents: RTF, manual pages and workbooks', async () => {
    const shared = '<sst xmlns="x"><si><t>a</t></si></sst>';
    const cells = INHERITED.map((name, i) => `<c r="A${i + 1}" t="inlineStr" s="${name}"><is><t>${name}</t></is></c>`);
    const sheet = `<worksheet xmlns="x"><sheetData>${cells.map((cell, i) => `<row r="${i + 1}">${cell}</row>`).join('')}</sheetData></worksheet>`;
    const book = `<workbook xmlns="x" xmlns:r="y"><sheets><sheet name="constructor" r:id="constructor"/><sheet name="S" r:id="r1"/></sheets></workbook>`;
    const files: Record<string, string | Buffer> = {
      'a.rtf': `{\\rtf1\\ansi Start ${INHERITED.map((name) => `\\${name.replaceAll('_', '')} word`).join(' ')} end}`,
      'a.1': `.TH A 1\n.SH NAME\na \\- text\n${INHERITED.map((name) => `.${name}\n.B ${name}\n\\*[${name}] \\[${name}]`).join('\n')}\n`,
      'b.1': `.Dd May 1\n.Dt A 1\n.Sh NAME\n.Nm a\n${INHERITED.map((name) => `.${name} x\n.Bl -${name}\n.It x\n.El`).join('\n')}\n`,
      'a.xlsx': makeZip([
        { name: '[Content_Types].xml', data: '<Types/>' },
        { name: 'xl/workbook.xml', data: book },
        {
          name: 'xl/_rels/workbook.xml.rels',
          data: '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>',
        },
        { name: 'xl/sharedStrings.xml', data: shared },
        { name: 'xl/worksheets/s.xml', data: sheet },
      ]),
    };
    for (const [name, data] of Object.entries(files)) writeFileSync(join(folder, name), data);
    const found: Document[] = [];
    const sources = Object.keys(files).map((name) => join(folder, name));
    for await (const document of readDocuments(findDocuments(sources, folder), { processes: 1 })) found.push(document);
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(found)).not.toMatch(/function |native code|\[object /);
  });

  it('are counted among the reasons of files', () => {
    const summary = emptySummary();
    for (const name of INHERITED)
      addSummary(summary, {
        ...emptySummary(),
        formats: Object.fromEntries([[name, 2]]),
        notes: Object.fromEntries([[name, { count: 1, files: 1, first: [] }]]),
      });
    expect(Object.keys(summary.notes).toSorted()).toEqual(INHERITED.toSorted());
    expect(Object.values(summary.formats)).toEqual(INHERITED.map(() => 2));
  });
});

describe('control characters', () => {
  const NASTY = 'x\u001b]0;title\u0007\u001b[2Jy\u001b[8mhidden\r\u009b31m\u202egnp.exe\u007f\b';
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

  function capture(options: { isTTY?: boolean } = {}) {
    let text = '';
    return { stream: { ...options, columns: 80, write: (part: string) => void (text += part) }, text: () => text };
  }

  it('of names and texts never reach a terminal, with colours or without', () => {
    for (const env of [{ NO_COLOR: '1' }, { FORCE_COLOR: '1' }]) {
      const { stream, text } = capture({ isTTY: true });
      const terminal = createTerminal(stream, env);
      const { bold, red, dim } = terminal.colours;
      terminal.line(NASTY);
      terminal.line(bold(`a ${red(NASTY)} b`));
      terminal.line(formatTable([{ title: NASTY, isName: true }], [[NASTY]], terminal.colours, 40));
      const live = new LiveLine(terminal);
      live.update(dim(NASTY), true);
      live.print(NASTY);
      live.clear();
      // Only our own colours and the line rewrite may remain.
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      const ours = text().replaceAll(/\u001b\[(?:\d|2[2-9]|3[0-9])m|\r\u001b\[2K/g, '');
      expect(ours).not.toMatch(CONTROLS);
      expect(ours).toContain('␛]0;title␇');
      expect(text().includes('\u001b[1m')).toBe('FORCE_COLOR' in env);
    }
  });

  it('of a text that looks like our own are no colours', () => {
    const { stream, text } = capture();
    createTerminal(stream, { NO_COLOR: '1' }).line('\u001b[31mred\u001b[0m');
    expect(text()).toBe('␛[31mred␛[0m\n');
    const cut = capture({ isTTY: true });
    new LiveLine(createTerminal(cut.stream, {})).update('\u001b[', true);
    expect(cut.text()).toBe('␛[');
  });

  it('of files, columns and recipes are shown by commands, and escaped in their JSON', async () => {
    const name = `rows ${NASTY.replaceAll('/', '')}.jsonl`;
    writeFileSync(join(folder, name), `${JSON.stringify({ [NASTY]: 'a', completion: NASTY })}\n`.repeat(3));
    const given = process.cwd();
    process.chdir(folder);
    const argvs = [['data', 'inspect'], ['init'], ['train'], ['models', 'show'], ['runs', 'show'], ['data', 'steps']];
    for (const argv of argvs) {
      for (const more of [[], ['--json']]) {
        const { stream, text } = capture();
        const words = [...argv, ...(argv[1] === 'steps' ? [] : [join(folder, name)]), ...more];
        await runCommandLine(words, { stdin: {}, stdout: stream, stderr: stream, env: { NO_COLOR: '1' } });
        expect([argv, CONTROLS.exec(text())?.[0]]).toEqual([argv, undefined]);
        expect(text().length).toBeGreaterThan(10);
      }
    }
    process.chdir(given);
  });
});
