import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleRow } from '../../../src/data/example-row.ts';
import type { ChatExample } from '../../../src/data/example.ts';
import { loadData, textOf } from '../../../src/data/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-data-images-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.png`), name);
const DATA = `data:image/png;base64,${Buffer.from('a').toString('base64')}`;

let files = 0;
async function read(...rows: object[]): Promise<ChatExample[]> {
  const path = join(folder, `rows-${++files}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  const { splits } = await loadData({ train: path, seed: 0 });
  return splits.train as ChatExample[];
}

const answer = { role: 'assistant', content: 'red' };
const user = (content: unknown) => ({ role: 'user', content });
/** Each message's text with the names of its images in place. */
function shown({ messages }: ChatExample): string[] {
  return messages.map(({ content, images = [] }) =>
    images.reduceRight(
      (text, { at, file }) => `${text.slice(0, at)}[${file.hash.slice(0, 4)}]${text.slice(at)}`,
      content,
    ),
  );
}
const [A, B] = ['[ca97]', '[3e23]'];

describe('images in messages', () => {
  it.each([
    ['an address of a file', { type: 'image_url', image_url: { url: 'a.png' } }, {}],
    ['an address as a text', { type: 'image_url', image_url: 'a.png' }, {}],
    ['bytes in an address', { type: 'image_url', image_url: { url: DATA, detail: 'low' } }, {}],
    ["OpenAI's later form", { type: 'input_image', image_url: DATA }, {}],
    ['a path', { type: 'image', path: 'a.png' }, {}],
    ['base64', { type: 'image', base64: Buffer.from('a').toString('base64') }, {}],
    ['a file of the column images', { type: 'image' }, { images: ['a.png'] }],
    ['what other parts have besides', { type: 'image', text: null, image: null }, { images: ['a.png'] }],
    ['the column image', { type: 'image' }, { image: 'a.png' }],
  ])('are read from %s', async (_, part, columns) => {
    const [example] = await read({
      messages: [user([{ type: 'text', text: 'See ' }, part, 'this']), answer],
      ...columns,
    });
    expect(shown(example)).toEqual([`See ${A}this`, 'red']);
  });

  it('stand at placeholders in texts, or before the first question, where they are in a column', async () => {
    const images = ['a.png', 'b.png'];
    const [marked, plain] = await read(
      { messages: [user('One <image> and'), answer, user('another:<image>'), answer], images },
      { messages: [{ role: 'system', content: 'Look.' }, user('Which?'), answer], images },
    );
    expect(shown(marked)).toEqual([`One ${A} and`, 'red', `another:${B}`, 'red']);
    expect(shown(plain)).toEqual(['Look.', `${A}${B}Which?`, 'red']);
    const [shared] = await read({
      conversations: [
        { from: 'human', value: '<image>?' },
        { from: 'gpt', value: 'x' },
      ],
      image: 'b.png',
    });
    expect(shown(shared)).toEqual([`${B}?`, 'x']);
  });

  it('stay as text where the row has no images, for models that know no such thing', async () => {
    const [example] = await read({ messages: [user('An <image> tag'), answer] });
    expect(shown(example)).toEqual(['An <image> tag', 'red']);
  });

  it('make a row what it is by their bytes, and keep near-duplicate texts apart', async () => {
    const about = (url: string) => ({
      messages: [user([{ type: 'image_url', image_url: { url } }, 'What colour?']), answer],
    });
    const [a, again, b] = await read(about('a.png'), about(DATA), about('b.png'));
    expect(again.id).toBe(a.id);
    expect(b.id).not.toBe(a.id);
    expect(
      textOf(a)
        .split(' ')
        .filter((word) => textOf(b).includes(word)),
    ).toEqual(['What', 'colour?', 'red']);
    const [back] = await read(exampleRow(b) as object);
    expect({ ...back, source: b.source }).toEqual(b);
  });

  it('with a defect are told by their place', async () => {
    const rows = [
      { messages: [user([{ type: 'image_url', image_url: { url: 'gone.png' } }]), answer] },
      { messages: [user([{ type: 'image' }]), answer] },
      { messages: [user([{ type: 'image' }, { type: 'image' }]), answer], images: ['a.png'] },
      { messages: [user('<image>'), answer], images: ['a.png', 'b.png'] },
      { messages: [user('x'), { role: 'assistant', content: [{ type: 'image', path: 'a.png' }] }] },
      { messages: [user([{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }]), answer] },
      { messages: [user('x'), answer], images: ['gone.png'] },
      { messages: [user([{ type: 'video', path: 'a.mp4' }]), answer] },
    ];
    const problems = await read(...rows).then(
      () => [],
      ({ problems: found }: { problems: { line: number; field: string; message: string }[] }) => found,
    );
    expect(problems.map(({ line, field, message }) => `${line} ${field} ${message}`)).toEqual([
      '1 messages[0].content[0].image_url file gone.png is missing',
      '2 messages[0].content[0] refers to no image',
      '3 messages[0].content[1] has no matching image: the row has 1 in "images"',
      '4 images has 1 more than the messages refer to',
      '5 messages[1].content[0] is an image in an answer, but models only write text',
      '6 messages[0].content[0].image_url is a URL, but files are never downloaded',
      '7 images[0] file gone.png is missing',
      '8 messages[0].content[0] must be text or an image, not a part of type the text "video"',
    ]);
  });
});
