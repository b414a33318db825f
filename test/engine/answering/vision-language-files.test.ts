import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mediaReaderOf, tokenizerOf } from '../../../src/answering/model/model-readers.ts';
import { Batcher, SeenImages } from '../../../src/answering/decoding/index.ts';
import { imageTexts } from '../../../src/answering/tasks/rows/image-tokens.ts';
import { loadSquares, readyImages } from '../../../src/answering/tasks/rows/image-squares.ts';
import { sha256 } from '../../../src/files/hash.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { imageVectors } from '../../../src/models/placed-images.ts';
import { Renderer, type Message } from '../../../src/models/text/index.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { marks, writeVlm, type VlmType } from '../vlm-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-vlm-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 41 × 30 pixels, in all orientations. */
const files = ['rgb.png', 'turned.jpg'].map((name) => {
  const path = resolve('fixtures/images/images', name);
  return { kind: 'image' as const, path, hash: sha256(readFileSync(path)) };
});

const [wide, tall] = ['<|image_pad|>'.repeat(6), '<|image_pad|>'.repeat(6)];
const soft = `\n\n<start_of_image><image_soft_token><end_of_image>\n\n`;

/** Placeholder texts of the two images in a conversation. */
const texts: Readonly<Partial<Record<VlmType, readonly [string, string]>>> = {
  qwen2_5_vl: [wide, tall],
  qwen3_vl: [wide, tall],
  gemma3: [soft, soft],
  gemma4: [`<|image>${'<|image|>'.repeat(4)}<image|>`, `<|image>${'<|image|>'.repeat(4)}<image|>`],
  llava: ['<image>', '<image>'],
  mistral3: [
    '[IMG][IMG][IMG][IMG_BREAK][IMG][IMG][IMG][IMG_END]',
    '[IMG][IMG][IMG_BREAK][IMG][IMG][IMG_BREAK][IMG][IMG][IMG_END]',
  ],
  paligemma: ['<image>', '<image>'],
  lfm2_vl: [
    `<|image_start|><|img_row_1_col_1|><image><|img_row_1_col_2|><image><|img_thumbnail|><image><image><|image_end|>`,
    `<|image_start|><|img_row_1_col_1|><image><|img_row_2_col_1|><image><|img_thumbnail|><image><image><|image_end|>`,
  ],
  internvl: [`<img>${'<IMG_CONTEXT>'.repeat(5)}</img>`, `<img>${'<IMG_CONTEXT>'.repeat(3)}</img>`],
};

it.each(Object.keys(marks) as VlmType[])(
  '%s has a vector for each image token, and answers together what it answers alone',
  async (type) => {
    const place = mkdtempSync(join(folder, 'model-'));
    await writeVlm(type, place, 'What is this? User Assistant a cat and a dog '.repeat(3));
    const [tokenizer, media] = [await tokenizerOf(place), (await mediaReaderOf(place))!];
    const renderer = new Renderer(tokenizer, { images: imageTexts({ tokenizer, media }) });
    const question: Message = {
      role: 'user',
      content: 'What is this?',
      images: files.map((file) => ({ at: 0, file })),
    };
    const { text, ids, images } = await renderer.prompt({ messages: [question] });
    expect(text).toContain(texts[type]!.join(''));
    const row = { id: '0', ids, trained: new Uint8Array(ids.length), source: { file: 'x', line: 1 }, images };
    const [{ squares }] = await loadSquares([row], media);
    const { model } = await loadModel(place);
    const count = noGrad(() => scope(() => imageVectors(model, readyImages(squares!)).shape[0]));
    expect(count).toBe(ids.filter((id) => id === media.imageTokens!.id).length);

    // Reading in pieces and next to other requests gives the same answers as alone.
    using seen = noGrad(
      () => new SeenImages(model, readyImages(squares!), { token: media.imageTokens!.id, identity: 'a' }),
    );
    const requests = [{ prompt: ids, images: seen }, { prompt: ids.filter((id) => id !== seen.token) }];
    const answered = async (some: typeof requests, maxPassTokens: number) => {
      using batcher = new Batcher({ model, tokenizer }, { maxPassTokens });
      const answers = await Promise.all(some.map((request) => batcher.submit({ ...request, maxNewTokens: 5 })));
      return answers.map(([answer]) => answer.ids.join());
    };
    const alone = [...(await answered(requests.slice(0, 1), 512)), ...(await answered(requests.slice(1), 512))];
    // Two concurrent batchers on one model share the images' vectors.
    expect(await Promise.all([answered(requests, 512), answered(requests, 5)])).toEqual([alone, alone]);
    model.dispose();
  },
);
