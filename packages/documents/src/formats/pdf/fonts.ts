import { entryOf } from '@attune/base/table';
/** Properties of fonts: code is monospaced, headings are bold. */

export interface FontLook {
  isMono: boolean;
  isBold: boolean;
}

const MONO =
  /mono|courier|consol|typewriter|menlo|monaco|inconsolata|fixed|terminal|source ?code|fira ?code|(?:CM|SF|LM|EC|rsfs)\w*TT\d*|SFST\d|VTT\d|TTN?\d{3,}|NimbusMon|BeraSansMono|txtt/i;
const BOLD = /bold|black|heavy|semib|demi|CMBX|SFBX|SFSX|LMRoman.*-B|[-,]Bd?\b/i;

const PLAIN: FontLook = { isMono: false, isBold: false };

/** The library's interface: a font's real name is known once a page that uses it has been processed. */
export interface FontPage {
  getOperatorList(): Promise<unknown>;
  commonObjs: { has(name: string): boolean; get(name: string): unknown };
}

/** Properties of all fonts seen so far, by the library's names. */
export class Fonts {
  readonly #looks = new Map<string, FontLook>();

  of(name: string | undefined): FontLook {
    return this.#looks.get(name ?? '') ?? PLAIN;
  }

  /** Processes a page only if it uses fonts that no earlier page did. */
  async learn(page: FontPage, families: Readonly<Record<string, { fontFamily?: string }>>): Promise<void> {
    const fresh = Object.keys(families).filter((name) => !this.#looks.has(name));
    if (fresh.length === 0) return;
    await page.getOperatorList().catch(() => undefined);
    for (const name of fresh) {
      const font = page.commonObjs.has(name) ? (page.commonObjs.get(name) as { name?: unknown } | null) : undefined;
      const own = typeof font?.name === 'string' ? font.name.replace(/^[A-Z]{6}\+/, '') : '';
      const isMono = entryOf(families, name).fontFamily === 'monospace' || MONO.test(own);
      this.#looks.set(name, { isMono, isBold: BOLD.test(own) });
    }
  }
}
