import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseJson, parseJsonAsWritten, readJson } from '../../../src/files/json.ts';
import { readJsonObject } from '../../../src/files/json-object.ts';
import { restoreSpellings, spellingsIn, stringifyAsWritten } from '../../../src/files/written-numbers.ts';
import { parseHeader } from '../../../src/engine/tensor/safetensors-header.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-json-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nested = (levels: number, [open, close]: [string, string] = ['[', ']']) =>
  open.repeat(levels) + close.repeat(levels);

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    const text = String.raw`{"a": [1, -2.5e10, true, null, "\"[[{\\"], "b": {"c": "}]"}}`;
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(parseJson('"[[["')).toBe('[[[');
    expect(() => parseJson('{"a": NaN}')).toThrow(SyntaxError);
  });

  it('of a configuration may have the floats that Python writes outside of JSON', () => {
    const path = join(folder, 'python.json');
    writeFileSync(
      path,
      String.raw`{"limits": [0.0, Infinity, -Infinity], "x": NaN, "name": "to \"Infinity\" and NaN"}`,
    );
    const floats = ['Infinity', '-Infinity', 'NaN'].map((name) => ({ __float__: name }));
    const name = String.raw`to "Infinity" and NaN`;
    const wanted = { limits: [0, ...floats.slice(0, 2)], x: floats[2], name };
    expect(JSON.parse(JSON.stringify(readJsonObject(path)))).toEqual(wanted);
  });

  it('of 128 levels is read, and of more refused, however many', () => {
    expect(parseJson(nested(128))).toHaveLength(1);
    for (const levels of [129, 1_000_000]) {
      expect(() => parseJson(nested(levels))).toThrow('more than 128 levels');
      expect(() => parseJson(nested(levels, ['{"a":', '}']))).toThrow('more than 128 levels');
    }
  });

  it('may have any number of brackets in its strings and side by side', () => {
    const text = JSON.stringify({ text: `${'['.repeat(500)}"\\`, lists: Array.from({ length: 500 }, () => [[]]) });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it.each(['1e999', '[-1E+400]', '{"a": [0, 1.5e309]}', `[${'9'.repeat(310)}]`, `${'1'.repeat(250)}e99`])(
    'with a number that becomes infinite is refused: %.20s',
    (text) => expect(() => parseJson(text)).toThrow('beyond'),
  );

  it('with large numbers and long digits in texts is read', () => {
    const text = `{"a": 1e300, "b": "1e999", "c": "${'9'.repeat(400)}", "d": 1e-999}`;
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('of a file is an error that names the file', () => {
    const path = join(folder, 'config.json');
    writeFileSync(path, nested(5000));
    expect(() => readJson(path)).toThrow(
      expect.objectContaining({ code: 'E_BAD_JSON', what: expect.stringContaining(path) }),
    );
  });
});

describe('numbers as they are written', () => {
  const text =
    '{"a":0.0,"b":[10000.0,1e-05,2],"c":{"d":30.0,"e":1.5},"long":12345678901234567890,"none":null,"text":"1.0"}';

  it('stay so in JSON that is written again, through copies by spreading', () => {
    const value = parseJsonAsWritten<Record<string, unknown>>(text);
    expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(text));
    expect(stringifyAsWritten({ ...value })).toBe(text);
  });

  it('give way to another number under the same key', () => {
    const value = parseJsonAsWritten<Record<string, unknown>>('{"theta": 10000.0, "cap": 30.0}');
    expect(stringifyAsWritten({ ...value, cap: 50 })).toBe('{"theta":10000.0,"cap":50}');
  });

  it('survive a copy to another process', () => {
    const value = parseJsonAsWritten<Record<string, unknown>>(text);
    const copy = structuredClone(value);
    expect(stringifyAsWritten(copy)).not.toBe(text);
    restoreSpellings(copy, structuredClone(spellingsIn(value)));
    expect(stringifyAsWritten(copy)).toBe(text);
    expect(spellingsIn({ a: [1, 'x'] })).toBeUndefined();
  });

  it('are bounded as all JSON is', () => {
    expect(() => parseJsonAsWritten('{"a": 1e999}')).toThrow('beyond');
    expect(() => parseJsonAsWritten(nested(129))).toThrow('more than 128 levels');
  });
});

describe('the header of a safetensors file', () => {
  const read = (entry: string) => () => parseHeader('weights', Buffer.from(`{"a": ${entry}}`), 100);
  it.each([
    ['a shape', `{"dtype": "F32", "shape": ${nested(100_000)}, "data_offsets": [0, 4]}`],
    ['offsets', `{"dtype": "F32", "shape": [1], "data_offsets": ${nested(100_000)}}`],
    ['a type', `{"dtype": ${nested(100_000)}, "shape": [1], "data_offsets": [0, 4]}`],
    ['an entry', nested(100_000, ['{"a":', '}'])],
  ])('with %s of many levels is refused', (_, entry) => {
    expect(read(entry)).toThrow(expect.objectContaining({ code: 'E_SAFETENSORS_BAD' }));
  });
});
