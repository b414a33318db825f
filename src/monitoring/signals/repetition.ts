/** Number of words examined at the end of an answer. */
const LAST_WORDS = 120;
const LEAST_WORDS = 24;
/** Minimum number of repetitions that counts as a defect rather than style. */
const LEAST_TURNS = 4;
const LONGEST_CYCLE = 20;

/** Whether an answer ends in a repeating cycle of words. */
export function isRepetitive(answer: string): boolean {
  const words = answer.slice(-2000).trim().split(/\s+/).slice(-LAST_WORDS);
  if (words.length < LEAST_WORDS) return isOneCharacter(answer);
  for (let cycle = 1; cycle <= LONGEST_CYCLE && cycle * LEAST_TURNS <= words.length; cycle++) {
    const needed = Math.max(LEAST_WORDS, cycle * LEAST_TURNS);
    if (runOf(words, cycle) >= needed) return true;
  }
  return isOneCharacter(answer);
}

/** Number of words at the end that equal the word one cycle earlier, including the first cycle. */
function runOf(words: readonly string[], cycle: number): number {
  let at = words.length - 1;
  while (at >= cycle && words[at] === words[at - cycle]) at--;
  return words.length - 1 - at + cycle;
}

/** "!!!!!!!!…" and other runs without spaces. */
function isOneCharacter(answer: string): boolean {
  return /(.{1,4})\1{19,}$/su.test(answer.slice(-200));
}
