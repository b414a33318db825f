import { defineRegistry } from '../../../../src/base/registry.ts';
import { type Extractor, filePerDocument } from '../document.ts';

/** Extractors by name. */
export const extractors = defineRegistry<Extractor, ExtractorName>('extractor', 'E_UNKNOWN_EXTRACTOR', {
  html: async () => filePerDocument((await import('./html.ts')).extractHtml),
  man: async () => filePerDocument((await import('./man.ts')).extractMan),
  pod: async () => filePerDocument((await import('./pod.ts')).extractPod),
  fortunes: async () => (await import('./plain-text.ts')).extractFortunes,
  gcide: async () => (await import('./dictd.ts')).extractGcide,
  foldoc: async () => (await import('./dictd.ts')).extractFoldoc,
  jargon: async () => (await import('./dictd.ts')).extractJargon,
  devil: async () => (await import('./dictd.ts')).extractDevil,
  wordnet: async () => (await import('./wordnet.ts')).extractWordnet,
  sword: async () => (await import('./sword.ts')).extractSword,
  factbook: async () => (await import('./factbook.ts')).extractFactbook,
  wml: async () => (await import('./wml.ts')).extractWml,
  mallard: async () => filePerDocument((await import('./mallard.ts')).extractMallard),
  'r-books': async () => (await import('./r-data.ts')).extractRBooks,
});

export type ExtractorName =
  | 'html'
  | 'man'
  | 'pod'
  | 'fortunes'
  | 'gcide'
  | 'foldoc'
  | 'jargon'
  | 'devil'
  | 'wordnet'
  | 'sword'
  | 'factbook'
  | 'wml'
  | 'mallard'
  | 'r-books';
