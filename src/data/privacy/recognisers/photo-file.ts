/** Files of pictures by their names, and of films of somebody. */
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const ENDING = new Expression(
  /\.(?:jpe?g|heic|heif|png|tiff?|webp|dng|cr2|nef|bmp|gif|mp4|mov|avi|mkv|webm|3gp)(?![\p{L}\p{N}])/giu,
);
/** "(2)" is what a second copy has. */
const NAME = /[\p{L}\p{N}_-]{1,80}(?:\(\d{1,2}\))?$/u;
const MOST = 80;
const FILM = /^\.(?:mp4|mov|avi|mkv|webm|3gp|gif)$/i;
/** What shows that somebody is in the picture. */
const SOMEBODY =
  /^(?:img|dsc[fn]?|pxl|p\d|whatsapp|signal)[_-]?\d|face|gesicht|visage|rostro|rosto|volto|gezicht|twarz|ansikt|ansigt|yuz|portr|selfie|photo|foto|mug|head|passp|pass|badge|avatar|profil|cam\d|cctv|kid|child|kind|baby|wound|wunde|injur|team|famil|wedding|school/i;
/** Pictures of things, which most texts speak of, and words that are beside them: all of a name is of these, or it may be somebody's. */
const OF_THINGS =
  /^(?:logo|icon|favicon|banner|header|footer|background|bg|button|sprite|arrow|chart|graph|diagram|figure|fig|plot|screenshot|screen|screencap|bildschirmfoto|capture|captura|schermata|zrzut|map|karte|plan|floorplan|grundriss|layout|mockup|wireframe|schema|flow|architecture|template|placeholder|thumbnail|cover|poster|flyer|brochure|product|produkt|producto|item|sku|part|invoice|rechnung|facture|factura|fattura|receipt|quittung|beleg|ticket|label|barcode|qr|qrcode|kitchen|hall|bathroom|roof|garden|room|house|building|haus|kueche|car|engine|pump|valve|pipe|meter|zaehler|damage|leak|machine|server|rack|dashboard|report|slide|image|pixel|spacer|test|demo|sample|default|stempel|stamp|wiring|schaltplan|logo2|hero|render|texture|tile|splash|main|front|back|side|top|bottom|left|right|inner|outer|small|large|big|wide|new|old|final|draft|copy|rev|version|before|after|dark|light|red|blue|green|black|white|of|the|and|for|with|at|in|on|overview|detail|home|page|app|site|web|company|office|street|tree|view|error|test|v|x|px|nr|no)s?$/i;

/** Whether a picture's name holds nothing but things and numbers: "kitchen_plan_2", "logoSmall", but not "john_smith_car". */
function isOfThings(name: string): boolean {
  const words = name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ').match(/\p{L}+/gu);
  return words !== null && words.every((word) => OF_THINGS.test(word));
}

export const recogniser: Recogniser = {
  name: 'photo-file',
  kind: 'photo',
  needs: { character: '.' },
  *find(text) {
    for (const { 0: ending, index } of ENDING.matches(text)) {
      const name = NAME.exec(text.slice(Math.max(0, index - MOST), index))?.[0];
      if (name === undefined) continue;
      const isSomebody = SOMEBODY.test(name);
      if (!isSomebody && (FILM.test(ending) || isOfThings(name))) continue;
      yield { start: index - name.length, end: index + ending.length, score: 0.7 };
    }
  },
};
