/** Word equations in one line each, as people type them: "x = (−b ± √(b² − 4ac))/(2a)". */
import { table } from '@attune/base/table';
import { raised, lowered } from '../../text/off-line.ts';
import { bareName, escapedText, firstNamed, parseXml, type XmlElement } from '../../text/xml.ts';

/** A part's XML with its equations as text runs, since the library ignores elements that it does not know. */
export async function withEquations(xml: string): Promise<string> {
  if (!xml.includes('<m:oMath')) return xml;
  const found = new Set<string>();
  replaceElements(xml, 'm:oMath', (equation) => {
    found.add(equation);
    return '';
  });
  const texts = new Map<string, string>();
  for (const equation of found) {
    const root = await parseXml(equation);
    texts.set(equation, root === undefined ? '' : lineOf(root).trim());
  }
  const bare = replaceElements(xml, 'm:oMathParaPr', () => '').replace(/<\/?m:oMathPara(?:\s[^<>]*)?>/g, '');
  return replaceElements(
    bare,
    'm:oMath',
    (equation) => `<w:r><w:t xml:space="preserve">${escapedText(texts.get(equation) ?? '')}</w:t></w:r>`,
  );
}

/**
 * Replaces non-nested elements. A single regular expression would search for the end of each unclosed element up to the
 * end of the file.
 */
function replaceElements(xml: string, name: string, replacement: (element: string) => string): string {
  const start = new RegExp(`<${name}(?:\\s[^<>]*|/)?>`, 'g');
  const end = `</${name}>`;
  let replaced = '';
  let done = 0;
  for (let match = start.exec(xml); match !== null; match = start.exec(xml)) {
    const isEmpty = match[0].endsWith('/>');
    const at = isEmpty ? start.lastIndex : xml.indexOf(end, start.lastIndex);
    if (at === -1) break;
    start.lastIndex = isEmpty ? at : at + end.length;
    replaced += xml.slice(done, match.index) + replacement(xml.slice(match.index, start.lastIndex));
    done = start.lastIndex;
  }
  return replaced + xml.slice(done);
}

type Parts = (name: string) => string;

const FORMS: Readonly<Record<string, (part: Parts, element: XmlElement) => string>> = table({
  sSup: (part) => part('e') + raised(part('sup')),
  sSub: (part) => part('e') + lowered(part('sub')),
  sSubSup: (part) => part('e') + lowered(part('sub')) + raised(part('sup')),
  f: (part) => `${grouped(part('num'))}/${grouped(part('den'))}`,
  rad: (part) => `${part('deg') === '' ? '' : raised(part('deg'))}√${grouped(part('e'))}`,
  nary: (part, element) => `${value(element, 'chr') ?? '∫'}${lowered(part('sub'))}${raised(part('sup'))} ${part('e')}`,
  d: (_, element) => {
    const inner = childrenNamed(element, 'e')
      .map(lineOf)
      .join(value(element, 'sepChr') ?? ', ');
    return `${value(element, 'begChr') ?? '('}${inner}${value(element, 'endChr') ?? ')'}`;
  },
  func: (part) => `${part('fName')} ${part('e')}`,
  m: (_, element) =>
    `[${childrenNamed(element, 'mr')
      .map((row) => childrenNamed(row, 'e').map(lineOf).join(', '))
      .join('; ')}]`,
  eqArr: (_, element) => childrenNamed(element, 'e').map(lineOf).join('; '),
  limLow: (part) => part('e') + lowered(part('lim')),
  limUpp: (part) => part('e') + raised(part('lim')),
});

function lineOf(element: XmlElement): string {
  const name = bareName(element);
  if (name === 't') return element.textContent ?? '';
  if (name.endsWith('Pr')) return '';
  const part: Parts = (wanted) => childrenNamed(element, wanted).map(lineOf).join('');
  return FORMS[name]?.(part, element) ?? [...element.children].map(lineOf).join('');
}

/** Adds brackets unless it is a single number or name. */
function grouped(text: string): string {
  return /^[\p{L}\d.]*$/u.test(text) ? text : `(${text})`;
}

function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return [...element.children].filter((child) => bareName(child) === name);
}

/** A setting among an element's own properties. */
function value(element: XmlElement, name: string): string | undefined {
  const properties = [...element.children].find((child) => bareName(child).endsWith('Pr'));
  return (properties && firstNamed(properties, name)?.getAttribute('m:val')) ?? undefined;
}
