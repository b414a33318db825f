import { describe, expect, it } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import type { ExampleKind } from '../../../src/data/example.ts';
import { fitRows, reportLengths, type FitOptions, type TokenRow } from '../../../src/data/index.ts';

describe('reportLengths', () => {
  it('gives values that occur, the rows past the limit, and a histogram that holds every row', () => {
    const lengths = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(reportLengths(lengths.toReversed(), 90)).toMatchObject({
      rows: 100,
      tokens: 5050,
      min: 1,
      median: 50,
      p95: 95,
      max: 100,
      overLength: 10,
      maxLength: 90,
    });
    const { histogram } = reportLengths(lengths);
    expect(histogram.slice(0, 2)).toEqual([
      { from: 0, to: 10, rows: 9 },
      { from: 10, to: 20, rows: 10 },
    ]);
    expect(histogram.reduce((total, { rows }) => total + rows, 0)).toBe(100);
  });

  it('keeps to 20 steps that adjoin, whatever the range', () => {
    for (const lengths of [
      [7],
      [1, 1e6],
      [999, 1000],
      [3, 17, 22_000],
      Array.from({ length: 50 }, (_, id) => id * id),
    ]) {
      const { histogram } = reportLengths(lengths);
      expect(histogram.length).toBeLessThanOrEqual(20);
      expect(histogram.slice(1).map(({ from }) => from)).toEqual(histogram.slice(0, -1).map(({ to }) => to));
      expect(histogram.reduce((total, { rows }) => total + rows, 0)).toBe(lengths.length);
    }
  });

  it('is all zeros for no rows', () => {
    expect(reportLengths([])).toEqual({
      rows: 0,
      tokens: 0,
      min: 0,
      median: 0,
      p95: 0,
      max: 0,
      overLength: 0,
      histogram: [],
    });
  });
});

/** Ids 0, 1, 2, …; `picture` marks trained tokens with #. */
function row(picture: string, id = '0123456789abcdef'): TokenRow {
  return {
    id,
    ids: Int32Array.from(picture, (_, index) => index),
    trained: Uint8Array.from(picture, (mark) => Number(mark === '#')),
  };
}

function fit(picture: string, kind: ExampleKind, options: FitOptions) {
  const { rows, cuts } = fitRows([row(picture)], [{ kind, source: { file: 'a.jsonl', line: 3 } }], options);
  const pieces = rows.map(({ ids, trained }) => [
    [...ids].join(' '),
    [...trained].map((one) => (one ? '#' : '.')).join(''),
  ]);
  return { pieces, cuts, rows };
}

describe('rows longer than max_length', () => {
  it('are left alone where they fit', () => {
    const given = row('..##');
    const { rows, rowOf, cuts } = fitRows([given], [{ kind: 'chat', source: { file: 'a', line: 1 } }], {
      maxLength: 4,
      policy: 'fail',
    });
    expect(rows[0]).toBe(given);
    expect([rowOf, cuts]).toEqual([[0], []]);
  });

  it('fail all at once, with their place and length', () => {
    const rows = ['..##', '.....##', '...#####'].map((picture) => row(picture));
    const examples = rows.map((_, index) => ({ kind: 'chat' as const, source: { file: 'a.jsonl', line: 10 + index } }));
    let error: AttuneError | undefined;
    try {
      fitRows(rows, examples, { maxLength: 4, policy: 'fail' });
    } catch (thrown) {
      error = thrown as AttuneError;
    }
    expect(error).toMatchObject({ code: 'E_ROWS_TOO_LONG', what: '2 of 3 rows are longer than max_length (4 tokens)' });
    expect(error?.problems).toEqual([
      { file: 'a.jsonl', line: 11, message: 'has 7 tokens' },
      { file: 'a.jsonl', line: 12, message: 'has 8 tokens' },
    ]);
    expect(error?.fix).toContain('max_length: 8');
  });

  it('are dropped and counted', () => {
    expect(fit('...##', 'chat', { maxLength: 4, policy: 'drop' })).toMatchObject({
      pieces: [],
      cuts: [{ row: 0, action: 'dropped', tokens: 5, keptTokens: 0, trainedTokens: 2, keptTrainedTokens: 0 }],
    });
  });

  it('lose the beginning of their prompt, never the answer', () => {
    const { pieces, cuts } = fit('......###.', 'chat', { maxLength: 6, policy: 'truncate' });
    expect(pieces).toEqual([['4 5 6 7 8 9', '..###.']]);
    expect(cuts).toEqual([
      { row: 0, action: 'truncated', tokens: 10, keptTokens: 6, trainedTokens: 3, keptTrainedTokens: 3 },
    ]);
    expect(fit('......###.', 'completion', { maxLength: 6, policy: 'split' }).pieces).toEqual(pieces);
  });

  it('keep BOS', () => {
    expect(fit('......###.', 'chat', { maxLength: 6, policy: 'truncate', keepStart: 1 }).pieces).toEqual([
      ['0 5 6 7 8 9', '..###.'],
    ]);
  });

  it('do not train a token whose predecessor was cut away', () => {
    expect(fit('.####.###', 'chat', { maxLength: 6, policy: 'truncate' }).pieces).toEqual([['3 4 5 6 7 8', '.#.###']]);
  });

  it('keep a quarter of prompt where the answer alone is too long, and lose its end', () => {
    const { pieces, cuts } = fit('....##########', 'chat', { maxLength: 8, policy: 'truncate' });
    expect(pieces).toEqual([['2 3 4 5 6 7 8 9', '..######']]);
    expect(cuts[0]).toMatchObject({ trainedTokens: 10, keptTrainedTokens: 6 });
  });

  it('lose their end where they are texts, but keep a closing token', () => {
    expect(fit('##########', 'text', { maxLength: 4, policy: 'truncate' }).pieces).toEqual([['0 1 2 3', '####']]);
    const options = { maxLength: 5, policy: 'truncate', keepStart: 1, ends: [9] } as const;
    expect(fit('..........', 'classification', options).pieces).toEqual([['0 1 2 3 9', '.....']]);
  });

  it('become windows that hold every token once, each with BOS and an id of its own', () => {
    expect(fit('.########', 'text', { maxLength: 4, policy: 'split' }).pieces).toEqual([
      ['0 1 2 3', '.###'],
      ['4 5 6 7', '.###'],
    ]);
    const { pieces, cuts, rows } = fit('.########', 'text', { maxLength: 4, policy: 'split', keepStart: 1 });
    expect(pieces).toEqual([
      ['0 1 2 3', '.###'],
      ['0 4 5 6', '.###'],
      ['0 7 8', '.##'],
    ]);
    expect(cuts[0]).toMatchObject({ action: 'split', keptTokens: 11, trainedTokens: 8, keptTrainedTokens: 8 });
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    for (const { id } of rows) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('become windows of one row where they are classified: all of a text, or evenly spread over it', () => {
    const windowsOf = (picture: string, options: Partial<FitOptions>, kind: ExampleKind = 'classification') => {
      const { rows, cuts } = fit(picture, kind, { maxLength: 4, policy: 'split', ...options });
      const [{ ids, trained, segments = [] }] = rows;
      expect(trained).toHaveLength(ids.length);
      let at = 0;
      const windows = segments.map((length) => [...ids.subarray(at, (at += length))].join(' '));
      expect(at).toBe(ids.length);
      return { windows, cuts };
    };
    const all = windowsOf('..........', {});
    expect(all.windows).toEqual(['0 1 2', '3 4 5 6', '7 8 9']);
    expect(all.cuts).toMatchObject([{ action: 'split', tokens: 10, keptTokens: 10 }]);
    const framed = windowsOf('..........', { starts: [0], ends: [9] });
    expect(framed.windows).toEqual(['0 1 2 9', '0 3 4 9', '0 5 6 9', '0 7 8 9']);
    const spread = windowsOf('....................', { maxWindows: 3 });
    expect(spread.windows).toEqual(['0 1 2 3', '8 9 10 11', '16 17 18 19']);
    expect(spread.cuts).toMatchObject([{ action: 'split', tokens: 20, keptTokens: 12 }]);
    expect(windowsOf('..........', { maxWindows: 3 }).windows).toEqual(all.windows);
    expect(windowsOf('..........', { maxWindows: 1 }, 'regression').windows).toEqual(['0 1 2 3']);
    expect(windowsOf('.'.repeat(1000), {}).windows).toHaveLength(8);
  });

  it('of items keep who chose and the last items, the first of which is not trained any more', () => {
    const isLead = (token: number) => token < 2;
    for (const policy of ['truncate', 'split'] as const) {
      expect(fit('..########', 'items', { maxLength: 5, policy, isLead }).pieces).toEqual([['0 1 7 8 9', '...##']]);
    }
    // Only the last item is new.
    expect(fit('.........#', 'items', { maxLength: 5, policy: 'truncate', isLead }).pieces).toEqual([
      ['0 1 7 8 9', '....#'],
    ]);
    expect(fit('...#', 'items', { maxLength: 2, policy: 'truncate', isLead: (token) => token < 3 }).pieces).toEqual([
      ['0 3', '.#'],
    ]);
  });

  it('are cut where two texts are classified together, which windows would take apart', () => {
    const origin = { kind: 'classification' as const, textPair: 'b', source: { file: 'a.jsonl', line: 3 } };
    const { rows } = fitRows([row('..........')], [origin], { maxLength: 4, policy: 'split' });
    expect(rows).toMatchObject([{ ids: Int32Array.of(0, 1, 2, 3) }]);
    expect(rows[0]).not.toHaveProperty('segments');
  });

  it('keep whatever else a row has, cut to the same tokens', () => {
    const given = {
      ...row('..........'),
      typeIds: Int32Array.from({ length: 10 }, (_, index) => Number(index > 4)),
      label: 3,
    };
    const examples = [{ kind: 'classification' as const, source: { file: 'a', line: 1 } }];
    const { rows } = fitRows([given], examples, { maxLength: 4, policy: 'truncate', ends: [9] });
    expect(rows[0].label).toBe(3);
    expect([...rows[0].typeIds]).toEqual([0, 0, 0, 1]);
  });

  it.each([
    { side: 'right', kept: '0 1 2 3 9' },
    { side: 'left', kept: '0 6 7 8 9' },
    { side: 'middle', kept: '0 1 2 8 9' },
  ] as const)('lose what is at the $side, and never their frame', ({ side, kept }) => {
    const options = { maxLength: 5, policy: 'truncate', side, starts: [0], ends: [9] } as const;
    expect(fit('..........', 'classification', options).pieces).toEqual([[kept, '.....']]);
    const pair = { ...row('.............'), segments: [10, 3] };
    const { rows } = fitRows([pair], [{ kind: 'pair', source: { file: 'a', line: 1 } }], options);
    expect([...rows[0].ids].join(' ')).toBe(`${kept} 10 11 12`);
    expect(rows[0].segments).toEqual([5, 3]);
  });

  it('without a frame lose the same', () => {
    const cut = (side: FitOptions['side']) =>
      fit('.........', 'regression', { maxLength: 4, policy: 'truncate', side }).pieces[0][0];
    expect([cut('right'), cut('left'), cut('middle')]).toEqual(['0 1 2 3', '5 6 7 8', '0 1 7 8']);
  });

  it('need a max_length that leaves room', () => {
    expect(() => fit('...', 'text', { maxLength: 2, policy: 'split', keepStart: 1 })).toThrow(/E_BAD_MAX_LENGTH/);
    expect(() => fit('...', 'text', { maxLength: 2.5, policy: 'split' })).toThrow(/E_BAD_MAX_LENGTH/);
  });
});
