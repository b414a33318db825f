import { defineRegistry } from '@attune/base/registry';

/** Readers by format. Content is checked before names, in this order; the last one accepts any text. */
export const formats = defineRegistry('document format', 'E_UNKNOWN_DOCUMENT', {
  pdf: async () => (await import('./pdf.ts')).pdf,
  docx: async () => (await import('./docx.ts')).docx,
  pptx: async () => (await import('./pptx.ts')).pptx,
  xlsx: async () => (await import('./xlsx.ts')).xlsx,
  epub: async () => (await import('./epub.ts')).epub,
  'open-document': async () => (await import('./open-document.ts')).openDocument,
  ole: async () => (await import('./ole.ts')).ole,
  zip: async () => (await import('./zip.ts')).zip,
  tar: async () => (await import('./tar.ts')).tar,
  gzip: async () => (await import('./gzip.ts')).gzip,
  zstd: async () => (await import('./zstd.ts')).zstd,
  'other-archive': async () => (await import('./other-archive.ts')).otherArchive,
  rtf: async () => (await import('./rtf.ts')).rtf,
  picture: async () => (await import('./picture.ts')).picture,
  sqlite: async () => (await import('./sqlite.ts')).sqlite,
  parquet: async () => (await import('./table.ts')).parquet,
  mbox: async () => (await import('./mbox.ts')).mbox,
  eml: async () => (await import('./eml.ts')).eml,
  whatsapp: async () => (await import('./whatsapp.ts')).whatsapp,
  man: async () => (await import('./man.ts')).man,
  notebook: async () => (await import('./notebook.ts')).notebook,
  csv: async () => (await import('./table.ts')).csv,
  tsv: async () => (await import('./table.ts')).tsv,
  json: async () => (await import('./table.ts')).json,
  jsonl: async () => (await import('./table.ts')).jsonLines,
  html: async () => (await import('./html.ts')).html,
  markdown: async () => (await import('./markdown.ts')).markdown,
  'source-code': async () => (await import('./source-code.ts')).sourceCode,
  'plain-text': async () => (await import('./plain-text.ts')).plainText,
});

export type FormatName = (typeof formats.names)[number];
