import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StampedEvent } from '../../../../src/base/events.ts';
import { crc32c, maskedCrc32c } from '../../../../src/jobs/report/sinks/crc32c.ts';
import { sinks } from '../../../../src/jobs/report/sinks/index.ts';

describe('CRC-32C', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

  test.each([
    ['RFC 3720 B.4: 32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
    ['RFC 3720 B.4: 32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['RFC 3720 B.4: 32 bytes of incrementing values', ascending, 0x46dd794e],
    ['RFC 3720 B.4: 32 bytes of decrementing values', ascending.toReversed(), 0x113fdb5c],
    ['the check value of the CRC catalogue', Buffer.from('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('is masked by a rotation of 15 bits and a constant', () => {
    const bytes = Buffer.from('123456789');
    const rotated = ((0xe3069283 >>> 15) | (0xe3069283 << 17)) >>> 0;
    expect(maskedCrc32c(bytes)).toBe(Number((BigInt(rotated) + 0xa282ead8n) & 0xffffffffn));
  });
});

describe('TensorBoard files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-tensorboard-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const step: StampedEvent = {
    at: 1_700_000_000_500,
    type: 'step-finished',
    step: 70_000,
    steps: 100_000,
    epoch: 0.7,
    loss: 1.5,
    grad_norm: Number.NaN,
    learning_rate: 1e-4,
    inputTokens: 2 ** 21,
    lossTokens: 5,
    tokensPerSecond: 640,
    secondsLeft: 1,
    memoryBytes: 1,
    metrics: { 'rewards/margins': -0.25 },
  };

  async function write(events: readonly StampedEvent[]): Promise<Decoded[]> {
    const monitor = await sinks.load('tensorboard');
    const sink = monitor.open(folder);
    for (const event of events) sink.record(event);
    await sink.close();
    const name = readdirSync(join(folder, 'tensorboard')).sort().at(-1);
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+$/);
    return decodeFile(readFileSync(join(folder, 'tensorboard', String(name))));
  }

  test('hold the version first, then scalars under the tags of other trainers', async () => {
    const evaluation = { at: 2, type: 'evaluation-finished', step: 9, epoch: 1, rows: 4, best: true } as const;
    const records = await write([
      step,
      { ...evaluation, split: 'validation', metrics: { loss: 2 } },
      { ...evaluation, split: 'test', metrics: { loss: 3 } },
    ]);
    expect(records[0]).toMatchObject({ version: 'brain.Event:2', scalars: {} });
    expect(records[1]).toMatchObject({ at: 1_700_000_000.5, step: 70_000 });
    expect(records[1].scalars).toEqual({
      'train/loss': 1.5,
      'train/learning_rate': Math.fround(1e-4),
      'train/epoch': Math.fround(0.7),
      'train/num_tokens': 2 ** 21,
      'train/tokens_per_second': 640,
      'train/rewards/margins': -0.25,
    });
    expect(records.slice(2).map(({ scalars }) => scalars)).toEqual([{ 'eval/loss': 2 }, { 'test/loss': 3 }]);
  });

  test('hold the recipe as text, longer than one length byte can say', async () => {
    const recipe = { model: 'm', note: 'x'.repeat(300) };
    const [, record] = await write([{ at: 1, type: 'run-started', run: 'r', folder, base: '', recipe, identity: {} }]);
    expect(record.texts).toEqual({ 'recipe/text_summary': `\`\`\`\n${JSON.stringify(recipe, null, 2)}\n\`\`\`` });
  });

  test('of a resumed run say from which step on the earlier ones count no more', async () => {
    await write([step]);
    const [, start, again] = await write([{ at: 1, type: 'run-resumed', step: 69_999, from: 'c' }, step]);
    expect(start).toMatchObject({ step: 70_000, sessionStart: true });
    expect(again.step).toBe(70_000);
    expect(readdirSync(join(folder, 'tensorboard'))).toHaveLength(2);
  });

  test('an unknown monitor is refused with the known ones', async () => {
    await expect(sinks.load('tensorbord')).rejects.toThrow(/E_UNKNOWN_MONITOR[\s\S]*did you mean "tensorboard"/);
  });
});

/** An independent reader, based on the .proto files' field numbers and the record format. */
interface Decoded {
  at?: number;
  step?: number;
  version?: string;
  sessionStart: boolean;
  scalars: Record<string, number>;
  texts: Record<string, string>;
}

interface Field {
  number: number;
  value: bigint | Buffer;
}

function decodeFile(file: Buffer): Decoded[] {
  const records: Decoded[] = [];
  for (let offset = 0; offset < file.length;) {
    const length = Number(file.readBigUInt64LE(offset));
    expect(unmask(file.readUInt32LE(offset + 8))).toBe(bitwiseCrc(file.subarray(offset, offset + 8)));
    const data = file.subarray(offset + 12, offset + 12 + length);
    expect(unmask(file.readUInt32LE(offset + 12 + length))).toBe(bitwiseCrc(data));
    records.push(decodeEvent(data));
    offset += 16 + length;
  }
  return records;
}

function decodeEvent(data: Buffer): Decoded {
  const event: Decoded = { sessionStart: false, scalars: {}, texts: {} };
  for (const { number, value } of fieldsOf(data)) {
    if (number === 1) event.at = (value as Buffer).readDoubleLE();
    if (number === 2) event.step = Number(value);
    if (number === 3) event.version = String(value);
    if (number === 5) for (const item of fieldsOf(value as Buffer)) decodeValue(item.value as Buffer, event);
    if (number === 7) event.sessionStart = fieldsOf(value as Buffer).some((status) => status.value === 1n);
  }
  return event;
}

function decodeValue(data: Buffer, event: Decoded): void {
  const fields = new Map(fieldsOf(data).map(({ number, value }) => [number, value]));
  const tag = String(fields.get(1));
  if (fields.has(2)) event.scalars[tag] = (fields.get(2) as Buffer).readFloatLE();
  if (!fields.has(8)) return;
  const tensor = new Map(fieldsOf(fields.get(8) as Buffer).map(({ number, value }) => [number, value]));
  const plugin = fieldsOf(fieldsOf(fields.get(9) as Buffer)[0].value as Buffer)[0];
  expect([tensor.get(1), String(plugin.value)]).toEqual([7n, 'text']);
  event.texts[tag] = String(tensor.get(8));
}

function fieldsOf(data: Buffer): Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[offset++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (offset < data.length) {
    const key = Number(varint());
    const size = { 0: -1, 1: 8, 5: 4 }[key & 7] ?? Number(varint());
    const value = size === -1 ? varint() : data.subarray(offset, offset + size);
    if (size !== -1) offset += size;
    fields.push({ number: key >> 3, value });
  }
  return fields;
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

/** Bit by bit, without a table. */
function bitwiseCrc(bytes: Buffer): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}
