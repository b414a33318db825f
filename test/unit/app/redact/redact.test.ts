import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditData } from '../../../../src/app/redact/audit-data.ts';
import { redactData } from '../../../../src/app/redact/redact-data.ts';
import { restoreData } from '../../../../src/app/redact/restore-data.ts';
import { shiftDate } from '../../../../packages/privacy/src/shift-date.ts';
import { redactRows } from '../../../../src/data/redaction/redact-rows.ts';
import { Detector, Redactor } from '@attune/privacy';
import type { RedactorOptions } from '../../../../packages/privacy/src/redactor.ts';
import { recogniser as card } from '../../../../packages/privacy/src/shapes/card.ts';
import { run } from '../../preparation/running.ts';

const key = Buffer.from('a key');

function redact(row: Record<string, unknown>, options: Partial<RedactorOptions> = {}): Record<string, unknown> {
  return new Redactor({ style: 'tags', key, ...options }).redact(row);
}

const NOTE = 'Jane Doe (SSN 536-22-8726) called (415) 555-0132 on March 3, 2020; Ms Doe pays with 4111 1111 1111 1111.';

describe('tags', () => {
  it('say the kind, and the same one stands for the same value in all rows', () => {
    const redactor = new Redactor({ style: 'tags', key });
    expect(redactor.redact({ text: NOTE })).toEqual({
      text: '[NAME_1] (SSN [NATIONAL_ID_1]) called [PHONE_1] on [DATE_1]; Ms [NAME_2] pays with [CARD_1].',
    });
    expect(redactor.redact({ text: 'Jane Doe again, not John Doe' }).text).toBe('[NAME_1] again, not [NAME_3]');
  });

  it('are found by no recogniser, so that redacting twice changes nothing', () => {
    const once = redact({ text: NOTE });
    expect(redact(once)).toEqual(once);
  });

  it('of an earlier redaction are given to nobody else, and stand for themselves where they had been given before', () => {
    const redactor = new Redactor({ style: 'tags', key });
    expect(redactor.redact({ text: '[NAME_1] met Jane Doe' }).text).toBe('[NAME_1] met [NAME_2]');
    expect(redactor.redact({ text: 'Jane Doe met [NAME_2], [NAME_1], [TODO_1]' }).text).toBe(
      '[NAME_2] met [NAME_3], [NAME_1], [TODO_1]',
    );
    expect([...redactor.tags]).toEqual([
      ['[NAME_2]', 'Jane Doe'],
      ['[NAME_3]', '[NAME_2]'],
    ]);
  });
});

it('products and the times of records stay', () => {
  const row = {
    product: 'CoffeeMate S1',
    created_at: '2025-11-30 15:27:00',
    text: 'The lid of my CoffeeMate S1 leaks.',
  };
  expect(redact(row)).toEqual(row);
  expect(redact({ born_on: '1984-11-30' })).toEqual({ born_on: '[DATE_1]' });
});

describe('rows in threads', () => {
  const people = ['Jane Doe', 'John Miller', 'Anna Schmidt', 'Peter Brown', 'Mary Jones'];
  const rows = Array.from({ length: 600 }, (_, index) => ({
    text: `${people[index % 5]} wrote to ${people[(index * 3 + 1) % 5]} (SSN 536-22-${1000 + (index % 50)}). ${'Nothing more was said. '.repeat(20)}`,
  }));
  async function redacted(threads: number, options: Partial<RedactorOptions> = {}) {
    const redactor = new Redactor({ style: 'tags', key, ...options });
    const stream = async function* stream(): AsyncGenerator<{ text: string }> {
      yield* rows;
    };
    const found: string[] = [];
    const each = redactRows(stream(), { redactor, valuesOf: (row) => row }, { threads, before: 1000 });
    for await (const { item, values } of each) found.push(`${item.text.length} ${values.text as string}`);
    return { found, counts: redactor.counts, tags: [...redactor.tags] };
  }

  it('come out in order, with the tags and counts that one thread gives', async () => {
    const alone = await redacted(0);
    expect(alone.found).toHaveLength(600);
    expect(await redacted(2)).toEqual(alone);
    expect(alone.tags.length).toBeGreaterThan(50);
  });

  it('are looked at here where recognisers are the functions of a user', async () => {
    const own = { name: 'own', kind: 'code' as const, find: () => [{ start: 0, end: 4, score: 1 }] };
    const { found } = await redacted(2, { more: [own] });
    expect(found[0]).toMatch(/ \[CODE_1\]/);
  });
});

describe('surrogates', () => {
  const options = { style: 'surrogates' as const, monthFirst: true };

  it('are the same for the same value and key, and others under another key', () => {
    const [first, again] = [redact({ text: NOTE }, options), redact({ text: NOTE }, options)];
    expect(first).toEqual(again);
    expect(redact({ text: NOTE }, { ...options, key: Buffer.from('another') })).not.toEqual(first);
  });

  it('keep the shape: who is named twice keeps one name, a number of a card fails its check, phones are fictional', () => {
    const text = redact({ text: NOTE }, options).text as string;
    const match =
      /^(\p{L}+) (\p{L}+) \(SSN (\d{3}-\d\d-\d{4})\) called (.*) on (\w+ \d+, \d{4}); Ms (\p{L}+) pays with (.*)\.$/u.exec(
        text,
      )!;
    expect(match).not.toBeNull();
    expect(match[6]).toBe(match[2]);
    expect(match[3]).toMatch(/^9|^000|^666|-00-|-0000$/);
    expect(match[4]).toMatch(/^\(202\) 555-01\d\d$/);
    expect(match[7]).toMatch(/^\d{4} \d{4} \d{4} \d{4}$/);
    expect(card.isValid!(match[7])).toBe(false);
    expect(text).not.toMatch(/Jane|Doe|536|0132|2020-03-03/);
  });

  it('move the dates of one subject by the same days, and those of others by others', () => {
    const rows = ['a', 'b'].map(
      (subject) =>
        redact({ text: 'from 2020-03-01 to 2020-03-11', subject }, { ...options, subject: 'subject' }).text as string,
    );
    const spans = rows.map((text) => [...text.matchAll(/\d{4}-\d\d-\d\d/g)].map(([date]) => Date.parse(date)));
    for (const [from, to] of spans) expect(to - from).toBe(10 * 86_400_000);
    expect(spans[0][0]).not.toBe(spans[1][0]);
    expect(spans[0][0]).not.toBe(Date.parse('2020-03-01'));
  });

  it.each([
    ['2020-02-28', 2, '2020-03-01'],
    ['28.02.2020', 2, '01.03.2020'],
    ['2/28/20', 2, '3/1/20'],
    ['February 28, 2020', 2, 'March 1, 2020'],
    ['12. März 1960', 30, '11. April 1960'],
    ['3 de mayo de 1999', 30, '2 de junio de 1999'],
    ['28 Feb. 2020', 2, '1 Mar. 2020'],
    ['2 stycznia 2001', -2, '31 grudnia 2000'],
    ['Fri, 6 Sep 2002', 10, 'Mon, 16 Sep 2002'],
    ['Montag, den 3.4.2023', -1, 'Sonntag, den 2.4.2023'],
    ['12 al 14 maggio 2021', 20, '1 al 3 giugno 2021'],
    ["20 May '20", 10, "30 May '20"],
    ['Dienſtag, den 3. März 1820', 1, 'Mittwoch, den 4. März 1820'],
    ['lun. 3 mars 2025', 69, 'dim. 11 mai 2025'],
    ['Sábado, 3 de maio de 2025', 3, 'Terça-feira, 6 de maio de 2025'],
    ['di. 3 december 2024', 1, 'wo. 4 december 2024'],
  ])('write %s moved by %i days as %s', (date, days, expected) => {
    expect(shiftDate(date, days, true)).toBe(expected);
  });
});

describe('a row', () => {
  it("keeps its form: roles, names of tools and JSON within texts; a tool's arguments are redacted inside", () => {
    const row = {
      messages: [
        { role: 'user', content: 'I am Jane Doe' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'Jennifer_lookup', arguments: '{"email": "jane@example.org", "n": [1, "x"]}' },
            },
          ],
        },
        { role: 'tool', name: 'Jennifer_lookup', content: '{ "ok" : true }' },
      ],
      provenance: [{ file: 'Jane Doe.pdf' }],
    };
    expect(redact(row)).toEqual({
      ...row,
      messages: [
        { role: 'user', content: 'I am [NAME_1]' },
        {
          ...row.messages[1],
          tool_calls: [
            {
              ...row.messages[1].tool_calls![0],
              function: { name: 'Jennifer_lookup', arguments: '{"email":"[EMAIL_1]","n":[1,"x"]}' },
            },
          ],
        },
        row.messages[2],
      ],
    });
  });

  it('gives a value its key as the word before it, and counts numbers that it leaves', () => {
    const redactor = new Redactor({ style: 'tags', key });
    expect(redactor.redact({ medical_record: '00483921', count: '00483921', account_number: 123456789 })).toEqual({
      medical_record: '[MEDICAL_RECORD_1]',
      count: '00483921',
      account_number: 123456789,
    });
    expect(redactor.counts).toMatchObject({
      rows: 1,
      changed: 1,
      kinds: { medical_record: 1 },
      numbersLeft: { account_number: 1 },
    });
  });

  it('is told by whoever looks what is found in long numbers, too, and looks for nothing itself', () => {
    const [here, elsewhere] = [new Redactor({ style: 'tags', key }), new Redactor({ style: 'tags', key })];
    const opened = here.open({ text: 'Hello', account_number: 123456789, count: 12 });
    expect(opened.labelled).toEqual(['Hello', 'account number: 123456789']);
    const found = elsewhere.find(opened.labelled);
    here.find = () => expect.unreachable();
    here.close(opened, found);
    expect(here.counts.numbersLeft).toMatchObject({ account_number: 1 });
    // The given findings decide: without any, nothing is counted.
    here.close(here.open({ account_number: 123456789 }), [[]]);
    expect(here.counts.numbersLeft).toMatchObject({ account_number: 1 });
  });

  it('leaves what is allowed, other columns and other kinds', () => {
    expect(redact({ text: NOTE }, { allow: ['jane  doe', 'Doe'] }).text).toContain('Jane Doe (SSN [');
    expect(redact({ text: NOTE, other: NOTE }, { columns: ['other'] }).text).toBe(NOTE);
    expect(redact({ text: NOTE }, { kinds: ['card'] }).text).toBe(NOTE.replace('4111 1111 1111 1111', '[CARD_1]'));
  });
});

describe('files', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const write = (name: string, rows: readonly unknown[]): string => {
    writeFileSync(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path(name);
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-redact-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('come back from their vault with its passphrase only', async () => {
    const from = write('rows.jsonl', [{ text: NOTE }, { text: 'He said "I am Jane Doe"', more: '{"a":"Jane Doe"}' }]);
    await redactData(from, { output: path('clean.jsonl'), vault: path('v'), passphrase: 'four words by chance' });
    expect(readFileSync(path('v'), 'latin1')).not.toContain('Jane');
    await restoreData(path('clean.jsonl'), {
      output: path('back.jsonl'),
      vault: path('v'),
      passphrase: 'four words by chance',
    });
    expect(readFileSync(path('back.jsonl'), 'utf8')).toBe(readFileSync(from, 'utf8'));
    await expect(
      restoreData(path('clean.jsonl'), { output: path('x'), vault: path('v'), passphrase: 'other words by chance' }),
    ).rejects.toMatchObject({ code: 'E_VAULT_UNREADABLE' });
    const bytes = readFileSync(path('v'));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path('v'), bytes);
    await expect(
      restoreData(path('clean.jsonl'), { output: path('x'), vault: path('v'), passphrase: 'four words by chance' }),
    ).rejects.toMatchObject({ code: 'E_VAULT_UNREADABLE' });
  });

  it('get canaries of their own form, each as often as its record says', async () => {
    const from = write('rows.jsonl', [{ prompt: 'a', completion: 'b' }]);
    const { canaries } = await redactData(from, { output: path('clean.jsonl'), canaries: 4 });
    expect(canaries.map(({ copies }) => copies)).toEqual([1, 2, 4, 8]);
    const rows = readFileSync(path('clean.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    for (const { prefix, secret, copies } of canaries)
      expect(rows.filter(({ completion }) => completion === `${prefix}${secret}.`)).toHaveLength(copies);
    expect(JSON.parse(readFileSync(path('clean.jsonl.canaries'), 'utf8'))).toMatchObject({ canaries });
    const other = write('labels.jsonl', [{ text: 'a', label: 'b' }]);
    await expect(redactData(other, { output: path('x.jsonl'), canaries: 1 })).rejects.toMatchObject({
      code: 'E_CANARY_FORM',
    });
  });

  it('with surrogates are not given others again', async () => {
    const from = write('rows.jsonl', [{ text: NOTE }]);
    await redactData(from, { output: path('clean.jsonl'), style: 'surrogates' });
    await expect(
      redactData(path('clean.jsonl'), { output: path('x.jsonl'), style: 'surrogates' }),
    ).rejects.toMatchObject({
      code: 'E_ALREADY_REDACTED',
    });
  });

  it('are searched by recognisers of the user too, as a command and as a step', async () => {
    const own = path('own.ts');
    writeFileSync(
      own,
      `export const wards = { name: 'ward', kind: 'code', pattern: /W-\\d{3}/ };\nexport const wrong = { name: 'x' };\n`,
    );
    const from = write('rows.jsonl', [{ text: 'on W-123' }]);
    await redactData(from, { output: path('clean.jsonl'), recogniser: [`${own}#wards`] });
    expect(readFileSync(path('clean.jsonl'), 'utf8')).toBe('{"text":"on [CODE_1]"}\n');
    await expect(redactData(from, { output: path('x.jsonl'), recogniser: [`${own}#wrong`] })).rejects.toMatchObject({
      code: 'E_REFERENCE_TYPE',
    });
    const item = { kind: 'row' as const, values: { text: 'Jane Doe on W-123' }, origins: [{ file: 'a', sha256: '0' }] };
    const { values, reports } = await run([{ step: 'redact', recognisers: [`${own}#wards`] }], [item]);
    expect(values).toEqual([{ text: '[NAME_1] on [CODE_1]' }]);
    expect(reports[0].remarks).toEqual(['replaced in 1 of 1 rows: 1 name, 1 code']);
  });

  it('are audited: shares, intervals and misses of a small set as counted by hand', async () => {
    const labelled = [
      { text: 'Call Jane Doe', spans: [{ start: 5, end: 13, kind: 'person' }] },
      {
        text: '😀 Jane Doe and Xyzzy',
        spans: [
          { start: 2, end: 10, label: 'name' },
          { start: 15, end: 20, label: 'name' },
        ],
      },
      { text: 'at a@example.org', spans: [] },
    ];
    const { kinds, misses, extras, unknown } = await auditData(write('labelled.jsonl', labelled));
    expect(kinds.find(({ kind }) => kind === 'name')).toMatchObject({
      labelled: 3,
      covered: 2,
      named: 2,
      found: 2,
      right: 2,
      recall: { value: 2 / 3 },
      precision: { value: 1 },
    });
    // Wilson's interval for 2 of 3 at 95 %.
    expect(kinds.find(({ kind }) => kind === 'name')!.recall!.low).toBeCloseTo(0.2077, 4);
    expect(kinds.find(({ kind }) => kind === 'email')).toMatchObject({
      labelled: 0,
      found: 1,
      right: 0,
      recall: undefined,
      precision: { value: 0 },
    });
    expect(misses.map(({ line, text }) => [line, text])).toEqual([[2, 'Xyzzy']]);
    expect(extras.map(({ line, text }) => [line, text])).toEqual([[3, 'a@example.org']]);
    expect(unknown[0]).toContain('iban');
  });

  it('are audited by the shapes and names that other tools write', async () => {
    const file = write('labelled.jsonl', [
      { text: 'Call Jane Doe', entities: [[5, 13, 'PERSON']] },
      { full_text: 'Call Jane Doe', spans: [{ entity_type: 'B-PER', start_position: 5, end_position: 13 }] },
      { text: 'Call Jane Doe', label: [{ start_offset: 5, end_offset: 13, label: 'First Name' }] },
      { source_text: 'pay 4111 1111 1111 1111', privacy_mask: [{ label: 'CREDITCARDNUMBER', start: 4, end: 23 }] },
      { text: 'to a@example.org', labels: [{ start: 3, end: 16, labels: ['EMAIL_ADDRESS'] }] },
      { text: 'SSN 536-22-8726', spans: [{ start: 4, end: 15, type: 'US_SSN' }] },
      // A class next to the spans.
      { text: 'for Acme Ltd', label: 'pos', privacy_mask: [{ start: 4, end: 12, entity: 'ORG' }] },
    ]);
    const { kinds, unknown } = await auditData(file);
    const labelled = kinds.flatMap(({ kind, labelled: count, named }) => (count > 0 ? [[kind, count, named]] : []));
    expect(labelled).toEqual([
      ['card', 1, 1],
      ['email', 1, 1],
      ['name', 3, 3],
      ['national_id', 1, 1],
      ['org', 1, 0],
    ]);
    expect(unknown.join('\n')).toContain(
      'no recogniser has these kinds, so they count as found if any kind covers them: org',
    );
  });

  it('with wrong labels are refused with all defects', async () => {
    const file = write('labelled.jsonl', [
      { text: 'a', spans: [{ start: 0, end: 5, kind: 'name' }] },
      { text: 1, spans: [] },
    ]);
    await expect(auditData(file)).rejects.toMatchObject({
      code: 'E_BAD_ROWS',
      problems: [
        { line: 1, field: 'spans[0]' },
        { line: 2, field: 'text' },
      ],
    });
  });
});

it('what overlaps is one finding, the longer and surer one, and nothing found is left beside it', () => {
  const text = 'see https://example.org/jane.doe@example.org now';
  expect(new Detector().find(text).map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ['url', 'https://example.org/jane.doe@example.org'],
  ]);
});
