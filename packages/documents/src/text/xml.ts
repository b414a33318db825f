import { withFeature } from '@attune/base/optional-packages';
import { pushAll } from '@attune/base/many';
/** XML of Office files and e-books, accessed by element names without prefixes. */

export interface XmlElement {
  localName: string;
  textContent: string | null;
  parentElement: XmlElement | null;
  children: Iterable<XmlElement>;
  /** Includes text nodes: nodeType 1 for an element, 3 for text. */
  childNodes: Iterable<XmlElement>;
  nodeType: number;
  getAttribute(name: string): string | null;
}

/** The root element; undefined if the text is not XML. */
export async function parseXml(text: string): Promise<XmlElement | undefined> {
  const { DOMParser } = await withFeature('documents', () => import('linkedom'));
  const document = new DOMParser().parseFromString(text, 'text/xml') as unknown as {
    documentElement: XmlElement | null;
  };
  return document.documentElement ?? undefined;
}

/** All elements of the given names in document order; not those nested in each other. */
export function* elementsNamed(within: XmlElement, ...names: string[]): Generator<XmlElement> {
  const waiting = [...within.children].toReversed();
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    if (names.includes(bareName(element))) yield element;
    else pushAll(waiting, [...element.children].toReversed());
  }
}

export function firstNamed(within: XmlElement, name: string): XmlElement | undefined {
  return elementsNamed(within, name).next().value ?? undefined;
}

/** "a:tbl" is "tbl". */
export function bareName({ localName }: XmlElement): string {
  return localName.slice(localName.indexOf(':') + 1);
}

/** Escapes text for XML and HTML. */
export function escapedText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
