/** Files of pictures by their names, and of films of somebody. */
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const ENDING = new Expression(
  /\.(?:jpe?g|heic|heif|png|tiff?|webp|dng|cr2|nef|bmp|gif|mp4|mov|avi|mkv|webm|3gp)(?![\p{L}\p{N}])/giu,
);
const NAME = /[\p{L}\p{N}_-]{1,80}$/u;
const MOST = 80;
const FILM = /^\.(?:mp4|mov|avi|mkv|webm|3gp|gif)$/i;
/** What shows that somebody is in the picture. */
const SOMEBODY =
  /^(?:img|dsc[fn]?|pxl|p\d|whatsapp|signal)[_-]?\d|face|gesicht|visage|rostro|rosto|volto|gezicht|twarz|ansikt|ansigt|yuz|portr|selfie|photo|foto|mug|head|passp|pass|badge|avatar|profil|cam\d|cctv|kid|child|kind|baby|wound|wunde|injur|team|famil|wedding|school/i;
/** Pictures of things, which most texts speak of. */
const OF_THINGS =
  /(?:^|[_-]|(?<=\p{Ll})(?=\p{Lu}))(?:logo|icon|favicon|banner|header|footer|background|bg|button|sprite|arrow|chart|graph|diagram|figure|fig|plot|screenshot|screen|screencap|bildschirmfoto|capture|captura|schermata|zrzut|map|karte|plan|floorplan|grundriss|layout|mockup|wireframe|schema|flow|architecture|template|placeholder|thumbnail|cover|poster|flyer|brochure|product|produkt|producto|item|sku|part|invoice|rechnung|facture|factura|fattura|receipt|quittung|beleg|ticket|label|barcode|qr|qrcode|kitchen|hall|bathroom|roof|garden|room|house|building|haus|kueche|car|engine|pump|valve|pipe|meter|zaehler|damage|leak|machine|server|rack|dashboard|report|slide|image|pixel|spacer|test|demo|sample|default|stempel|stamp|wiring|schaltplan|logo2|hero|render|texture|tile|splash)s?\d*(?=$|[_-]|\d|\p{Lu})/iu;

export const recogniser: Recogniser = {
  name: 'photo-file',
  kind: 'photo',
  needs: { character: '.' },
  *find(text) {
    for (const { 0: ending, index } of ENDING.matches(text)) {
      const name = NAME.exec(text.slice(Math.max(0, index - MOST), index))?.[0];
      if (name === undefined) continue;
      const isSomebody = SOMEBODY.test(name);
      if (!isSomebody && (FILM.test(ending) || OF_THINGS.test(name))) continue;
      yield { start: index - name.length, end: index + ending.length, score: 0.7 };
    }
  },
};
