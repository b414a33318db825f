import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mediaReaderFor } from '../../../src/answering/model/media-reader.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { writeJson } from '../../../src/files/json.ts';
import { sha256 } from '../../../src/files/hash.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { tinyCases, tinyModel, type TinyCase } from '../tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Contents of preprocessor_config.json; the kind of processor follows from the model type. */
const processors: Readonly<Record<string, object>> = {
  deit: { size: { height: 6, width: 6 }, crop_size: { height: 4, width: 4 } },
  dinov3_vit: { size: { height: 4, width: 6 } },
  siglip2: { patch_size: 2, max_num_patches: 9 },
  swin: { size: { height: 13, width: 12 } },
};
const cases = (await tinyCases())
  .toReversed()
  .map(([, tiny]): [string, TinyCase] => [String(tiny.raw.model_type), tiny]);

/** 41 × 30 pixels, in both orientations. */
const rows = ['rgb.png', 'turned.jpg'].map((name, i) => {
  const path = resolve('fixtures/images/images', name);
  const media = { kind: 'image' as const, path, hash: sha256(readFileSync(path)) };
  return {
    id: `${i}`.repeat(16),
    ids: new Int32Array(),
    trained: new Uint8Array(),
    source: { file: path, line: 1 },
    media,
  };
});

it.each(Object.keys(processors))('%s reads image files together as it reads each', async (type) => {
  const { raw } = new Map(cases).get(type)!;
  const place = mkdtempSync(join(folder, `${type}-`));
  writeJson(join(place, 'preprocessor_config.json'), processors[type]);
  const model = await tinyModel({ raw, task: 'sequence' }, 'f32');
  const reader = (await mediaReaderFor(place, model.architecture, raw))!;
  const read = await reader.load(rows);
  const scores = (some: typeof read) =>
    noGrad(() =>
      scope(() => {
        const { input } = collateRows(some, { causal: false });
        const layout = model.layoutOf(input);
        return model.sequenceHead.scores(model.hidden(input), layout).toNumbers();
      }),
    );
  const alone = read.flatMap((row) => scores([row]));
  expect(alone.length).toBe(6);
  for (const [i, score] of scores(read).entries()) expect(score).toBeCloseTo(alone[i], 4);
  model.dispose();
});
