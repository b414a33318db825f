/** Values for the slots in frames.yaml: those of personal kinds are labelled, all others belong to no person. */
import { gazetteer } from '../../packages/privacy/src/gazetteer.ts';
import type { Kind } from '../../packages/privacy/src/kinds.ts';

/** An integer in [0, bound). */
export type Draw = (bound: number) => number;

interface Slot {
  kind?: Kind;
  value(draw: Draw): string;
}

const CLASSES: Record<string, string> = {
  9: '0123456789',
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  a: 'abcdefghijklmnopqrstuvwxyz',
  h: '0123456789abcdef',
  H: '0123456789ABCDEF',
  '*': 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  // Letters and digits that occur in vehicle numbers.
  V: 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789',
  '!': '!?#$%&*+-_.@',
};

const words = (text: string): string[] => text.trim().split(/\s+/);
const pick = <One>(list: readonly One[], draw: Draw): One => list[draw(list.length)];

/** Fills a pattern such as "9{3}-AA" with random characters; a character after a backslash is literal. */
export function filled(shape: string, draw: Draw): string {
  const whole = shape.replaceAll(/(\\?.)\{(\d+)\}/g, (_, sign: string, count: string) => sign.repeat(Number(count)));
  return whole.replaceAll(/\\(.)|(.)/g, (_, plain: string | undefined, sign: string) => {
    const signs = plain === undefined ? CLASSES[sign] : undefined;
    return signs === undefined ? (plain ?? sign) : signs[draw(signs.length)];
  });
}

const shaped = (shapes: string, kind?: Kind): Slot => {
  const list = shapes.trim().split(/\s{2,}|\n\s*/);
  return { kind, value: (draw) => filled(pick(list, draw), draw) };
};

const STARTS = words(
  'Vel Nor Tas Kri Lum Bra Ost Fen Zel Quan Mar Pel Dor Syn Aer Thal Ria Cor Ilo Hyd Gra Sno Ver Pix',
);
const MIDDLES = words('mo ti ra vi no xa le du ri so ka ne bo lu');
const ENDS = words('ra tek nia lux on ix ia form well ium go do sys ware zen ta line gard max let');
const THINGS =
  words(`Coffee Air Clean Power Home Thermo Aqua Smart Easy Pro Quick Baby Garden Sound Speed Light Cool Juice Toast
  Steam Vac Cut Grill Bike Cam Print Desk Heat Fresh Wave`);
const TAILS = words(
  'Mate Pro Max Star Line Master One Fix Flow Jet Air Plus Box Go Hub Cook Care Pilot Wash Bot Pad Beam',
);
const KNOWN =
  words(`Bosch Siemens Miele Philips Dyson Braun Ford Mercedes Ferrari Porsche Renault Peugeot Nestlé Kellogg Heinz
  Chanel Dior Prada Armani Gucci Levi's Wrangler Adidas Ricola Haribo Lindt Ferrero Barilla Heineken Carlsberg Guinness Honda
  Yamaha Suzuki Toyota Makita Hilti Stihl Kärcher Vorwerk Thermomix Nespresso Lavazza Garmin Fossil Swatch Rolex Leica Nikon
  Canon Epson Dell Lenovo Acer Nokia Ericsson Husqvarna Electrolux Volvo Scania Škoda Dacia Zara Mango Decathlon Lidl Tesco`);
const NUMBERS = words(
  `S1 S2 X1 X200 T6 M3 E61 GT 3000 2.0 Pro Mini XL Plus 500 V8 A4 Z30 7 12 Max Lite Neo K2 Q5 HD R9 TM6 360`,
);

function brand(draw: Draw): string {
  const form = draw(3);
  if (form === 0) return pick(KNOWN, draw);
  if (form === 1) return pick(THINGS, draw) + pick(TAILS, draw);
  return pick(STARTS, draw) + (draw(2) === 0 ? pick(MIDDLES, draw) : '') + pick(ENDS, draw);
}

function product(draw: Draw): string {
  const number = draw(2) === 0 ? pick(NUMBERS, draw) : filled(pick(PRODUCT_SHAPES, draw), draw);
  const name = draw(4) === 0 ? `${pick(THINGS, draw)} ${pick(TAILS, draw)}` : brand(draw);
  return draw(6) === 0 ? name : `${name} ${number}`;
}
const PRODUCT_SHAPES = words('A9 A99 9A AA-999 A999 999 99 AA99A A-99 9999 9.9 AA9999 A9A');

let names: { given: string[]; family: string[] } | undefined;

function listed(which: 'given' | 'family', draw: Draw): string {
  names ??= {
    given: [...gazetteer().given].filter(([, standing]) => standing === 'plain').map(([word]) => word),
    family: [...gazetteer().family].map(([word]) => word),
  };
  return pick(names[which], draw);
}

function person(draw: Draw): string {
  const [given, family] = [listed('given', draw), listed('family', draw)];
  return draw(8) === 0 ? `${given[0]}. ${family}` : `${given} ${family}`;
}

const WORDS =
  words(`tulip barn maple orbit falcon cedar pepper lantern velvet anchor walnut thunder marble copper biscuit
  sommer regen katze soleil fromage verano perro gatto estate zomer fiets kaffe lato zima`);

function password(draw: Draw): string {
  const [one, other] = [pick(WORDS, draw), pick(WORDS, draw)];
  const great = one[0].toUpperCase() + one.slice(1);
  const forms = [
    () => great + filled('!99', draw),
    () => great + filled('99!', draw) + other,
    () => filled('*{10}', draw),
    () => filled('**!***9!**', draw),
    () => `${one}-${other}-${pick(WORDS, draw)}${draw(10)}`,
    () => `${great}${other[0].toUpperCase()}${other.slice(1)}${draw(2100)}`,
    () => one.replaceAll('a', '4').replaceAll('e', '3').replaceAll('o', '0') + filled('!9', draw),
    () => `${great} ${other} ${pick(WORDS, draw)} ${draw(90) + 10}`,
  ];
  return pick(forms, draw)();
}

function file(draw: Draw): string {
  const stem = pick(
    words('report rapport bericht invoice export backup manual setup data notes agenda budget schema layout logo spec'),
    draw,
  );
  const tail = filled(pick(words('_v9 -final _9999 -9.9.9 _hhhhhhh _99-9999'), draw), draw);
  return stem + tail + pick(words('.pdf .csv .zip .xlsx .docx .json .parquet .tar.gz .log .step .yaml .sql'), draw);
}

const PAD = (value: number): string => String(value).padStart(2, '0');

function timestamp(draw: Draw): string {
  const date = `20${10 + draw(20)}-${PAD(1 + draw(12))}-${PAD(1 + draw(28))}`;
  const time = `${PAD(draw(24))}:${PAD(draw(60))}`;
  return pick([`${date} ${time}:${PAD(draw(60))}`, `${date}T${time}:00Z`, `${date} ${time}`], draw);
}

const ARTICLES = `99-9999-99  999.999.99  AA-9999  A99999  AA9999-99  999999  99999-A  AAA-99-999  9999-9999  A9-999/99
  AAA9999A  99.9999.9  AA 9999 99  9AA9-99A9  999 999 999  99999999  9{10}  A-9{7}  AAAA-AA-99  9{12}`;
const HASHES = `h{7}  h{8}  h{10}  h{12}  h{16}  h{32}  h{40}  h{64}  H{8}  H{32}  0xh{8}  s\\h\\a256:h{64}  h{7}…  md5-h{32}`;
const ORDERS = `9{6}  9{8}  9{10}  \\P\\O-999999  AA-2099-99999  999-9{7}-9{7}  A9{7}  9999/99  AAA999999  2099-9999  #99999  9Z9{8}`;

export const SLOTS: Readonly<Record<string, Slot>> = {
  hash: shaped(HASHES),
  uuid: shaped('h{8}-hhhh-4hhh-ahhh-h{12}  H{8}-HHHH-4HHH-9HHH-H{12}'),
  colour: shaped('#H{6}  #h{6}  #hhh  \\R\\A\\L 9999  \\P\\antone 999 \\C  #H{8}  \\N\\C\\S \\S 9999-A99A'),
  article: shaped(ARTICLES),
  order: shaped(ORDERS),
  batch: shaped('A9999A  AA99-999  99A99  A-9999-9  9{6}  999999A  AA9{6}  9999/A'),
  version: shaped('9.9  9.9.9  v9.99.9  99.9.9-rc9  2099.99  v9.9.9-bet\\a.9  9.99.9999.9  r9999'),
  ticket: shaped('AAA-9999  #99999  AA-999  AAAA-99  #999  GH-9999  \\I\\N\\C9{7}'),
  errorcode: shaped('A99  A-999  9x8007hhhh  A9-99  99  999  AA999  A:99'),
  promo: shaped('AAAAA99  AAAA-AAAA  99AAAA  AAAAAA9999'),
  clause: shaped('9.9  99  999-9  99.9.9  9999:2099  9999  99/2099'),
  ean: shaped('9{13}  9{12}  978-9-999-99999-9  9{8}'),
  count: shaped('9  99  999  9.99  9999'),
  shelf: shaped('A9  A-99  99  9-99-A  AA99'),
  anycode: shaped([HASHES, ARTICLES, ORDERS].join('  ')),
  file: { value: file },
  brand: { value: brand },
  product: { value: product },
  timestamp: { value: timestamp },
  family: { value: (draw) => listed('family', draw) },
  person: { kind: 'name', value: person },
  given: { kind: 'name', value: (draw) => listed('given', draw) },
  surname: { kind: 'name', value: (draw) => listed('family', draw) },
  taxid: shaped(
    `999 999 999  999999999  99 999 999 999  999-99-9999  99999999A  99/999/99999  99 999 99999  9{10}  9{11}  9{13}
    AAA AAA 99A99 A999A  AAAAAA99A99A999A  999.999.999-99  AAAAA9999A  999-999-99-99  9{12}  99999 99999  999/9999/9999
    AA9{8}  A-9{8}  A9999999A  99-9999999  999999-9999  999999/9999  9{6}-999A  A{4}9{6}AA9  9999.99.999`,
    'national_id',
  ),
  passport: shaped(
    `A9{8}  AA9{7}  9{9}  AA9{6}  99AA99999  A9999999  A99A99A99  AAA9{6}  99 99 999999  AA 9999999  A{2}A9{4}A9  C9AAA99A9`,
    'passport',
  ),
  licence: shaped(
    `A9999999  A99999999999  AAAAA999999AA9AA  99 AA 999999  9{8}  9{9}  A999-9999-9999  AA9999999A  A99A99999A9  9{10}
    AA-999999  99999/99/9999  AA 99 9999999  999-999-999  AAAA-99999  99AA99999`,
    'licence',
  ),
  vin: shaped('AAAVVVV9VV9{7}  V{11}9{6}  \\W\\V\\WZZZ9VZ9A9{6}  AAVVVVVVVVV9{6}  AAA VVV VVV VV 9{6}', 'vin'),
  member: shaped('9{5}  9{6}  A-99999  AA-9999  A99999  9999-9999  AAA99999  9{8}', 'code'),
  device: shaped('9{15}  99 999999 999999 9  AA9999999  A99-999999  HH:HH:HH:HH:HH:HH  AAA-99-9999-A', 'device'),
  patient: shaped('9{8}  99-99-99  A9999999  9{6}  99/99999  AA-99999', 'medical_record'),
  insured: shaped('A9{9}  9{10}  AAA999999999  99-AAA-9999  9999 999 999  AA9999999A', 'health_plan'),
  password: { kind: 'secret', value: password },
  key: shaped(
    `*{24}  *{32}  *{40}  h{32}  h{40}  h{64}  *{20}==  aaa_*{20}  A{4}-*{8}-*{8}  *{8}.*{12}.*{16}  h{8}-hhhh-4hhh-9hhh-h{12}
    H{32}  *{12}+*{11}/*{18}=  aa-*{28}`,
    'secret',
  ),
  pin: shaped('9999  999999  99999  9999#  99-99-99  9 9 9 9  99999\\*', 'secret'),
  otp: shaped('999999  999 999  999-999  AAA-999  9{8}  A-999999', 'secret'),
};
