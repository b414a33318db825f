import { defineRegistry } from '../../../../src/base/registry.ts';
import { type Extractor, filePerDocument } from '../document.ts';

/** How a package's files become documents. */
export const extractors = defineRegistry<Extractor, ExtractorName>('extractor', 'E_UNKNOWN_EXTRACTOR', {
  html: async () => filePerDocument((await import('./html.ts')).extractHtml),
  man: async () => filePerDocument((await import('./man.ts')).extractMan),
  pod: async () => filePerDocument((await import('./pod.ts')).extractPod),
  text: async () => filePerDocument((await import('./plain-text.ts')).paragraphsOf),
  fortunes: async () => (await import('./plain-text.ts')).extractFortunes,
  gcide: async () => (await import('./dictd.ts')).extractGcide,
  foldoc: async () => (await import('./dictd.ts')).extractFoldoc,
  jargon: async () => (await import('./dictd.ts')).extractJargon,
  devil: async () => (await import('./dictd.ts')).extractDevil,
  wordnet: async () => (await import('./wordnet.ts')).extractWordnet,
  sword: async () => (await import('./sword.ts')).extractSword,
  'r-books': async () => (await import('./r-data.ts')).extractRBooks,
});

export type ExtractorName =
  | 'html'
  | 'man'
  | 'pod'
  | 'text'
  | 'fortunes'
  | 'gcide'
  | 'foldoc'
  | 'jargon'
  | 'devil'
  | 'wordnet'
  | 'sword'
  | 'r-books';
