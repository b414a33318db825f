/** "a" or "an", by the sound of the following word. */
export function articleFor(word: string): 'a' | 'an' {
  const lower = word.toLowerCase();
  if (/^(?:hour|honest|honou?r|heir)/.test(lower)) return 'an';
  if (/^(?:eu|uni(?!n)|use|usu|uti|ukr|ute|one|once|ew)/.test(lower)) return 'a';
  return /^[aeiouáàâäåéèêëíìîïóòôöøúùûüæ]/.test(lower) ? 'an' : 'a';
}

/** Gives `word` the letter case of another word: all capitals, a leading capital, or unchanged. */
export function inCaseOf(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}

/** "an embedding model". */
export function withArticle(noun: string): string {
  return `${articleFor(noun)} ${noun}`;
}

/** "An embedding model", for the beginning of a sentence. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
