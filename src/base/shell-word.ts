/** A word as a shell takes it: in quotes where it holds more than names of files usually do. */
export function shellWord(text: string): string {
  return /^[\w./@:+=,%~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
