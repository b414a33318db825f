/** Lines of conversations: a number by itself answers what was asked in the line above. */

/** "Caller: ", "— ", "顧客：": who answers, and words that open an answer. */
const SPEAKER =
  /^[ \t]{0,8}(?:[-–—•>*][ \t]{0,2})?(?:[\p{L}\p{M}][\p{L}\p{M}.’' ]{0,24}[:：][ \t]{0,3})?(?:(?:yes|yeah|sure|ok(?:ay)?|it['’]?s|that['’]?s|ja|oui|sí|si|sim|tak|igen|da|да|так|ναι|evet|はい|네|예|ครับ|ค่ะ|dạ|vâng|ya|نعم|כן|जी|हाँ)[,.…]{0,3}[ \t]{1,2}){0,2}["'«„“(]?$/iu;
/** Of some length, and without a number of its own. */
const SPOKEN = /^(?:[^\n:：\d]{1,24}[:：]|\s{0,8}[-–—])(?=[^\d]{8,90}$)/u;
const REACH = 90;

/** The line above a number that nothing but who says it stands before; without the marks that end it. */
export function questionAbove(text: string, start: number): string | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (lineStart === 0 || start - lineStart > 48 || !SPEAKER.test(text.slice(lineStart, start))) return undefined;
  const above = text.slice(Math.max(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart - REACH), lineStart).trimEnd();
  const isAsked = /[?？;؟:：]$/u.test(above);
  // Whoever speaks in turns asks without a mark too: "客戶編號幫我報一下。"
  const isTold = /[:：]|[-–—]/u.test(text.slice(lineStart, start)) && SPOKEN.test(above);
  return isAsked || isTold ? above.replace(/[\s.。?？!！;؟:：…~]+$/u, '') : undefined;
}
