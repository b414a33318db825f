import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pageAsset, pageAssets, pageFile } from '../../../src/serving/page/page-file.ts';

test('each page loads at most 120 kB, compressed, and only files that are there', () => {
  const importsOf = (name: string): string[] => {
    const { text } = pageAsset(name)!;
    const own = [...text.matchAll(/(?:from|import)\s*\(?[`"']\.\/([\w.-]+\.js)[`"']/g)].map(([, file]) => file);
    expect(own.filter((file) => !pageAssets.includes(file))).toEqual([]);
    return own;
  };
  const loaded = new Set(['main.css', 'main.js']);
  for (const name of loaded) if (name.endsWith('.js')) for (const file of importsOf(name)) loaded.add(file);
  const sizes = [pageFile('studio'), ...[...loaded].map((name) => pageAsset(name)!)].map(
    ({ text }) => gzipSync(text).length,
  );
  // The whole bundle, including pages that are loaded on demand.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
  expect([...loaded].toSorted()).toEqual([...pageAssets].toSorted());
});

test('a page names its first screen, and other names have no file', () => {
  expect(pageFile('review').text).toContain('<html lang="en" data-page="review">');
  for (const name of ['index.html', 'constructor', '../main.js']) expect(pageAsset(name)).toBeUndefined();
});
