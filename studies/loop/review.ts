import { readPairs } from '../../src/scoring/judges/answer-pairs.ts';
import { reviewPlaces } from '../../src/evaluation/review/places.ts';
import { ReviewSession } from '../../src/evaluation/review/review-session.ts';

/**
 * Reviews the pairs of a quarantine as people do on the page of `attune review`: prefers the class that the collection
 * gives the email, and writes it where it is not among the choices. @param labels classes by the pair's id
 */
export async function reviewByCollection(file: string, labels: ReadonlyMap<string, string>): Promise<void> {
  const pairs = await readPairs(file);
  const asked = new Map(pairs.map(({ id, prompt }) => [prompt, id]));
  const session = await ReviewSession.open('postmaster', { pairs, log: reviewPlaces(file).log });
  try {
    for (let shown = session.next(); shown !== undefined; shown = session.next()) {
      const { item, prompt, left, right } = shown;
      const label = labels.get(asked.get(prompt)!)!;
      const isShown = left === label || right === label;
      // An empty answer is preferable to a wrong class.
      const side = left === (isShown ? label : '') ? 'left' : 'right';
      session.choose({ item, side, seconds: 0, ...(!isShown && { edit: label }) });
    }
  } finally {
    session.close();
  }
}
