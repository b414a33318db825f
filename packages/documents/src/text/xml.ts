import { pushAll } from '@attune/base/many';
/** XML of Office files and e-books, by the names of its elements without their prefixes. */

export interface XmlElement {
  localName: string;
  textContent: string | null;
  parentElement: XmlElement | null;
  children: Iterable<XmlElement>;
  /** Texts among them: 1 for an element, 3 for a text. */
  childNodes: Iterable<XmlElement>;
  nodeType: number;
  getAttribute(name: string): string | null;
}

/** The root element; undefined if the text is not XML. */
export async function parseXml(text: string): Promise<XmlElement | undefined> {
  const { DOMParser } = await import('linkedom');
  const document = new DOMParser().parseFromString(text, 'text/xml') as unknown as {
    documentElement: XmlElement | null;
  };
  return document.documentElement ?? undefined;
}

/** All elements of a name below one, in the document's order; none within another of them. */
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

/** A text as XML and HTML write it between elements. */
export function escapedText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
