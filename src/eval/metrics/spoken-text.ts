/**
 * A text as it is spoken, after the basic normaliser of Whisper (Radford et al., 2022, appendix C; HF's
 * BasicTextNormalizer): small letters, nothing in brackets, marks, symbols and punctuation as spaces, NFKC. Diacritics
 * that are letters of their own in NFKC stay.
 */
export function spokenText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[<[][^>\]]*[>\]]/g, '')
    .replaceAll(/\([^)]+?\)/g, '')
    .normalize('NFKC')
    .replaceAll(/[\p{M}\p{S}\p{P}]/gu, ' ')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ');
}
