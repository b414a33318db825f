import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { mediaOf, type MediaFile } from '../../../src/data/media.ts';
import { architectures } from '../../../src/models/index.ts';
import { mediaReaderFor } from '../../../src/answering/model/media-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-media-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a file that is deleted during a run is told with its row', async () => {
  const settings = { image_processor_type: 'ViTImageProcessor', size: { height: 8, width: 8 } };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(settings));
  const path = join(folder, 'a.png');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toFile(path);
  const media = mediaOf('a.png', 'image', folder) as MediaFile;
  const vit = await architectures.load('vit');
  const raw = { image_size: 8, patch_size: 4, num_channels: 3 };
  const reader = (await mediaReaderFor(folder, vit, raw as never))!;
  const rows = [{ media, source: { file: 'rows.jsonl', line: 3 } }] as never;
  expect(await reader.load(rows)).toHaveLength(1);
  rmSync(path);
  const late = (await mediaReaderFor(folder, vit, raw as never))!;
  await expect(late.load(rows)).rejects.toMatchObject({
    code: 'E_MEDIA_UNREADABLE',
    problems: [{ file: 'rows.jsonl', line: 3, message: `There is no file ${path}` }],
  });
});
