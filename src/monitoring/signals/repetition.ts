/** Number of words examined at the end of an answer. */
const LAST_WORDS = 120;
const LEAST_WORDS = 24;
/** Repetitions of a cycle from which it counts as a defect, not as style. */
const LEAST_TURNS = 4;
const LONGEST_CYCLE = 20;

/** Whether an answer ends in the same words over and over. */
export function isRepetitive(answer: string): boolean {
  const words = answer.slice(-2000).trim().split(/\s+/).slice(-LAST_WORDS);
  if (words.length < LEAST_WORDS) return isOneCharacter(answer);
  for (let cycle = 1; cycle <= LONGEST_CYCLE && cycle * LEAST_TURNS <= words.length; cycle++) {
    const needed = Math.max(LEAST_WORDS, cycle * LEAST_TURNS);
    if (runOf(words, cycle) >= needed) return true;
  }
  return isOneCharacter(answer);
}

/** How many words at the end equal the word one cycle before them, with the first cycle. */
function runOf(words: readonly string[], cycle: number): number {
  let at = words.length - 1;
  while (at >= cycle && words[at] === words[at - cycle]) at--;
  return words.length - 1 - at + cycle;
}

/** "!!!!!!!!…", and what has no spaces. */
function isOneCharacter(answer: string): boolean {
  return /(.{1,4})\1{19,}$/su.test(answer.slice(-200));
}
