/** What each placeholder of a sentence stands for: its kind, and how its text is drawn. */
import { HEALTH, NATIONAL, broken, card, dea, githubToken, iban, imei, isbn, jwt, npi, vin } from './identifiers.ts';
import { address, email, person } from './people.ts';
import type { Person } from './people.ts';
import type { Draws } from './random.ts';

/** One sentence being written: who it is about, and where. */
export interface Scene {
  draws: Draws;
  code: string;
  language: string;
  first: Person;
  second: Person;
}

export function newScene(draws: Draws, code: string, language: string): Scene {
  const first = person(draws, code);
  let second = person(draws, code);
  while (second.given === first.given || second.family === first.family) second = person(draws, code);
  return { draws, code, language, first, second };
}

const MONTHS: Record<string, string> = {
  en: 'January,February,March,April,May,June,July,August,September,October,November,December',
  de: 'Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember',
  nl: 'januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december',
  sv: 'januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december',
  fr: 'janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre',
  es: 'enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre',
  it: 'gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre',
  pt: 'janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro',
  pl: 'stycznia,lutego,marca,kwietnia,maja,czerwca,lipca,sierpnia,września,października,listopada,grudnia',
};

/** A date in one of the forms that the language's writers use. */
function date({ draws, code, language }: Scene): string {
  const [day, month, year] = [draws.int(1, 28), draws.int(1, 12), draws.int(1938, 2024)];
  const name = (MONTHS[language] ?? '').split(',')[month - 1] ?? '';
  const [dd, mm] = [String(day).padStart(2, '0'), String(month).padStart(2, '0')];
  const iso = `${year}-${mm}-${dd}`;
  if (code === 'US') {
    return draws.pick([`${name} ${day}, ${year}`, `${mm}/${dd}/${year}`, `${name.slice(0, 3)} ${day}, ${year}`, iso]);
  }
  const long: Record<string, string> = {
    de: `${day}. ${name} ${year}`,
    es: `${day} de ${name} de ${year}`,
    pt: `${day} de ${name} de ${year}`,
  };
  const numeric: Record<string, string> = {
    de: `${dd}.${mm}.${year}`,
    pl: `${dd}.${mm}.${year}`,
    nl: `${dd}-${mm}-${year}`,
    sv: iso,
  };
  const spoken = long[language] ?? `${day} ${name} ${year}`;
  const short = numeric[language] ?? `${dd}/${mm}/${year}`;
  return draws.pick([spoken, spoken, short, short, iso, spoken.replace(/(?: de)? \d{4}$/, '')]);
}

function url({ draws, first }: Scene): string {
  const plain = email(draws, first).split('@')[0] ?? '';
  return draws.pick([
    `https://www.${plain.replace(/[._]/g, '-')}.example/about`,
    `https://www.facebook.com/${plain}`,
    `http://blog.${plain.replace(/[._]/g, '')}.example/2019/galerie.html`,
    `https://orcid.org/0000-0002-${draws.digits(4)}-${draws.digits(4)}`,
    `www.linkedin.com/in/${plain.replace(/[._]/g, '-')}-${draws.fill('%%%%%')}`,
    `https://portal.example.org/u/${draws.digits(6)}?session=${draws.fill('%%%%%%%%')}`,
  ]);
}

const full = ({ given, family }: Person): string => `${given} ${family}`;
const pickFill = ({ draws }: Scene, patterns: string[]): string => draws.fill(draws.pick(patterns));
const SPECIAL = '!$#%&?';

type Value = [kind: string | undefined, write: (scene: Scene) => string];

const PERSONAL: Record<string, Value> = {
  name: ['name', (s) => full(s.first)],
  name2: ['name', (s) => full(s.second)],
  given: ['name', (s) => s.first.given],
  family: ['name', (s) => s.first.family],
  rev: ['name', (s) => `${s.first.family}, ${s.first.given}`],
  address: ['address', (s) => address(s.draws, s.first)],
  date: ['date', date],
  age: ['age', (s) => String(s.draws.int(90, 106))],
  phone: ['phone', (s) => pickFill(s, s.first.country.phones)],
  fax: ['fax', (s) => pickFill(s, s.first.country.phones)],
  email: ['email', (s) => email(s.draws, s.first)],
  url: ['url', url],
};

const NUMBERS: Record<string, Value> = {
  nid: ['national_id', (s) => NATIONAL[s.code]?.(s.draws) ?? ''],
  health: ['health_plan', (s) => HEALTH[s.code]?.(s.draws) ?? ''],
  healthword: [
    undefined,
    (s) => ({ US: 'Medicare', GB: 'NHS number', AU: 'Medicare card', CA: 'OHIP', IN: 'ABHA' })[s.code] ?? 'member no.',
  ],
  mrn: [
    'medical_record',
    (s) => pickFill(s, ['#######', 'MR######', '##-##-##', 'H20######', '00######', '@#####/2#']),
  ],
  account: ['account', (s) => pickFill(s, ['########', '##########', '####-######', '############'])],
  iban: ['iban', (s) => iban(s.draws, s.code)],
  card: ['card', (s) => card(s.draws)],
  passport: ['passport', (s) => s.draws.fill(s.first.country.passport)],
  licence: ['licence', (s) => s.draws.fill(s.first.country.licence)],
  npi: ['licence', (s) => npi(s.draws)],
  dea: ['licence', (s) => dea(s.draws)],
  plate: ['vehicle', (s) => pickFill(s, s.first.country.plates)],
  vin: ['vehicle', (s) => vin(s.draws)],
  imei: ['device', (s) => imei(s.draws)],
  mac: ['device', (s) => pickFill(s, ['3c:%%:f4:%%:%%:%%', 'A0-##-C#-0#-##-F#', '00:1b:%%:%%:%%:%%'])],
  serial: ['device', (s) => pickFill(s, ['@@@######', 'SN-####-####', '##@@####@', 'PM######X'])],
  uuid: ['device', (s) => s.draws.fill('%%%%%%%%-%%%%-4%%%-a%%%-%%%%%%%%%%%%')],
  other: ['other_id', (s) => pickFill(s, ['E-#####', 'EMP######', '#####/@', 'P.######'])],
  ip: [
    'ip',
    (s) =>
      `${s.draws.pick([81, 203, 93, 146, 212, 10])}.${s.draws.int(0, 254)}.${s.draws.int(0, 254)}.${s.draws.int(1, 254)}`,
  ],
  ipv6: ['ip', (s) => pickFill(s, ['2001:db8:%%%%:1::1%%%', 'fe80::1%%%:%%ff:fe1%:%%%%', '2a02:1%%:1%%%:1%%%::1'])],
};

const SECRETS: Record<string, Value> = {
  aws: ['secret', (s) => `AKIA${s.draws.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`],
  awssecret: ['secret', (s) => s.draws.fill('*'.repeat(19) + '/' + '*'.repeat(20))],
  ghp: ['secret', (s) => githubToken(s.draws)],
  jwt: ['secret', (s) => jwt(s.draws)],
  sk: ['secret', (s) => pickFill(s, [`sk-proj-${'*'.repeat(40)}`, `sk_live_${'*'.repeat(24)}`])],
  xoxb: ['secret', (s) => s.draws.fill(`xoxb-1##########-2##########-${'*'.repeat(24)}`)],
  npm: ['secret', (s) => s.draws.fill(`npm_${'*'.repeat(36)}`)],
  aiza: ['secret', (s) => s.draws.fill(`AIzaSy${'*'.repeat(33)}`)],
  hex: ['secret', (s) => s.draws.fill('%'.repeat(s.draws.pick([32, 40, 64])))],
  pw: [
    'secret',
    (s) =>
      s.draws.pick(['Winter', 'Kaffee', 'Tr0mpet', 'blau3s', 'Gr4nada']) +
      s.draws.fill('##') +
      s.draws.from(SPECIAL, 1) +
      s.draws.fill('?@'),
  ],
};

const DECOYS: Record<string, Value> = {
  isbn: [undefined, (s) => isbn(s.draws)],
  badcard: [undefined, (s) => broken(card(s.draws))],
  badiban: [undefined, (s) => broken(iban(s.draws, s.code))],
};

export const VALUES: Record<string, Value> = { ...PERSONAL, ...NUMBERS, ...SECRETS, ...DECOYS };
