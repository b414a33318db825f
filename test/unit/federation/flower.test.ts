// Objects and ids as Flower's own source makes them: makers/flower/record.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  arrayObject,
  messageObject,
  objectsOf,
  readMessage,
  type Message,
} from '../../../src/federation/flower/objects.ts';

interface Recorded {
  id: string;
  objects: Record<string, string>;
}

const recorded = JSON.parse(readFileSync('fixtures/flower.json', 'utf8')) as Record<
  'array' | 'record' | 'message',
  Recorded
> & {
  chunks: { id: string; array: string; children: string[] };
};

const values = { shape: [2, 3], values: Float32Array.from({ length: 6 }, (_, i) => i / 4 - 0.5) };

const message: Message = {
  metadata: {
    run_id: String(2n ** 63n + 11n),
    message_id: '',
    src_node_id: '1',
    dst_node_id: String(2n ** 64n - 3n),
    reply_to_message_id: 'ab'.repeat(32),
    group_id: '3',
    ttl: 3600,
    message_type: 'train',
    created_at: 1764662400.25,
  },
  content: {
    arrays: new Map([
      [
        'arrays',
        new Map([
          ['layers.0.lora_B', values],
          ['zeros', { shape: [0, 4], values: new Float32Array() }],
        ]),
      ],
    ]),
    metrics: new Map([['metrics', { 'num-examples': 12, loss: 0.25, 'per-row': [1.5, -2], counts: [3, -4] }]]),
    configs: new Map([
      [
        'config',
        {
          'server-round': 3,
          lr: 1e-3,
          name: 'Müller ✓',
          secret: Uint8Array.of(0, 255),
          flag: true,
          names: ['a', 'b'],
          keys: [Buffer.from('x'), new Uint8Array()],
          large: 2n ** 63n + 5n,
          ids: [2n ** 64n - 1n, 7],
        },
      ],
    ]),
  },
};

function recordedBytes({ objects }: Recorded): Map<string, Uint8Array> {
  return new Map(Object.entries(objects).map(([id, bytes]) => [id, Buffer.from(bytes, 'base64')]));
}

describe("Flower's objects", () => {
  it('have the bytes and ids that Flower gives them', () => {
    const made = messageObject(message);
    expect(
      Object.fromEntries([...objectsOf(made)].map(([id, bytes]) => [id, Buffer.from(bytes).toString('base64')])),
    ).toEqual(recorded.message.objects);
    expect(made.id).toBe(recorded.message.id);
    expect(arrayObject(values).id).toBe(recorded.array.id);
  });

  it('split large arrays as Flower does', () => {
    const { id, children } = arrayObject({ shape: [2_800_000], values: new Float32Array(2_800_000) });
    expect(id).toBe(recorded.chunks.array);
    expect(children.map((child) => child.id)).toEqual(recorded.chunks.children);
  });

  it('are read back', () => {
    const { metadata, content } = readMessage(recorded.message.id, recordedBytes(recorded.message));
    expect(metadata).toEqual({ ...message.metadata, message_id: recorded.message.id });
    expect(content!.arrays).toEqual(message.content!.arrays);
    expect(content!.metrics).toEqual(message.content!.metrics);
    const config = content!.configs.get('config')!;
    expect(config).toMatchObject({
      'server-round': 3,
      name: 'Müller ✓',
      large: 2n ** 63n + 5n,
      ids: [2n ** 64n - 1n, 7],
    });
  });

  it('are refused if their bytes are not what their id says', () => {
    const objects = recordedBytes(recorded.message);
    const [first] = objects.keys();
    objects.set(first, Buffer.concat([objects.get(first)!, Buffer.from('x')]));
    expect(() => readMessage(recorded.message.id, objects)).toThrow('cannot be read');
  });
});
