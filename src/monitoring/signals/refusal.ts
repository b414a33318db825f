/**
 * Detects refusals by the phrases with which assistants begin them in several languages. The list misses other
 * phrases, so the monitor tests for changes in the match rate.
 */

/** Number of characters examined. */
const BEGINNING = 200;

const PATTERN = new RegExp(
  [
    String.raw`\bI(?:'|’)?m (?:very |so |really )?(?:sorry|afraid)\b.{0,40}\b(?:can(?:'|’|no)?t|cannot|unable|not able|won(?:'|’)?t)\b`,
    String.raw`\bI (?:can(?:'|’)?t|cannot|can not|won(?:'|’)?t|will not|am not able to|am unable to|must decline|have to decline|refuse to|(?:do not|don(?:'|’)?t) feel comfortable)\b`,
    String.raw`\bI(?:'|’)?m (?:not able|unable|not comfortable|not allowed|not permitted|programmed not)\b`,
    String.raw`\bas an? (?:AI|artificial|language model|responsible)\b.{0,80}\b(?:can(?:'|’)?t|cannot|unable|not able|don(?:'|’)?t|do not)\b`,
    String.raw`\b(?:against|violates?) (?:my|our|the) (?:guidelines|policy|policies|programming)\b`,
    String.raw`\b(?:ich|wir) (?:kann|können|darf|dürfen) (?:(?:dir|ihnen|euch|das|dabei|leider) ){0,3}(?:nicht|keine?)\b`,
    String.raw`\bje (?:ne peux pas|suis (?:désolée?|dans l(?:'|’)incapacité))\b`,
    String.raw`\b(?:lo siento|no puedo (?:ayudar|proporcionar|responder|hacer))\b`,
    String.raw`\b(?:mi dispiace|non posso (?:aiutar|fornir|risponder))`,
    String.raw`\b(?:desculpe|não posso (?:ajudar|fornecer|responder))\b`,
  ].join('|'),
  'is',
);

export function isRefusal(answer: string): boolean {
  return PATTERN.test(answer.slice(0, BEGINNING));
}
