import { defineRegistry } from '../../base/registry.ts';

/** How files are read, by format. Content decides before names do, in this order; the last one takes any text. */
export const formats = defineRegistry('document format', 'E_UNKNOWN_DOCUMENT', {
  html: async () => (await import('./html.ts')).html,
  markdown: async () => (await import('./markdown.ts')).markdown,
  'source-code': async () => (await import('./source-code.ts')).sourceCode,
  'plain-text': async () => (await import('./plain-text.ts')).plainText,
});

export type FormatName = (typeof formats.names)[number];
