/** Quotes a word for a shell if it contains characters that file names usually do not. */
export function shellWord(text: string): string {
  return /^[\w./@:+=,%~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
